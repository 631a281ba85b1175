"""The channel of signed JSON: what it reads, what it writes, and what every channel promises."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from channels.channel import Channel, ChannelError, RawItem
from channels.message import Address, Automation, File, OutboundMessage
from channels.testing import ChannelContract, factory_of
from channels.webhook import signing
from channels.webhook.channel import JsonChannel
from tests.servers.called import Called

SECRET = "a secret that is long enough"
AT = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)


def raw(**said: Any) -> RawItem:
    whole = {"id": "m-1", "sender": {"id": "user-7", "name": "Ada"}, "text": "Hello.", **said}
    return RawItem("call-1", json.dumps(whole).encode())


def outbound(**more: Any) -> OutboundMessage:
    return OutboundMessage(
        from_=Address("desk", "IT support"),
        to=(Address("user-7"),),
        subject="Printer",
        text="It is mended.",
        external_id="ours-1@desk.example",
        sent_at=AT,
        thread_key="talk-3",
        **more,
    )


class TestContract(ChannelContract):
    secret: ClassVar[str] = SECRET

    def make_channel(self) -> Channel:
        return factory_of(JsonChannel)({"url": "https://service.example/"}, {"secret": SECRET})

    def make_raw(self) -> RawItem:
        return raw()

    def make_outbound(self) -> OutboundMessage:
        return outbound()

    def make_refusing_channel(self) -> Channel:
        return JsonChannel({"url": "http://127.0.0.1:9/"}, {"secret": SECRET})


def test_a_message_is_read_with_all_it_says() -> None:
    content = base64.b64encode(b"bytes").decode()
    said = raw(
        conversation="talk-3",
        subject="Printer",
        sent_at="2026-11-16T11:00:00+01:00",
        files=[{"name": "a.txt", "content_type": "text/plain", "content": content}],
    )
    (message,) = JsonChannel({}).parse(said)
    assert (message.external_id, message.thread_key, message.subject) == (
        "m-1",
        "talk-3",
        "Printer",
    )
    assert message.sender == Address("user-7", "Ada")
    assert message.sent_at == AT
    assert message.files == (File("a.txt", "text/plain", b"bytes"),)


def test_who_names_no_conversation_has_one_of_their_own() -> None:
    (message,) = JsonChannel({}).parse(raw())
    assert message.thread_key == "user-7"
    assert message.subject == "Hello."


def test_what_a_machine_says_is_marked() -> None:
    (message,) = JsonChannel({}).parse(raw(automatic=True))
    assert message.automation is Automation.AUTO_GENERATED


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({"id": ""}, "id"),
        ({"id": 7}, "id"),
        ({"sender": "Ada"}, "sender"),
        ({"sender": {"name": "Ada"}}, "id"),
        ({"text": " "}, "text"),
        ({"text": ["Hello"]}, "text"),
        ({"text": "x" * 500_001}, "text"),
        ({"sent_at": "yesterday"}, "sent_at"),
        ({"sent_at": "2026-11-16T11:00:00"}, "sent_at"),
        ({"files": {}}, "files"),
        ({"files": [{"content": "not base64!"}]}, "content"),
        ({"files": [{"content": 7}]}, "content"),
        ({"report": "sent"}, "report"),
        ({"report": {"message": "m", "state": "lost"}}, "state"),
    ],
)
def test_what_is_no_message_says_which_field_is_wrong(said: dict[str, Any], named: str) -> None:
    with pytest.raises(ChannelError, match=named):
        JsonChannel({}).parse(raw(**said))


def test_what_we_write_can_be_verified_with_the_secret(called: Called) -> None:
    channel = JsonChannel({"url": called.url, "internal_hosts": "localhost"}, {"secret": SECRET})
    channel.send(outbound(tried_at=AT, files=(File("a.txt", "text/plain", b"bytes"),)))
    (call,) = called.calls
    keys = [signing.key_of(SECRET)]
    assert signing.verify(call.headers, call.body, at=AT, keys=keys) == "ours-1@desk.example"
    said = json.loads(call.body)
    assert (said["conversation"], said["to"]["id"], said["text"]) == (
        "talk-3",
        "user-7",
        "It is mended.",
    )
    assert base64.b64decode(said["files"][0]["content"]) == b"bytes"


@pytest.mark.parametrize(
    ("status", "permanent"), [(400, True), (410, True), (429, False), (500, False)]
)
def test_a_refusal_says_whether_to_try_again(called: Called, status: int, permanent: bool) -> None:
    called.status, called.words = status, b"no such conversation"
    channel = JsonChannel({"url": called.url, "internal_hosts": "localhost"}, {"secret": SECRET})
    with pytest.raises(ChannelError, match="no such conversation") as refusal:
        channel.send(outbound())
    assert refusal.value.permanent is permanent


def test_an_address_inside_is_not_called(called: Called) -> None:
    with pytest.raises(ChannelError, match="inside our own network"):
        JsonChannel({"url": called.url}, {"secret": SECRET}).send(outbound())


def test_trying_the_settings_says_what_is_missing() -> None:
    with pytest.raises(ChannelError, match="no secret"):
        JsonChannel({}).test_connection()
    with pytest.raises(ChannelError, match="at least 24"):
        JsonChannel({}, {"secret": "short"}).test_connection()
    assert "nowhere to go" in JsonChannel({}, {"secret": SECRET}).test_connection()
