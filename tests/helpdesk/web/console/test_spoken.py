"""What somebody said in person or in a letter, written down by an agent: theirs, dated, counted, and sent to nobody."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.identity import representing
from helpdesk.identity.representing import Standing
from helpdesk.messaging.models import Delivery
from helpdesk.people.bond_models import Relation, Scope
from helpdesk.people.commands import add_contact_point
from helpdesk.people.models import ContactKind, Person
from helpdesk.phone.models import PhoneCall
from helpdesk.tickets import commands
from helpdesk.tickets.models import Direction, Message, Ticket, Visibility
from tests.cast import Cast
from tests.helpdesk.identity.people import make_requester
from tests.helpdesk.sla.desk import hold_against_replay, hours, set_up, timers
from tests.makers import make_reply, make_ticket
from tests.pages import PageClient
from workflows.lifecycle import Status


def joy_speaks_for_ada(cast: Cast, **standing: Any) -> Person:
    joy = make_requester("Joy Carer", "joy@care.example")
    given = {"relation": Relation.CARER, "evidence": "Letter, seen.", **standing}
    with unit_of_work():
        people = [db.session.get_one(Person, one.id) for one in (cast.ada, joy)]
        representing.name_representative(*people, Standing(**given), actor=None)
    return joy


def write(client: PageClient, ticket: Ticket, status: int = 303, **fields: Any) -> str:
    values = {"channel": "visit", "said_at": "", "text": "It still beeps.", **fields}
    answer = client.post(f"/tickets/{ticket.number}/said", values, status=status)
    return str(answer.headers.get("Location") or answer.get_data(as_text=True))


def newest() -> Message:
    db.session.rollback()
    return db.session.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()


def test_what_somebody_said_at_the_counter_is_their_message_and_says_who_wrote_it_down(
    ben: PageClient, cast: Cast, clock: StoppedClock
) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    page = ben.get(write(ben, ticket)).get_data(as_text=True)
    said = newest()
    assert (said.direction, said.visibility) == (Direction.IN, Visibility.PUBLIC)
    assert (said.author_id, said.entered_by_id, said.channel) == (cast.ada.id, cast.ben.id, "visit")
    assert said.created_at == clock.now()
    assert "logged by Ben Kaya" in page


def test_it_stands_in_the_time_line_of_whoever_said_it(ben: PageClient, cast: Cast) -> None:
    write(ben, make_ticket(cast.ada, cast.it), text="I came to the counter.")
    page = ben.get(f"/people/{cast.ada.id}?show=timeline").get_data(as_text=True)
    assert "I came to the counter." in page


def test_a_letter_counts_from_the_day_it_came(
    ben: PageClient, cast: Cast, clock: StoppedClock
) -> None:
    set_up()
    ticket = make_ticket(cast.ada, cast.it)
    clock.advance(hours(1))
    make_reply(ticket, cast.ben)
    clock.advance(hours(3))
    came = clock.now() - hours(2)
    write(ben, ticket, channel="letter", said_at=came.isoformat(), text="My letter.")
    assert newest().created_at == came
    due = timers(ticket.id)["next_response", 1]
    assert due.due_at == came + hours(2)
    hold_against_replay(ticket.id)


def test_news_of_some_days_ago_does_not_make_a_ticket_older(
    ben: PageClient, cast: Cast, clock: StoppedClock
) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    clock.advance(hours(1))
    make_reply(ticket, cast.ben)
    latest = clock.now()
    write(ben, ticket, said_at=(latest - timedelta(days=3)).isoformat())
    db.session.rollback()
    assert db.session.get_one(Ticket, ticket.id).last_activity_at == latest


@pytest.mark.parametrize("days", [1, -400])
def test_what_is_still_to_come_or_long_past_is_refused_with_what_was_typed(
    ben: PageClient, cast: Cast, clock: StoppedClock, days: int
) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    typed = (clock.now() + timedelta(days=days)).isoformat()
    page = write(ben, ticket, status=422, said_at=typed, text="Typed.")
    assert "Typed." in page
    assert len(db.session.scalars(select(Message)).all()) == 1


def test_a_representative_is_named_with_their_right_and_counts_as_the_requester(
    ben: PageClient, cast: Cast, clock: StoppedClock
) -> None:
    set_up()
    joy, ticket = joy_speaks_for_ada(cast), make_ticket(cast.ada, cast.it)
    clock.advance(hours(1))
    make_reply(ticket, cast.ben)
    clock.advance(hours(1))
    place = write(ben, ticket, spoken_by=str(joy.id))
    said = newest()
    assert (said.author_id, said.for_person_id, said.for_why) == (joy.id, cast.ada.id, "carer")
    assert "for Ada Byrne" in ben.get(place).get_data(as_text=True)
    assert timers(ticket.id)["next_response", 1].due_at == clock.now() + hours(2)
    hold_against_replay(ticket.id)


def test_who_may_not_speak_on_this_ticket_is_refused_with_the_reason(
    ben: PageClient, cast: Cast
) -> None:
    joy = joy_speaks_for_ada(cast, scope=Scope.TYPES, ticket_types=["question"])
    page = write(ben, make_ticket(cast.ada, cast.it), status=422, spoken_by=str(joy.id))
    assert "Named as carer, but not for this." in page
    dan = write(ben, make_ticket(cast.ada, cast.it), status=422, spoken_by=str(cast.dan.id))
    assert "They may not speak for this person here." in dan


def test_nothing_is_sent_to_anybody(ben: PageClient, cast: Cast, settle: Any) -> None:
    write(ben, make_ticket(cast.ada, cast.it, channel="desk"))
    fields = {"channel": "visit", "subject": "Ramp", "text": "A ramp, please.", "type": "request"}
    ben.post("/tickets/new", {**fields, "name": "Old Mr Gray", "phone": "020 7946 0018"})
    settle()
    assert db.session.scalars(select(Delivery)).all() == []


def test_words_wake_a_resolved_ticket_and_a_closed_one_takes_none(
    ben: PageClient, cast: Cast
) -> None:
    ticket = make_ticket(cast.ada, cast.it, channel="desk")
    make_reply(ticket, cast.ben)
    with unit_of_work():
        commands.change_status(commands.lock(ticket.id), Status.RESOLVED, by=None, cause="test")
    write(ben, ticket)
    db.session.rollback()
    assert db.session.get_one(Ticket, ticket.id, populate_existing=True).is_open
    with unit_of_work():
        locked = commands.lock(ticket.id)
        commands.change_status(locked, Status.RESOLVED, by=None, cause="test")
        commands.change_status(locked, Status.CLOSED, by=None, cause="test")
    assert "was closed meanwhile" in write(ben, ticket, status=409, text="Kept.")


def test_a_scanned_letter_lies_beside_its_words(ben: PageClient, cast: Cast) -> None:
    files = {"files": (io.BytesIO(b"%PDF-1.7"), "letter.pdf")}
    write(ben, make_ticket(cast.ada, cast.it), channel="letter", text="", **files)
    assert [one.name for one in newest().attachments] == ["letter.pdf"]


def test_a_new_ticket_begins_when_its_words_were_said(
    ben: PageClient, cast: Cast, clock: StoppedClock
) -> None:
    set_up()
    came = clock.now() - timedelta(hours=1)
    fields = {"person_id": cast.ada.id, "channel": "letter", "said_at": came.isoformat()}
    more = {"subject": "Ramp", "text": "A ramp.", "type": "request"}
    ben.post("/tickets/new", {**fields, **more})
    ticket = newest().ticket
    assert (ticket.created_at, ticket.channel) == (came, "letter")
    hold_against_replay(ticket.id)


def test_a_call_of_a_representative_says_for_whom_they_spoke(ben: PageClient, cast: Cast) -> None:
    joy, ticket = joy_speaks_for_ada(cast), make_ticket(cast.ada, cast.it)
    with unit_of_work():
        person = db.session.get_one(Person, joy.id)
        add_contact_point(person, ContactKind.PHONE, "+442079460123")
    fields = {"do": "save", "number": "020 7946 0123", "direction": "in", "outcome": "spoke"}
    ben.post("/calls/new", {**fields, "notes": "She fell.", "onto": ticket.number})
    said = newest()
    assert db.session.scalars(select(PhoneCall.message_id)).all() == [said.id]
    assert (said.author_id, said.for_person_id, said.entered_by_id) == (
        joy.id,
        cast.ada.id,
        cast.ben.id,
    )
