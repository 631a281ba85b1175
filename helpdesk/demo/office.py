"""When the people of the demo desk write and work: office hours, evenings, and how long an answer takes."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/London")
OPENS, CLOSES = time(8, 30), time(17, 0)
WORKING_DAY = timedelta(hours=8, minutes=30)


def is_working_day(at: datetime) -> bool:
    """Whether the council works on this local day."""
    return at.weekday() < 5 and (at.month, at.day) not in ((12, 25), (12, 26), (1, 1))


def into_office(at: datetime) -> datetime:
    """This moment if the office is open then, otherwise the next moment at which it opens."""
    local = at.astimezone(ZONE)
    if is_working_day(local) and local.time() < OPENS:
        return _at(local, OPENS)
    while not is_working_day(local) or local.time() >= CLOSES:
        local = _at(local + timedelta(days=1), OPENS)
    return local


def back_into_office(at: datetime, rng: Random) -> datetime:
    """A moment of office time not after this one."""
    local = at.astimezone(ZONE)
    if is_working_day(local) and OPENS <= local.time() < CLOSES:
        return local
    if local.time() < OPENS:
        local -= timedelta(days=1)
    while not is_working_day(local):
        local -= timedelta(days=1)
    return _at(local, OPENS) + timedelta(minutes=rng.randint(20, 480))


def add_working(at: datetime, wait: timedelta) -> datetime:
    """The moment after this much office time."""
    now = into_office(at)
    while wait > (left := _at(now, CLOSES) - now):
        wait -= left
        now = into_office(_at(now, CLOSES))
    return now + wait


def working_days_after(at: datetime, days: int) -> datetime:
    """The same hour, this many working days later."""
    local = at.astimezone(ZONE)
    while days > 0:
        local += timedelta(days=1)
        days -= is_working_day(local)
    return local


def at_home(at: datetime, rng: Random) -> datetime:
    """A moment not after this one at which people are awake; most mail is written by day."""
    local = at.astimezone(ZONE)
    if local.hour >= 7:
        return local
    return _at(local - timedelta(days=1), time(21, 0)) + timedelta(minutes=rng.randint(0, 110))


def wait_of(after: str) -> timedelta:
    """How much office time "3h" or "2d" is; "5m" is by the clock."""
    amount, unit = int(after[:-1]), after[-1]
    return {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": WORKING_DAY}[unit] * amount


def _at(day: datetime, hour: time) -> datetime:
    return datetime.combine(day.date(), hour, ZONE)
