"""Service levels: timers over the history of a ticket, as a pure function of its events, policies and calendars.

Two forms of the same arithmetic: `replay()` over all events, and `Incremental`, which carries rows on by one event at a
time. Instants are seconds since 1970 in UTC, durations are seconds.

    standing = replay(opening, events, now, book)
    standing.readings, standing.firings, standing.next_due_at
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workflows.sla_counting import Book, Firing, Hours, judge, predict
from workflows.sla_cycles import OutOfOrder, advance, begin
from workflows.sla_events import By, Event, Kind, Opening, Signal
from workflows.sla_explaining import Stretch, explain, merged
from workflows.sla_facts import facts_of
from workflows.sla_keeping import History, Timekeeper
from workflows.sla_policy import METRICS, Escalation, Metric, MetricRules, Policy, Trigger
from workflows.sla_policy_body import read_clock, read_policy
from workflows.sla_reading import Outcome, Reading, Status, read
from workflows.sla_rows import Reason, Situation, TicketFacts, TimerRow
from workflows.sla_terms import order

__all__ = [
    "METRICS",
    "Book",
    "By",
    "Escalation",
    "Event",
    "Firing",
    "History",
    "Hours",
    "Incremental",
    "Kind",
    "Metric",
    "MetricRules",
    "Opening",
    "OutOfOrder",
    "Outcome",
    "Policy",
    "Reading",
    "Reason",
    "Signal",
    "Situation",
    "Standing",
    "Status",
    "Stretch",
    "TicketFacts",
    "TimerRow",
    "Trigger",
    "explain",
    "fire",
    "merged",
    "next_due_at",
    "read_clock",
    "read_policy",
    "reading_of",
    "replay",
    "replayed",
]


@dataclass(frozen=True, slots=True)
class Standing:
    """The timers of a ticket at an instant: `rows` as they are kept, `readings` as they show, in the same order."""

    facts: TicketFacts
    rows: list[TimerRow]
    readings: list[Reading]
    firings: list[Firing]

    @property
    def next_due_at(self) -> int | None:
        """The first instant at which a running timer is due."""
        return next_due_at(self.readings)


def replay(opening: Opening, events: Iterable[Event], now: int, book: Book) -> Standing:
    """How the timers of a ticket stand at an instant, from nothing but what happened up to then."""
    facts, rows = replayed(opening, events, now, book)
    for row in rows:
        judge(row, now, book, inclusive=True)
        predict(row, book)
    return Standing(facts, rows, [read(row, now, book) for row in rows], _fired(rows))


def replayed(
    opening: Opening, events: Iterable[Event], now: int, book: Book
) -> tuple[TicketFacts, list[TimerRow]]:
    """The rows of a ticket after the events up to an instant; nothing is predicted, and only elapsed may be asked."""
    happened = [event for event in events if event.at <= now]
    keeper = Timekeeper(facts_of(opening), (), book, lambda: (opening, happened))
    begin(keeper, opening)
    for event in happened:
        advance(keeper, event)
    return keeper.facts, sorted(keeper.rows, key=order)


class Incremental:
    """The timers of one ticket, carried on from what the desk keeps of it: one event costs the same however many came.

    `rows` are all cycles of the ticket. `history` gives its opening and all its events; it is called only when a change
    counts from the start. What is to be written afterwards: `facts`, the rows in `changed`, and without the `dropped`.
    """

    def __init__(
        self, facts: TicketFacts, rows: Iterable[TimerRow], book: Book, history: History
    ) -> None:
        self._keeper = Timekeeper(facts, rows, book, history)
        self._book = book

    @classmethod
    def opened(cls, opening: Opening, book: Book, history: History) -> Incremental:
        """The timers of a new ticket."""
        timers = cls(facts_of(opening), (), book, history)
        begin(timers._keeper, opening)
        timers._note(opening.at)
        return timers

    def apply(self, event: Event) -> None:
        """Carry the timers on by one event. Raises OutOfOrder."""
        advance(self._keeper, event)
        self._note(event.at)

    @property
    def facts(self) -> TicketFacts:
        """Where the ticket stands."""
        return self._keeper.facts

    @property
    def rows(self) -> list[TimerRow]:
        """All cycles, by metric and number."""
        return sorted(self._keeper.rows, key=order)

    @property
    def changed(self) -> list[TimerRow]:
        """The cycles that the events since it was made have begun, ended or changed."""
        return list(self._keeper.changed.values())

    @property
    def dropped(self) -> list[tuple[str, int]]:
        """Metric and number of cycles that ended in the second they began, and have not been."""
        return list(self._keeper.dropped)

    def _note(self, at: int) -> None:
        for row in self._keeper.changed.values():
            judge(row, at, self._book, inclusive=True)
            predict(row, self._book)


def fire(row: TimerRow, now: int, book: Book) -> list[Firing]:
    """What has fallen due on a timer since it was looked at last; its row then says so, and what comes next.

    To be asked when the second of `now` is over, since what happens within a second comes before what falls due in it.
    """
    firings = judge(row, now, book, inclusive=True)
    predict(row, book)
    return firings


def reading_of(row: TimerRow, now: int, book: Book) -> Reading:
    """What a kept timer shows at an instant; the row stays as it is."""
    looked_at = TimerRow.from_json(row.to_json())
    judge(looked_at, now, book, inclusive=True)
    return read(looked_at, now, book)


def next_due_at(readings: Sequence[Reading]) -> int | None:
    """The first instant at which a running timer is due."""
    dues = (one.due_at for one in readings if one.status is Status.RUNNING)
    return min((due for due in dues if due is not None), default=None)


def _fired(rows: Sequence[TimerRow]) -> list[Firing]:
    found = [
        Firing(row.metric, row.cycle, rule, at) for row in rows for rule, at in row.fired.items()
    ]
    places = {row.metric: place for place, row in enumerate(rows)}
    return sorted(found, key=lambda one: (one.at, places[one.metric], one.cycle, one.rule))
