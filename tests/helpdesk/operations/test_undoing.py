"""Undoing: what an operation did goes back, field by field; what came later stays, and is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.errors import Refused
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.journal.models import Entry
from helpdesk.operations import forgetting, undoing
from helpdesk.operations.access import LEAD_PERIOD, OWN_PERIOD
from helpdesk.operations.models import Operation, OperationPart, OperationState
from helpdesk.people.access import actor_of
from helpdesk.people.models import Person
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.verifying import verify_all
from tests.cast import Cast
from tests.helpdesk.operations.acts import (
    act,
    again,
    by_others,
    given_to,
    in_status,
    moved_to,
    named,
    of_type,
    put_in,
    tagged,
    undone,
    weighed,
)
from tests.makers import make_note, make_ticket
from workflows.lifecycle import Status


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return make_ticket(cast.ada, cast.it)


def test_every_field_goes_back_as_it_was(cast: Cast, ticket: Ticket) -> None:
    done = act(
        cast.ben,
        ticket,
        in_status("in_progress"),
        of_type("request"),
        tagged("rain"),
        named("Roof"),
        weighed(1),
        given_to(cast.cleo),
    )

    (part,) = undone(done, cast.ben)

    back = again(ticket)
    assert (back.type, back.tags, back.subject) == ("incident", [], "Printer prints blank pages")
    assert (back.priority, back.priority_overridden, back.assignee_id) == (4, False, None)
    assert (back.status, back.reopened) == (Status.NEW, 0)
    assert part.told["kept"] == []
    assert part.told["refused"] == {}
    assert list(verify_all()) == []


def test_what_somebody_changed_since_stays_and_the_rest_goes_back(
    cast: Cast, ticket: Ticket
) -> None:
    done = act(cast.ben, ticket, tagged("rain", "roof"), weighed(1), given_to(cast.ben))
    by_others(ticket, given_to(cast.cleo), tagged("rain", "leak"))

    (part,) = undone(done, cast.ben)

    back = again(ticket)
    assert (back.assignee_id, back.priority) == (cast.cleo.id, 4)
    assert [tag.name for tag in back.tags] == ["leak"]
    assert part.told["kept"] == ["assignee"]


def test_a_status_that_went_away_and_came_back_is_later_work(
    cast: Cast, ticket: Ticket, clock: StoppedClock
) -> None:
    done = act(cast.ben, ticket, in_status("in_progress"))
    clock.advance(timedelta(minutes=1))
    by_others(ticket, put_in("new"), put_in("in_progress"))

    undone(done, cast.ben)

    assert again(ticket).status == "in_progress"


def test_a_ticket_taken_up_again_is_resolved_again_with_its_code(
    cast: Cast, ticket: Ticket
) -> None:
    with_code = {"resolution_code": "fixed", "resolution": "Dried."}
    by_others(ticket, in_status("in_progress"))
    by_others(ticket, put_in("resolved", values=with_code))
    done = act(cast.ben, ticket, in_status("in_progress"))
    assert again(ticket).resolution_code is None

    undone(done, cast.ben)

    back = again(ticket)
    assert (back.status, back.resolution_code, back.reopened) == ("resolved", "fixed", 0)
    assert list(verify_all()) == []


def test_undoing_twice_does_it_once(cast: Cast, ticket: Ticket) -> None:
    done = act(cast.ben, ticket, tagged("rain"))
    undone(done, cast.ben)
    version = again(ticket).version

    undone(done, cast.ben)

    assert again(ticket).version == version


def test_the_journal_tells_who_did_it_and_who_took_it_back(cast: Cast, ticket: Ticket) -> None:
    done = act(cast.ben, ticket, tagged("rain"))
    undone(done, cast.cleo)

    told = {
        (one.event, one.actor_id)
        for one in db.session.query(Entry).filter_by(subject_kind="operation", subject_id=done.id)
    }
    assert told == {("OperationBegun", cast.ben.id), ("OperationUndone", cast.cleo.id)}
    line = db.session.query(Entry).filter_by(event="TakenBack", subject_id=ticket.id).one()
    assert (line.actor_id, line.after["went_back"]) == (cast.cleo.id, ["tags"])


@pytest.mark.parametrize(
    ("who", "later", "may"),
    [
        ("ben", timedelta(), True),
        ("ben", OWN_PERIOD + timedelta(minutes=1), False),
        ("cleo", OWN_PERIOD + timedelta(minutes=1), True),
        ("cleo", LEAD_PERIOD + timedelta(minutes=1), False),
        ("dan", timedelta(), False),
        ("eve", LEAD_PERIOD + timedelta(minutes=1), True),
    ],
)
def test_who_did_it_may_for_a_day_and_who_leads_for_longer(
    cast: Cast, ticket: Ticket, clock: StoppedClock, who: str, later: timedelta, may: bool
) -> None:
    done = act(cast.ben, ticket, tagged("rain"))
    clock.advance(later)
    person: Person = getattr(cast, who)
    if may:
        undone(done, person)
    else:
        refused(done, person)
    assert bool(again(ticket).tags) is not may


def refused(done: Operation, person: Person) -> None:
    with pytest.raises(Refused), unit_of_work():
        undoing.undo(done.id, actor=actor_of(person))


def test_a_ticket_given_to_the_wrong_group_is_taken_back_unseen(cast: Cast, ticket: Ticket) -> None:
    done = act(cast.ben, ticket, given_to(cast.ben), moved_to(cast.highways))

    undone(done, cast.ben)

    assert (again(ticket).group_id, again(ticket).assignee_id) == (cast.it.id, None)


def test_once_the_other_group_wrote_on_it_the_ticket_stays_theirs(
    cast: Cast, ticket: Ticket, clock: StoppedClock
) -> None:
    done = act(cast.ben, ticket, moved_to(cast.highways))
    clock.advance(timedelta(minutes=5))
    make_note(ticket, cast.dan)

    (part,) = undone(done, cast.ben)

    assert again(ticket).group_id == cast.highways.id
    assert part.told["refused"] == {"": "You may not change this ticket any more."}


def test_what_may_not_go_back_any_more_says_why(cast: Cast, ticket: Ticket) -> None:
    by_others(ticket, given_to(cast.cleo))
    done = act(cast.ben, ticket, given_to(cast.ben), tagged("rain"))
    with unit_of_work():
        db.session.get_one(Person, cast.cleo.id).is_active = False

    (part,) = undone(done, cast.ben)

    assert again(ticket).assignee_id == cast.ben.id
    assert "Cleo Marsh may not work on tickets of this group." in part.told["refused"]["assignee"]
    assert part.told["undone"] == ["tags"]
    assert db.session.get_one(Operation, done.id).state is OperationState.UNDONE


def test_what_nobody_may_undo_any_more_is_forgotten(
    cast: Cast, ticket: Ticket, clock: StoppedClock
) -> None:
    old = act(cast.ben, ticket, tagged("rain")).id
    clock.advance(forgetting.KEPT + timedelta(hours=1))
    new = act(cast.ben, ticket, tagged("roof")).id

    with unit_of_work():
        forgetting.forget_old()

    assert [one.id for one in db.session.query(Operation)] == [new]
    assert db.session.query(OperationPart).filter_by(operation_id=old).count() == 0
