"""Lengths of time as people type them."""

from __future__ import annotations

import pytest

from helpdesk.web.admin.typed_durations import day_of, read_duration, write_duration
from tests.conftest import MONDAY
from workflows.calendar import ALWAYS, read_calendar
from workflows.faults import Faulty

HOUR = 3600


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [
        ("30m", 1800),
        ("4h", 4 * HOUR),
        (" 4 Hours ", 4 * HOUR),
        ("1h 30", 5400),
        ("1h30m", 5400),
        ("1.5 h", 5400),
        ("1,5h", 5400),
        ("2 days 3h", 19 * HOUR),
        ("2 days, 3 hours and 5 min", 19 * HOUR + 300),
        ("45s", 45),
        ("0m", 0),
    ],
)
def test_a_length_is_read_as_people_write_it(typed: str, seconds: int) -> None:
    assert read_duration(typed, (), day=8 * HOUR) == seconds


@pytest.mark.parametrize(
    "typed", ["4", "soon", "h", "3h 2 days", "1h 1h", "-2h", "2 fortnights", "0.0001s", "1" * 70]
)
def test_what_is_no_length_is_refused(typed: str) -> None:
    with pytest.raises(Faulty):
        read_duration(typed, ("metrics",), day=8 * HOUR)


@pytest.mark.parametrize("seconds", [0, 45, 1800, 5400, 3661, 400 * HOUR])
def test_what_is_written_reads_the_same(seconds: int) -> None:
    assert read_duration(write_duration(seconds), (), day=None) == seconds


def test_a_day_is_as_long_as_most_days_of_the_calendar() -> None:
    hours = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu")}
    office = {"zone": "Europe/London", "weekly": {**hours, "fri": [["09:00", "12:00"]]}}
    assert day_of(read_calendar(office), MONDAY) == 8 * HOUR
    assert day_of(ALWAYS, MONDAY) == 24 * HOUR
    uneven = {"mon": [["09:00", "17:00"]], "tue": [["09:00", "10:00"]]}
    assert day_of(read_calendar({"zone": "UTC", "weekly": uneven}), MONDAY) is None
