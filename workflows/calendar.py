"""Business hours: when an office is open, how long it was open, and when a stretch of open time is over.

Instants are aware datetimes, floored to seconds; answers are in UTC. Durations are physical time: a day with 25 hours
has 25 of them. Intervals hold their start and not their end. What lies more than HORIZON away does not exist: None.

    hours = read_calendar({"zone": "Europe/London", "weekly": {"mon": [["09:00", "12:30"], ["13:00", "17:00"]]}})
    due, last = hours.add(created_at, timedelta(hours=4))

The methods that take and give plain integers (seconds since 1970 in UTC) are the same arithmetic without datetimes, for
clocks that are asked often. Questions are answered from a table a year, made when it is first needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from workflows.calendar_body import WEEKDAYS, read_plan
from workflows.calendar_days import ALWAYS_OPEN, Cause, Piece, Rule
from workflows.calendar_seconds import HORIZON as _HORIZON
from workflows.calendar_seconds import OpenSeconds, clipped
from workflows.calendar_zone import (
    DAY,
    date_of,
    instant_of,
    midnight,
    moment_of,
    reading_at,
    seconds_of,
    segments_of,
)
from workflows.faults import N_, Fault, Faulty

__all__ = [
    "ALWAYS",
    "HORIZON",
    "BusinessCalendar",
    "CalendarNeverOpens",
    "Cause",
    "Rule",
    "Stretch",
    "read_calendar",
    "read_hours",
]

HORIZON = timedelta(seconds=_HORIZON)


class CalendarNeverOpens(Faulty):
    """A calendar that is never open; nothing would ever be due by it."""

    def __init__(self) -> None:
        super().__init__(
            Fault(
                ("weekly",),
                N_("This calendar never opens, so nothing would ever be due. Give it hours."),
            )
        )


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time that is open or closed as a whole, for one reason."""

    from_: datetime
    to: datetime
    is_open: bool
    cause: Cause


class BusinessCalendar(OpenSeconds):
    """The hours of an office, made by `read_calendar()`; ALWAYS is one that never closes."""

    def is_open(self, at: datetime) -> bool:
        """Whether the second that begins then is open."""
        return self.is_open_at(seconds_of(at))

    def next_open(self, at: datetime) -> datetime | None:
        """The first open instant from then on, which may be that instant."""
        return _moment(self.opening(seconds_of(at)))

    def next_closed(self, at: datetime) -> datetime | None:
        """The first closed instant from then on, which may be that instant."""
        return _moment(self.shutting(seconds_of(at)))

    def closing(self, at: datetime) -> datetime | None:
        """The end of the open interval in which that instant lies, or of the next one."""
        opening = self.opening(seconds_of(at))
        return None if opening is None else _moment(self.shutting(opening))

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How long it is open in [start, end); nothing if the end does not come after the start."""
        return timedelta(seconds=self.open_between(seconds_of(start), seconds_of(end)))

    def add(self, start: datetime, duration: timedelta) -> tuple[datetime | None, datetime | None]:
        """When so much open time is over: the first such instant (when it is due), and the last one.

        They differ only at a closing: the first is the closing, the last the next opening. Nothing added gives the
        start itself as the first, even when closed.
        """
        at, seconds = seconds_of(start), _whole(duration)
        return _moment(self.earliest(at, seconds)), _moment(self.latest(at, seconds))

    def sub(self, end: datetime, duration: timedelta) -> tuple[datetime | None, datetime | None]:
        """When so much open time before an instant began: the first such instant, and the last one."""
        at, seconds = seconds_of(end), _whole(duration)
        return _moment(self.earliest_before(at, seconds)), _moment(self.latest_before(at, seconds))

    def intervals(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """The open intervals within a range, cut to it, none touching the next."""
        found = self.open_intervals(seconds_of(start), seconds_of(end))
        return [(moment_of(begun), moment_of(ended)) for begun, ended in found]

    def stretches(self, start: datetime, end: datetime) -> list[Stretch]:
        """The whole range without gaps, in stretches that are open or closed for one reason each."""
        first, last = clipped(seconds_of(start)), clipped(seconds_of(end))
        found: list[Stretch] = []
        if last <= first:
            return found
        # A day more before it, since a clock that is put back shows a date twice.
        day = reading_at(self.plan.zone, first) // DAY - 1
        more = True
        while more:
            more = False
            for begun, ended, piece in self._pieces_of(day):
                more = ended < last
                begun, ended = max(first, begun), min(last, ended)
                if begun < ended:
                    _extend(found, begun, ended, piece)
            day += 1
        return found

    def _pieces_of(self, day: int) -> Iterator[tuple[int, int, Piece]]:
        """The pieces of a day (counted from 1970) with the instants at which they begin and end."""
        date = date_of(day * DAY)
        segments = segments_of(self.plan.zone, date.year)
        for piece in self.plan.pieces(date):
            base = day * DAY
            yield (
                instant_of(segments, base + piece.start),
                instant_of(segments, base + piece.end),
                piece,
            )


class _AlwaysOpen(BusinessCalendar):
    """Open around the clock, as a policy without a calendar has it."""

    def __init__(self) -> None:
        super().__init__(_ROUND_THE_CLOCK)

    def is_open_at(self, at: int) -> bool:
        return True

    def shutting(self, at: int) -> int | None:
        return None

    def open_between(self, start: int, end: int) -> int:
        return max(0, end - start)

    def earliest(self, start: int, seconds: int) -> int | None:
        return start + max(0, seconds) if seconds <= _HORIZON else None

    def latest(self, start: int, seconds: int) -> int | None:
        return start + seconds if 0 <= seconds <= _HORIZON else None

    def earliest_before(self, end: int, seconds: int) -> int | None:
        return end - seconds if 0 <= seconds <= _HORIZON else None

    def latest_before(self, end: int, seconds: int) -> int | None:
        return end - max(0, seconds) if seconds <= _HORIZON else None

    def open_intervals(self, start: int, end: int) -> list[tuple[int, int]]:
        return [(start, end)] if start < end else []

    def stretches(self, start: datetime, end: datetime) -> list[Stretch]:
        if end <= start:
            return []
        first, last = moment_of(seconds_of(start)), moment_of(seconds_of(end))
        return [Stretch(first, last, True, ALWAYS_OPEN)] if first < last else []


def read_calendar(body: Mapping[str, Any]) -> BusinessCalendar:
    """The calendar that a body describes, in the form of `docs/calendars.md`.

    Raises Faulty with every fault and its place, and CalendarNeverOpens, which is one of them.
    """
    calendar = read_hours(body)
    if not _ever_opens(calendar):
        raise CalendarNeverOpens
    return calendar


def read_hours(body: Mapping[str, Any]) -> BusinessCalendar:
    """The same, though it never opens: then nothing is counted and nothing is due. Raises Faulty."""
    return BusinessCalendar(read_plan(body))


def _ever_opens(calendar: BusinessCalendar) -> bool:
    """Whether there is an open second in any year.

    Special hours are looked at on their own dates; the week and the days of every year after all other entries, before
    them, and after each of the first spans.
    """
    plan = calendar.plan
    for day, specials in plan.dated.items():
        if any(one.opened for one in specials) and any(p.is_open for p in plan.pieces(day)):
            return True
    if not plan.weekly and not any(special.opened for special in plan.specials()):
        return False
    named = {_SOME_DAY, *plan.dated, *(span.last for span in plan.spans)}
    asked = [midnight(min(named)) - _HORIZON, midnight(_SOME_DAY), midnight(max(named))]
    for span in plan.spans[:50]:
        asked += [midnight(span.first) - DAY, midnight(span.last)]
    return any(calendar.opening(clipped(at)) is not None for at in asked)


def _extend(found: list[Stretch], begun: int, ended: int, piece: Piece) -> None:
    """Lengthen the last stretch, or begin another one."""
    if found and (found[-1].is_open, found[-1].cause) == (piece.is_open, piece.cause):
        found[-1] = replace(found[-1], to=moment_of(ended))
    else:
        found.append(Stretch(moment_of(begun), moment_of(ended), piece.is_open, piece.cause))


def _whole(duration: timedelta) -> int:
    return duration // _SECOND


def _moment(at: int | None) -> datetime | None:
    return None if at is None else moment_of(at)


_SECOND = timedelta(seconds=1)
_SOME_DAY = date(2000, 1, 1)
_ROUND_THE_CLOCK = read_plan(
    {"zone": "UTC", "weekly": {day: [["00:00", "24:00"]] for day in WEEKDAYS}}
)
ALWAYS: BusinessCalendar = _AlwaysOpen()
