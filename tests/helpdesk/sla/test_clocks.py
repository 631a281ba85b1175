"""Free clocks on real tickets: they start, wait and stop by conditions, by days of the law or by hours of an office."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions.models import Kind
from helpdesk.journal.models import Entry
from helpdesk.sla import packs, sweeping
from helpdesk.sla.explaining import ledger_of
from helpdesk.sla.extending import extend
from helpdesk.tickets import commands
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.verifying import verify_ticket
from tests.cast import Cast
from tests.helpdesk.sla.desk import HOUR, OFFICE, fired, hold_against_replay, hours, save, timers
from tests.makers import make_reply, make_ticket, make_words_of

Settle = Callable[[], None]


def load_pack() -> None:
    with unit_of_work():
        packs.load_pack("uk-statutory", by=None, cause="test")


def tag(ticket: Ticket, *names: str) -> None:
    with unit_of_work():
        commands.set_tags(commands.lock(ticket.id), names, by=None, cause="console")


def to_status(ticket: Ticket, status: str) -> None:
    with unit_of_work():
        commands.change_status(commands.lock(ticket.id), status, by=None, cause="console")


def test_a_request_is_due_on_the_twentieth_working_day(cast: Cast, clock: StoppedClock) -> None:
    load_pack()
    ticket = make_ticket(cast.ada, cast.it)
    assert timers(ticket.id) == {}
    tag(ticket, "foi")
    found = timers(ticket.id)["foi", 1]
    assert found.status == "running"
    assert found.due_at is not None
    # Received on Monday 16 November 2026; Saint Andrew's Day, the 30th, is no working day in Scotland.
    assert found.due_at.date() == date(2026, 12, 15)
    assert found.target == timedelta(days=20)
    assert db.session.get_one(Ticket, ticket.id).due_metric == "foi"
    ledger = ledger_of(ticket.id, "foi", 1)
    assert ledger.total == ledger.timer.elapsed == timedelta(0)


def test_a_question_back_stops_it_and_the_answer_begins_the_count_anew(
    cast: Cast, clock: StoppedClock
) -> None:
    load_pack()
    ticket = make_ticket(cast.ada, cast.it)
    tag(ticket, "foi")
    make_reply(ticket, cast.ben)
    to_status(ticket, "pending_requester")
    paused = timers(ticket.id)["foi", 1]
    assert (paused.status, paused.due_at) == ("paused", None)
    clock.advance(timedelta(days=7))
    make_words_of(ticket, cast.ada)
    again = timers(ticket.id)["foi", 1]
    assert again.status == "running"
    assert again.due_at is not None
    assert again.due_at.date() > date(2026, 12, 15)


def test_it_stops_with_the_answer_and_does_not_start_again_by_itself(
    cast: Cast, clock: StoppedClock
) -> None:
    load_pack()
    ticket = make_ticket(cast.ada, cast.it)
    tag(ticket, "foi")
    clock.advance(timedelta(days=3))
    to_status(ticket, "resolved")
    assert timers(ticket.id)["foi", 1].outcome == "met"
    make_words_of(ticket, cast.ada)
    found = timers(ticket.id)
    assert ("foi", 2) not in found
    assert found["foi", 1].status == "stopped"


def test_a_day_late_is_late_and_is_said_once(
    cast: Cast, clock: StoppedClock, settle: Settle
) -> None:
    load_pack()
    ticket = make_ticket(cast.ada, cast.it)
    tag(ticket, "foi")
    clock.set(datetime(2026, 12, 15, 23, 59, 30, tzinfo=UTC))
    sweeping.sweep()
    reminded = [("foi", "week"), ("foi", "day")]
    assert fired(ticket.id) == reminded
    clock.set(datetime(2026, 12, 16, 0, 0, 5, tzinfo=UTC))
    sweeping.sweep()
    sweeping.sweep()
    assert fired(ticket.id) == [*reminded, ("foi", "late")]
    assert timers(ticket.id)["foi", 1].breached_at == datetime(2026, 12, 16, tzinfo=UTC)


def test_an_extension_needs_a_reason_is_given_once_and_writes_the_letter(
    cast: Cast, clock: StoppedClock
) -> None:
    load_pack()
    ticket = make_ticket(cast.ada, cast.it)
    tag(ticket, "subject-access")
    before = timers(ticket.id)["subject-access", 1].due_at
    with unit_of_work():
        letter = extend(
            commands.lock(ticket.id),
            "subject-access",
            reason="Many records.",
            by=cast.ben.id,
            cause="console",
        )
    after = timers(ticket.id)["subject-access", 1].due_at
    assert before is not None
    assert after is not None
    assert after - before > timedelta(days=50)
    assert "Many records." in letter
    with pytest.raises(Invalid), unit_of_work():
        extend(
            commands.lock(ticket.id),
            "subject-access",
            reason="More.",
            by=cast.ben.id,
            cause="console",
        )
    entry = db.session.scalars(select(Entry).where(Entry.event == "SlaExtended")).one()
    assert entry.actor_id == cast.ben.id
    assert verify_ticket(ticket.id) == []


def by_hours(**more: Any) -> dict[str, Any]:
    return {
        "title": "Supplier",
        "targets": {"*": 4 * HOUR},
        "calendar": "office",
        "start": "status:pending_third_party",
        "stop": "-status:pending_third_party",
        "escalations": [{"id": "half", "percent": 50}],
        **more,
    }


def test_a_clock_by_office_hours_runs_while_its_condition_lets_it(
    cast: Cast, clock: StoppedClock
) -> None:
    save(Kind.CALENDAR, "office", OFFICE)
    save(Kind.CLOCK, "supplier", by_hours())
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        commands.change_status(
            commands.lock(ticket.id),
            "pending_third_party",
            by=None,
            cause="console",
        )
    found = timers(ticket.id)["supplier", 1]
    assert (found.status, found.name) == ("running", "Supplier")
    assert found.due_at == clock.now() + hours(4)
    clock.advance(hours(3))
    sweeping.sweep()
    assert fired(ticket.id) == [("supplier", "half")]
    to_status(ticket, "in_progress")
    assert timers(ticket.id)["supplier", 1].outcome == "met"
    to_status(ticket, "pending_third_party")
    assert timers(ticket.id)["supplier", 2].status == "running"
    hold_against_replay(ticket.id)


def test_a_pack_is_loaded_once_and_leaves_alone_what_was_changed(cast: Cast) -> None:
    load_pack()
    with unit_of_work():
        assert packs.load_pack("uk-statutory", by=None, cause="test") == []


def test_clocks_with_bad_conditions_are_refused(cast: Cast) -> None:
    from workflows.faults import Faulty

    with pytest.raises(Faulty):
        save(Kind.CLOCK, "supplier", by_hours(start=""))
    with pytest.raises(Faulty):
        save(Kind.CLOCK, "supplier", by_hours(stop="nonsense:("))


def test_those_concerned_are_reminded_so_many_working_days_before(
    cast: Cast, clock: StoppedClock
) -> None:
    load_pack()
    ticket = make_ticket(cast.ada, cast.it)
    tag(ticket, "foi")
    # Due on Tuesday 15 December; five working days before is Tuesday the eighth.
    clock.set(datetime(2026, 12, 7, 23, 59, 59, tzinfo=UTC))
    sweeping.sweep()
    assert fired(ticket.id) == []
    clock.set(datetime(2026, 12, 8, 0, 0, 5, tzinfo=UTC))
    sweeping.sweep()
    sweeping.sweep()
    assert fired(ticket.id) == [("foi", "week")]
    clock.set(datetime(2026, 12, 16, 0, 0, 5, tzinfo=UTC))
    sweeping.sweep()
    assert fired(ticket.id) == [("foi", "week"), ("foi", "day"), ("foi", "late")]


def test_a_clock_that_waits_reminds_nobody(cast: Cast, clock: StoppedClock) -> None:
    load_pack()
    ticket = make_ticket(cast.ada, cast.it)
    tag(ticket, "foi")
    make_reply(ticket, cast.ben)
    to_status(ticket, "pending_requester")
    clock.set(datetime(2026, 12, 15, 9, tzinfo=UTC))
    sweeping.sweep()
    assert fired(ticket.id) == []


def test_after_an_extension_each_reminder_is_given_once_more(
    cast: Cast, clock: StoppedClock
) -> None:
    load_pack()
    ticket = make_ticket(cast.ada, cast.it)
    tag(ticket, "subject-access")
    first = timers(ticket.id)["subject-access", 1].due_at
    assert first is not None
    clock.set(first - timedelta(hours=2))
    sweeping.sweep()
    with unit_of_work():
        extend(
            commands.lock(ticket.id),
            "subject-access",
            reason="Many records.",
            by=cast.ben.id,
            cause="console",
        )
    later = timers(ticket.id)["subject-access", 1].due_at
    assert later is not None
    clock.set(later - timedelta(hours=2))
    sweeping.sweep()
    names = [rule for _metric, rule in fired(ticket.id)]
    assert names == ["week", "day", "week+", "day+"]
    assert verify_ticket(ticket.id) == []
