"""What the portal kept, under the contract of every channel."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

from channels.channel import Channel, RawItem
from channels.message import Address, File, OutboundMessage
from channels.testing import ChannelContract, factory_of
from channels.web import submission
from channels.web.channel import WebChannel

AT = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)


def kept() -> RawItem:
    sent = submission.Submission(
        id="s-1",
        address="ada@borough.example",
        name="Ada Byrne",
        subject="Bin",
        text="The bin was not emptied.",
        files=(File("bin.jpg", "image/jpeg", b"\xff\xd8"),),
    )
    return RawItem("s-1", submission.write(sent))


class TestContract(ChannelContract):
    secret: ClassVar[str] = "a secret that the portal has no use for"

    def make_channel(self) -> Channel:
        return factory_of(WebChannel)({}, {"secret": self.secret})

    def make_raw(self) -> RawItem:
        return kept()

    def make_outbound(self) -> OutboundMessage:
        return OutboundMessage(
            from_=Address("desk"),
            to=(Address("ada@borough.example"),),
            subject="Bin",
            text="We come on Friday.",
            external_id="ours-1@desk.example",
            sent_at=AT,
        )

    def make_refusing_channel(self) -> Channel:
        return WebChannel({})


def test_what_was_kept_is_read_whole() -> None:
    (message,) = WebChannel({}).parse(kept())
    assert (message.sender.address, message.text) == (
        "ada@borough.example",
        "The bin was not emptied.",
    )
    assert [(one.name, one.body) for one in message.files] == [("bin.jpg", b"\xff\xd8")]
