"""How one timer counts: its spans, what was counted, when it is due, when it is late, and what fired on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple, Protocol

from workflows.calendar import Stretch as HoursStretch
from workflows.sla_policy import Escalation, Policy, Trigger
from workflows.sla_rows import Situation, Span, TimerRow


class Hours(Protocol):
    """The open hours of an office in seconds since 1970; a calendar of `workflows/calendar.py`."""

    def is_open_at(self, at: int) -> bool:
        """Whether the second that begins then is open."""
        ...

    def open_between(self, start: int, end: int) -> int:
        """How many seconds are open from one instant to the other."""
        ...

    def earliest(self, start: int, seconds: int) -> int | None:
        """The first instant by which so many seconds are open; None if there is none."""
        ...

    def latest(self, start: int, seconds: int) -> int | None:
        """The last instant up to which no more than so many seconds are open."""
        ...

    def stretches(self, start: datetime, end: datetime) -> list[HoursStretch]:
        """The range without gaps, each stretch open or closed for one reason."""
        ...


class Book(Protocol):
    """Where policies and calendars are looked up by their references."""

    def policy(self, reference: str) -> Policy:
        """The policy of this reference."""
        ...

    def hours(self, reference: str | None) -> Hours:
        """The calendar of this reference; None is round the clock."""
        ...


class Firing(NamedTuple):
    """An escalation of one cycle, and the instant at which it fires."""

    metric: str
    cycle: int
    rule: str
    at: int


def elapsed(row: TimerRow, at: int, book: Book) -> int:
    """The seconds counted up to an instant, or up to its end."""
    last = row.spans[-1]
    if last.situation is not Situation.COUNTED:
        return last.bank
    until = at if row.stopped_at is None or at < row.stopped_at else row.stopped_at
    return last.bank + book.hours(last.calendar).open_between(last.at, until)


def paused_working(row: TimerRow, at: int, book: Book) -> int:
    """The seconds up to an instant, or up to its end, in which the office was open and the timer paused."""
    last = row.spans[-1]
    if last.situation is not Situation.PAUSED:
        return last.idle
    until = at if row.stopped_at is None or at < row.stopped_at else row.stopped_at
    return last.idle + book.hours(last.calendar).open_between(last.at, until)


class Entry(NamedTuple):
    """What begins at an instant, and why."""

    at: int
    situation: Situation
    calendar: str | None
    cause: str
    cause_id: int | None


def enter(row: TimerRow, entry: Entry, book: Book) -> None:
    """Begin a span, if it differs from the one that runs. One of no length leaves no trace."""
    bank = idle = 0
    if row.spans:
        bank, idle = elapsed(row, entry.at, book), paused_working(row, entry.at, book)
        if row.spans[-1].at == entry.at:
            row.spans.pop()
    if row.spans and _goes_on(row.spans[-1], entry):
        return
    row.spans.append(Span(entry[0], entry[1], entry[2], bank, idle, entry[3], entry[4]))


def _goes_on(span: Span, entry: Entry) -> bool:
    if span.situation is not entry.situation or span.calendar != entry.calendar:
        return False
    return span.situation is not Situation.PAUSED or span.cause == entry.cause


def due_at(row: TimerRow, book: Book) -> int | None:
    """The first instant by which the target is counted, if nothing further happens; None if that never comes."""
    target = row.target
    if target is None or row.is_cancelled:
        return None
    last = row.spans[-1]
    if last.bank < target:
        if last.situation is not Situation.COUNTED:
            return None
        return book.hours(last.calendar).earliest(last.at, target - last.bank)
    return _reached(row, target, book)


def _reached(row: TimerRow, target: int, book: Book) -> int | None:
    """The instant in the past by which so much had been counted."""
    if target <= 0:
        return row.started_at
    for span in reversed(row.spans):
        if span.bank < target:
            return book.hours(span.calendar).earliest(span.at, target - span.bank)
    return row.started_at


def breach_at(row: TimerRow, book: Book) -> int | None:
    """The last instant at which the timer is not late yet; None if it never will be as things stand."""
    if row.target is None or row.is_cancelled:
        return None
    last = row.spans[-1]
    if last.bank > row.target:
        return row.breached_at
    if last.situation is not Situation.COUNTED:
        return None
    return book.hours(last.calendar).latest(last.at, row.target - last.bank)


def judge(row: TimerRow, until: int, book: Book, *, inclusive: bool) -> list[Firing]:
    """Note the breach and the escalations up to an instant; with what happens in it counted, or not yet.

    Events of an instant come before what falls due in it, so what was noted for this very instant is judged anew.
    """
    if row.breached_at is not None and row.breached_at >= until:
        row.breached_at = None
    for rule in [rule for rule, at in row.fired.items() if at >= until]:
        del row.fired[rule]
    target = row.target
    if target is None or (row.stopped_at is not None and row.breached_at is not None):
        return []
    counted = elapsed(row, until, book)
    if row.breached_at is None and counted > target:
        at = _exceeded(row, target, book)
        if at is not None and (at < until or inclusive):
            row.breached_at = at
    if row.stopped_at is not None or row.situation is not Situation.COUNTED:
        return []
    return list(_fire(row, until, counted, book, inclusive=inclusive))


def _exceeded(row: TimerRow, target: int, book: Book) -> int | None:
    """Since when more than the target is counted: an edge of the hours, or the change that made it so."""
    last = row.spans[-1]
    if last.bank > target or last.situation is not Situation.COUNTED:
        return row.since
    edge = book.hours(last.calendar).latest(last.at, target - last.bank)
    return None if edge is None else max(row.since, edge)


def _fire(
    row: TimerRow, until: int, counted: int, book: Book, *, inclusive: bool
) -> Iterator[Firing]:
    for rule in waiting(row, book):
        threshold = rule.threshold(row.target or 0)
        if counted < threshold or (rule.trigger is Trigger.BREACH and counted == threshold):
            continue
        at = instant_of(rule, row, book)
        if at is not None and (at < until or (inclusive and at == until)):
            row.fired[rule.id] = at
            yield Firing(row.metric, row.cycle, rule.id, at)


def waiting(row: TimerRow, book: Book) -> Iterable[Escalation]:
    """The escalations of the policy in force that have not fired in this cycle."""
    if row.policy is None:
        return ()
    rules = book.policy(row.policy).metrics.get(row.metric)
    if rules is None:
        return ()
    return [rule for rule in rules.escalations if rule.id not in row.fired]


def instant_of(rule: Escalation, row: TimerRow, book: Book) -> int | None:
    """When a rule fires as things stand, if the timer counts; None if that never comes."""
    target, last = row.target, row.spans[-1]
    if target is None:
        return None
    if rule.trigger is Trigger.BREACH:
        return _exceeded(row, target, book)
    missing = rule.threshold(target) - last.bank
    if missing <= 0:
        return row.since
    at = book.hours(last.calendar).earliest(last.at, missing)
    return None if at is None else max(row.since, at)


def predict(row: TimerRow, book: Book) -> None:
    """Write down what is due when, so that lists and timers need read nothing but the row."""
    row.due_at = due_at(row, book)
    row.breach_at = breach_at(row, book)
    row.next_rule_at = None
    if row.is_running and row.situation is Situation.COUNTED and row.target is not None:
        instants = (instant_of(rule, row, book) for rule in waiting(row, book))
        row.next_rule_at = min((at for at in instants if at is not None), default=None)
