"""What a telephone system says of its calls: in any order, each once; a missed call is a ticket."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.models import RawMessage, RawState
from helpdesk.notifications.models import Notification
from helpdesk.people.commands import add_contact_point
from helpdesk.people.models import ContactKind, Person
from helpdesk.phone import extensions
from helpdesk.phone.models import CallState, PhoneCall
from helpdesk.tickets.models import Message, Ticket
from tests.cast import Cast
from tests.helpdesk.phone.systems import System, make_system

NUMBER = "020 7946 0123"
NORMAL = "+442079460123"


@pytest.fixture
def system(app: Flask, cast: Cast) -> System:
    with unit_of_work():
        add_contact_point(db.session.get_one(Person, cast.ada.id), ContactKind.PHONE, NUMBER)
        ben = db.session.get_one(Person, cast.ben.id)
        extensions.set_extension(ben, "204", actor=cast.actor("ben"))
    return make_system(app, cast.it)


def the_call(name: str = "c-7") -> PhoneCall:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(PhoneCall).where(PhoneCall.external_id == name)).one()


def tickets() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(Ticket.id))) or 0


def test_a_call_that_is_answered_is_the_agents_whose_extension_it_is(
    system: System, cast: Cast, settle: Callable[[], None]
) -> None:
    system.tell("ringing", number=NUMBER)
    system.tell("answered", extension="204")
    settle()
    call = the_call()
    assert (call.state, call.agent_id, call.person_id) == (
        CallState.ANSWERED,
        cast.ben.id,
        cast.ada.id,
    )
    assert (call.number, tickets()) == (NORMAL, 0)


@pytest.mark.parametrize("order", ["0123", "3210", "2103", "1230", "3021"])
def test_the_order_in_which_news_comes_changes_nothing(
    system: System, cast: Cast, clock: StoppedClock, settle: Callable[[], None], order: str
) -> None:
    at = clock.now()
    clock.advance(timedelta(minutes=5))
    news = (
        ("ringing", {"number": NUMBER, "at": at.isoformat()}),
        ("answered", {"extension": "204", "at": (at + timedelta(seconds=8)).isoformat()}),
        ("ended", {"at": (at + timedelta(seconds=98)).isoformat(), "seconds": 90}),
        ("recorded", {"recording": "https://pbx.example/r/7"}),
    )
    for place in order:
        step, more = news[int(place)]
        system.tell(step, **more)
        settle()
    call = the_call()
    assert (call.state, call.agent_id, call.duration) == (CallState.ENDED, cast.ben.id, 90)
    assert call.answered_at == at + timedelta(seconds=8)
    assert call.recording_url == "https://pbx.example/r/7"
    assert tickets() == 0


def test_the_same_news_twice_is_one(system: System, settle: Callable[[], None]) -> None:
    for _time in range(2):
        system.calls = 0
        assert system.tell("missed", number=NUMBER) == 202
    settle()
    system.tell("missed", number=NUMBER)
    settle()
    assert tickets() == 1
    assert db.session.scalar(select(func.count(Message.id))) == 1


def test_a_missed_call_is_a_ticket_of_whoever_rang_and_its_group_is_told(
    system: System, cast: Cast, settle: Callable[[], None]
) -> None:
    system.tell("ringing", number=NUMBER)
    system.tell("missed", number=NUMBER)
    settle()
    ticket = db.session.scalars(select(Ticket)).one()
    assert (ticket.requester_id, ticket.group_id, ticket.channel, ticket.type) == (
        cast.ada.id,
        cast.it.id,
        "phone",
        "question",
    )
    assert the_call().ticket_id == ticket.id
    told = select(Notification.person_id).where(Notification.ticket_id == ticket.id)
    assert cast.ben.id in db.session.scalars(told).all()


def test_who_rings_again_in_vain_has_one_ticket(
    system: System, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    for number in range(3):
        system.tell("missed", call=f"c-{number}", number=NUMBER)
        settle()
        clock.advance(timedelta(minutes=20))
    assert tickets() == 1
    clock.advance(timedelta(days=2))
    system.tell("missed", call="c-9", number=NUMBER)
    settle()
    assert tickets() == 2


def test_an_unknown_number_becomes_a_person_whose_number_is_not_proven(
    system: System, settle: Callable[[], None]
) -> None:
    system.tell("missed", number="+49 30 901820")
    settle()
    (point,) = db.session.get_one(Person, the_call().person_id).contact_points
    assert (point.value, point.is_proven) == ("+4930901820", False)


@pytest.mark.parametrize("number", ["", "anonymous", "+"])
def test_a_withheld_number_is_a_call_and_no_ticket(
    system: System, settle: Callable[[], None], number: str
) -> None:
    system.tell("missed", number=number)
    settle()
    assert (the_call().state, the_call().number, tickets()) == (CallState.MISSED, "", 0)


def test_a_call_that_was_taken_elsewhere_is_not_missed(
    system: System, settle: Callable[[], None]
) -> None:
    system.tell("answered", number=NUMBER, extension="204")
    system.tell("missed", number=NUMBER)
    settle()
    assert tickets() == 0


def test_late_news_that_it_was_answered_is_noted_on_the_ticket(
    system: System, settle: Callable[[], None]
) -> None:
    system.tell("missed", number=NUMBER)
    settle()
    system.tell("answered", extension="204")
    settle()
    texts = db.session.scalars(select(Message.text).order_by(Message.id)).all()
    assert "answered after all" in texts[-1]
    assert the_call().state is CallState.ENDED


def test_a_call_outward_that_nobody_took_is_no_ticket(
    system: System, settle: Callable[[], None]
) -> None:
    system.tell("missed", number=NUMBER, direction="out")
    settle()
    assert tickets() == 0


def test_a_clock_that_is_wrong_by_days_is_not_believed(
    system: System, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    system.tell("ringing", number=NUMBER, at="2031-01-01T00:00:00Z")
    settle()
    assert the_call().started_at == clock.now()


def test_news_that_cannot_be_read_waits_for_a_person(
    system: System, settle: Callable[[], None]
) -> None:
    assert system.tell("missed", number=NUMBER, recording="javascript:alert(1)") == 202
    settle()
    raw = db.session.scalars(select(RawMessage)).one()
    assert (raw.state, tickets()) == (RawState.QUARANTINED, 0)


def test_an_unsigned_call_leaves_nothing(system: System) -> None:
    assert system.post(b'{"id":"1","call":"c","event":"missed"}', {}) == 401
    assert db.session.scalars(select(RawMessage)).all() == []
