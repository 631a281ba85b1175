"""Many tickets changed as one act: some at a time, stopped, gone on with, told in one line, and undone as one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import insert, select

from helpdesk.core.db import db
from helpdesk.core.models import OutboxEntry
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.journal.models import Entry
from helpdesk.notifications.models import Notification
from helpdesk.operations import bulk, undoing
from helpdesk.operations.bulk import Chosen, Wanted
from helpdesk.operations.changing import Changes
from helpdesk.operations.models import Operation, OperationPart, OperationState
from helpdesk.people.access import actor_of
from helpdesk.people.models import Person
from helpdesk.tickets.commands import watch
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.verifying import verify_all
from tests.cast import Cast
from tests.counting import count_queries
from tests.helpdesk.identity.test_at_once import together
from tests.helpdesk.operations.acts import again, by_others
from tests.makers import make_ticket

TAGGED = Wanted(Changes(tag="rain"))
# What a worker sends for twenty tickets at most, 8 for each and what they share; at 500 tickets as at 50.
STATEMENTS_A_STEP = 180


@pytest.fixture
def many(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> list[Ticket]:
    """Five tickets, and two at a time."""
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    monkeypatch.setattr(undoing, "AT_ONCE", 2)
    return [make_ticket(cast.ada, cast.it) for _number in range(5)]


def begin(person: Person, tickets: list[Ticket], wanted: Wanted = TAGGED) -> Operation:
    with unit_of_work():
        chosen = [Chosen(one.id, None) for one in tickets]
        made = bulk.change(actor_of(person), chosen, wanted).operation
    assert made is not None
    return made


def step(made: Operation) -> OperationState:
    """Let a worker go on once; how it stands then."""
    with unit_of_work():
        bulk.carry_on(made.id)
    db.session.expire_all()
    return db.session.get_one(Operation, made.id).state


def tagged_ones(tickets: list[Ticket]) -> list[bool]:
    return [bool(again(one).tags) for one in tickets]


def test_it_goes_on_by_some_until_all_are_done(cast: Cast, many: list[Ticket]) -> None:
    made = begin(cast.ben, many)
    assert tagged_ones(many) == [False] * 5

    assert step(made) is OperationState.RUNNING
    assert tagged_ones(many) == [True, True, False, False, False]
    step(made)
    assert step(made) is OperationState.DONE
    assert tagged_ones(many) == [True] * 5
    # A job that comes late finds nothing to do.
    assert step(made) is OperationState.DONE
    assert db.session.query(Entry).filter_by(event="TagsChanged").count() == 5


def test_two_workers_at_once_do_each_ticket_once(
    app: Flask, cast: Cast, many: list[Ticket]
) -> None:
    made = begin(cast.ben, many).id

    together(app, lambda: bulk.carry_on(made), lambda: bulk.carry_on(made))

    db.session.rollback()
    assert tagged_ones(many) == [True, True, True, True, False]
    assert db.session.query(Entry).filter_by(event="TagsChanged").count() == 4


def test_stopped_it_stays_where_it_is_and_what_it_did_is_undone(
    cast: Cast, many: list[Ticket]
) -> None:
    made = begin(cast.ben, many)
    step(made)
    with unit_of_work():
        bulk.stop(made.id, actor=actor_of(cast.ben))
    assert step(made) is OperationState.STOPPED

    with unit_of_work():
        undoing.undo(made.id, actor=actor_of(cast.ben))

    assert tagged_ones(many) == [False] * 5


def test_one_undo_for_all_goes_on_by_some_and_keeps_later_work(
    cast: Cast, many: list[Ticket]
) -> None:
    made = begin(cast.ben, many, Wanted(Changes(priority=1, because="Storm.")))
    while step(made) is OperationState.RUNNING:
        pass
    by_others(many[3], lambda one, how: lift(one, how))

    with unit_of_work():
        assert undoing.undo(made.id, actor=actor_of(cast.ben)).state is OperationState.UNDOING
    while step(made) is OperationState.UNDOING:
        pass

    assert [again(one).priority for one in many] == [4, 4, 4, 2, 4]
    left = undoing.result_of(db.session.get_one(Operation, made.id)).left
    assert [one.ticket_id for one in left] == [many[3].id]
    assert list(verify_all()) == []


def lift(ticket: Ticket, how: dict[str, object]) -> None:
    from helpdesk.tickets.prioritizing import set_priority

    set_priority(ticket, impact=ticket.impact, urgency=ticket.urgency, override=2, **how)  # type: ignore[arg-type]


def test_each_that_is_refused_says_why_and_keeps_no_other(cast: Cast, many: list[Ticket]) -> None:
    by_others(many[0], lambda one, _how: setattr(one, "group_id", cast.highways.id))
    chosen = [Chosen(many[0].id, None), Chosen(many[1].id, 99), Chosen(many[2].id, 1)]

    with unit_of_work():
        made = bulk.change(actor_of(cast.ben), chosen[:2], TAGGED)
        other = bulk.change(actor_of(cast.ben), chosen[2:], TAGGED)

    assert made.operation is None
    assert [why for _number, why in made.refused] == ["There is no such ticket."]
    assert made.met == {many[1].number: 99}
    assert other.done == 1


def test_rights_that_ended_meanwhile_end_the_work(cast: Cast, many: list[Ticket]) -> None:
    made = begin(cast.ben, many)
    step(made)
    with unit_of_work():
        db.session.get_one(Person, cast.ben.id).is_active = False
        from helpdesk.people.models import Membership

        for held in db.session.scalars(select(Membership).filter_by(person_id=cast.ben.id)):
            db.session.delete(held)
    while step(made) is OperationState.RUNNING:
        pass
    assert tagged_ones(many) == [True, True, False, False, False]


def test_looking_says_what_would_be_and_leaves_nothing(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    wanted = Wanted(Changes(tag="rain", status="closed", assignee=cast.dan.id))

    (refused,) = bulk.look(actor_of(cast.ben), [Chosen(ticket.id, 1)], wanted)
    (looked,) = bulk.look(actor_of(cast.ben), [Chosen(ticket.id, 1)], TAGGED)

    assert "Dan Okoro may not work on tickets of this group." in refused.why_not
    assert (looked.before, looked.after) == ({"tags": []}, {"tags": ["rain"]})
    assert (again(ticket).version, again(ticket).tags) == (1, [])
    assert db.session.query(OutboxEntry).filter_by(job=undoing.JOB).count() == 0


def test_whoever_is_given_many_is_told_in_one_line(
    cast: Cast, many: list[Ticket], settle: Callable[[], None]
) -> None:
    settle()
    db.session.rollback()
    before = db.session.query(Notification).count()
    begin(cast.ben, many, Wanted(Changes(assignee=cast.cleo.id)))

    settle()

    db.session.rollback()
    told = db.session.scalars(select(Notification.kind).order_by(Notification.id)).all()[before:]
    assert sorted(told) == ["assigned_together", "operation_done"]
    assert {again(one).assignee_id for one in many} == {cast.cleo.id}


def test_a_macro_on_many_tells_nobody_of_each(
    cast: Cast, many: list[Ticket], settle: Callable[[], None]
) -> None:
    body = {
        "title": "Storm",
        "do": [{"add_note": "Storm."}, {"assign_agent": "cleo@borough.example"}],
    }
    with unit_of_work():
        store.save(Kind.MACRO, "storm", body, by=None, cause="test")
    settle()
    db.session.rollback()
    before = db.session.query(Notification).count()
    begin(cast.ben, many, Wanted(Changes(), "storm"))

    settle()

    db.session.rollback()
    told = db.session.scalars(select(Notification.kind).order_by(Notification.id)).all()[before:]
    assert sorted(told) == ["assigned_together", "operation_done"]
    assert {again(one).message_count for one in many} == {2}


def test_five_hundred_tickets_cost_so_many_statements(cast: Cast) -> None:
    ids = five_hundred(cast)
    wanted = Wanted(Changes(tag="rain", assignee=cast.ben.id))
    chosen = [Chosen(one, None) for one in ids]
    with count_queries() as begun, unit_of_work():
        made = bulk.change(actor_of(cast.ben), chosen, wanted).operation
    assert made is not None
    assert begun.count <= 12, "\n".join(begun.statements)

    with count_queries() as counted:
        step(made)
    assert counted.count <= STATEMENTS_A_STEP, "\n".join(counted.statements)
    waiting = db.session.query(OperationPart).filter_by(operation_id=made.id, state="waiting")
    assert waiting.count() == 500 - bulk.AT_ONCE


def five_hundred(cast: Cast) -> list[int]:
    """A step's tickets as people make them, and the rest as rows that only have to be there."""
    real = [make_ticket(cast.ada, cast.it) for _number in range(bulk.AT_ONCE)]
    columns = [one for one in Ticket.__table__.columns if one.key != "id"]
    row = {one.key: getattr(real[0], one.key) for one in columns}
    with unit_of_work():
        db.session.execute(insert(Ticket), [row] * (500 - len(real)))
    return list(db.session.scalars(select(Ticket.id).order_by(Ticket.id)))


def told_of(person: Person) -> dict[str, int]:
    rows = select(Notification.kind, Notification.times).where(Notification.person_id == person.id)
    return dict(db.session.execute(rows).all())


def test_whoever_began_it_is_told_when_it_is_finished_and_when_it_is_taken_back(
    cast: Cast, many: list[Ticket]
) -> None:
    made = begin(cast.ben, many)
    while step(made) is OperationState.RUNNING:
        assert told_of(cast.ben) == {}
    assert told_of(cast.ben) == {"operation_done": 1}

    with unit_of_work():
        undoing.undo(made.id, actor=actor_of(cast.ben))
    while step(made) is OperationState.UNDOING:
        pass
    assert told_of(cast.ben) == {"operation_done": 1, "operation_undone": 1}


def test_of_many_new_statuses_whoever_follows_is_told_once_and_nobody_of_what_they_may_not_see(
    cast: Cast, many: list[Ticket]
) -> None:
    with unit_of_work():
        for ticket in many:
            watch(ticket, cast.cleo, by=None, cause="test")
            watch(ticket, cast.dan, by=None, cause="test")
    made = begin(cast.ben, many, Wanted(Changes(status="in_progress")))
    while step(made) is OperationState.RUNNING:
        pass
    assert told_of(cast.cleo) == {"status_together": 5}
    assert told_of(cast.dan) == {}
    assert told_of(cast.ben) == {"operation_done": 1}
