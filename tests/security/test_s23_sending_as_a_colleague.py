"""S23: nobody sends as somebody else: the server says who writes, and a draft belongs to who sends it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.models import Delivery, DeliveryKind
from helpdesk.people.models import Group
from helpdesk.tickets.models import Direction, Message, Ticket
from tests.cast import Cast
from tests.makers import make_ticket
from tests.pages import PageClient
from tests.servers.scripted_smtp import ScriptedSmtp

FORGED = (
    {"from": "cleo@borough.example"},
    {"sender": "mayor@borough.example"},
    {"author": "3"},
    {"author_id": "3"},
    {"from_name": "The Mayor"},
    {"reply_to": "eve@evil.example"},
    {"envelope_from": "eve@evil.example"},
    {"external_id": "x@evil.example"},
    {"signature": "The Mayor"},
)


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    with unit_of_work():
        db.session.get_one(Group, cast.it.id).signature = "{agent}"
    return make_ticket(cast.ada, cast.it, channel="phone")


def said(ticket: Ticket, text: str = "Please try again.") -> dict[str, str]:
    return {"text": text, "version": str(ticket.version), "seen": "0"}


@pytest.mark.parametrize("forged", FORGED, ids=lambda one: next(iter(one)))
def test_a_form_that_names_its_sender_is_refused_whole(
    client: PageClient, cast: Cast, ticket: Ticket, forged: dict[str, str]
) -> None:
    client.sign_in("ben@borough.example")
    client.post(f"/tickets/{ticket.number}/replies", {**said(ticket), **forged}, status=422)
    db.session.rollback()

    out = select(Message).where(Message.direction == Direction.OUT)
    assert db.session.scalars(out).all() == []


@pytest.mark.parametrize(("who", "name"), [("ben", "Ben Kaya"), ("cleo", "Cleo Marsh")])
def test_a_mail_is_signed_by_who_sends_it_whoever_wrote_its_words(
    client: PageClient,
    cast: Cast,
    ticket: Ticket,
    settle: Callable[[], None],
    scripted_relay: ScriptedSmtp,
    who: str,
    name: str,
) -> None:
    client.sign_in(f"{who}@borough.example")
    # The words of a colleague's draft, sent by somebody else.
    client.post(f"/tickets/{ticket.number}/replies", said(ticket, "Written by Dan.\n\nDan"))
    settle()
    db.session.rollback()

    mail = scripted_relay.wait_for(1)[0].message
    body = mail.get_body(("plain",))
    message = db.session.scalars(select(Message).where(Message.direction == Direction.OUT)).one()
    assert body is not None
    assert str(body.get_content()).split("-- ")[-1].strip() == name
    assert mail["From"].strip('"').startswith(f"{name.split()[0]} at ")
    assert message.author_name == name


def test_whoever_may_not_answer_a_ticket_sends_nothing_on_it(
    client: PageClient, cast: Cast, ticket: Ticket, settle: Callable[[], None]
) -> None:
    client.sign_in("dan@borough.example")
    client.post(f"/tickets/{ticket.number}/replies", said(ticket), status=404)
    settle()

    replies = select(Delivery).where(Delivery.kind == DeliveryKind.REPLY)
    assert db.session.scalars(replies).all() == []
