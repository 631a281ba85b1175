"""Calls that were promised: noticed once before they are due, done when they were made, and theirs who promised."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.core import clock as desk_clock
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.core.unit_of_work import owe, unit_of_work
from helpdesk.messaging.models import Delivery, DeliveryKind
from helpdesk.notifications.kinds import CALL_BACK
from helpdesk.notifications.models import Notification
from helpdesk.people.models import Membership, Person
from helpdesk.phone import call_backs
from helpdesk.phone.call_backs import Promise, access_call_back, promise
from helpdesk.phone.commands import NewTicket, Said, log_call
from helpdesk.phone.models import CallBack, CallDirection, PhoneCall
from helpdesk.schedule import remind_of_call_backs
from helpdesk.tickets.commands import lock
from helpdesk.tickets.merging import merge
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.makers import make_ticket

NUMBER = "+442079460123"


def promised(ticket: Ticket, cast: Cast, minutes: int = 60) -> CallBack:
    due = desk_clock.now() + timedelta(minutes=minutes)
    with unit_of_work():
        return promise(
            lock(ticket.id),
            db.session.get_one(Person, cast.ada.id),
            db.session.get_one(Person, cast.ben.id),
            number=NUMBER,
            promised=Promise(due),
        )


def remind() -> None:
    with unit_of_work():
        remind_of_call_backs()


def reminders() -> list[int]:
    db.session.rollback()
    told = select(Notification.person_id).where(Notification.kind == CALL_BACK)
    return list(db.session.scalars(told))


def test_an_agent_is_reminded_once_before_the_call_is_due(
    cast: Cast, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    promised(make_ticket(cast.ada, cast.it), cast)
    clock.advance(timedelta(minutes=49))
    remind()
    settle()
    assert reminders() == []
    clock.advance(timedelta(minutes=1))
    for _time in range(2):
        remind()
        settle()
    assert reminders() == [cast.ben.id]
    mails = select(Delivery.subject).where(Delivery.kind == DeliveryKind.NOTICE)
    assert [one for one in db.session.scalars(mails) if "call to make" in one] != []


def test_two_workers_that_remind_at_once_remind_once(
    cast: Cast, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    row = promised(make_ticket(cast.ada, cast.it), cast, minutes=5)
    for _worker in range(2):
        with unit_of_work():
            owe(call_backs.JOB, row.id)
        settle()
    assert reminders() == [cast.ben.id]


def test_who_may_not_see_the_ticket_any_more_is_not_reminded(
    cast: Cast, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    row = promised(make_ticket(cast.ada, cast.it), cast)
    with unit_of_work():
        db.session.query(Membership).filter_by(person_id=cast.ben.id).delete()
    clock.advance(timedelta(hours=1))
    remind()
    settle()
    assert reminders() == []
    with pytest.raises(NotFound):
        access_call_back(cast.actor("dan"), row.id)


def test_ringing_back_settles_what_was_promised(cast: Cast, app: Flask) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    row = promised(ticket, cast)
    with unit_of_work():
        log_call(
            Said(notes="All is well.", direction=CallDirection.OUT),
            person=db.session.get_one(Person, cast.ada.id),
            number=NUMBER,
            onto=lock(ticket.id),
            new=None,
            actor=cast.actor("ben"),
        )
    db.session.refresh(row)
    assert (row.done_by_id, row.tell_at) == (cast.ben.id, None)


def test_calls_and_promises_go_with_their_messages(cast: Cast, app: Flask) -> None:
    target = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        call = log_call(
            Said(notes="It smokes."),
            person=db.session.get_one(Person, cast.ada.id),
            number=NUMBER,
            onto=None,
            new=NewTicket(type="incident", group=cast.it),
            actor=cast.actor("ben"),
        )
        source = db.session.get_one(Ticket, call.ticket_id)
        promise(
            source,
            source.requester,
            db.session.get_one(Person, cast.ben.id),
            number=NUMBER,
            promised=Promise(desk_clock.now() + timedelta(hours=1)),
        )
    with unit_of_work():
        merge(lock(source.id), lock(target.id), by=cast.ben.id, cause="test")
    assert db.session.scalars(select(PhoneCall.ticket_id)).all() == [target.id]
    assert db.session.scalars(select(CallBack.ticket_id)).all() == [target.id]
