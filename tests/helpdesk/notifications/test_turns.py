"""When a daily mail is due: by the clock of a zone, over summer time and moves to other zones, once for each day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from helpdesk.notifications.turns import day_of, next_turn

EVERY = range(7)
LONDON = "Europe/London"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hour", "days", "after", "due"),
    [
        (17, EVERY, "2026-11-20T16:59", "2026-11-20T17:00"),
        (17, EVERY, "2026-11-20T17:00", "2026-11-21T17:00"),
        # A Friday evening, for somebody with a mail on workdays; and one who has it on Wednesdays alone.
        (17, range(5), "2026-11-20T18:00", "2026-11-23T17:00"),
        (17, [2], "2026-11-20T18:00", "2026-11-25T17:00"),
        (0, EVERY, "2026-11-20T18:00", "2026-11-21T00:00"),
        # Summer time: an hour earlier by UTC.
        (17, EVERY, "2026-07-01T12:00", "2026-07-01T16:00"),
        # The night in which 01:00 to 02:00 is left out, and the day after.
        (1, EVERY, "2026-03-28T12:00", "2026-03-29T01:00"),
        (1, EVERY, "2026-03-29T01:00", "2026-03-30T00:00"),
        # The night in which 01:00 comes twice: the first, and then the next day's.
        (1, EVERY, "2026-10-24T12:00", "2026-10-25T00:00"),
        (1, EVERY, "2026-10-25T00:00", "2026-10-26T01:00"),
        (1, EVERY, "2026-10-25T00:30", "2026-10-26T01:00"),
    ],
)
def test_the_next_turn_is_the_hour_of_the_next_day_that_was_chosen(
    hour: int, days: range | list[int], after: str, due: str
) -> None:
    assert next_turn(hour, days, LONDON, at(after)) == at(due)


@pytest.mark.parametrize("zone", [LONDON, "America/New_York", "Pacific/Auckland", "Asia/Kolkata"])
def test_each_day_of_a_year_has_one_turn(zone: str) -> None:
    for hour in (0, 1, 2, 3, 12, 23):
        moment, days = at("2026-01-01T12:00"), []
        for _number in range(370):
            moment = next_turn(hour, EVERY, zone, moment, done_on=days[-1] if days else None)
            days.append(day_of(moment, zone))
        assert days == [days[0] + timedelta(days=number) for number in range(370)]


def test_a_day_that_had_its_mail_has_no_other_in_another_zone() -> None:
    done = date(2026, 11, 20)
    # Sent at 17:00 in Auckland; in London it is still the morning of that day.
    assert next_turn(17, EVERY, LONDON, at("2026-11-20T04:00"), done_on=done) == at(
        "2026-11-21T17:00"
    )


def test_what_a_wrong_clock_did_far_ahead_holds_up_nothing() -> None:
    after = at("2026-11-20T12:00")
    assert next_turn(17, EVERY, LONDON, after, done_on=date(2027, 5, 1)) == at("2026-11-20T17:00")
