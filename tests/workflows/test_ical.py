"""Holidays from iCalendar files, as calendars of public bodies and office programs write them."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.calendar import read_calendar
from workflows.faults import Faulty
from workflows.ical import read_holidays

LONDON = ZoneInfo("Europe/London")
UNTIL = date(2030, 12, 31)


def read(*events: str, zone: ZoneInfo = LONDON) -> list[dict[str, Any]]:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", *events, "END:VCALENDAR", ""]
    return read_holidays("\r\n".join(lines).encode(), zone, until=UNTIL)


def event(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT"])


def faulty(text: str | bytes) -> tuple[str | int, ...]:
    with pytest.raises(Faulty) as found:
        read_holidays(text, LONDON, until=UNTIL)
    return found.value.faults[0].path


def repeated(start: str, rule: str, *more: str) -> list[str]:
    found = read(event(f"DTSTART;VALUE=DATE:{start}", f"RRULE:{rule}", *more))
    return [entry.get("date") or f"yearly {entry['yearly']}" for entry in found]


def test_a_whole_day_is_closed_under_its_name():
    found = read(
        event("DTSTART;VALUE=DATE:20241225", "DTEND;VALUE=DATE:20241226", "SUMMARY:Christmas Day")
    )
    assert found == [{"date": "2024-12-25", "name": "Christmas Day"}]


def test_free_time_closes_and_a_cancelled_event_does_not():
    found = read(
        event("DTSTART:20240506", "TRANSP:TRANSPARENT"),
        event("DTSTART:20240507", "STATUS:CANCELLED"),
    )
    assert found == [{"date": "2024-05-06"}]


def test_several_days_are_a_span_whose_end_is_not_part_of_it():
    found = read(event("DTSTART;VALUE=DATE:20240701", "DTEND;VALUE=DATE:20240706", "SUMMARY:Shut"))
    assert found == [{"from": "2024-07-01", "to": "2024-07-05", "name": "Shut"}]


def test_a_duration_does_as_well_as_an_end():
    assert read(event("DTSTART:20240701", "DURATION:P1W"))[0]["to"] == "2024-07-07"


def test_part_of_a_day_is_a_partial_closure():
    found = read(event("DTSTART:20241224T120000", "DTEND:20241225T000000", "SUMMARY:Christmas Eve"))
    assert found == [
        {"date": "2024-12-24", "closed": [["12:00", "24:00"]], "name": "Christmas Eve"}
    ]


def test_a_time_of_another_zone_is_turned_into_ours():
    found = read(event("DTSTART;TZID=America/New_York:20240701T080000", "DURATION:PT2H"))
    assert found == [{"date": "2024-07-01", "closed": [["13:00", "15:00"]]}]
    found = read(event("DTSTART:20240701T080000Z", "DTEND:20240701T093015Z"))
    assert found == [{"date": "2024-07-01", "closed": [["09:00", "10:30:15"]]}]


def test_a_closure_past_midnight_is_one_of_each_day():
    found = read(event("DTSTART:20240701T220000", "DTEND:20240703T060000"))
    assert found == [
        {"date": "2024-07-01", "closed": [["22:00", "24:00"]]},
        {"date": "2024-07-02"},
        {"date": "2024-07-03", "closed": [["00:00", "06:00"]]},
    ]


def test_folded_lines_and_escapes_are_read_as_they_were_meant():
    found = read(
        event("DTSTART:20240506", "SUMMARY;LANGUAGE=en:May\\, the\r\n  First\\nof\r\n\t it\\;")
    )
    assert found[0]["name"] == "May, the First of it;"


def test_a_date_of_every_year_stays_one():
    assert repeated("20201225", "FREQ=YEARLY") == ["yearly 12-25"]
    assert repeated("20201225", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25") == ["yearly 12-25"]


@pytest.mark.parametrize(
    ("start", "rule", "dates"),
    [
        (
            "20240506",
            "FREQ=YEARLY;BYMONTH=5;BYDAY=1MO;COUNT=3",
            ["2024-05-06", "2025-05-05", "2026-05-04"],
        ),
        (
            "20240527",
            "FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO;UNTIL=20251231",
            ["2024-05-27", "2025-05-26"],
        ),
        (
            "20241128",
            "FREQ=YEARLY;BYMONTH=11;BYDAY=TH;BYMONTHDAY=22,23,24,25,26,27,28;COUNT=2",
            ["2024-11-28", "2025-11-27"],
        ),
        ("20240229", "FREQ=YEARLY;INTERVAL=4;UNTIL=20290101T000000Z", ["2024-02-29", "2028-02-29"]),
        ("20240131", "FREQ=MONTHLY;COUNT=3", ["2024-01-31", "2024-03-31", "2024-05-31"]),
        (
            "20240131",
            "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3",
            ["2024-01-31", "2024-02-29", "2024-03-31"],
        ),
        (
            "20240105",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR;COUNT=3",
            ["2024-01-05", "2024-01-19", "2024-02-02"],
        ),
        ("20240103", "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=3", ["2024-01-03", "2024-01-08", "2024-01-10"]),
        ("20240103", "FREQ=DAILY;COUNT=2", ["2024-01-03", "2024-01-04"]),
    ],
)
def test_what_comes_again_is_written_out(start: str, rule: str, dates: list[str]):
    assert repeated(start, rule) == dates


def test_a_time_that_is_left_out_or_moved_is_not_closed_at_its_old_date():
    found = read(
        event("UID:a", "DTSTART:20240105", "RRULE:FREQ=WEEKLY;COUNT=4", "EXDATE:20240112"),
        event("UID:a", "RECURRENCE-ID:20240119", "DTSTART:20240120"),
    )
    assert [entry["date"] for entry in found] == ["2024-01-05", "2024-01-20", "2024-01-26"]


def test_what_is_no_event_is_passed_over():
    alarm = "BEGIN:VALARM\r\nDTSTART:nonsense\r\nEND:VALARM"
    found = read("BEGIN:VTODO", "DTSTART:20240101", "END:VTODO", event("DTSTART:20240506", alarm))
    assert found == [{"date": "2024-05-06"}]


@pytest.mark.parametrize(
    ("events", "line"),
    [
        (("nonsense",), 3),
        ((event("DTSTART:20240230"),), 4),
        ((event("DTSTART:May Day"),), 4),
        ((event("SUMMARY:When?"),), 3),
        ((event("DTSTART:20240102", "DTEND:20240101"),), 5),
        ((event("DTSTART:20240102", "DURATION:later"),), 5),
        ((event("DTSTART:20240102", "RRULE:FREQ=HOURLY"),), 5),
        ((event("DTSTART:20240102", "RRULE:FREQ=YEARLY;BYWEEKNO=20"),), 5),
        ((event("DTSTART:20240102", "RRULE:FREQ=YEARLY;BYEASTER=1"),), 5),
        ((event("DTSTART:20240102", "RDATE:20240103"),), 5),
        (("END:VEVENT",), 3),
        (("BEGIN:VEVENT", "DTSTART:20240102"), 5),
    ],
)
def test_bad_input_is_said_with_its_line(events: tuple[str, ...], line: int):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", *events, "END:VCALENDAR"]
    assert faulty("\r\n".join(lines)) == ("line", line)


def test_a_web_page_or_a_calendar_without_events_is_no_calendar_of_holidays():
    assert faulty("<html></html>") == ("line", 1)
    assert faulty("BEGIN:VCALENDAR\nEND:VCALENDAR\n") == ()
    assert faulty("BEGIN:VCALENDAR\nBEGIN:VEVENT\n") == ("line", 2)
    assert faulty(b"") == ()
    assert faulty(b"x" * 2_000_001) == ()


def test_a_rule_that_makes_too_many_days_is_refused():
    text = "BEGIN:VCALENDAR\n" + event("DTSTART:19000101", "RRULE:FREQ=DAILY") + "\nEND:VCALENDAR"
    assert faulty(text) == ("line", 4)


def test_what_was_read_is_part_of_a_calendar():
    entries = read(
        event("DTSTART:20240506", "SUMMARY:May Day"),
        event("DTSTART:20240507T090000", "DURATION:PT1H"),
    )
    assert read_calendar(
        {"zone": "UTC", "weekly": {"mon": [["09:00", "17:00"]]}, "holidays": entries}
    )


@given(
    st.lists(
        st.sampled_from(
            (
                "BEGIN:VEVENT",
                "END:VEVENT",
                "DTSTART:20240102",
                "RRULE:FREQ=DAILY;COUNT=2",
                " x",
                "SUMMARY:\\",
                ";:",
                "DTEND:20240104T1",
                "EXDATE:20240102",
            )
        ),
        max_size=12,
    )
)
def test_whatever_is_read_gives_holidays_or_says_what_is_wrong(lines: list[str]):
    try:
        read(*lines)
    except Faulty as found:
        assert found.faults  # noqa: PT017 - either is fine
