"""P24: a refusal for good is not tried again; the server's words stand on the ticket and the agent is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.models import Delivery, DeliveryState
from helpdesk.notifications.models import Notification
from helpdesk.people.reachability import undeliverable
from helpdesk.tickets.commands import assign, lock
from helpdesk.tickets.models import Direction, Ticket, Visibility
from tests.cast import Cast
from tests.faults.outgoing import fresh, tick, written
from tests.helpdesk.messaging.post import messages_of
from tests.makers import make_ticket
from tests.servers.scripted_smtp import ScriptedSmtp

pytestmark = pytest.mark.faults

ADA = "ada@borough.example"


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    made = make_ticket(cast.ada, cast.it, channel="phone")
    with unit_of_work():
        assign(lock(made.id), cast.ben, by=cast.cleo.id, cause="test")
    return made


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "."])
def test_a_refusal_for_good_is_shown_in_the_servers_words_and_told(
    app: Flask,
    cast: Cast,
    clock: StoppedClock,
    scripted_relay: ScriptedSmtp,
    ticket: Ticket,
    step: str,
) -> None:
    ben_id = cast.ben.id
    tick(app)
    scripted_relay.script[step] = "550 5.7.1 we do not want this"
    delivery = written(ticket, cast)
    tick(app)
    tried = fresh(delivery).attempts
    for _ in range(50):
        clock.advance(timedelta(hours=1))
        tick(app)

    note = messages_of(ticket)[-1]
    told = db.session.scalars(
        select(Notification.person_id).where(Notification.kind == "delivery_failed")
    )
    assert (fresh(delivery).state, fresh(delivery).attempts, tried) == (DeliveryState.FAILED, 1, 1)
    assert (note.visibility, note.direction) == (Visibility.INTERNAL, Direction.NOTE)
    assert "550 5.7.1 we do not want this" in note.text
    assert ben_id in set(told)


def test_an_address_that_does_not_exist_gets_nothing_more_until_somebody_says_so(
    app: Flask, cast: Cast, scripted_relay: ScriptedSmtp, ticket: Ticket
) -> None:
    tick(app)
    scripted_relay.script[f"RCPT TO:<{ADA}>"] = ["550 5.1.1 no such user"]
    written(ticket, cast, "First.")
    tick(app)
    asked = len(scripted_relay.commands(f"RCPT TO:<{ADA}>".upper()))
    second = written(ticket, cast, "Second.")
    tick(app)

    assert "no such user" in (undeliverable(ADA) or "")
    assert fresh(second).state is DeliveryState.FAILED
    assert "no such user" in fresh(second).last_error
    assert len(scripted_relay.commands(f"RCPT TO:<{ADA}>".upper())) == asked == 1


def test_some_refused_people_do_not_keep_it_from_the_others(
    app: Flask, cast: Cast, clock: StoppedClock, scripted_relay: ScriptedSmtp, ticket: Ticket
) -> None:
    tick(app)
    scripted_relay.script["RCPT TO:<gone@citizen.example>"] = "550 5.1.1 nobody"
    scripted_relay.script["RCPT TO:<slow@citizen.example>"] = ["450 4.2.0 later"]
    delivery = written(ticket, cast)
    with unit_of_work():
        one = db.session.get_one(Delivery, delivery.id)
        one.recipients = [ADA, "gone@citizen.example", "slow@citizen.example"]
    tick(app)
    left = fresh(delivery).recipients
    clock.advance(timedelta(minutes=2))
    tick(app)

    notes = [message.text for message in messages_of(ticket) if message.direction is Direction.NOTE]
    arrived = [taken.recipients for taken in scripted_relay.taken if ADA not in taken.recipients]
    assert left == ["slow@citizen.example"]
    assert any("gone@citizen.example" in text and "5.1.1 nobody" in text for text in notes)
    assert fresh(delivery).state is DeliveryState.SENT
    assert ("slow@citizen.example",) in arrived
    assert {taken.message["Message-ID"] for taken in scripted_relay.taken[-2:]} == {
        f"<{delivery.external_id}>"
    }
