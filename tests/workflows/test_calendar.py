"""How a calendar is read, what is wrong with one, and why a stretch is open or closed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.workflows.walking import utc
from workflows.calendar import ALWAYS, CalendarNeverOpens, Rule, read_calendar, read_hours
from workflows.faults import Faulty

HOUR = timedelta(hours=1)
WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def paths(body: dict[str, Any]) -> list[tuple[str | int, ...]]:
    with pytest.raises(Faulty) as faulty:
        read_calendar(body)
    return [fault.path for fault in faulty.value.faults]


def holiday(entry: object) -> dict[str, Any]:
    return {"zone": "UTC", "weekly": WEEK, "holidays": [entry]}


@pytest.mark.parametrize(
    "zone",
    [
        *(None, 3, "", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "Europe", "localtime"),
        *("right/UTC", "Europe/London ", "Europe//London", "a" * 5000, "Europe/\x00"),
    ],
)
def test_what_is_no_zone_is_said_at_the_zone(zone: object):
    assert paths({"zone": zone, "weekly": WEEK}) == [("zone",)]


@pytest.mark.parametrize(
    ("windows", "path"),
    [
        ([["9:00", "17:00"]], (0, 0)),
        ([["09:00", "24:01"]], (0, 1)),
        ([["09:60", "17:00"]], (0, 0)),
        ([["09:00:61", "17:00"]], (0, 0)),
        ([["24:00", "06:00"]], (0, 0)),
        ([["09:00", None]], (0, 1)),
        ([[540, 1020]], (0, 0)),
        ([["09:00"]], (0,)),
        (["09:00-17:00"], (0,)),
        ([["09:00", "10:00"], ["٠٩:00", "10:00"]], (1, 0)),
        ("09:00-17:00", ()),
        ([["09:00", "10:00"]] * 51, ()),
    ],
)
def test_a_bad_time_is_said_at_its_place(windows: object, path: tuple[int, ...]):
    assert paths({"zone": "UTC", "weekly": {"mon": windows}}) == [("weekly", "mon", *path)]


@pytest.mark.parametrize(
    ("entry", "path"),
    [
        ({"date": "2024-02-30"}, ("date",)),
        ({"date": "24-02-03"}, ("date",)),
        ({"date": "0001-01-01"}, ("date",)),
        ({"date": 20240101}, ("date",)),
        ({"yearly": "02-30"}, ("yearly",)),
        ({"yearly": "12-25", "date": "2024-12-25"}, ()),
        ({}, ()),
        ({"name": "Mayday"}, ()),
        ({"from": "2024-07-05", "to": "2024-07-01"}, ("to",)),
        ({"from": "2024-07-05"}, ("to",)),
        ({"date": "2024-07-05", "to": "2024-07-06"}, ("to",)),
        ({"date": "2024-07-05", "closed": [["12:00", "09:00"]]}, ("closed", 0, 1)),
        ({"date": "2024-07-05", "open": [["09:00", "09:00"]]}, ("open", 0, 1)),
        ({"date": "2024-07-05", "name": "x" * 121}, ("name",)),
        ({"date": "2024-07-05", "closes": []}, ("closes",)),
        ("2024-07-05", ()),
    ],
)
def test_a_bad_holiday_is_said_at_its_place(entry: object, path: tuple[str | int, ...]):
    assert paths(holiday(entry)) == [("holidays", 0, *path)]


def test_all_faults_are_said_at_once():
    body = {
        "zone": "Nowhere",
        "weekly": {"mon": [["9", "10"]], "someday": []},
        "breaks": {"tue": [["13:00", "12:00"]]},
        "holidays": [{"date": "2024-12-25"}, {"date": "tomorrow"}],
        "weekdays": {},
    }
    assert paths(body) == [
        ("weekdays",),
        ("zone",),
        ("weekly", "mon", 0, 0),
        ("weekly", "someday"),
        ("breaks", "tue", 0, 1),
        ("holidays", 1, "date"),
    ]


def test_more_holidays_than_anybody_has_are_refused():
    entries = [{"date": "2024-12-25"}] * 5001
    assert paths({"zone": "UTC", "weekly": WEEK, "holidays": entries}) == [("holidays",)]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"weekly": {"mon": []}},
        {"weekly": {"mon": [["09:00", "10:00"]]}, "breaks": {"mon": [["08:00", "10:00"]]}},
        {
            "holidays": [
                {"date": "2024-12-24", "open": [["09:00", "12:00"]]},
                {"date": "2024-12-24"},
            ]
        },
        {"weekly": WEEK, "holidays": [{"from": "0002-01-01", "to": "9998-12-31"}]},
        {"holidays": [{"yearly": "12-24", "open": [["09:00", "12:00"]]}, {"yearly": "12-24"}]},
    ],
)
def test_an_office_that_never_opens_is_refused(body: dict[str, Any]):
    with pytest.raises(CalendarNeverOpens):
        read_calendar({"zone": "Europe/Rome", **body})


@pytest.mark.parametrize(
    "body",
    [
        {"holidays": [{"date": "2031-12-24", "open": [["09:00", "12:00"]]}]},
        {"holidays": [{"yearly": "02-29", "open": [["09:00", "12:00"]]}]},
        {"holidays": [{"from": "1970-01-01", "to": "1970-02-01", "open": [["09:00", "12:00"]]}]},
        {"weekly": WEEK, "holidays": [{"from": "1990-01-01", "to": "2300-12-31"}]},
        {"weekly": WEEK, "holidays": [{"from": "2024-01-01", "to": "9998-12-31"}]},
    ],
)
def test_an_office_that_opens_only_now_and_then_is_none_of_those(body: dict[str, Any]):
    assert read_calendar({"zone": "Europe/Rome", **body})


def test_a_time_that_is_left_out_in_spring_is_the_change_itself():
    calendar = read_hours({"zone": "Europe/London", "weekly": {"sun": [["01:30", "03:00"]]}})
    assert calendar.next_open(utc(2024, 3, 31)) == utc(2024, 3, 31, 1)


def test_a_full_day_in_autumn_has_25_hours():
    calendar = read_hours({"zone": "Europe/London", "weekly": {"sun": [["00:00", "24:00"]]}})
    assert calendar.between(utc(2024, 10, 26), utc(2024, 10, 29)) == 25 * HOUR


def test_a_day_that_a_zone_skipped_has_no_hours():
    calendar = read_hours({"zone": "Pacific/Apia", "weekly": {"fri": [["00:00", "24:00"]]}})
    assert calendar.between(utc(2011, 12, 28), utc(2012, 1, 5)) == timedelta()


def test_due_at_closing_may_be_met_until_the_next_opening():
    calendar = read_calendar({"zone": "UTC", "weekly": WEEK})
    assert calendar.add(utc(2024, 6, 7, 13), 4 * HOUR) == (utc(2024, 6, 7, 17), utc(2024, 6, 10, 9))


def test_what_lies_beyond_ten_years_does_not_exist():
    calendar = read_calendar(
        {"zone": "UTC", "holidays": [{"date": "2024-04-10", "open": [["09:00", "10:00"]]}]}
    )
    assert calendar.next_open(utc(2014, 4, 3, 9)) == utc(2024, 4, 10, 9)
    assert calendar.next_open(utc(2014, 4, 3, 8)) is None
    assert calendar.add(utc(2024, 4, 10, 9), HOUR) == (utc(2024, 4, 10, 10), None)


def test_moments_at_the_ends_of_time_are_answered():
    calendar = read_calendar({"zone": "Asia/Tokyo", "weekly": WEEK})
    assert calendar.next_open(utc(9999, 12, 31, 23)) is None
    assert calendar.add(utc(9999, 12, 31, 23), HOUR) == (None, None)
    assert calendar.sub(utc(1, 1, 1), HOUR) == (None, None)
    assert ALWAYS.between(utc(1, 1, 1), utc(9999, 12, 31)) == utc(9999, 12, 31) - utc(1, 1, 1)


def test_every_stretch_names_its_reason():
    calendar = read_calendar(
        {
            "zone": "UTC",
            "weekly": WEEK,
            "breaks": {"tue": [["12:00", "13:00"]]},
            "holidays": [
                {"date": "2024-12-25", "name": "Christmas Day"},
                {"date": "2024-12-26", "name": "Stocktaking", "closed": [["15:00", "24:00"]]},
                {"date": "2024-12-27", "name": "Short Friday", "open": [["10:00", "12:00"]]},
            ],
        }
    )
    found = [
        (one.to - one.from_, one.is_open, one.cause.rule, one.cause.name)
        for one in calendar.stretches(utc(2024, 12, 24, 9), utc(2024, 12, 27, 17))
    ]
    assert found == [
        (3 * HOUR, True, Rule.WEEKLY, ""),
        (1 * HOUR, False, Rule.BREAK, ""),
        (4 * HOUR, True, Rule.WEEKLY, ""),
        (7 * HOUR, False, Rule.WEEKLY, ""),
        (24 * HOUR, False, Rule.HOLIDAY, "Christmas Day"),
        (9 * HOUR, False, Rule.WEEKLY, ""),
        (6 * HOUR, True, Rule.WEEKLY, ""),
        (9 * HOUR, False, Rule.CLOSURE, "Stocktaking"),
        (10 * HOUR, False, Rule.SPECIAL, "Short Friday"),
        (2 * HOUR, True, Rule.SPECIAL, "Short Friday"),
        (5 * HOUR, False, Rule.SPECIAL, "Short Friday"),
    ]
