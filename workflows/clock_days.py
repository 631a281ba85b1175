"""Which day of a clock counts and which does not, one by one, and so when it is due."""

from __future__ import annotations

import calendar
import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from workflows.clock_body import ClockDefinition, From, OnClosedDay, Target, Unit

# Longer than any target with any holidays; what is not due by then never is.
_MOST_DAYS = 15_000
_MOST_SHOWN = 1_500
_ONE_DAY = timedelta(days=1)


class Why(enum.StrEnum):
    """Why a day counts or does not.

    superseded: before the count began anew. moved: after the last day, which is no working day. late: after it was due.
    """

    RECEIVED = "received"
    COUNTED = "counted"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    PAUSED = "paused"
    SUPERSEDED = "superseded"
    MOVED = "moved"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class DayEntry:
    """One day of a clock: its number if it counts, why, and the name of the holiday."""

    on: date
    why: Why
    number: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """A time that does not count: all days from the first to the last, both included, since the law has it so.

    FOIA 2000 s.10(2): "beginning with the day on which the fees notice is given and ending with the day on which the fee
    is received". `to` is None while it goes on.
    """

    from_: datetime
    to: datetime | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """What the days of a clock depend on, as dates of its zone: received, counted from, and not counted in between."""

    received_on: date
    begun_on: date
    pauses: tuple[tuple[date, date], ...]
    target: Target

    def is_paused(self, day: date) -> bool:
        """Whether a day lies within a pause."""
        return any(first <= day <= last for first, last in self.pauses)


def add_months(day: date, months: int) -> date:
    """The same day of a later month, its last day where it has no such day (UK GDPR art. 12(3), as the ICO reads it)."""
    number = day.year * 12 + day.month - 1 + months
    year, month = number // 12, number % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def course_of(
    definition: ClockDefinition,
    received_at: datetime,
    begun_at: datetime,
    pauses: tuple[Pause, ...],
    target: Target,
) -> Course:
    """The course of a clock in the dates of its zone; a pause that goes on has no end."""
    zone = definition.zone
    spans = tuple(
        (_date(one.from_, zone), date.max if one.to is None else _date(one.to, zone))
        for one in pauses
    )
    return Course(_date(received_at, zone), _date(begun_at, zone), spans, target)


def due_on(definition: ClockDefinition, course: Course) -> date | None:
    """The last day in time; None while a pause goes on that began before it."""
    for entry in _days(definition, course):
        if entry.why is Why.LATE:
            return entry.on - _ONE_DAY
        if _is_paused_for_ever(course, entry.on):
            return None
    return None


def ledger_of(definition: ClockDefinition, course: Course, until: date) -> tuple[DayEntry, ...]:
    """Every day from the receipt until the due date or `until`, whichever is later."""
    last = max(until, due_on(definition, course) or until)
    found: list[DayEntry] = []
    for entry in _days(definition, course):
        if entry.on > last or len(found) == _MOST_SHOWN:
            break
        found.append(entry)
    return tuple(found)


def needed(definition: ClockDefinition, course: Course) -> int:
    """How many days must count until it is due; of months, the days until the same date of the later month."""
    if course.target.unit is not Unit.MONTHS:
        return course.target.amount
    start = course.begun_on
    if definition.counted_from is From.DAY_AFTER:
        start += _ONE_DAY
    return (add_months(start, course.target.amount) - course.begun_on).days


def _days(definition: ClockDefinition, course: Course) -> Iterator[DayEntry]:
    """The days from the receipt on: those that count, those that do not, and from the due date on those that are late."""
    day, number, wanted = course.received_on, 0, needed(definition, course)
    skips_first = definition.counted_from is From.DAY_AFTER or course.target.unit is Unit.MONTHS
    is_over = False
    for _ in range(_MOST_DAYS):
        if day < course.begun_on:
            yield DayEntry(day, Why.SUPERSEDED)
        elif is_over:
            yield DayEntry(day, Why.LATE)
        elif day == course.begun_on and skips_first:
            yield DayEntry(day, Why.RECEIVED)
        elif (reason := _not_counted(definition, course, day)) is not None:
            yield reason
        elif number < wanted:
            number += 1
            is_over = number == wanted and not _moves(definition, day)
            yield DayEntry(day, Why.COUNTED, number)
        else:
            is_over = not _moves(definition, day)
            yield DayEntry(day, Why.MOVED)
        day += _ONE_DAY


def _not_counted(definition: ClockDefinition, course: Course, day: date) -> DayEntry | None:
    if course.is_paused(day):
        return DayEntry(day, Why.PAUSED)
    if course.target.unit is not Unit.WORKING_DAYS:
        return None
    name = definition.day_off(day)
    if name is None:
        return None
    return DayEntry(day, Why.HOLIDAY, None, name) if name else DayEntry(day, Why.WEEKEND)


def _moves(definition: ClockDefinition, day: date) -> bool:
    """Whether a clock that would be due on this day is due later."""
    return (
        definition.on_closed_day is OnClosedDay.NEXT_WORKING_DAY
        and definition.day_off(day) is not None
    )


def _is_paused_for_ever(course: Course, day: date) -> bool:
    return any(first <= day and last == date.max for first, last in course.pauses)


def _date(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()
