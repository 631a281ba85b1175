"""Replies that wait while their ticket is merged, parted, split or given to somebody else: never lost, never misdirected."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk.composing import drafts, planning
from helpdesk.composing.models import PlannedReply, PlannedState
from helpdesk.composing.planning import Plan
from helpdesk.core import clock
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.models import Delivery, DeliveryKind
from helpdesk.notifications.models import Notification
from helpdesk.people.commands import register_requester
from helpdesk.tickets import deleting, merging, moving, requesting
from helpdesk.tickets.commands import lock
from helpdesk.tickets.conversation import NewMessage
from helpdesk.tickets.models import Direction, Message, Ticket
from tests.cast import Cast
from tests.helpdesk.messaging.answers import merge, move_out
from tests.helpdesk.messaging.post import messages_of
from tests.helpdesk.web.console.budget import look_again
from tests.makers import make_reply, make_ticket, make_words_of
from tests.pages import PageClient

WORDS = "Please try again."


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return make_ticket(cast.ada, cast.it)


def plan(ticket: Ticket, cast: Cast, *, undo: int = 0) -> None:
    """Let an answer of Ben's to the newest message wait: for so many seconds, or an hour."""
    new = NewMessage(
        text=WORDS,
        direction=Direction.OUT,
        channel="email",
        author=cast.ben,
        recipients={"to": ["ada@borough.example"]},
    )
    how = Plan(
        undo=timedelta(seconds=undo),
        later=None if undo else clock.now() + timedelta(hours=1),
        seen_id=max(one.id for one in messages_of(ticket)),
    )
    with unit_of_work():
        planning.plan(lock(ticket.id), new, cast.actor("ben"), how)


def pass_by(clock: StoppedClock, settle: Callable[[], None]) -> None:
    clock.advance(timedelta(hours=2))
    with unit_of_work():
        planning.owe_due()
    settle()
    look_again()


def standing() -> tuple[int, PlannedState]:
    look_again()
    row = db.session.scalars(select(PlannedReply)).one()
    return row.ticket_id, row.state


def sent_on() -> list[int]:
    rows = select(Message.ticket_id).where(Message.text == WORDS)
    return list(db.session.scalars(rows))


def held(cast: Cast, ticket: Ticket) -> tuple[str, list[str]]:
    """What stands in Ben's draft on a ticket, and what he was told there."""
    look_again()
    draft = drafts.of_ticket(cast.ben.id, ticket.id).get("reply")
    kinds = select(Notification.kind).where(
        Notification.person_id == cast.ben.id,
        Notification.ticket_id == ticket.id,
        Notification.kind.startswith("planned"),
    )
    return draft.text if draft else "", list(db.session.scalars(kinds))


def test_it_goes_along_when_its_ticket_is_merged_into_one_of_the_same_person(
    client: PageClient,
    cast: Cast,
    ticket: Ticket,
    clock: StoppedClock,
    settle: Callable[[], None],
) -> None:
    target = make_ticket(cast.ada, cast.it)
    plan(ticket, cast)
    merge(ticket, target)
    client.sign_in("ben@borough.example")
    assert "Will be sent" in client.get(f"/tickets/{target.number}").get_data(as_text=True)
    pass_by(clock, settle)
    assert sent_on() == [target.id]
    replies = select(Delivery.recipient).where(Delivery.kind == DeliveryKind.REPLY)
    assert db.session.scalars(replies).all() == ["ada@borough.example"]


def test_it_comes_back_when_the_merge_is_taken_back(
    cast: Cast, ticket: Ticket, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    target = make_ticket(cast.ada, cast.it)
    clock.advance(timedelta(minutes=1))
    plan(ticket, cast)
    merge(ticket, target)
    with unit_of_work():
        merging.undo(*moving.lock_both(ticket.id, target.id), by=None, cause="test")
    assert standing() == (ticket.id, PlannedState.WAITING)
    pass_by(clock, settle)
    assert sent_on() == [ticket.id]


@pytest.mark.parametrize("undo", [0, 10])
def test_it_is_held_when_its_ticket_is_merged_into_one_of_somebody_else(
    cast: Cast, ticket: Ticket, clock: StoppedClock, settle: Callable[[], None], undo: int
) -> None:
    with unit_of_work():
        zoe = register_requester("Zoe", "zoe@example.org")
    target = make_ticket(zoe, cast.it)
    plan(ticket, cast, undo=undo)
    merge(ticket, target)
    pass_by(clock, settle)
    assert sent_on() == []
    assert held(cast, target) == (WORDS, ["planned_merged"])


def test_it_is_held_when_what_it_answers_is_split_off(
    cast: Cast, ticket: Ticket, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    make_reply(ticket, cast.ben, "Which floor?")
    asked = make_words_of(ticket, cast.ada, "And the lift stands.")
    plan(ticket, cast)
    move_out(db.session.get_one(Message, asked.id))
    pass_by(clock, settle)
    assert sent_on() == []
    assert held(cast, ticket) == (WORDS, ["planned_moved"])


def test_it_stays_when_something_else_is_split_off(
    cast: Cast, ticket: Ticket, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    asked = make_words_of(ticket, cast.ada, "And the lift stands.")
    make_reply(ticket, cast.ben, "Which floor?")
    plan(ticket, cast)
    move_out(db.session.get_one(Message, asked.id))
    pass_by(clock, settle)
    assert sent_on() == [ticket.id]


def test_it_is_held_when_the_ticket_is_for_somebody_else(
    cast: Cast, ticket: Ticket, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    with unit_of_work():
        zoe = register_requester("Zoe", "zoe@example.org")
    plan(ticket, cast, undo=10)
    with unit_of_work():
        requesting.change_requester(lock(ticket.id), zoe, by=cast.cleo.id, cause="test")
    pass_by(clock, settle)
    assert sent_on() == []
    assert held(cast, ticket) == (WORDS, ["planned_requester"])


def test_a_ticket_that_comes_back_in_time_still_sends_it(
    cast: Cast, ticket: Ticket, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    plan(ticket, cast)
    with unit_of_work():
        deleting.delete(lock(ticket.id), "Spam", by=cast.eve.id, cause="test")
    with unit_of_work():
        deleting.restore(lock(ticket.id), by=cast.eve.id, cause="test")
    pass_by(clock, settle)
    assert sent_on() == [ticket.id]


def test_the_key_takes_back_what_was_just_sent_and_nothing_older(
    client: PageClient, cast: Cast, ticket: Ticket, clock: StoppedClock
) -> None:
    plan(ticket, cast)
    clock.advance(timedelta(minutes=2))
    client.sign_in("ben@borough.example")
    path = f"/tickets/{ticket.number}/planned"
    assert 'data-key="undo"' not in client.get(path).get_data(as_text=True)
    make_words_of(ticket, cast.ben, "x")
    plan(ticket, cast, undo=10)
    page = client.get(path).get_data(as_text=True)
    assert page.count('data-key="undo"') == 1
    client.get(path)
    client.sign_in("cleo@borough.example")
    assert 'data-key="undo"' not in client.get(path).get_data(as_text=True)
