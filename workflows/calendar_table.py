"""The open intervals of a civil year with their running sums: what a question of a calendar looks into."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, timedelta

from workflows.calendar_days import Piece, Plan
from workflows.calendar_zone import DAY, Segment, instant_of, midnight, segments_of

_ONE_DAY = timedelta(days=1)


class YearTable:
    """Open intervals [starts[i], ends[i]) of the year [begin, end), in order, apart from each other.

    `before[i]` is how many seconds of the year were open until starts[i], `done[i]` until ends[i]. An interval that
    goes on into the next year is cut at the turn.
    """

    __slots__ = ("before", "begin", "done", "end", "ends", "starts", "total")

    def __init__(self, begin: int, end: int, intervals: list[tuple[int, int]]) -> None:
        self.begin, self.end = begin, end
        self.starts = [start for start, _end in intervals]
        self.ends = [end for _start, end in intervals]
        self.before: list[int] = []
        self.done: list[int] = []
        self.total = 0
        for start, stop in intervals:
            self.before.append(self.total)
            self.total += stop - start
            self.done.append(self.total)

    def open_until(self, at: int) -> int:
        """Seconds of the year that were open before an instant of it."""
        place = bisect_right(self.starts, at) - 1
        if place < 0:
            return 0
        return self.before[place] + min(at, self.ends[place]) - self.starts[place]


def table_of(plan: Plan, year: int) -> YearTable:
    """The table of a year, computed day by day."""
    segments = segments_of(plan.zone, year)
    begin = instant_of(segments, midnight(date(year, 1, 1)))
    end = instant_of(segments, midnight(date(year, 12, 31)) + DAY)
    special = plan.special_days(year)
    usual = [plan.usual_pieces(weekday) for weekday in range(7)]
    intervals: list[tuple[int, int]] = []
    day = date(year, 1, 1)
    while day.year == year:
        pieces = plan.pieces(day) if day in special else usual[day.weekday()]
        _append(intervals, segments, midnight(day), pieces)
        day += _ONE_DAY
    return YearTable(begin, end, intervals)


def _append(
    intervals: list[tuple[int, int]],
    segments: tuple[Segment, ...],
    base: int,
    pieces: tuple[Piece, ...],
) -> None:
    for piece in pieces:
        if not piece.is_open:
            continue
        start, end = (
            instant_of(segments, base + piece.start),
            instant_of(segments, base + piece.end),
        )
        if end <= start:
            continue
        if intervals and intervals[-1][1] == start:
            intervals[-1] = (intervals[-1][0], end)
        else:
            intervals.append((start, end))
