"""The pages of calendars: written in a form, looked at by the month, with holidays from a file."""

from __future__ import annotations

from html import unescape
from io import BytesIO
from typing import Any

import pytest

from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.web.admin.calendar_fields import draft_of, values_of
from tests.cast import Cast
from tests.helpdesk.web.console.budget import counted, look_again
from tests.pages import PageClient
from tests.workflows.walking import utc

WEEK = {day: [["09:00", "12:30"], ["13:30", "17:00"]] for day in ("mon", "tue", "wed", "thu")}
BODY: dict[str, Any] = {
    "title": "Office",
    "zone": "Europe/London",
    "position": 30,
    "weekly": {**WEEK, "fri": [["22:00", "06:00"]]},
    "breaks": {"mon": [["10:00", "10:15"]]},
    "holidays": [
        {"date": "2026-12-24", "closed": [["12:00", "24:00"]], "name": "Christmas Eve"},
        {"yearly": "12-25", "name": "Christmas Day"},
        {"from": "2026-07-01", "to": "2026-07-05"},
        {"date": "2026-12-31", "open": [["08:00", "12:00"]], "name": "open for a toast"},
        {"date": "2026-12-30", "open": []},
    ],
    "public_holidays": [{"country": "GB", "region": "ENG"}, {"country": "IE"}],
}
TYPED = {
    "title": "Office",
    "zone": "Europe/London",
    "active": "y",
    "mon_hours": "9-12:30, 13.30 – 17:00",
    "seen": "0",
    "do": "save",
}
ICS = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20260504\r\nSUMMARY:May Day\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


def keep(body: dict[str, Any], name: str = "office") -> store.Version:
    with unit_of_work():
        return store.save(Kind.CALENDAR, name, body, by=None, cause="test")


@pytest.fixture
def eve(client: PageClient, cast: Cast) -> PageClient:
    client.sign_in("eve@borough.example")
    return client


def saved(name: str = "office") -> dict[str, Any]:
    look_again()
    return dict(store.find(Kind.CALENDAR, name).body)


def text_of(client: PageClient) -> str:
    assert client.last is not None
    return unescape(client.last.get_data(as_text=True))


def with_file(text: str, **typed: str) -> dict[str, Any]:
    return {**TYPED, **typed, "ical": (BytesIO(text.encode()), "holidays.ics")}


def test_what_stands_in_the_fields_is_what_was_kept():
    typed = {**values_of(BODY), "active": True}
    assert draft_of(typed, BODY, utc(2026, 1, 1).date()).body == BODY


def test_hours_are_written_as_people_write_them(eve: PageClient) -> None:
    eve.post("/admin/calendars/new", TYPED)
    assert saved()["weekly"] == {"mon": [["09:00", "12:30"], ["13:30", "17:00"]]}
    assert "Saved as version 1" in text_of_next(eve)


def text_of_next(eve: PageClient) -> str:
    eve.get("/admin/calendars/office")
    return text_of(eve)


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"zone": "Mars"}, "zone", "no time zone"),
        ({"tue_hours": "all day"}, "tue-hours", "Write hours such as"),
        ({"tue_hours": "9-25"}, "tue-hours", "A time is written as"),
        ({"wed_breaks": "13:00-12:00"}, "wed-breaks", "must come after the start"),
        ({"mon_hours": ""}, "mon-hours", "never opens"),
        ({"holidays": "12-25\nChristmas"}, "holidays", "Line 2: Write a date"),
        ({"holidays": "\n2026-02-30 Party"}, "holidays", "Line 2: 2026-02-30 is not in"),
        ({"public_holidays": "GB ENG\nXX"}, "public-holidays", "Line 2: No holidays are known"),
        ({"public_holidays": "GB QQ"}, "public-holidays", "has no region QQ"),
        ({"feeds": "http://example.org/x.ics"}, "feeds", "begins with https://"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    eve: PageClient, typed: dict[str, str], field: str, sentence: str
) -> None:
    mine = (
        {"description": "Mind the gap", "sun_hours": "07:00-08:00"}
        if typed.get("mon_hours") != ""
        else {"description": "Mind the gap"}
    )
    eve.post("/admin/calendars/new", {**TYPED, **mine, **typed}, status=422)
    page = text_of(eve)
    assert f'href="#{field}"' in page
    assert f'id="{field}"' in page
    assert sentence in page
    assert "Mind the gap" in page
    assert all(one in page for one in typed.values())


def test_holidays_of_a_file_are_added_to_those_typed(eve: PageClient) -> None:
    eve.post("/admin/calendars/new", with_file(ICS, holidays="12-25 Christmas Day"))
    assert saved()["holidays"] == [
        {"yearly": "12-25", "name": "Christmas Day"},
        {"date": "2026-05-04", "name": "May Day"},
    ]


def test_a_file_is_not_lost_when_another_field_is_wrong(eve: PageClient) -> None:
    eve.post("/admin/calendars/new", with_file(ICS, tue_hours="noon"), status=422)
    assert "2026-05-04 May Day" in text_of(eve)


def test_a_file_that_is_no_calendar_is_said_at_its_field_with_the_line(eve: PageClient) -> None:
    bad = ICS.replace("20260504", "20260231")
    eve.post("/admin/calendars/new", with_file(bad, holidays="12-25 Christmas Day"), status=422)
    page = text_of(eve)
    assert 'href="#ical"' in page
    assert "Line 3: this date is not in the calendar." in page
    assert "12-25 Christmas Day" in page


def test_the_next_version_keeps_what_no_field_shows(eve: PageClient) -> None:
    keep(BODY)
    eve.post("/admin/calendars/office/edit", {**TYPED, "seen": "1"})
    assert saved()["position"] == 30
    assert len(store.versions_of(Kind.CALENDAR, "office")) == 2


def test_a_version_that_somebody_saved_meanwhile_is_not_written_over(eve: PageClient) -> None:
    keep(BODY)
    keep({**BODY, "title": "Newer"})
    eve.post("/admin/calendars/office/edit", {**TYPED, "seen": "1"}, status=409)
    assert "Somebody else saved a version" in text_of(eve)


def test_holidays_of_a_feed_stay_when_the_form_is_saved(eve: PageClient) -> None:
    feed = "https://feeds.example.org/a.ics"
    entry = {"date": "2026-05-04", "name": "May Day", "feed": 0}
    keep({**BODY, "feeds": [feed], "holidays": [entry]})
    eve.post("/admin/calendars/office/edit", {**TYPED, "seen": "1", "feeds": feed})
    assert saved()["holidays"] == [entry]


def test_of_a_feed_that_is_taken_away_only_what_is_past_stays():
    before = {
        "feeds": ["https://a.example/x", "https://b.example/y"],
        "holidays": [
            {"date": "2026-01-01", "feed": 0},
            {"date": "2026-12-25", "feed": 0},
            {"date": "2026-12-26", "feed": 1},
        ],
    }
    typed = {"feeds": "https://b.example/y", "mon_hours": "09:00-17:00", "active": True}
    body = draft_of(typed, before, utc(2026, 6, 1).date()).body
    assert body["holidays"] == [{"date": "2026-01-01"}, {"date": "2026-12-26", "feed": 0}]


def test_the_picture_names_holidays_and_marks_the_changes_of_the_clocks(eve: PageClient) -> None:
    keep({**BODY, "weekly": {**BODY["weekly"], "sun": [["00:00", "24:00"]]}})
    eve.get("/admin/calendars/office?month=2026-12")
    page = text_of(eve)
    assert "December 2026" in page
    assert "Christmas Eve: Closed for part of the day" in page
    assert "Christmas Day: Closed" in page
    assert "09:00–10:00" not in page.split("Mon 7")[0]
    assert "09:00–10:00, 10:15–12:30, 13:30–17:00" in page
    assert "month=2026-11" in page
    assert "month=2027-01" in page
    eve.get("/admin/calendars/office?month=2026-03")
    assert "Clocks go forward: the day has 23 h" in text_of(eve)
    eve.get("/admin/calendars/office?month=2026-10")
    assert "Clocks go back: the day has 25 h" in text_of(eve)


@pytest.mark.parametrize("month", ["", "2026-13", "yesterday", "0001-01", "2026-1", "²026-01"])
def test_a_month_that_is_none_is_the_present_one(eve: PageClient, month: str) -> None:
    keep(BODY)
    eve.get("/admin/calendars/office", query_string={"month": month})
    assert "today" in text_of(eve)


def test_a_day_that_was_left_out_is_said_to_be(eve: PageClient) -> None:
    keep({"title": "Apia", "zone": "Pacific/Apia", "weekly": {"fri": [["09:00", "17:00"]]}}, "apia")
    eve.get("/admin/calendars/apia?month=2011-12")
    assert "This date was left out here." in text_of(eve)


def test_the_month_is_shown_before_anything_is_saved(eve: PageClient) -> None:
    typed = {**TYPED, "do": "show", "month": "2026-12", "holidays": "2026-12-07 Moving house"}
    eve.post("/admin/calendars/new", typed, status=200)
    page = text_of(eve)
    assert "not saved yet" in page
    assert "Moving house: Closed" in page
    assert store.current(Kind.CALENDAR) == []


def test_a_calendar_without_a_title_is_asked_for_one(eve: PageClient) -> None:
    eve.post("/admin/calendars/new", {**TYPED, "title": ""}, status=422)
    assert 'href="#title"' in text_of(eve)


def test_only_administrators_see_calendars(client: PageClient, cast: Cast) -> None:
    keep(BODY)
    client.sign_in("ben@borough.example")
    for path in ("/admin/calendars", "/admin/calendars/office", "/admin/calendars/new"):
        client.get(path, status=403)


def test_a_page_of_calendars_costs_few_queries(eve: PageClient) -> None:
    for number in range(5):
        keep({**BODY, "title": f"Office {number}"}, f"office-{number}")
    eve.get("/admin/calendars")
    with counted() as queries:
        eve.get("/admin/calendars")
    assert len(queries) <= 8
    with counted() as queries:
        eve.get("/admin/calendars/office-1")
    assert len(queries) <= 8


def test_the_words_of_a_calendar_say_what_it_holds(eve: PageClient) -> None:
    keep(BODY)
    page = text_of_next(eve)
    assert "Monday to Thursday: 09:00–12:30, 13:30–17:00" in page
    assert "Friday: 22:00–06:00" in page
    assert "Breaks on Monday: 10:00–10:15" in page
    assert "Closed on public holidays of GB ENG, IE." in page
    assert "5 holidays of its own." in page
