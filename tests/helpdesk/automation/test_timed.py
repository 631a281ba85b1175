"""Timed rules: found by their instants, run once, by one worker, with their lag."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from helpdesk import schedule
from helpdesk.automation import timed
from helpdesk.automation.instants import spread
from helpdesk.automation.models import RuleInstant
from helpdesk.core.clock import StoppedClock
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.definitions.store import Version
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.counting import count_queries
from tests.helpdesk.automation.rules import entries, make_rule, make_trigger
from tests.makers import make_reply, make_ticket, make_words_of

OFFICE = {
    "title": "Office",
    "zone": "Europe/London",
    "weekly": {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
}


def make_timed(name: str, when: str, *do: dict[str, Any], **more: Any) -> Version:
    version = make_rule(Kind.TIMED_RULE, name, when=when, do=list(do), **more)
    spread(version.definition_id)
    return version


def instant_of(db: Any, ticket: Ticket) -> datetime | None:
    found = db.session.scalars(
        select(RuleInstant.at).where(RuleInstant.ticket_id == ticket.id)
    ).first()
    return found if found is None else found.astimezone(UTC)


def tags_of(db: Any, ticket: Ticket) -> list[str]:
    db.session.expire_all()
    return [tag.name for tag in ticket.tags]


def test_a_rule_runs_when_its_time_has_come_and_not_before(
    db: Any, cast: Cast, clock: StoppedClock
) -> None:
    make_timed("stale", "idle:>2h is:open", {"add_tag": "stale"})
    ticket = make_ticket(cast.ada)
    due = clock.now() + timedelta(hours=2, seconds=1)
    assert instant_of(db, ticket) == due
    clock.set(due - timedelta(seconds=1))
    assert timed.run_due() == 0
    clock.set(due + timedelta(seconds=30))
    assert timed.run_due() == 1
    assert tags_of(db, ticket) == ["stale"]
    ran = entries(ticket, "RuleRan")[0].after
    assert (ran["planned"], ran["lag"], ran["held"]) == (due.isoformat(), 30, "idle:>2h is:open")
    assert entries(ticket, "TagsChanged")[0].cause == "rule: Stale"


def test_it_runs_once_while_the_condition_holds_and_again_in_the_next_stretch(
    db: Any, cast: Cast, clock: StoppedClock
) -> None:
    make_timed("remind", "awaiting:>1d", {"add_note": "Ask again."})
    ticket = make_ticket(cast.ada)
    make_reply(ticket, cast.ben)
    for _ in range(3):
        clock.advance(timedelta(days=2))
        timed.run_due()
    assert len(entries(ticket, "RuleRan")) == 1
    make_words_of(ticket, cast.ada)
    make_reply(ticket, cast.ben)
    clock.advance(timedelta(days=2))
    timed.run_due()
    assert len(entries(ticket, "RuleRan")) == 2


def test_a_rule_may_come_again_after_a_while(db: Any, cast: Cast, clock: StoppedClock) -> None:
    make_timed("remind", "age:>1h", {"add_note": "Still open."}, again="1d")
    ticket = make_ticket(cast.ada)
    clock.advance(timedelta(hours=2))
    assert timed.run_due() == 1
    assert timed.run_due() == 0
    clock.advance(timedelta(days=1))
    assert timed.run_due() == 1
    assert len(entries(ticket, "RuleRan")) == 2


def test_what_happens_meanwhile_moves_the_instant(db: Any, cast: Cast, clock: StoppedClock) -> None:
    make_timed("stale", "idle:>2h is:open", {"add_tag": "stale"})
    ticket = make_ticket(cast.ada)
    clock.advance(timedelta(hours=1))
    make_words_of(ticket, cast.ada)
    assert instant_of(db, ticket) == clock.now() + timedelta(hours=2, seconds=1)


def test_hours_may_be_those_of_a_calendar(db: Any, cast: Cast, clock: StoppedClock) -> None:
    with unit_of_work():
        store.save(Kind.CALENDAR, "office", OFFICE, by=None, cause="test")
    make_timed("stale", "idle:>=8h", {"add_tag": "stale"}, calendar="office")
    ticket = make_ticket(cast.ada)
    # Monday 10:00 and eight working hours: Tuesday 10:00.
    assert instant_of(db, ticket) == datetime(2026, 11, 17, 10, 0, tzinfo=UTC)


def test_longer_than_hours_that_end_at_a_closing_is_passed_when_it_opens_again(
    db: Any, cast: Cast, clock: StoppedClock
) -> None:
    with unit_of_work():
        store.save(Kind.CALENDAR, "office", OFFICE, by=None, cause="test")
    make_timed("stale", "idle:>7h", {"add_tag": "stale"}, calendar="office")
    ticket = make_ticket(cast.ada)
    # Monday 10:00 and seven working hours end at the closing; the next second counts on Tuesday.
    assert instant_of(db, ticket) == datetime(2026, 11, 17, 9, 0, 1, tzinfo=UTC)
    clock.set(datetime(2026, 11, 17, 9, 0, 1, tzinfo=UTC))
    assert timed.run_due() == 1


def test_two_workers_never_run_the_same_row(db: Any, cast: Cast, clock: StoppedClock) -> None:
    make_timed("stale", "age:>1h", {"add_note": "x"})
    ticket = make_ticket(cast.ada)
    clock.advance(timedelta(hours=2))
    row_id, planned = timed._due(limit=5)[0]
    for _ in range(2):
        with unit_of_work():
            timed._run(row_id, planned)
    assert len(entries(ticket, "RuleRan")) == 1


def test_a_new_rule_finds_the_tickets_that_are_open_already(
    db: Any, cast: Cast, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    tickets = [make_ticket(cast.ada) for _ in range(3)]
    clock.advance(timedelta(hours=3))
    make_rule(Kind.TIMED_RULE, "stale", when="age:>2h", do=[{"add_tag": "stale"}])
    settle()
    assert timed.run_due() == 3
    assert all(tags_of(db, ticket) == ["stale"] for ticket in tickets)
    with unit_of_work():
        store.retire(Kind.TIMED_RULE, "stale", by=None, cause="test")
    settle()
    assert db.session.scalars(select(RuleInstant)).all() == []


def test_a_version_that_begins_later_goes_over_the_tickets_then(
    db: Any, cast: Cast, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    ticket = make_ticket(cast.ada)
    with unit_of_work():
        body = {"when": "age:>1h", "do": [{"add_tag": "old"}]}
        later = clock.now() + timedelta(days=1)
        store.save(Kind.TIMED_RULE, "old", body, by=None, cause="test", effective_at=later)
    settle()
    clock.advance(timedelta(days=1, minutes=2))
    schedule.tick(watching=False)
    settle()
    schedule.tick(watching=False)
    timed.run_due()
    assert tags_of(db, ticket) == ["old"]


def test_triggers_answer_what_a_timed_rule_did(db: Any, cast: Cast, clock: StoppedClock) -> None:
    make_timed("stale", "age:>1h", {"add_tag": "stale"})
    make_trigger("raise", "changed:tag tag:stale by:rule", {"set_priority": 1})
    ticket = make_ticket(cast.ada)
    clock.advance(timedelta(hours=2))
    timed.run_due()
    db.session.expire_all()
    assert ticket.priority == 1


def test_an_idle_look_is_one_query(db: Any, cast: Cast) -> None:
    make_timed("stale", "age:>1h", {"add_tag": "stale"})
    make_ticket(cast.ada)
    with unit_of_work(), count_queries() as counted:
        timed.owe_if_due()
    assert counted.count == 1


def test_a_broken_timed_rule_is_set_aside(db: Any, cast: Cast, clock: StoppedClock) -> None:
    make_timed("broken", "age:>1h", {"assign_group": "Gone"})
    first, second = make_ticket(cast.ada), make_ticket(cast.ada)
    clock.advance(timedelta(hours=2))
    assert timed.run_due() == 0
    assert [len(entries(one, "RuleRefused")) for one in (first, second)] == [1, 0]
    assert timed.run_due() == 0
