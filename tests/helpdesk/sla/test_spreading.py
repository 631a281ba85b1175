"""An edit goes into each open ticket it touches, forward only; what is past and what has ended stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from helpdesk import schedule
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.journal.models import Entry
from helpdesk.sla import recounting, spreading
from helpdesk.sla.models import SlaEvent, SlaFired, SlaSpread, SlaTicket, SlaTimer, SpreadState
from helpdesk.tickets import commands
from tests.cast import Cast
from tests.helpdesk.sla.desk import (
    HOUR,
    OFFICE,
    hold_against_replay,
    hours,
    policy,
    save,
    set_up,
    timers,
)
from tests.makers import make_reply, make_ticket

Settle = Callable[[], None]


def shorter(**more: Any) -> dict[str, Any]:
    """The standard policy with two hours to solve."""
    body = policy(**more)
    body["metrics"]["resolution"]["targets"] = {"*": 2 * HOUR}
    return body


def test_a_new_version_holds_for_open_tickets_from_its_moment_on(
    cast: Cast, clock: StoppedClock, settle: Settle
) -> None:
    set_up()
    ticket, done = make_ticket(cast.ada, cast.it), make_ticket(cast.ada, cast.it)
    with unit_of_work():
        commands.change_status(commands.lock(done.id), "resolved", by=cast.ben.id, cause="console")
    clock.advance(hours(1))
    save(Kind.POLICY, "standard", shorter())
    settle()
    found = timers(ticket.id)["resolution", 1]
    assert (found.target, found.elapsed) == (hours(2), hours(1))
    assert timers(done.id)["resolution", 1].target == hours(8)
    kinds = db.session.scalars(select(SlaEvent.kind).where(SlaEvent.ticket_id == ticket.id)).all()
    assert kinds == ["opened", "policy"]
    edit = spreading.spreads()[0]
    assert (edit.state, edit.done, edit.changed) == (SpreadState.DONE, 1, 1)
    hold_against_replay(ticket.id)


def test_what_changed_while_a_ticket_was_resolved_holds_once_it_is_reopened(
    cast: Cast, clock: StoppedClock, settle: Settle
) -> None:
    set_up()
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        commands.change_status(
            commands.lock(ticket.id), "resolved", by=cast.ben.id, cause="console"
        )
    save(Kind.POLICY, "standard", shorter())
    settle()
    clock.advance(hours(1))
    with unit_of_work():
        commands.change_status(
            commands.lock(ticket.id), "in_progress", by=cast.ben.id, cause="console"
        )
    assert timers(ticket.id)["resolution", 1].target == hours(2)
    hold_against_replay(ticket.id)


def test_other_hours_move_what_is_due(cast: Cast, clock: StoppedClock, settle: Settle) -> None:
    set_up()
    ticket = make_ticket(cast.ada, cast.it)
    before = timers(ticket.id)["resolution", 1].due_at
    holiday = {**OFFICE, "holidays": [{"date": "2026-11-17"}]}
    save(Kind.CALENDAR, "office", holiday)
    settle()
    after = timers(ticket.id)["resolution", 1].due_at
    assert before is not None
    assert after == before + timedelta(days=1)
    hold_against_replay(ticket.id)


def test_a_version_that_begins_later_is_spread_when_its_time_has_come(
    cast: Cast, clock: StoppedClock, settle: Settle
) -> None:
    set_up()
    ticket = make_ticket(cast.ada, cast.it)
    begins = clock.now() + timedelta(hours=3)
    with unit_of_work():
        store.save(Kind.POLICY, "standard", shorter(), by=None, cause="test", effective_at=begins)
    settle()
    assert timers(ticket.id)["resolution", 1].target == hours(8)
    clock.set(begins + timedelta(minutes=1))
    schedule.tick(watching=False)
    settle()
    assert timers(ticket.id)["resolution", 1].target == hours(2)
    changed = db.session.scalars(
        select(SlaEvent.at).where(SlaEvent.ticket_id == ticket.id, SlaEvent.kind == "policy")
    ).one()
    assert changed == begins
    hold_against_replay(ticket.id)


def test_a_retired_policy_lets_its_tickets_go(
    cast: Cast, clock: StoppedClock, settle: Settle
) -> None:
    set_up()
    ticket = make_ticket(cast.ada, cast.it)
    clock.advance(hours(1))
    with unit_of_work():
        store.retire(Kind.POLICY, "standard", by=None, cause="test")
    settle()
    assert timers(ticket.id)["resolution", 1].status == "no_policy"
    hold_against_replay(ticket.id)


def test_an_edit_stops_where_it_is_told_and_goes_on_from_there(
    cast: Cast, clock: StoppedClock, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up()
    made = [make_ticket(cast.ada, cast.it, subject=f"Number {n}").id for n in range(5)]
    monkeypatch.setattr(spreading, "TOGETHER", 2)
    save(Kind.POLICY, "standard", shorter())
    edit = spreading.spreads()[0].id
    looks = iter([False, True])
    spreading.spread(edit, stopping=lambda: next(looks))
    with unit_of_work():
        spreading.stop(edit)
    settle()
    row = db.session.get_one(SlaSpread, edit)
    assert (row.state, row.done, row.of) == (SpreadState.STOPPED, 2, 5)
    assert timers(made[1])["resolution", 1].target == hours(2)
    assert timers(made[2])["resolution", 1].target == hours(8)
    with unit_of_work():
        spreading.go_on(edit)
    settle()
    assert all(timers(one)["resolution", 1].target == hours(2) for one in made)
    events = db.session.scalars(select(SlaEvent.ticket_id).where(SlaEvent.kind == "policy")).all()
    assert sorted(events) == made


def test_a_recount_shows_its_effect_and_then_counts_from_the_start(
    cast: Cast, clock: StoppedClock, settle: Settle
) -> None:
    set_up()
    ticket = make_ticket(cast.ada, cast.it)
    clock.advance(hours(3))
    save(Kind.CALENDAR, "office", {**OFFICE, "holidays": [{"date": "2026-11-16"}]})
    settle()
    assert timers(ticket.id)["resolution", 1].elapsed == hours(3)
    db.session.rollback()
    effect = recounting.effect_of_recount("standard")
    assert effect.tickets == 1
    assert effect.changed >= 1
    assert effect.become_timely == 1
    assert effect.sample[0].number == ticket.number
    assert timers(ticket.id)["resolution", 1].elapsed == hours(3)
    with unit_of_work():
        recounting.recount("standard", by=cast.eve.id, cause="test", why="The office was shut.")
    settle()
    assert timers(ticket.id)["resolution", 1].elapsed == hours(0)
    entry = db.session.scalars(select(Entry).where(Entry.event == "SlaRecountOrdered")).one()
    assert (entry.actor_id, entry.after["why"]) == (cast.eve.id, "The office was shut.")
    hold_against_replay(ticket.id)


def test_a_recount_needs_a_reason(cast: Cast) -> None:
    set_up()
    with pytest.raises(Invalid), unit_of_work():
        recounting.recount("standard", by=cast.eve.id, cause="test", why=" ")


def forget_counting() -> None:
    """As on a desk whose tickets are from before it counted."""
    with unit_of_work():
        for table in (SlaFired, SlaTimer, SlaEvent, SlaTicket):
            db.session.execute(delete(table))


def test_tickets_from_before_are_caught_up_from_the_journal(
    cast: Cast, clock: StoppedClock, settle: Settle
) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    clock.advance(hours(1))
    make_reply(ticket, cast.ben)
    forget_counting()
    clock.advance(hours(1))
    set_up()
    with unit_of_work():
        spreading.order_catch_up(by=None)
    settle()
    found = timers(ticket.id)
    assert found["resolution", 1].status == "running"
    assert found["resolution", 1].elapsed == hours(0)
    kinds = db.session.scalars(
        select(SlaEvent.kind).where(SlaEvent.ticket_id == ticket.id).order_by(SlaEvent.seq)
    ).all()
    assert kinds == ["opened", "message", "state", "policy"] or kinds == [
        "opened",
        "message",
        "state",
        "calendar",
        "policy",
    ]
    hold_against_replay(ticket.id)


def test_a_ticket_from_before_is_caught_up_when_something_happens_to_it(
    cast: Cast, clock: StoppedClock, settle: Settle
) -> None:
    set_up()
    ticket = make_ticket(cast.ada, cast.it)
    forget_counting()
    make_reply(ticket, cast.ben)
    settle()
    assert timers(ticket.id)["resolution", 1].status == "running"
    hold_against_replay(ticket.id)
