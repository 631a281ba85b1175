"""What would have been: the same history under other policies or calendars, and where the verdicts differ.

found = compare(story, since, now, as_it_was, as_it_would_be)
tally.add(found)
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workflows.sla import Book, Event, Opening, TimerRow, replayed
from workflows.sla_counting import elapsed
from workflows.sla_explaining import Stretch, explain

# By what the tickets are told apart; "all" is everything.
DIMENSIONS = ("all", "team", "channel", "priority")


class Verdict(enum.StrEnum):
    """How a timer ended, or how it stands while it runs."""

    MET = "met"
    MISSED = "missed"
    CANCELLED = "cancelled"
    LATE = "late"
    IN_TIME = "in_time"


VERDICTS = tuple(Verdict)
_BAD = frozenset({Verdict.MISSED, Verdict.LATE})
_GOOD = frozenset({Verdict.MET, Verdict.IN_TIME})


@dataclass(frozen=True, slots=True)
class Story:
    """The whole history of a ticket. It has several eras if its counting ended and began again; each is (opening, events)."""

    ticket: int
    channel: str
    eras: Sequence[tuple[Opening, Sequence[Event]]]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What one cycle came to, as it was and as it would be; None where there is no such cycle, or it has no target."""

    metric: str
    cycle: int
    team: str
    priority: str
    before: Verdict | None
    after: Verdict | None

    @property
    def flips(self) -> bool:
        """Whether what was in time would be late, or the other way round."""
        return (self.before in _GOOD and self.after in _BAD) or self.gets_better

    @property
    def gets_better(self) -> bool:
        """Whether what was late would be in time."""
        return self.before in _BAD and self.after in _GOOD


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a flip: what was counted of which target, and the stretch in which the two begin to differ."""

    verdict: Verdict
    elapsed: int
    target: int
    stretch: Stretch | None


@dataclass(frozen=True, slots=True)
class Flip:
    """A cycle whose verdict flips. `at` is the instant from which the two differ; None if only the target does."""

    ticket: int
    metric: str
    cycle: int
    at: int | None
    before: Side
    after: Side


@dataclass(frozen=True, slots=True)
class Comparison:
    """A ticket under both: all its cycles within the range, and those that flip."""

    channel: str
    verdicts: list[Verdicts]
    flips: list[Flip]


def compare(story: Story, since: int, now: int, before: Book, after: Book) -> Comparison:
    """A ticket as it was and as it would be. A cycle counts if it ended since an instant, or runs still."""
    verdicts: list[Verdicts] = []
    flips: list[Flip] = []
    offsets: dict[str, int] = {}
    for number, (opening, events) in enumerate(story.eras):
        # The counting of an era ends where the next one begins.
        until = now if number + 1 == len(story.eras) else story.eras[number + 1][0].at
        facts, was = replayed(opening, events, until, before)
        _, would = replayed(opening, events, until, after)
        pairs = _paired(was, would, since)
        for metric, cycle in pairs:
            row, other = pairs[metric, cycle]
            known = row or other
            assert known is not None  # A pair has at least one side.
            one = Verdicts(
                metric,
                cycle + offsets.get(metric, 0),
                known.group or facts.group or "",
                facts.priority,
                _verdict(row, until, before),
                _verdict(other, until, after),
            )
            verdicts.append(one)
            if one.flips and row is not None and other is not None:
                flips.append(_flip(story.ticket, one, (row, other), until, (before, after)))
        for row in was:
            offsets[row.metric] = max(offsets.get(row.metric, 0), row.cycle)
    return Comparison(story.channel, verdicts, flips)


_Pairs = dict[tuple[str, int], tuple[TimerRow | None, TimerRow | None]]


def _paired(was: Iterable[TimerRow], would: Iterable[TimerRow], since: int) -> _Pairs:
    """Cycles of the same number, as far as either lies in the range."""
    others = {(row.metric, row.cycle): row for row in would}
    found: _Pairs = {
        (row.metric, row.cycle): (row, others.pop((row.metric, row.cycle), None)) for row in was
    }
    found |= {key: (None, row) for key, row in others.items()}
    return {
        key: pair
        for key, pair in found.items()
        if any(row is not None and (row.stopped_at or since) >= since for row in pair)
    }


def _verdict(row: TimerRow | None, now: int, book: Book) -> Verdict | None:
    if row is None or row.target is None:
        return None
    if row.is_cancelled:
        return Verdict.CANCELLED
    is_over = elapsed(row, now, book) > row.target
    if row.stopped_at is not None:
        return Verdict.MISSED if is_over else Verdict.MET
    return Verdict.LATE if is_over else Verdict.IN_TIME


def _flip(
    ticket: int, one: Verdicts, rows: tuple[TimerRow, TimerRow], now: int, books: tuple[Book, Book]
) -> Flip:
    stretches = [explain(row, now, book) for row, book in zip(rows, books, strict=True)]
    at, differing = first_difference(*stretches)
    sides = [
        Side(verdict, elapsed(row, now, book), row.target, stretch)
        for verdict, row, book, stretch in zip(
            (one.before, one.after), rows, books, differing, strict=True
        )
        if verdict is not None and row.target is not None
    ]
    return Flip(ticket, one.metric, one.cycle, at, sides[0], sides[1])


def first_difference(
    one: Sequence[Stretch], other: Sequence[Stretch]
) -> tuple[int | None, tuple[Stretch | None, Stretch | None]]:
    """From when on two explanations differ in what they count, and the stretch of each there; None if they do not."""
    left, right = list(one), list(other)
    while left or right:
        first, second = left[0] if left else None, right[0] if right else None
        if first is None or second is None or first.situation is not second.situation:
            found = first or second
            assert found is not None  # One of the lists is not empty.
            begun = max(part.start for part in (first, second) if part is not None)
            return int(begun.timestamp()), (first, second)
        if first.end <= second.end:
            left.pop(0)
        if second.end <= first.end:
            right.pop(0)
    return None, (None, None)


@dataclass(slots=True)
class Share:
    """How often each verdict was given."""

    counts: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(VERDICTS, 0))

    @property
    def attainment(self) -> float | None:
        """The part of what ended that was met; None where nothing ended."""
        ended = self.counts[Verdict.MET] + self.counts[Verdict.MISSED]
        return self.counts[Verdict.MET] / ended if ended else None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: of one team, channel or priority and one metric."""

    value: str
    metric: str
    before: Share
    after: Share


class Tally:
    """Sums over many tickets, by team, channel and priority; adds up, and fits JSON."""

    def __init__(self) -> None:
        self.tickets = 0
        self.better = 0
        self.worse = 0
        self._counts: dict[tuple[str, str, str], list[int]] = {}

    def add(self, found: Comparison) -> None:
        """Take in a ticket."""
        self.tickets += 1
        for one in found.verdicts:
            if one.before is None and one.after is None:
                continue
            self.better += one.gets_better
            self.worse += one.flips and not one.gets_better
            values = ("", one.team, found.channel, one.priority)
            for dimension, value in zip(DIMENSIONS, values, strict=True):
                counts = self._of(dimension, value, one.metric)
                if one.before is not None:
                    counts[VERDICTS.index(one.before)] += 1
                if one.after is not None:
                    counts[len(VERDICTS) + VERDICTS.index(one.after)] += 1

    def merge(self, other: Tally) -> None:
        """Take in the sums of another."""
        self.tickets += other.tickets
        self.better += other.better
        self.worse += other.worse
        for (dimension, value, metric), counts in other._counts.items():
            own = self._of(dimension, value, metric)
            for place, count in enumerate(counts):
                own[place] += count

    def lines(self, dimension: str) -> list[Line]:
        """The table of one dimension, by value and metric."""
        return [
            Line(value, metric, _share(counts[: len(VERDICTS)]), _share(counts[len(VERDICTS) :]))
            for (of, value, metric), counts in sorted(self._counts.items())
            if of == dimension
        ]

    def to_json(self) -> dict[str, Any]:
        """What may be kept in a column."""
        counts = [[*key, *values] for key, values in sorted(self._counts.items())]
        return {
            "tickets": self.tickets,
            "better": self.better,
            "worse": self.worse,
            "counts": counts,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Tally:
        """What `to_json()` said; nothing of an empty one."""
        tally = cls()
        tally.tickets = kept.get("tickets", 0)
        tally.better, tally.worse = kept.get("better", 0), kept.get("worse", 0)
        for dimension, value, metric, *counts in kept.get("counts", ()):
            tally._counts[dimension, value, metric] = counts
        return tally

    def _of(self, dimension: str, value: str, metric: str) -> list[int]:
        return self._counts.setdefault((dimension, value, metric), [0] * 2 * len(VERDICTS))


def _share(counts: Sequence[int]) -> Share:
    return Share(dict(zip(VERDICTS, counts, strict=True)))
