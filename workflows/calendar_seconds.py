"""The arithmetic of business hours in whole seconds since 1970 (UTC), answered from a table a year."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import UTC, datetime

from workflows.calendar_days import Plan
from workflows.calendar_table import YearTable, table_of
from workflows.calendar_zone import DAY, FIRST_YEAR, LAST_YEAR, seconds_of

# What lies further away than this does not exist.
HORIZON = 3660 * DAY
_YEAR = 31_556_952
_FIRST = seconds_of(datetime(FIRST_YEAR, 1, 5, tzinfo=UTC))
_LAST = seconds_of(datetime(LAST_YEAR, 12, 27, tzinfo=UTC))


def clipped(at: int) -> int:
    """The instant, or the nearest one of the years that a table can be made of."""
    return min(max(at, _FIRST), _LAST)


class OpenSeconds:
    """When it is open, in seconds; each table is made when a question first reaches its year, and kept."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._tables: dict[int, YearTable] = {}

    def is_open_at(self, at: int) -> bool:
        """Whether the second that begins then is open."""
        table = self._table(clipped(at))
        place = bisect_right(table.starts, at) - 1
        return place >= 0 and at < table.ends[place]

    def opening(self, at: int) -> int | None:
        """The first open instant from then on."""
        return self.latest(at, 0)

    def shutting(self, at: int) -> int | None:
        """The first closed instant from then on."""
        limit, end = at + HORIZON, at
        table = self._table(clipped(at))
        while end <= limit:
            place = bisect_right(table.starts, end) - 1
            if place < 0 or end >= table.ends[place]:
                return end
            end = table.ends[place]
            if end < table.end or end >= _LAST:
                break
            table = self._table(end)
        return end if end <= limit else None

    def next_change(self, at: int) -> int | None:
        """The first instant after `at` at which it opens or closes."""
        return self.shutting(at) if self.is_open_at(at) else self.opening(at)

    def open_between(self, start: int, end: int) -> int:
        """How many seconds are open in [start, end)."""
        if end <= start:
            return 0
        start, end = clipped(start), clipped(end)
        table = self._table(start)
        total = -table.open_until(start)
        while end >= table.end and table.end < _LAST:
            total += table.total
            table = self._table(table.end)
        return total + table.open_until(end)

    def earliest(self, start: int, seconds: int) -> int | None:
        """The first instant from `start` on until which so many seconds were open; `start` for none or less."""
        if seconds <= 0:
            return start
        if start > _LAST:
            return None
        limit, at = start + HORIZON, clipped(start)
        table = self._table(at)
        wanted = table.open_until(at) + seconds
        while wanted > table.total:
            if table.end > limit or table.end >= _LAST:
                return None
            wanted -= table.total
            table = self._table(table.end)
        place = bisect_left(table.done, wanted)
        found = table.ends[place] - (table.done[place] - wanted)
        return found if found <= limit else None

    def latest(self, start: int, seconds: int) -> int | None:
        """The last instant until which no more than so many seconds were open; None for less than none."""
        if seconds < 0 or start > _LAST:
            return None
        limit, at = start + HORIZON, clipped(start)
        table = self._table(at)
        wanted = table.open_until(at) + seconds
        while wanted >= table.total:
            if table.end > limit or table.end >= _LAST:
                return None
            wanted -= table.total
            table = self._table(table.end)
        place = bisect_right(table.done, wanted)
        found = table.starts[place] + (wanted - table.before[place])
        return found if found <= limit else None

    def earliest_before(self, end: int, seconds: int) -> int | None:
        """The first instant since which no more than so many seconds were open before `end`."""
        if seconds < 0 or end < _FIRST:
            return None
        limit, at = end - HORIZON, clipped(end)
        table = self._table(at)
        wanted = table.open_until(at) - seconds
        while wanted <= 0:
            if table.begin < limit or table.begin <= _FIRST:
                return None
            table = self._table(table.begin - 1)
            wanted += table.total
        place = bisect_left(table.done, wanted)
        found = table.ends[place] - (table.done[place] - wanted)
        return found if found >= limit else None

    def latest_before(self, end: int, seconds: int) -> int | None:
        """The last instant since which so many seconds were open before `end`; `end` for none or less."""
        if seconds <= 0:
            return end
        if end < _FIRST:
            return None
        limit, at = end - HORIZON, clipped(end)
        table = self._table(at)
        wanted = table.open_until(at) - seconds
        while wanted < 0:
            if table.begin < limit or table.begin <= _FIRST:
                return None
            table = self._table(table.begin - 1)
            wanted += table.total
        place = bisect_right(table.done, wanted)
        found = table.starts[place] + (wanted - table.before[place])
        return found if found >= limit else None

    def open_intervals(self, start: int, end: int) -> list[tuple[int, int]]:
        """The open intervals within [start, end), cut to it, none touching the next."""
        start, end = clipped(start), clipped(end)
        found: list[tuple[int, int]] = []
        if end <= start:
            return found
        table = self._table(start)
        place = max(0, bisect_right(table.starts, start) - 1)
        while True:
            for begun, ended in zip(table.starts[place:], table.ends[place:], strict=True):
                begun, ended = max(begun, start), min(ended, end)
                if found and found[-1][1] == begun < ended:
                    found[-1] = (found[-1][0], ended)
                elif begun < ended:
                    found.append((begun, ended))
                elif begun >= end:
                    break
            if table.end >= end or table.end >= _LAST:
                return found
            table, place = self._table(table.end), 0

    def _table(self, at: int) -> YearTable:
        """The table of the civil year in which an instant lies."""
        year = 1970 + at // _YEAR
        while True:
            table = self._tables.get(year)
            if table is None:
                table = self._tables[year] = table_of(self.plan, year)
            if at < table.begin:
                year -= 1
            elif at >= table.end:
                year += 1
            else:
                return table
