"""Random calendars and moments for property tests: odd zones, nights, breaks, every kind of holiday, near changes of clocks."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.workflows.walking import WEEKDAYS, utc

# Half-hour daylight saving, changes at midnight, a day that was skipped, odd offsets, and the usual.
ZONES = (
    "UTC",
    "Europe/London",
    "Europe/Dublin",
    "America/New_York",
    "America/St_Johns",
    "America/Sao_Paulo",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Antarctica/Troll",
    "Pacific/Apia",
    "Pacific/Chatham",
)
# Days on which one of them changed its clock, and plain ones.
DAYS = (
    date(2011, 12, 30),
    date(2018, 2, 18),
    date(2018, 11, 4),
    date(2023, 4, 28),
    date(2024, 2, 29),
    date(2024, 3, 10),
    date(2024, 3, 31),
    date(2024, 4, 7),
    date(2024, 10, 27),
    date(2024, 11, 3),
    date(2024, 12, 31),
    date(2025, 6, 11),
)


def moments() -> st.SearchStrategy[Any]:
    """Whole minutes within three days of the days above."""
    return st.builds(
        lambda day, minutes: utc(day.year, day.month, day.day) + timedelta(minutes=minutes),
        st.sampled_from(DAYS),
        st.integers(-3 * 1440, 3 * 1440),
    )


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, Any]:
    """The body of a calendar whose times are whole minutes."""
    weekly = draw(st.dictionaries(st.sampled_from(WEEKDAYS), st.lists(_window(), max_size=3)))
    breaks = draw(st.dictionaries(st.sampled_from(WEEKDAYS), st.lists(_inside(), max_size=2)))
    holidays = draw(st.lists(_holiday(), max_size=4))
    zone = draw(st.sampled_from(ZONES))
    return {"zone": zone, "weekly": weekly, "breaks": breaks, "holidays": holidays}


def _time() -> st.SearchStrategy[int]:
    return st.one_of(st.integers(0, 1440), st.sampled_from((0, 60, 120, 150, 180, 1380, 1440)))


def _window() -> st.SearchStrategy[list[str]]:
    return st.tuples(_time(), _time()).filter(lambda pair: pair[0] < 1440).map(_written)


def _inside() -> st.SearchStrategy[list[str]]:
    return st.tuples(_time(), _time()).filter(lambda pair: pair[0] < pair[1]).map(_written)


def _written(pair: tuple[int, int]) -> list[str]:
    return [f"{minutes // 60:02}:{minutes % 60:02}" for minutes in pair]


@st.composite
def _holiday(draw: st.DrawFn) -> dict[str, Any]:
    day = draw(st.sampled_from(DAYS)) + timedelta(days=draw(st.integers(-2, 2)))
    entry: dict[str, Any] = draw(
        st.sampled_from(
            (
                {"date": day.isoformat()},
                {"yearly": day.isoformat()[5:]},
                {"from": day.isoformat(), "to": (day + timedelta(days=1)).isoformat()},
            )
        )
    )
    hours = draw(st.sampled_from((None, "open", "closed")))
    if hours is not None:
        return {**entry, hours: draw(st.lists(_inside(), max_size=2))}
    return dict(entry)
