"""WhatsApp: what its calls must prove, how every kind of message is read, and what is sent."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from channels.channel import Channel, ChannelError, Forged, RawItem, WebhookRequest
from channels.message import (
    Address,
    Automation,
    File,
    FilledTemplate,
    InboundMessage,
    OutboundMessage,
    Stage,
)
from channels.meta.door import SIGNATURE, Door
from channels.testing import ChannelContract, factory_of
from channels.whatsapp.channel import WhatsAppChannel
from tests.channels.whatsapp.events import (
    APP_SECRET,
    AT,
    SENDER,
    batch,
    call,
    message,
    status,
    text,
    value,
)
from tests.servers.meta import BUSINESS_ID, NUMBER_ID, TOKEN, Meta

SETTINGS = {"number_id": NUMBER_ID, "business_id": BUSINESS_ID}
SECRETS = {"app_secret": APP_SECRET, "token": TOKEN}


def channel(meta: Meta | None = None, **settings: Any) -> WhatsAppChannel:
    there = {"url": meta.url, "internal_hosts": "localhost"} if meta else {}
    return WhatsAppChannel({**SETTINGS, **there, **settings}, SECRETS)


def outbound(**more: Any) -> OutboundMessage:
    said = {
        "from_": Address("desk"),
        "to": (Address(f"+{SENDER}"),),
        "subject": "Bin",
        "text": "We come on Friday.",
        "external_id": "ours-1@desk.example",
        "sent_at": AT,
    }
    return OutboundMessage(**{**said, **more})


def read(event: dict[str, Any]) -> InboundMessage:
    (item,) = channel().receive(call(batch(value(event)))).items
    (found,) = channel().parse(item)
    return found


class TestContract(ChannelContract):
    secret: ClassVar[str] = TOKEN

    def make_channel(self) -> Channel:
        return factory_of(WhatsAppChannel)(SETTINGS, SECRETS)

    def make_raw(self) -> RawItem:
        return channel().receive(call(batch(value(text("Hello."))))).items[0]

    def make_outbound(self) -> OutboundMessage:
        return outbound()

    def make_refusing_channel(self) -> Channel:
        return channel(url="http://127.0.0.1:9/")


def test_a_text_is_kept_and_read() -> None:
    found = read(text("The bin was not emptied."))
    assert (found.external_id, found.sender) == ("wamid.1", Address(f"+{SENDER}", "Ada Byrne"))
    assert (found.text, found.thread_key, found.sent_at) == (
        "The bin was not emptied.",
        f"+{SENDER}",
        AT,
    )


def test_every_event_of_a_batch_is_an_item_of_its_own() -> None:
    one = value(text("One.", "wamid.1"), text("Two.", "wamid.2"))
    two = value(text("Three.", "wamid.3"), statuses=[status("wamid.9", "delivered")])
    items = channel().receive(call(batch(one, two))).items
    assert len({item.remote_id for item in items}) == len(items) == 4


def test_the_same_event_in_another_batch_is_the_same_item() -> None:
    alone = channel().receive(call(batch(value(text("One."))))).items
    among = channel().receive(call(batch(value(text("Zero.", "wamid.0"), text("One."))))).items
    assert alone[0].remote_id == among[1].remote_id


@pytest.mark.parametrize(
    "header",
    ["", "sha256=", "sha256=00", "sha1=00", Door(("another",)).sign(b"{}"), "ä"],
)
def test_a_call_without_our_signature_is_forged(header: str) -> None:
    with pytest.raises(Forged):
        channel().receive(WebhookRequest("POST", {SIGNATURE: header}, b"{}", AT))


def test_one_altered_byte_is_noticed() -> None:
    good = call(batch(value(text("Hello."))))
    with pytest.raises(Forged):
        channel().receive(
            WebhookRequest("POST", good.headers, good.body.replace(b"Hello", b"Hallo"), AT)
        )


def test_both_secrets_count_while_one_is_being_changed() -> None:
    both = WhatsAppChannel(SETTINGS, {"app_secret": "the new one", "old_app_secret": APP_SECRET})
    assert both.receive(call(batch(value(text("Hello."))))).items


def test_without_a_secret_no_call_is_believed() -> None:
    body = batch(value(text("Hello.")))
    with pytest.raises(Forged):
        WhatsAppChannel(SETTINGS, {}).receive(call(body, secret=""))


def shake(**query: str) -> WebhookRequest:
    good = {"mode": "subscribe", "verify_token": Door((APP_SECRET,)).verify_token}
    said = {**good, "challenge": "1158201444", **query}
    return WebhookRequest(
        "GET", {}, b"", AT, query={f"hub.{name}": value for name, value in said.items()}
    )


def test_the_handshake_is_answered_with_its_challenge() -> None:
    reply = channel().receive(shake())
    assert (reply.status, reply.body, reply.items) == (200, b"1158201444", ())
    assert reply.content_type.startswith("text/plain")
    assert channel().to_copy() == (("Verify token", Door((APP_SECRET,)).verify_token),)


@pytest.mark.parametrize(
    "wrong",
    [
        {"verify_token": ""},
        {"verify_token": "x"},
        {"mode": "unsubscribe"},
        {"challenge": ""},
        {"challenge": "<script>alert(1)</script>"},
        {"challenge": "1\r\nSet-Cookie: a=b"},
    ],
)
def test_another_handshake_is_forged(wrong: dict[str, str]) -> None:
    with pytest.raises(Forged):
        channel().receive(shake(**wrong))


CASES: list[tuple[dict[str, Any], str]] = [
    (message("image", image={"id": "7", "mime_type": "image/jpeg"}), "A picture."),
    (message("image", image={"id": "7", "caption": "My bin"}), "My bin"),
    (message("video", video={"id": "7"}), "A video."),
    (message("audio", audio={"id": "7", "voice": True}), "A recording."),
    (message("sticker", sticker={"id": "7"}), "A sticker."),
    (message("document", document={"id": "7", "filename": "form.pdf"}), "A file."),
    (message("document", document={}), "A file. WhatsApp does not say where it lies."),
    (message("button", button={"text": "Yes", "payload": "y"}), "Yes"),
    (
        message(
            "interactive", interactive={"type": "button_reply", "button_reply": {"title": "Yes"}}
        ),
        "Yes",
    ),
    (
        message(
            "interactive",
            interactive={"list_reply": {"title": "Bins", "description": "Missed bin"}},
        ),
        "Bins\nMissed bin",
    ),
    (
        message(
            "interactive",
            interactive={
                "nfm_reply": {"body": "Sent", "response_json": '{"flow_token":"t","name":"Ada"}'}
            },
        ),
        "Sent\nname: Ada",
    ),
    (message("reaction", reaction={"message_id": "wamid.0", "emoji": "👍"}), "Reacted with 👍"),
    (message("reaction", reaction={"message_id": "wamid.0"}), "Took a reaction back."),
    (message("system", system={"body": "Ada changed her number"}), "Ada changed her number"),
    (
        message(
            "contacts",
            contacts=[{"name": {"formatted_name": "Bob"}, "phones": [{"phone": "+44 20"}]}],
        ),
        "Somebody's contact details:\nBob\n+44 20",
    ),
    (
        message(
            "order",
            order={
                "product_items": [
                    {
                        "product_retailer_id": "bag",
                        "quantity": 2,
                        "item_price": 1.5,
                        "currency": "GBP",
                    }
                ]
            },
        ),
        "An order from the catalogue:\n2 × bag, 1.5 GBP",
    ),
    (
        message("unsupported", errors=[{"code": 131051, "title": "Message type unknown"}]),
        "A message of a kind that WhatsApp does not hand on (Message type unknown).",
    ),
    (message("poll"), "A message of the kind “poll”, which the desk cannot show."),
    (message("text"), "A message without words."),
    (message("text", text=[1, {}]), "A message without words."),
]


@pytest.mark.parametrize(("event", "words"), CASES)
def test_something_of_every_kind_can_be_read(event: dict[str, Any], words: str) -> None:
    found = read(event)
    assert (found.text or found.stand_in) == words
    assert found.subject


def test_a_place_is_read_with_a_link_to_it() -> None:
    place = {"latitude": 51.5, "longitude": -0.12, "name": "Bin store", "address": "1 High St"}
    found = read(message("location", location=place))
    assert found.text.splitlines()[:4] == [
        "A place:",
        "Bin store",
        "1 High St",
        "51.500000, -0.120000",
    ]


def test_a_file_has_to_be_fetched() -> None:
    (file,) = read(
        message(
            "document", document={"id": "7", "filename": "f.pdf", "mime_type": "application/pdf"}
        )
    ).remote_files
    assert (file.reference, file.name, file.content_type) == ("7", "f.pdf", "application/pdf")


def test_a_reaction_is_a_mark_on_the_message_it_names() -> None:
    found = read(message("reaction", reaction={"message_id": "wamid.0", "emoji": "👍"}))
    assert (found.automation, found.in_reply_to) == (Automation.MARK, ("wamid.0",))


def test_an_answer_names_what_it_answers() -> None:
    assert read(text("Yes.", context={"id": "wamid.0"})).in_reply_to == ("wamid.0",)


def test_halves_of_characters_and_zero_bytes_do_no_harm() -> None:
    assert read(text("a\ud800b\x00c")).text == "a?bc"


def test_what_was_meant_for_another_number_is_said_so() -> None:
    (item,) = channel().receive(call(batch(value(text("Hi."), number_id="999")))).items
    with pytest.raises(ChannelError, match="not the number of this account"):
        channel().parse(item)


def test_a_report_on_another_numbers_message_is_left_out() -> None:
    said = value(statuses=[status("wamid.9", "read")], number_id="999")
    assert channel().receive(call(batch(said))).items == ()


def test_a_signed_call_that_is_none_of_whatsapp_is_kept_to_be_looked_at() -> None:
    for body in (b"nonsense", b"[]", b'{"object":"page","entry":[]}', b"[" * 100_000):
        (item,) = channel().receive(call(body)).items
        with pytest.raises(ChannelError):
            channel().parse(item)


@pytest.mark.parametrize(
    ("state", "stage"), [("sent", Stage.TAKEN), ("delivered", Stage.ARRIVED), ("read", Stage.READ)]
)
def test_a_report_says_how_far_a_message_came(state: str, stage: Stage) -> None:
    said = value(statuses=[status("wamid.9", state, biz_opaque_callback_data="ours-1@desk")])
    (report,) = channel().parse(channel().receive(call(batch(said))).items[0])
    assert report.automation is Automation.RECEIPT
    assert report.report is not None
    assert (report.report.stage, report.report.original_message_id) == (stage, "ours-1@desk")


def test_a_failure_is_said_in_plain_words_with_its_code() -> None:
    error = {
        "code": 131047,
        "title": "Re-engagement message",
        "error_data": {"details": "Message failed to send"},
    }
    said = value(statuses=[status("wamid.9", "failed", errors=[error])])
    (report,) = channel().parse(channel().receive(call(batch(said))).items[0])
    assert report.automation is Automation.BOUNCE
    assert "more than 24 hours" in report.text
    assert report.text.endswith("Meta says: Message failed to send (131047)")


def test_words_are_sent_with_our_own_mark(meta: Meta) -> None:
    receipt = channel(meta).send(outbound())
    assert meta.sent == [
        {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": SENDER,
            "biz_opaque_callback_data": "ours-1@desk.example",
            "type": "text",
            "text": {"body": "We come on Friday.", "preview_url": False},
        }
    ]
    assert (receipt.external_id, receipt.server_words) == ("wamid.ours1", "accepted")


def test_a_file_is_handed_over_and_then_named(meta: Meta) -> None:
    picture = File("bin\r\nX: y.jpg", "image/jpeg", b"\xff\xd8 picture")
    channel(meta).send(outbound(text="", files=(picture,)))
    handed, named = meta.asked
    assert b"\xff\xd8 picture" in handed.body
    assert b"\r\nX: y" not in handed.body
    assert named.said["image"] == {"id": "4490709327384033"}


def test_a_template_is_sent_with_its_blanks_filled(meta: Meta) -> None:
    filled = FilledTemplate("bin_day", "en_GB", {"1": "Ada\n  Byrne", "day": "Friday"})
    channel(meta).send(outbound(template=filled))
    assert meta.sent[0]["template"] == {
        "name": "bin_day",
        "language": {"code": "en_GB"},
        "components": [
            {
                "type": "body",
                "parameters": [
                    {"type": "text", "text": "Ada Byrne"},
                    {"type": "text", "text": "Friday", "parameter_name": "day"},
                ],
            }
        ],
    }


@pytest.mark.parametrize(
    ("code", "permanent"),
    [(131047, True), (131026, True), (190, False), (130429, False), (131056, False), (100, True)],
)
def test_a_refusal_says_whether_to_try_again(meta: Meta, code: int, permanent: bool) -> None:
    meta.refuses = {"message": f"(#{code}) Something", "code": code}
    with pytest.raises(ChannelError) as refusal:
        channel(meta).send(outbound())
    assert refusal.value.permanent is permanent
    assert f"({code})" in str(refusal.value)


def test_a_line_cut_after_the_message_leaves_a_doubt(meta: Meta) -> None:
    meta.cuts = True
    with pytest.raises(ChannelError) as cut:
        channel(meta).send(outbound())
    assert cut.value.uncertain


@pytest.mark.parametrize("number", ["", "ada@borough.example", "+44\r\nTo: x", "12"])
def test_what_is_no_number_is_not_sent_to(number: str) -> None:
    with pytest.raises(ChannelError, match="no number on WhatsApp"):
        channel().send(outbound(to=(Address(number),)))


def test_the_connection_is_tested_by_asking_for_our_number(meta: Meta) -> None:
    assert "+44 20 7946 0000 Harbourstead" in channel(meta).test_connection()
    with pytest.raises(ChannelError, match="app secret is missing"):
        WhatsAppChannel(SETTINGS, {"token": TOKEN}).test_connection()
