"""What a calendar says about one civil day: the pieces of it, open or closed, each with the rule that says so.

Readings within a day are seconds from 00:00 to 24:00 (86,400) as the wall shows them.
"""

from __future__ import annotations

import enum
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo

from workflows.calendar_zone import DAY
from workflows.holidays import Region, holidays_in

Window = tuple[int, int]
WHOLE_DAY: Window = (0, DAY)


class Rule(enum.StrEnum):
    """Which part of a calendar decides."""

    ALWAYS = "always"
    WEEKLY = "weekly"
    BREAK = "break"
    HOLIDAY = "holiday"
    CLOSURE = "closure"
    SPECIAL = "special"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a stretch is open or closed: the rule, and the name of the holiday or special day where it has one.

    weekly: the hours of the week, or outside of them. break: a break of the weekday. holiday: closed the whole day.
    closure: closed for part of a day. special: hours of this one date, or outside of them. always: never closes.
    """

    rule: Rule
    name: str = ""

    def __str__(self) -> str:
        return f"{self.rule}: {self.name}" if self.name else str(self.rule)


WEEKLY, BREAK, ALWAYS_OPEN = Cause(Rule.WEEKLY), Cause(Rule.BREAK), Cause(Rule.ALWAYS)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a civil day, in seconds from its 00:00."""

    start: int
    end: int
    is_open: bool
    cause: Cause


@dataclass(frozen=True, slots=True)
class Special:
    """What one entry of the holidays says about the dates it names.

    `opened` are the hours of that date instead of the weekly ones, None for no change; `closed` are closures.
    """

    name: str
    opened: tuple[Window, ...] | None
    closed: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """An entry that names the dates from `first` to `last`, both included."""

    first: date
    last: date
    special: Special


@dataclass(frozen=True)
class Plan:
    """A calendar as it was written: hours and breaks by weekday (Monday is 0), and the dates that differ.

    A weekly window whose end is not after its start ends on the next day.
    """

    zone: ZoneInfo
    weekly: Mapping[int, tuple[Window, ...]]
    breaks: Mapping[int, tuple[Window, ...]]
    dated: Mapping[date, tuple[Special, ...]]
    yearly: Mapping[tuple[int, int], tuple[Special, ...]]
    spans: tuple[Span, ...]
    public: tuple[Region, ...] = ()

    def pieces(self, day: date) -> tuple[Piece, ...]:
        """The whole of a day in order, without gaps."""
        specials = self.special_days(day.year).get(day)
        if not specials:
            return self.usual_pieces(day.weekday())
        opened = [one for one in specials if one.opened is not None]
        closures = [
            (window, Cause(Rule.HOLIDAY if window == WHOLE_DAY else Rule.CLOSURE, one.name))
            for one in specials
            for window in one.closed
        ]
        if not opened:
            return _tiled(self._weekly_of(day.weekday()), WEEKLY, self._breaks(day), closures)
        windows = [window for one in opened for window in one.opened or ()]
        named = next((one.name for one in opened if one.name), "")
        return _tiled(windows, Cause(Rule.SPECIAL, named), (), closures)

    def specials(self) -> Iterator[Special]:
        """What the entries say, whenever."""
        for one in (*self.dated.values(), *self.yearly.values()):
            yield from one
        for span in self.spans:
            yield span.special

    def usual_pieces(self, weekday: int) -> tuple[Piece, ...]:
        """A day of this weekday of which nothing special is said."""
        return self._of_weekday[weekday]

    def special_days(self, year: int) -> Mapping[date, tuple[Special, ...]]:
        """The dates of a year on which it is not as in every week."""
        if year not in self._special:
            self._special[year] = self._special_days(year)
        return self._special[year]

    def _special_days(self, year: int) -> dict[date, tuple[Special, ...]]:
        found: defaultdict[date, tuple[Special, ...]] = defaultdict(tuple)
        for day in self._dated_in.get(year, ()):
            found[day] += self.dated[day]
        for (month, number), specials in self.yearly.items():
            if (day_of := _date(year, month, number)) is not None:
                found[day_of] += specials
        for span in self.spans:
            for day in _days(max(span.first, date(year, 1, 1)), min(span.last, date(year, 12, 31))):
                found[day] += (span.special,)
        for day, name in self._public_in(year):
            # Whoever gives a public holiday hours of its own means to open.
            if all(one.opened is None for one in found[day]):
                found[day] += (Special(name, None, (WHOLE_DAY,)),)
        return dict(found)

    def _public_in(self, year: int) -> Iterator[tuple[date, str]]:
        """The public holidays of a year; one of several regions comes once for each name."""
        met: set[tuple[date, str]] = set()
        for region in self.public:
            for named in holidays_in(region, year).items():
                if named not in met:
                    met.add(named)
                    yield named

    @cached_property
    def _special(self) -> dict[int, dict[date, tuple[Special, ...]]]:
        return {}

    @cached_property
    def _of_weekday(self) -> tuple[tuple[Piece, ...], ...]:
        return tuple(
            _tiled(self._weekly_of(weekday), WEEKLY, self.breaks.get(weekday, ()), [])
            for weekday in range(7)
        )

    @cached_property
    def _dated_in(self) -> Mapping[int, list[date]]:
        found: defaultdict[int, list[date]] = defaultdict(list)
        for day in self.dated:
            found[day.year].append(day)
        return found

    def _weekly_of(self, weekday: int) -> list[Window]:
        """The hours that fall on a weekday, with what is left of the night before."""
        own = [(start, end if end > start else DAY) for start, end in self.weekly.get(weekday, ())]
        nights = self.weekly.get((weekday - 1) % 7, ())
        return own + [(0, end) for start, end in nights if end <= start]

    def _breaks(self, day: date) -> tuple[Window, ...]:
        return self.breaks.get(day.weekday(), ())


def _tiled(
    windows: Iterable[Window],
    base: Cause,
    breaks: Iterable[Window],
    closures: list[tuple[Window, Cause]],
) -> tuple[Piece, ...]:
    """A day in pieces: open within the windows, less breaks, less closures; the first closure names the reason."""
    windows, breaks = _merged(windows), _merged(breaks)
    marks = {0, DAY}
    for start, end in (*windows, *breaks, *(window for window, _cause in closures)):
        marks |= {start, end}
    edges = sorted(marks)
    pieces: list[Piece] = []
    for start, end in pairwise(edges):
        is_open, cause = _said(start, windows, base, breaks, closures)
        if pieces and (pieces[-1].is_open, pieces[-1].cause) == (is_open, cause):
            start = pieces.pop().start
        pieces.append(Piece(start, end, is_open, cause))
    return tuple(pieces)


def _said(
    at: int,
    windows: list[Window],
    base: Cause,
    breaks: list[Window],
    closures: list[tuple[Window, Cause]],
) -> tuple[bool, Cause]:
    for window, cause in closures:
        if window[0] <= at < window[1]:
            return False, cause
    if not _within(at, windows):
        return False, base
    return (False, BREAK) if _within(at, breaks) else (True, base)


def _merged(windows: Iterable[Window]) -> list[Window]:
    """The union, in order."""
    found: list[Window] = []
    for start, end in sorted(windows):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif start < end:
            found.append((start, end))
    return found


def _within(at: int, windows: list[Window]) -> bool:
    place = bisect_right(windows, (at, DAY + 1)) - 1
    return place >= 0 and at < windows[place][1]


def _date(year: int, month: int, day: int) -> date | None:
    """The date, None for 29 February in a year that has none."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
