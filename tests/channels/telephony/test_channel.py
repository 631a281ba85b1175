"""The channel of telephone systems: what it reads of their news, and what every channel promises."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from channels.channel import Channel, ChannelError, Forged, RawItem, WebhookRequest
from channels.message import Address, CallReport, CallStep, OutboundMessage
from channels.telephony.channel import TelephonyChannel
from channels.testing import ChannelContract, factory_of
from channels.webhook import signing

SECRET = "a secret that is long enough"
AT = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)


def raw(**said: Any) -> RawItem:
    whole = {"id": "e-1", "call": "c-7", "event": "ringing", "number": "02079460123", **said}
    return RawItem("e-1", json.dumps(whole).encode())


class TestContract(ChannelContract):
    secret: ClassVar[str] = SECRET

    def make_channel(self) -> Channel:
        return factory_of(TelephonyChannel)({}, {"secret": SECRET})

    def make_raw(self) -> RawItem:
        return raw()

    def make_outbound(self) -> OutboundMessage:
        return OutboundMessage(
            from_=Address("desk"),
            to=(Address("02079460123"),),
            subject="",
            text="It is mended.",
            external_id="ours-1@desk.example",
            sent_at=AT,
        )

    def make_refusing_channel(self) -> Channel:
        return TelephonyChannel({}, {"secret": SECRET})


def test_a_step_of_a_call_is_read_with_all_it_says() -> None:
    said = raw(
        event="ended",
        extension="204",
        direction="out",
        at="2026-11-16T11:00:00+01:00",
        seconds=95,
        recording="https://pbx.example/recordings/7?key=a",
    )
    (message,) = TelephonyChannel({}).parse(said)
    assert message.call == CallReport(
        call="c-7",
        step=CallStep.ENDED,
        number="02079460123",
        extension="204",
        outward=True,
        at=AT,
        seconds=95,
        recording_url="https://pbx.example/recordings/7?key=a",
    )


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({"id": ""}, "id"),
        ({"call": None}, "call"),
        ({"call": "x" * 201}, "call"),
        ({"call": 7}, "call"),
        ({"event": "exploded"}, "event"),
        ({"event": ["ringing"]}, "event"),
        ({"direction": "sideways"}, "direction"),
        ({"number": "1\u0000"}, "number"),
        ({"number": "\ud800"}, "number"),
        ({"extension": "2" * 21}, "extension"),
        ({"at": "today"}, "at"),
        ({"at": "2026-11-16T11:00:00"}, "offset"),
        ({"at": 7}, "at"),
        ({"seconds": -1}, "seconds"),
        ({"seconds": True}, "seconds"),
        ({"seconds": 1e9}, "seconds"),
        ({"seconds": 10**9}, "seconds"),
        ({"recording": "http://pbx.example/7"}, "https"),
        ({"recording": "javascript:alert(1)"}, "https"),
        ({"recording": "https://"}, "https"),
        ({"recording": "https://ada:secret@pbx.example/7"}, "https"),
        ({"recording": 'https://pbx.example/"><script>'}, "https"),
        ({"recording": "https://[pbx"}, "https"),
        ({"recording": "https://pbx.example/" + "7" * 2000}, "recording"),
    ],
)
def test_what_is_no_step_of_a_call_says_which_field_is_wrong(
    said: dict[str, Any], named: str
) -> None:
    with pytest.raises(ChannelError, match=named):
        TelephonyChannel({}).parse(raw(**said))


def call(body: bytes, **headers: str) -> WebhookRequest:
    return WebhookRequest(method="POST", headers=headers, body=body, at=AT)


def test_only_what_is_signed_is_kept() -> None:
    channel = TelephonyChannel({}, {"secret": SECRET})
    body = raw().body
    signed = signing.sign("e-1", body, at=AT, keys=[signing.key_of(SECRET)])
    assert channel.receive(call(body, **signed)).items[0].body == body
    for forged in (call(body), call(body + b" ", **signed)):
        with pytest.raises(Forged):
            channel.receive(forged)


def test_without_a_secret_nothing_is_believed() -> None:
    with pytest.raises(Forged):
        TelephonyChannel({}).receive(call(b"{}"))
    with pytest.raises(ChannelError, match="no secret"):
        TelephonyChannel({}).test_connection()
    assert "can be used" in TelephonyChannel({}, {"secret": SECRET}).test_connection()
