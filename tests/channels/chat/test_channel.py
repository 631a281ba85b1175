"""The channel of the chat: what it keeps, what it reads, and what every channel promises."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

import pytest

from channels.channel import Channel, ChannelError, RawItem
from channels.chat import form
from channels.chat.channel import ChatChannel
from channels.message import Address, File, OutboundMessage
from channels.testing import ChannelContract, factory_of

AT = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
SECRET = "what a chat has no need of"


def raw(text: str = "Hello.", **more: object) -> RawItem:
    body = form.write(
        said_id="said-0001",
        talk="k1",
        visitor=Address("visitor-1", "Ada"),
        text=text,
        at=AT,
        **more,  # type: ignore[arg-type]
    )
    return RawItem("k1/said-0001", body)


class TestContract(ChannelContract):
    secret: ClassVar[str] = SECRET

    def make_channel(self) -> Channel:
        return factory_of(ChatChannel)({"chat": "council"}, {"secret": SECRET})

    def make_raw(self) -> RawItem:
        return raw()

    def make_outbound(self) -> OutboundMessage:
        return OutboundMessage(
            from_=Address("desk", "IT support"),
            to=(Address("visitor-1"),),
            subject="Hello",
            text="Good morning.",
            external_id="ours-1@desk.example",
            sent_at=AT,
            thread_key="k1",
        )

    def make_refusing_channel(self) -> Channel:
        return ChatChannel({})


def test_what_was_said_is_read_with_its_files_and_its_conversation() -> None:
    (message,) = ChatChannel({"chat": "c"}).parse(
        raw("My bin\nwas missed.", files=(File("bin.txt", "text/plain", b"bytes"),))
    )
    assert (message.external_id, message.thread_key) == ("k1/said-0001", "k1")
    assert (message.subject, message.author.name) == ("My bin", "Ada")
    assert (message.files[0].name, message.files[0].body) == ("bin.txt", b"bytes")


def test_a_long_first_line_is_a_subject_cut_at_a_word() -> None:
    (message,) = ChatChannel({"chat": "c"}).parse(raw("word " * 60))
    assert len(message.subject) <= form.LONGEST_SUBJECT + 2
    assert message.subject.endswith("word …")


def test_bytes_that_no_chat_wrote_are_refused() -> None:
    with pytest.raises(ChannelError):
        ChatChannel({"chat": "c"}).parse(RawItem("1", b'{"text": 3}'))
