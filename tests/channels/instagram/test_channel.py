"""Instagram: what its calls must prove, how every kind of event is read, and what is sent."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, ClassVar

import pytest

from channels.channel import Channel, ChannelError, Forged, RawItem, WebhookRequest
from channels.instagram.channel import InstagramChannel
from channels.message import Address, Automation, InboundMessage, OutboundMessage, RemoteFile, Stage
from channels.meta.door import SIGNATURE, Door
from channels.testing import ChannelContract, factory_of
from tests.channels.whatsapp.events import APP_SECRET, AT
from tests.servers.meta import PAGE_ID, TOKEN, Lying, Meta

SETTINGS = {"account_id": PAGE_ID}
SECRETS = {"app_secret": APP_SECRET, "token": TOKEN}
PERSON = "5711000000000001"


def channel(meta: Meta | None = None, **settings: Any) -> InstagramChannel:
    there = {"url": meta.url, "internal_hosts": "localhost"} if meta else {}
    return InstagramChannel({**SETTINGS, **there, **settings}, SECRETS)


def event(**what: Any) -> dict[str, Any]:
    return {
        "sender": {"id": PERSON},
        "recipient": {"id": PAGE_ID},
        "timestamp": int(AT.timestamp() * 1000),
        **what,
    }


def said(text: str, mid: str = "mid.1", **more: Any) -> dict[str, Any]:
    return event(message={"mid": mid, "text": text, **more})


def call(*events: dict[str, Any], account: str = PAGE_ID) -> WebhookRequest:
    entry = {"id": account, "time": 1, "messaging": list(events)}
    body = json.dumps({"object": "instagram", "entry": [entry]}).encode()
    return WebhookRequest("POST", {SIGNATURE: Door((APP_SECRET,)).sign(body)}, body, AT)


def read(one: dict[str, Any]) -> InboundMessage:
    (item,) = channel().receive(call(one)).items
    (found,) = channel().parse(item)
    return found


def outbound(text: str = "We open at ten.", **more: Any) -> OutboundMessage:
    return OutboundMessage(
        from_=Address("desk"),
        to=(Address(PERSON),),
        subject="Pool",
        text=text,
        external_id="ours-1@desk.example",
        sent_at=AT,
        **more,
    )


class TestContract(ChannelContract):
    secret: ClassVar[str] = TOKEN

    def make_channel(self) -> Channel:
        return factory_of(InstagramChannel)(SETTINGS, SECRETS)

    def make_raw(self) -> RawItem:
        return channel().receive(call(said("Hello."))).items[0]

    def make_outbound(self) -> OutboundMessage:
        return outbound()

    def make_refusing_channel(self) -> Channel:
        return channel(url="http://127.0.0.1:9/")


def test_a_message_is_kept_and_read() -> None:
    found = read(said("Is the pool open?"))
    assert (found.external_id, found.sender.address, found.thread_key) == ("mid.1", PERSON, PERSON)
    assert (found.text, found.sent_at) == ("Is the pool open?", AT)


def test_what_we_said_ourselves_is_not_kept() -> None:
    assert channel().receive(call(said("Ours.", is_echo=True))).items == ()


def test_an_unsigned_call_is_forged() -> None:
    good = call(said("Hello."))
    for headers in ({}, {SIGNATURE: "sha256=00"}, {SIGNATURE: Door(("x",)).sign(good.body)}):
        with pytest.raises(Forged):
            channel().receive(WebhookRequest("POST", headers, good.body, AT))


CASES: list[tuple[dict[str, Any], str]] = [
    (
        said("", attachments=[{"type": "image", "payload": {"url": "https://x.fbsbx.com/1"}}]),
        "A picture.",
    ),
    (
        said("", attachments=[{"type": "audio", "payload": {"url": "https://x.fbsbx.com/1"}}]),
        "A recording.",
    ),
    (
        said(
            "", attachments=[{"type": "story_mention", "payload": {"url": "https://x.fbsbx.com/1"}}]
        ),
        "Mentioned us in a story.",
    ),
    (
        said(
            "",
            attachments=[
                {"type": "ig_reel", "payload": {"url": "https://i.example/r", "title": "Pool"}}
            ],
        ),
        "Shared a reel: Pool https://i.example/r",
    ),
    (said("", attachments=[{"type": "like_heart"}]), "❤"),
    (said("", attachments=[{"type": "hologram"}]), "Something that Instagram does not hand on."),
    (said("", is_unsupported=True), "Something that Instagram does not hand on."),
    (said(""), "A message without words."),
    (event(postback={"mid": "mid.2", "title": "Opening hours", "payload": "x"}), "Opening hours"),
    (
        event(reaction={"mid": "mid.0", "action": "react", "reaction": "love", "emoji": "❤"}),
        "Reacted with ❤",
    ),
    (event(reaction={"mid": "mid.0", "action": "unreact"}), "Took a reaction back."),
    (event(message={"mid": "mid.0", "is_deleted": True}), "Took this message back."),
]


@pytest.mark.parametrize(("one", "words"), CASES)
def test_something_of_every_kind_can_be_read(one: dict[str, Any], words: str) -> None:
    found = read(one)
    assert (found.text or found.stand_in) == words
    assert found.external_id


def test_what_was_taken_back_is_a_mark_on_the_message_it_was() -> None:
    found = read(event(message={"mid": "mid.0", "is_deleted": True}))
    assert (found.automation, found.in_reply_to) == (Automation.MARK, ("mid.0",))


def test_an_answer_to_our_story_says_to_which() -> None:
    found = read(said("Lovely!", reply_to={"story": {"url": "https://i.example/s", "id": "9"}}))
    assert found.quoted_text == "Our story: https://i.example/s"
    assert read(said("Yes.", reply_to={"mid": "mid.0"})).in_reply_to == ("mid.0",)


def test_a_reading_is_reported() -> None:
    found = read(event(read={"mid": "mid.9"}))
    assert found.report is not None
    assert (found.report.stage, found.report.original_message_id) == (Stage.READ, "mid.9")


def test_what_was_meant_for_another_account_is_said_so() -> None:
    (item,) = channel().receive(call(said("Hi."), account="999")).items
    with pytest.raises(ChannelError, match="not this one"):
        channel().parse(item)


def test_a_signed_call_that_is_none_of_instagram_is_kept_to_be_looked_at() -> None:
    body = b'{"object":"page"}'
    request = WebhookRequest("POST", {SIGNATURE: Door((APP_SECRET,)).sign(body)}, body, AT)
    (item,) = channel().receive(request).items
    with pytest.raises(ChannelError):
        channel().parse(item)


@pytest.mark.parametrize(
    ("human", "late", "tag"), [(True, 30, "HUMAN_AGENT"), (True, 3, None), (False, 3, None)]
)
def test_only_a_late_answer_of_a_person_carries_the_tag(
    meta: Meta, human: bool, late: int, tag: str | None
) -> None:
    heard = AT - timedelta(hours=late)
    receipt = channel(meta, human_agent=human).send(outbound(heard_at=heard))
    assert meta.sent[0].get("tag") == tag
    assert meta.sent[0]["recipient"] == {"id": PERSON}
    assert receipt.external_id == "mid.1"


def test_the_window_is_as_long_as_meta_grants() -> None:
    assert channel().window() == timedelta(hours=24)
    assert channel(human_agent=True).window() == timedelta(days=7)


def test_a_text_that_has_too_many_bytes_is_refused(meta: Meta) -> None:
    with pytest.raises(ChannelError, match="bytes") as refusal:
        channel(meta).send(outbound("ŵ" * 600))
    assert refusal.value.permanent
    assert meta.sent == []


def test_the_end_of_the_window_is_said_in_plain_words(meta: Meta) -> None:
    meta.refuses = {"message": "outside window", "code": 10, "error_subcode": 2534022}
    with pytest.raises(ChannelError, match="more than 24 hours") as refusal:
        channel(meta).send(outbound())
    assert refusal.value.permanent


def test_a_file_is_fetched_without_our_token(meta: Meta) -> None:
    meta.files["1"] = Lying("image/png", b"\x89PNG")
    there = RemoteFile(f"http://localhost:{meta.port}/files/1", "image/*")
    file = channel(meta).fetch_file(there, 1000)
    assert (file.content_type, file.body) == ("image/png", b"\x89PNG")
    assert "authorization" not in meta.asked[0].headers
    with pytest.raises(ChannelError, match="no server of Meta"):
        channel(meta).fetch_file(RemoteFile("https://evil.example/1", "image/*"), 1000)


def test_the_connection_is_tested_by_asking_whose_token_it_is(meta: Meta) -> None:
    assert "harbourstead" in channel(meta).test_connection()
    with pytest.raises(ChannelError, match="not to this one"):
        channel(meta, account_id="5").test_connection()
