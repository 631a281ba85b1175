"""The picture of a month: what a calendar says of each day, drawn by the arithmetic that counts deadlines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import format_date
from flask_babel import gettext as _

from helpdesk.web import durations
from workflows.calendar import BusinessCalendar, Rule, Stretch
from workflows.calendar_zone import DAY, instant_of, midnight, moment_of, segments_of

# How wide a day is drawn.
WIDTH = 1440
_ONE_DAY = timedelta(days=1)
FIRST_YEAR, LAST_YEAR = 1970, 2999


@dataclass(frozen=True, slots=True)
class Bar:
    """An open stretch in the picture of its day: where it begins, and how wide it is."""

    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Day:
    """A day as its row shows it. `remarks` are (tone, text)."""

    on: date
    label: str
    is_today: bool
    bars: Sequence[Bar]
    hours: str
    length: str
    remarks: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Month:
    """A month with the ones beside it, written as the address has them; None where there is none."""

    title: str
    name: str
    before: str | None
    after: str | None
    days: Sequence[Day]
    length: str
    open_days: int


def month_named(text: str | None, today: date) -> date:
    """The first day of the month "2026-12"; of the present month if it is not that."""
    year, dash, month = (text or "").partition("-")
    if dash and year.isdecimal() and month.isdecimal() and len(year) == 4 and len(month) == 2:
        if FIRST_YEAR <= int(year) <= LAST_YEAR and 1 <= int(month) <= 12:
            return date(int(year), int(month), 1)
    return today.replace(day=1)


def draw_month(calendar: BusinessCalendar, first: date, now: datetime) -> Month:
    """The month that begins with this day, in the zone of the calendar."""
    today = now.astimezone(calendar.plan.zone).date()
    days, total, open_days, day = [], timedelta(), 0, first
    while day.month == first.month:
        drawn, opened = _draw(calendar, day, today)
        days.append(drawn)
        total += opened
        open_days += opened > timedelta()
        day += _ONE_DAY
    before = first - _ONE_DAY
    return Month(
        title=format_date(first, "LLLL yyyy"),
        name=f"{first:%Y-%m}",
        before=f"{before:%Y-%m}" if before.year >= FIRST_YEAR else None,
        after=f"{day:%Y-%m}" if day.year <= LAST_YEAR else None,
        days=days,
        length=durations.whole(total),
        open_days=open_days,
    )


def _draw(calendar: BusinessCalendar, day: date, today: date) -> tuple[Day, timedelta]:
    segments = segments_of(calendar.plan.zone, day.year)
    begin, end = (moment_of(instant_of(segments, midnight(day) + seconds)) for seconds in (0, DAY))
    stretches = calendar.stretches(begin, end)
    opened = sum((one.to - one.from_ for one in stretches if one.is_open), timedelta())
    drawn = Day(
        on=day,
        label=format_date(day, "EEE d"),
        is_today=day == today,
        bars=[_bar(one, begin, end) for one in stretches if one.is_open],
        hours=", ".join(_hours(calendar, one, end) for one in _merged(stretches)),
        length=durations.whole(opened) if opened else "",
        remarks=[*_changes(end - begin), *_remarks(stretches)],
    )
    return drawn, opened


def _bar(one: Stretch, begin: datetime, end: datetime) -> Bar:
    x, until = (round((at - begin) / (end - begin) * WIDTH) for at in (one.from_, one.to))
    return Bar(x, max(1, until - x))


def _merged(stretches: Sequence[Stretch]) -> list[tuple[datetime, datetime]]:
    found: list[tuple[datetime, datetime]] = []
    for one in stretches:
        if one.is_open and found and found[-1][1] == one.from_:
            found[-1] = (found[-1][0], one.to)
        elif one.is_open:
            found.append((one.from_, one.to))
    return found


def _hours(calendar: BusinessCalendar, window: tuple[datetime, datetime], end: datetime) -> str:
    """As the wall clock shows it: "09:00–17:00"; the end of the day is 24:00."""
    start, until = window
    zone = calendar.plan.zone
    last = "24:00" if until == end else f"{until.astimezone(zone):%H:%M}"
    return f"{start.astimezone(zone):%H:%M}–{last}"


def _changes(length: timedelta) -> list[tuple[str, str]]:
    """What a change of the clocks does to a day."""
    if length == _ONE_DAY:
        return []
    if not length:
        return [("info", _("This date was left out here."))]
    said = durations.whole(length)
    if length < _ONE_DAY:
        return [("info", _("Clocks go forward: the day has %(length)s.", length=said))]
    return [("info", _("Clocks go back: the day has %(length)s.", length=said))]


def _remarks(stretches: Sequence[Stretch]) -> list[tuple[str, str]]:
    """The holidays and special hours of a day, each once."""
    plain = {
        Rule.HOLIDAY: _("Closed"),
        Rule.CLOSURE: _("Closed for part of the day"),
        Rule.SPECIAL: _("Special hours"),
    }
    found = {}
    for one in stretches:
        if one.cause.rule in plain:
            text = plain[one.cause.rule]
            name = one.cause.name
            said = _("%(name)s: %(what)s", name=name, what=text) if name else text
            found[said] = "warn" if one.cause.rule is Rule.SPECIAL else "off"
    return [(tone, text) for text, tone in found.items()]
