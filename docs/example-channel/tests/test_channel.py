"""The fax channel keeps what every channel of the desk promises, and does what a fax does."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest
from desk_fax.channel import FaxChannel

from channels.channel import Channel, ChannelError, Forged, RawItem, WebhookRequest
from channels.message import Address, Automation, OutboundMessage
from channels.testing import ChannelContract

AT = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
SECRET = "between the gateway and us"
FAX = {
    "fax": "f-1",
    "from": "+442079460000",
    "pages": 1,
    "at": "2026-11-16T10:00:00Z",
    "pdf": base64.b64encode(b"%PDF-1.7").decode(),
}


def channel(url: str = "https://fax.example/send") -> FaxChannel:
    return FaxChannel({"url": url}, {"secret": SECRET, "key": "k-1"})


def called(said: object, secret: str = SECRET) -> WebhookRequest:
    body = json.dumps(said).encode()
    proof = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return WebhookRequest("POST", {"x-fax-signature": proof}, body, AT)


class TestFax(ChannelContract):
    """What the desk asks of every channel; the base class holds the tests."""

    secret = SECRET

    def make_channel(self) -> Channel:
        return channel()

    def make_raw(self) -> RawItem:
        return channel().receive(called(FAX)).items[0]

    def make_outbound(self) -> OutboundMessage:
        return OutboundMessage(
            from_=Address("desk"),
            to=(Address("+442079460000"),),
            subject="Your fax",
            text="We have it.",
            external_id="ours-1",
            sent_at=AT,
        )

    def make_refusing_channel(self) -> Channel:
        return channel("http://127.0.0.1:9/")


def test_a_fax_is_a_message_with_its_pdf() -> None:
    (message,) = channel().parse(channel().receive(called(FAX)).items[0])
    assert (message.sender.address, message.files[0].body) == ("+442079460000", b"%PDF-1.7")


def test_a_call_by_another_secret_is_forged() -> None:
    with pytest.raises(Forged):
        channel().receive(called(FAX, secret="another"))


def test_a_busy_line_is_a_failure() -> None:
    (report,) = channel().parse(
        channel().receive(called({"sent": "ours-1", "result": "busy"})).items[0]
    )
    assert report.automation is Automation.BOUNCE


@pytest.mark.parametrize("wrong", [{"from": "Ada"}, {"pdf": "?"}, {"at": "soon"}, {"fax": ""}])
def test_what_is_no_fax_says_why(wrong: dict[str, str]) -> None:
    with pytest.raises(ChannelError):
        channel().parse(RawItem("1", json.dumps({**FAX, **wrong}).encode()))
