"""Holidays that calendars take over from iCalendar feeds."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk import schedule
from helpdesk.checking.calendars import check_feeds
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.models import OutboxEntry, OutboxState
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.sla import feeds
from tests.cast import Cast
from workflows.faults import Faulty

FEED = "https://feeds.example.org/holidays.ics"
INSIDE = "https://127.0.0.1:1/holidays.ics"
WEEK = {"mon": [["09:00", "17:00"]]}
ANNIVERSARY = {"yearly": "11-02", "name": "Anniversary"}


def make_calendar(*addresses: str) -> store.Version:
    body = {"zone": "UTC", "weekly": WEEK, "feeds": list(addresses), "holidays": [ANNIVERSARY]}
    with unit_of_work():
        return store.save(Kind.CALENDAR, "office", body, by=None, cause="test")


def ics(*days: date) -> bytes:
    events = "".join(
        f"BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:{day:%Y%m%d}\r\nSUMMARY:Day {day.day}\r\nEND:VEVENT\r\n"
        for day in days
    )
    return f"BEGIN:VCALENDAR\r\n{events}END:VCALENDAR\r\n".encode()


def held() -> list[dict[str, Any]]:
    return [one for one in store.find(Kind.CALENDAR, "office").body["holidays"] if "feed" in one]


def days_held() -> list[date]:
    return [date.fromisoformat(one["date"]) for one in held()]


def test_what_a_feed_says_is_a_new_version_with_names(cast: Cast, clock: StoppedClock) -> None:
    first, day = make_calendar(FEED), clock.now().date() + timedelta(days=3)
    assert feeds.take_over("office", 0, FEED, ics(day))
    version = store.find(Kind.CALENDAR, "office")
    assert version.number == first.number + 1
    assert version.body["holidays"] == [
        ANNIVERSARY,
        {"date": day.isoformat(), "name": f"Day {day.day}", "feed": 0},
    ]


def test_a_feed_that_says_the_same_makes_no_version(cast: Cast, clock: StoppedClock) -> None:
    make_calendar(FEED)
    today = clock.now().date()
    text = ics(today + timedelta(days=1), today + timedelta(days=9))
    assert feeds.take_over("office", 0, FEED, text)
    assert not feeds.take_over("office", 0, FEED, text)
    clock.advance(timedelta(days=2))
    assert not feeds.take_over("office", 0, FEED, text)


def test_a_day_that_is_past_stays_and_one_to_come_may_go(cast: Cast, clock: StoppedClock) -> None:
    make_calendar(FEED)
    soon, later, never = (clock.now().date() + timedelta(days=days) for days in (2, 20, 30))
    feeds.take_over("office", 0, FEED, ics(soon, never))
    clock.advance(timedelta(days=10))
    feeds.take_over("office", 0, FEED, ics(later))
    assert days_held() == [soon, later]


def test_a_feed_without_any_day_to_come_empties_no_calendar(
    cast: Cast, clock: StoppedClock
) -> None:
    make_calendar(FEED)
    day = clock.now().date() + timedelta(days=3)
    feeds.take_over("office", 0, FEED, ics(day))
    with pytest.raises(feeds.FeedUnfit):
        feeds.take_over("office", 0, FEED, ics(day - timedelta(days=300)))
    with pytest.raises(Faulty):
        feeds.take_over("office", 0, FEED, ics())
    with pytest.raises(Faulty):
        feeds.take_over("office", 0, FEED, b"<html>Moved</html>")
    assert days_held() == [day]


def test_a_feed_that_was_replaced_meanwhile_is_not_taken_over(
    cast: Cast, clock: StoppedClock
) -> None:
    make_calendar("https://other.example.org/holidays.ics")
    assert not feeds.take_over("office", 0, FEED, ics(clock.now().date()))
    assert not feeds.take_over("elsewhere", 0, FEED, ics(clock.now().date()))


def test_a_feed_inside_is_not_called_and_the_check_says_so_until_it_is_gone(
    cast: Cast, clock: StoppedClock
) -> None:
    make_calendar(INSIDE)
    (definition_id,) = feeds.calendars_with_feeds()
    since = clock.now()
    feeds.read_feeds_of(definition_id)
    clock.advance(timedelta(days=1))
    feeds.read_feeds_of(definition_id)
    (failure,) = feeds.failures()
    assert (failure.calendar, failure.host, failure.since) == ("office", "127.0.0.1", since)
    assert "inside" in failure.why
    (finding,) = check_feeds()
    assert not finding.is_well
    assert "office" in finding.what
    assert held() == []
    make_calendar()
    assert list(check_feeds()) == []


def test_a_feed_is_read_as_soon_as_a_calendar_has_it(cast: Cast, settle: Any) -> None:
    make_calendar(INSIDE)
    settle()
    assert len(feeds.failures()) == 1


def test_each_night_every_calendar_with_feeds_is_owed_a_look(cast: Cast, settle: Any) -> None:
    version = make_calendar(INSIDE)
    settle()
    with unit_of_work():
        schedule.read_feeds()
    owed = select(OutboxEntry.subject_id).where(OutboxEntry.job == feeds.READ_JOB)
    waiting = owed.where(OutboxEntry.state == OutboxState.WAITING)
    assert list(db.session.scalars(waiting)) == [version.definition_id]
