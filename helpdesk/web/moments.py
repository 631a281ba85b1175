"""Moments as people read them. Pages are full of them, and Babel takes long to write one, so its words are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date as babel_date
from babel.dates import format_timedelta, get_timezone_name
from babel.dates import get_timezone as babel_zone
from flask import g
from flask_babel import get_locale, get_timezone
from flask_babel import gettext as _

from helpdesk.core import clock

_JUST_NOW = 45
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


@dataclass(frozen=True, slots=True)
class Clock:
    """The reader's clock: their language and zone, and what time it is for them."""

    locale: str
    zone: str
    now: datetime
    today: date


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment in the words of a reader; `iso` is UTC, all else in their zone."""

    iso: str
    exact: str
    on: date
    time: str


def reader_clock() -> Clock:
    """The clock of whoever reads this page; it stands still while a page is drawn."""
    held: tuple[object, Clock] | None = g.get("desk_clock")
    actor = g.get("actor")
    if held is None or held[0] is not actor:
        zone, now = get_timezone(), clock.now()
        found = Clock(str(get_locale() or "en"), str(zone), now, now.astimezone(zone).date())
        held = g.desk_clock = (actor, found)
    return held[1]


def end_of_day(zone: str) -> datetime:
    """When today ends for somebody of this zone."""
    here = ZoneInfo(zone)
    today = clock.now().astimezone(here).date()
    return datetime.combine(today + timedelta(days=1), time(), tzinfo=here)


def moment(at: datetime) -> Moment:
    """A moment for whoever reads this page."""
    reader = reader_clock()
    return _moment(at, reader.locale, reader.zone)


def ago(at: datetime) -> str:
    """How long ago, for lists: "12 min ago" within a day, else the date."""
    reader = reader_clock()
    past = (reader.now - at).total_seconds()
    if 0 <= past < _JUST_NOW:
        return str(_("just now"))
    if 0 <= past < _DAY:
        return _time_ago(_rounded(int(past)), reader.locale)
    return day(at)


def day(at: datetime) -> str:
    """The date; the year only where it is not this one."""
    reader = reader_clock()
    on = _moment(at, reader.locale, reader.zone).on
    return _date(on, "d MMM" if on.year == reader.today.year else "d MMM yyyy", reader.locale)


def whole_day(at: datetime) -> str:
    """The date with its weekday, as one writes it to somebody: "Monday 23 November"."""
    known, reader = moment(at), reader_clock()
    same = known.on.year == reader.today.year
    return _date(known.on, "EEEE d MMMM" if same else "EEEE d MMMM yyyy", reader.locale)


def stamp(at: datetime) -> str:
    """When, for messages: the time today, with the date before today."""
    known = moment(at)
    return known.time if known.on == reader_clock().today else f"{day(at)} {known.time}"


def weekday_stamp(at: datetime) -> str:
    """For ledgers: "Fri 20 Nov 14:20", with the year where it is not this one and the seconds where there are any."""
    return f"{weekday(at)} {to_the_second(at)}"


def weekday(at: datetime) -> str:
    """The date with its weekday, short: "Fri 20 Nov", with the year where it is not this one."""
    known, reader = moment(at), reader_clock()
    pattern = "EEE d MMM" if known.on.year == reader.today.year else "EEE d MMM yyyy"
    return _date(known.on, pattern, reader.locale)


def to_the_second(at: datetime) -> str:
    """The time of day, with the seconds where there are any."""
    return f"{moment(at).time}:{at.second:02}" if at.second else moment(at).time


def read_local(text: str) -> datetime:
    """A moment of the reader's wall clock as a form sends it, in UTC. Raises ValueError."""
    local = datetime.fromisoformat(text)
    if local.tzinfo is None:
        # The zone by its name: one of pytz that is put into a datetime means the local time of a century ago.
        local = local.replace(tzinfo=ZoneInfo(reader_clock().zone))
    try:
        return local.astimezone(UTC)
    except OverflowError:
        raise ValueError(text) from None


@lru_cache(maxsize=20_000)
def _moment(at: datetime, locale: str, zone: str) -> Moment:
    local = at.astimezone(_zone(zone))
    time = local.strftime("%H:%M")
    on = local.date()
    whole_day = _date(on, "EEEE d MMMM yyyy", locale)
    return Moment(
        iso=at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        exact=f"{whole_day}, {time}:{local.second:02} {_zone_name(local, locale, zone)}",
        on=on,
        time=time,
    )


@lru_cache(maxsize=1000)
def _zone(name: str) -> tzinfo:
    return babel_zone(name)


@lru_cache(maxsize=5000)
def _date(on: date, pattern: str, locale: str) -> str:
    return babel_date(on, pattern, locale=locale)


_zone_names: dict[tuple[str, str, timedelta | None, timedelta | None], str] = {}
_MOST_ZONE_NAMES = 2000


def _zone_name(local: datetime, locale: str, zone: str) -> str:
    """What the zone is called at that moment; it depends on nothing of it but its distance from UTC and its summer time."""
    key = (locale, zone, local.utcoffset(), local.dst())
    if key not in _zone_names:
        if len(_zone_names) >= _MOST_ZONE_NAMES:
            _zone_names.clear()
        _zone_names[key] = get_timezone_name(local, "short", locale=locale)
    return _zone_names[key]


def _rounded(seconds: int) -> int:
    """The same minutes or hours in whole ones, so that few texts say all; less than a minute counts as one."""
    if seconds < _HOUR:
        return min(max(1, round(seconds / _MINUTE)) * _MINUTE, _HOUR - 1)
    return min(round(seconds / _HOUR) * _HOUR, _DAY - 1)


@lru_cache(maxsize=2000)
def _time_ago(seconds: int, locale: str) -> str:
    return format_timedelta(
        timedelta(seconds=-seconds),
        granularity="minute",
        threshold=1,
        add_direction=True,
        format="short",
        locale=locale,
    )
