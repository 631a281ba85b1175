"""Business hours by walking: every step of a range is asked by itself whether it is open. For tests only.

A step belongs to a window if the latest reading the wall clock has shown so far lies in it. That is the boundary rule
said in another way, and shares nothing with the tables of `workflows/calendar.py`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def walk(body: dict[str, Any], start: datetime, end: datetime, step: timedelta) -> list[bool]:
    """Whether each step of [start, end) is open."""
    zone = ZoneInfo(body["zone"])
    at, shown = start - timedelta(days=2), datetime(1, 1, 1)  # noqa: DTZ001 - what a wall shows
    found = []
    while at < end:
        shown = max(shown, at.astimezone(zone).replace(tzinfo=None))
        if at >= start:
            found.append(_is_open(body, shown))
        at += step
    return found


def _is_open(body: dict[str, Any], shown: datetime) -> bool:
    specials = [entry for entry in body.get("holidays", ()) if _names(entry, shown)]
    opened = [entry["open"] for entry in specials if "open" in entry]
    if opened:
        base = any(_within(windows, shown) for windows in opened)
    else:
        base = _weekly(body, shown) and not _within(_of_day(body, "breaks", shown), shown)
    return base and not any(_closes(entry, shown) for entry in specials)


def _weekly(body: dict[str, Any], shown: datetime) -> bool:
    time = shown.strftime("%H:%M:%S")
    for start, end in _of_day(body, "weekly", shown):
        if start <= time and (time < end or _full(end) <= _full(start)):
            return True
    return any(
        _full(end) <= _full(start) and time < end
        for start, end in _of_day(body, "weekly", shown - timedelta(days=1))
    )


def _of_day(body: dict[str, Any], part: str, shown: datetime) -> list[list[str]]:
    found: list[list[str]] = body.get(part, {}).get(WEEKDAYS[shown.weekday()], [])
    return found


def _within(windows: list[list[str]], shown: datetime) -> bool:
    return any(start <= shown.strftime("%H:%M:%S") < end for start, end in windows)


def _full(time: str) -> str:
    return time if len(time) == 8 else f"{time}:00"


def _names(entry: dict[str, Any], shown: datetime) -> bool:
    day = shown.date().isoformat()
    if "date" in entry:
        return bool(entry["date"] == day)
    if "yearly" in entry:
        return day.endswith("-" + entry["yearly"])
    return bool(entry["from"] <= day <= entry["to"])


def _closes(entry: dict[str, Any], shown: datetime) -> bool:
    if "closed" in entry:
        return _within(entry["closed"], shown)
    return "open" not in entry


def seconds(steps: list[bool], step: timedelta) -> int:
    """How long it was open in a walk."""
    return sum(steps) * int(step.total_seconds())


def utc(*parts: int) -> datetime:
    """A moment in UTC."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]  # A date and a time in order.
