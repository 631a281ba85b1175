"""What an event costs the timers of a ticket, without a database: kept rows read, carried on, and made ready to be kept."""

from __future__ import annotations

import random
import time

from bench.calendars import OFFICE
from bench.report import Figure, p50_p95
from workflows import sla
from workflows.calendar import ALWAYS, BusinessCalendar, read_calendar
from workflows.lifecycle import Category

TICKETS = 2_000
START = 1_704_704_400
AGREED = {
    "calendar": "office",
    "metrics": {
        "first_response": {"targets": {"p1": 3_600, "p2": 14_400}},
        "next_response": {"targets": {"p1": 7_200, "p2": 28_800}},
        "update": {"targets": {"p1": 28_800, "p2": 86_400}, "pause_in": ["waiting_requester"]},
        "resolution": {
            "targets": {"p1": 57_600, "p2": 144_000},
            "pause_in": ["waiting_requester", "waiting_third_party"],
        },
        "ownership": {"targets_by_group": {"*": 57_600}, "pause_in": ["waiting_requester"]},
    },
    "escalations": [
        {"id": "soon", "metric": "first_response", "percent": 75},
        {"id": "half", "metric": "resolution", "percent": 50},
        {"id": "late", "metric": "resolution", "breach": True},
    ],
}


class Shelf:
    """One policy and one office."""

    def __init__(self) -> None:
        self._policy = sla.read_policy(AGREED)
        self._office = read_calendar(OFFICE)

    def policy(self, _reference: str) -> sla.Policy:
        return self._policy

    def hours(self, reference: str | None) -> BusinessCalendar:
        return self._office if reference else ALWAYS


def measure() -> list[Figure]:
    """The time of one event, with its rows read from JSON before and written to JSON after it, and without."""
    book, dice = Shelf(), random.Random(6)
    whole, alone, replays = [], [], []
    for _ in range(TICKETS):
        opening, events = history(dice, dice.randrange(3 * 31_556_952))
        timers = sla.Incremental.opened(opening, book, lambda: (opening, events))  # noqa: B023
        for event in events:
            facts, rows = timers.facts.to_json(), [row.to_json() for row in timers.rows]
            began = time.perf_counter()
            timers = sla.Incremental(
                sla.TicketFacts.from_json(facts),
                [sla.TimerRow.from_json(row) for row in rows],
                book,
                lambda: (opening, events),  # noqa: B023
            )
            read = time.perf_counter()
            timers.apply(event)
            applied = time.perf_counter()
            timers.facts.to_json()
            for row in timers.changed:
                row.to_json()
            whole.append(time.perf_counter() - began)
            alone.append(applied - read)
        began = time.perf_counter()
        sla.replay(opening, events, events[-1].at, book)
        replays.append(time.perf_counter() - began)
    conditions = f"{len(whole):,} events of {TICKETS:,} tickets, 6 metrics"
    return [
        *p50_p95("timers", "one event", conditions, alone, "< 0.3"),
        *p50_p95("timers", "one event with its rows", conditions, whole, "< 0.3"),
        *p50_p95("timers", "replay of a ticket", conditions, replays),
    ]


def history(dice: random.Random, begun: int) -> tuple[sla.Opening, list[sla.Event]]:
    """A ticket with eight events: answered, waited for, answered again, handed over and solved."""
    at = START + begun
    opening = sla.Opening(at, sla.By.REQUESTER, "p2", policy="agreed", group="desk")
    said = (
        (sla.Kind.MESSAGE, {"by": sla.By.AGENT, "is_public": True}),
        (sla.Kind.STATE, {"to": Category.WAITING_REQUESTER}),
        (sla.Kind.MESSAGE, {"by": sla.By.REQUESTER, "is_public": True}),
        (sla.Kind.STATE, {"to": Category.ACTIVE}),
        (sla.Kind.PRIORITY, {"to": "p1"}),
        (sla.Kind.GROUP, {"to": "net"}),
        (sla.Kind.MESSAGE, {"by": sla.By.AGENT, "is_public": True}),
        (sla.Kind.STATE, {"to": Category.RESOLVED}),
    )
    events = []
    for number, (kind, values) in enumerate(said, 1):
        at += dice.randrange(60, 30_000)
        events.append(sla.Event(at, kind, id=number, **values))  # type: ignore[arg-type]
    return opening, events
