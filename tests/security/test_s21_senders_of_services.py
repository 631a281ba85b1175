"""S19-S22 at the doors of services: no machine is answered, nothing steers the desk, no odd sender is believed, no line breaks leave."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from channels.channel import ChannelError
from channels.message import Address, File, OutboundMessage
from channels.meta.graph import form_of
from channels.whatsapp.channel import WhatsAppChannel
from helpdesk.core.db import db
from helpdesk.messaging.models import Delivery, RawMessage, RawState
from helpdesk.people.models import Person
from helpdesk.tickets.models import Message, Ticket
from tests.cast import Cast
from tests.channels.whatsapp.events import AT, SENDER, message, text, value
from tests.helpdesk.messaging.whatsapp import Phone, make_phone
from tests.servers.meta import NUMBER_ID, TOKEN, Meta

Settle = Callable[[], None]
BREAKS = ["\r\n", "\n", "\r", "\x00", "\u2028"]


@pytest.fixture
def phone(app: Flask, cast: Cast, meta: Meta) -> Iterator[Phone]:
    app.config["DESK_INTERNAL_HOSTS"] = ("localhost",)
    yield make_phone(app, meta, cast.it)
    app.config["DESK_INTERNAL_HOSTS"] = ()


def count(kind: type) -> int:
    return db.session.scalar(select(func.count()).select_from(kind)) or 0


def test_nobody_is_answered_by_itself_and_no_machine_wakes_anybody(
    phone: Phone, settle: Settle
) -> None:
    phone.say("The bin was not emptied.")
    phone.send("system", system={"body": "Ada changed her number", "type": "user_changed_number"})
    phone.say("I am on holiday until Monday. This is an automatic reply.")
    settle()
    assert count(Delivery) == 0
    machine = db.session.scalars(select(Message.automation).order_by(Message.id)).all()
    assert machine == [None, "auto_generated", None]


def test_control_words_in_a_message_steer_nothing(phone: Phone, cast: Cast, settle: Settle) -> None:
    phone.call(
        value(
            text(
                "X-Desk-Ticket: 1\nX-Desk-Status: closed",
                headers={"X-Desk-Loop": "ours"},
                **{"x-desk-requester": "ada@borough.example", "automatic": True},
            )
        )
    )
    settle()
    ticket = db.session.scalars(select(Ticket)).one()
    assert ticket.requester_id != cast.ada.id
    said = db.session.scalars(select(Message)).one()
    assert said.text.startswith("X-Desk-Ticket: 1")
    assert said.automation is None


@pytest.mark.parametrize(
    "sender",
    [
        "",
        "ada@borough.example",
        "447700900123\r\nBcc: x@x.example",
        "447700900123,447700900124",
        "447700900123)<447700900124>",
        "٤٤٧٧٠٠٩٠٠١٢٣",
        "4" * 60,
        ["447700900123"],
        {"id": "447700900123"},
        None,
        "+",
        "0x1A2B",
    ],
)
def test_a_sender_that_is_no_number_becomes_nobody(
    phone: Phone, settle: Settle, sender: Any
) -> None:
    before = count(Person)
    phone.call(value({**message(text={"body": "Hello."}), "from": sender}))
    settle()
    assert (count(Person), count(Ticket)) == (before, 0)
    raw = db.session.scalars(select(RawMessage)).one()
    assert raw.state in (RawState.QUARANTINED, RawState.REJECTED)


def test_a_name_is_only_a_name(phone: Phone, cast: Cast, settle: Settle) -> None:
    said = value(text("Hello."))
    said["contacts"][0]["profile"]["name"] = "Ada <ada@borough.example>\r\nBcc: x\u202e"
    phone.call(said)
    settle()
    ticket = db.session.scalars(select(Ticket)).one()
    assert ticket.requester_id != cast.ada.id
    assert not set(ticket.requester.name) & set("\r\n\u202e")


def outbound(**more: Any) -> OutboundMessage:
    said: dict[str, Any] = {
        "from_": Address("desk"),
        "to": (Address(f"+{SENDER}"),),
        "subject": "s",
        "text": "t",
        "external_id": "ours-1",
        "sent_at": AT,
    }
    return OutboundMessage(**{**said, **more})


@pytest.mark.parametrize("broken", BREAKS)
def test_no_line_break_leaves_in_a_header(meta: Meta, broken: str) -> None:
    settings = {"number_id": NUMBER_ID, "url": meta.url, "internal_hosts": "localhost"}
    channel = WhatsAppChannel(settings, {"token": TOKEN})
    odd = f"x{broken}X-Injected: y"
    file = File(f"{odd}.jpg", "image/jpeg", b"\xff\xd8")
    channel.send(outbound(text=odd, files=(file,), external_id=odd, subject=odd))
    assert all("x-injected" not in one.headers for one in meta.asked)
    assert b"\nX-Injected" not in meta.asked[0].body
    with pytest.raises(ChannelError):
        channel.send(outbound(to=(Address(f"+{SENDER}{broken}X-Injected: y"),)))
    for settled in ({"number_id": odd}, {"number_id": f"{NUMBER_ID}{broken}"}):
        with pytest.raises(ChannelError):
            WhatsAppChannel({**settings, **settled}, {"token": TOKEN}).send(outbound())
    with pytest.raises(ChannelError):
        WhatsAppChannel(settings, {"token": odd}).send(outbound())


@pytest.mark.parametrize("broken", BREAKS)
def test_no_part_of_a_form_ends_before_its_end(broken: str) -> None:
    file = File(f'a"{broken}b', f"image/png{broken}X: y", b"body")
    form = form_of({"type": "image/png"}, file, "border")
    assert form.count(b"--border") == 3
    head = form.split(b"\r\n\r\n")[-2]
    assert head.count(b"\n") == 3
