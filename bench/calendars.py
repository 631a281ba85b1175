"""How long questions of a business calendar take once the tables of its years are there."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from bench.report import Figure
from workflows.calendar import BusinessCalendar, read_calendar

Asked = TypeVar("Asked")
CALLS = 20_000
OFFICE = {
    "zone": "Europe/London",
    "weekly": {
        day: [["09:00", "12:30"], ["13:15", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")
    },
    "breaks": {"wed": [["10:00", "10:15"]]},
    "holidays": [{"yearly": "12-25"}, {"yearly": "12-26"}, {"date": "2024-05-06"}],
}


def measure() -> list[Figure]:
    """The time of one call, in the middle of five rounds over random instants of six years."""
    calendar = read_calendar(OFFICE)
    draw = random.Random(4)
    start = datetime(2019, 1, 1, tzinfo=UTC)
    moments = [start + timedelta(seconds=draw.randrange(6 * 31_556_952)) for _ in range(CALLS)]
    seconds = [int(at.timestamp()) for at in moments]
    began = time.perf_counter()
    calendar.between(start, start + timedelta(days=366))
    made = time.perf_counter() - began
    conditions = f"{CALLS:,} instants of six years, seed 4"
    return [
        Figure("calendar", "table of a year", "first question", made / 2 * 1e6, "us"),
        *_questions(calendar, moments, conditions),
        _each(
            "add 40 h, whole seconds",
            conditions,
            seconds,
            lambda at: calendar.earliest(at, 144_000),
        ),
    ]


def _questions(
    calendar: BusinessCalendar, moments: list[datetime], conditions: str
) -> list[Figure]:
    hours, year = timedelta(hours=40), timedelta(days=365)
    return [
        _each("add 40 h", conditions, moments, lambda at: calendar.add(at, hours), "<= 15"),
        _each(
            "between over a year",
            conditions,
            moments,
            lambda at: calendar.between(at, at + year),
            "<= 15",
        ),
        _each("is_open", conditions, moments, calendar.is_open),
    ]


def _each(
    what: str,
    conditions: str,
    asked: list[Asked],
    question: Callable[[Asked], object],
    aim: str = "",
) -> Figure:
    rounds = []
    for _ in range(6):
        began = time.perf_counter()
        for one in asked:
            question(one)
        rounds.append((time.perf_counter() - began) / len(asked))
    # The first round makes the tables.
    return Figure("calendar", what, conditions, round(sorted(rounds[1:])[2] * 1e6, 2), "us", aim)
