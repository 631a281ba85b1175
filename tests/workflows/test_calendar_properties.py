"""Business hours over random calendars and zones, against a walk that asks every minute by itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import groupby, pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.workflows.calendars import bodies, moments
from tests.workflows.walking import seconds, utc, walk
from workflows.calendar import ALWAYS, read_hours

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
DURATIONS = st.integers(0, 200_000).map(lambda number: timedelta(seconds=number))
few = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
many = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@few
@given(bodies(), moments(), st.integers(1, 2 * 1440))
def test_what_is_open_is_what_a_walk_finds_open(
    body: dict[str, Any], start: datetime, minutes: int
):
    end = start + minutes * MINUTE
    steps = walk(body, start, end, MINUTE)
    calendar = read_hours(body)
    assert calendar.between(start, end) == timedelta(seconds=seconds(steps, MINUTE))
    assert calendar.intervals(start, end) == _intervals(steps, start)


@few
@given(bodies(), moments())
def test_opening_and_closing_are_where_a_walk_finds_them(body: dict[str, Any], start: datetime):
    steps = walk(body, start, start + 2000 * MINUTE, MINUTE)
    calendar = read_hours(body)
    assert calendar.is_open(start) is steps[0]
    if True in steps:
        assert calendar.next_open(start) == start + steps.index(True) * MINUTE
    if False in steps:
        assert calendar.next_closed(start) == start + steps.index(False) * MINUTE


@few
@given(bodies(), moments(), st.integers(0, 600))
def test_due_and_last_instant_are_where_a_walk_finds_them(
    body: dict[str, Any], start: datetime, minutes: int
):
    steps = walk(body, start, start + 2500 * MINUTE, MINUTE)
    sums = [0]
    for is_open in steps:
        sums.append(sums[-1] + is_open)
    earliest, latest = read_hours(body).add(start, minutes * MINUTE)
    reached = [number for number, passed in enumerate(sums) if passed >= minutes]
    if reached:
        assert earliest == start + reached[0] * MINUTE
    if sums[-1] > minutes:
        last = max(number for number, passed in enumerate(sums) if passed <= minutes)
        assert latest == start + last * MINUTE


@few
@given(bodies(), moments(), st.integers(0, 600))
def test_counting_back_ends_where_a_walk_finds_it(
    body: dict[str, Any], end: datetime, minutes: int
):
    steps = walk(body, end - 2500 * MINUTE, end, MINUTE)[::-1]
    sums = [0]
    for is_open in steps:
        sums.append(sums[-1] + is_open)
    earliest, latest = read_hours(body).sub(end, minutes * MINUTE)
    reached = [number for number, passed in enumerate(sums) if passed >= minutes]
    if reached:
        assert latest == end - reached[0] * MINUTE
    if sums[-1] > minutes:
        first = max(number for number, passed in enumerate(sums) if passed <= minutes)
        assert earliest == end - first * MINUTE


@pytest.mark.parametrize(
    ("zone", "hour"),
    [
        ("Australia/Lord_Howe", utc(2024, 4, 6, 15)),
        ("America/Sao_Paulo", utc(2018, 11, 4, 3)),
        ("Pacific/Apia", utc(2011, 12, 30, 10)),
        ("Europe/London", utc(2024, 10, 27, 1)),
    ],
)
def test_every_second_around_a_change_of_clocks_is_right(zone: str, hour: datetime):
    times = [["00:10:30", "00:29:59"], ["01:15:01", "01:45:20"], ["02:00:07", "02:30"]]
    body = {"zone": zone, "weekly": dict.fromkeys(("sat", "sun", "fri"), times)}
    calendar, start = read_hours(body), hour - timedelta(minutes=40)
    steps = walk(body, start, start + timedelta(minutes=80), SECOND)
    assert [calendar.is_open(start + number * SECOND) for number in range(len(steps))] == steps


@many
@given(bodies(), moments(), moments(), moments())
def test_two_parts_of_a_time_are_open_as_long_as_the_whole(
    body: dict[str, Any], one: datetime, two: datetime, three: datetime
):
    first, middle, last = sorted((one, two, three))
    calendar = read_hours(body)
    whole = calendar.between(first, last)
    assert calendar.between(first, middle) + calendar.between(middle, last) == whole
    assert timedelta() <= whole <= last - first


@many
@given(bodies(), moments(), DURATIONS)
def test_adding_and_counting_undo_each_other(
    body: dict[str, Any], start: datetime, duration: timedelta
):
    calendar = read_hours(body)
    earliest, latest = calendar.add(start, duration)
    if earliest is not None:
        assert calendar.between(start, earliest) == duration
        assert duration == timedelta() or calendar.between(start, earliest - SECOND) < duration
        assert calendar.sub(earliest, duration)[1] is not None
    if latest is not None:
        assert earliest is not None
        assert earliest <= latest
        assert calendar.between(start, latest) == duration
        assert calendar.between(start, latest + SECOND) > duration


@many
@given(bodies(), moments(), moments())
def test_stretches_leave_no_gap_and_their_open_ones_add_up(
    body: dict[str, Any], one: datetime, two: datetime
):
    start, end = sorted((one, two))
    end = min(end, start + timedelta(days=40))
    calendar = read_hours(body)
    stretches = calendar.stretches(start, end)
    opened = sum((each.to - each.from_ for each in stretches if each.is_open), timedelta())
    assert opened == calendar.between(start, end)
    assert all(before.to == after.from_ for before, after in pairwise(stretches))
    if stretches:
        assert (stretches[0].from_, stretches[-1].to) == (start, end)


@many
@given(moments(), DURATIONS)
def test_always_open_is_plain_addition(start: datetime, duration: timedelta):
    week = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    written = read_hours({"zone": "Europe/London", "weekly": week})
    end = start + duration
    for calendar in (ALWAYS, written):
        assert calendar.between(start, end) == duration
        assert calendar.add(start, duration) == (end, end)
        assert calendar.sub(end, duration) == (start, start)
        assert calendar.next_closed(start) is None


def _intervals(steps: list[bool], start: datetime) -> list[tuple[datetime, datetime]]:
    found, number = [], 0
    for is_open, group in groupby(steps):
        length = len(list(group))
        if is_open:
            found.append((start + number * MINUTE, start + (number + length) * MINUTE))
        number += length
    return found
