"""Lengths of time and days as people write them in conditions: 90m, 2h, 1d12h, 2026-11-21, 21/11/2026, 2026-11."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from workflows.faults import N_

_UNITS = (("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))
_SECONDS = dict(_UNITS)
_SPAN = re.compile(r"(?:\d{1,6}[wdhms])+", re.IGNORECASE | re.ASCII)
_PIECE = re.compile(r"(\d+)([wdhms])", re.IGNORECASE | re.ASCII)
_DAYS = (
    re.compile(r"(?P<y>\d{4})(?:-(?P<m>\d{1,2})(?:-(?P<d>\d{1,2}))?)?", re.ASCII),
    re.compile(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})", re.ASCII),
)
# Longer than this, no date arithmetic is safe.
LONGEST = timedelta(days=3660)

_ONE = {
    "w": N_("1 week"),
    "d": N_("1 day"),
    "h": N_("1 hour"),
    "m": N_("1 minute"),
    "s": N_("1 second"),
}
_MANY = {
    "w": N_("%(num)d weeks"),
    "d": N_("%(num)d days"),
    "h": N_("%(num)d hours"),
    "m": N_("%(num)d minutes"),
    "s": N_("%(num)d seconds"),
}


@dataclass(frozen=True, slots=True)
class Period:
    """A day, a month or a year in UTC; `end` is not part of it. `text` is how it is written."""

    start: datetime
    end: datetime
    text: str


def read_span(text: str) -> timedelta | None:
    """The length of time that a text such as 2h or 1d12h stands for; None for anything else."""
    if not _SPAN.fullmatch(text):
        return None
    seconds = sum(int(many) * _SECONDS[unit.lower()] for many, unit in _PIECE.findall(text))
    return timedelta(seconds=seconds) if seconds <= LONGEST.total_seconds() else None


def span_text(span: timedelta) -> str:
    """A length of time as conditions write it, in the fewest units."""
    rest = int(span.total_seconds())
    written = ""
    for unit, seconds in _UNITS:
        many, rest = divmod(rest, seconds)
        if unit == "w" and (rest or not many):
            # Weeks only where nothing is left over: 9d says more than 1w2d.
            rest += many * seconds
            continue
        written += f"{many}{unit}" if many else ""
    return written or "0m"


def span_words(span: timedelta, translate: Callable[[str], str]) -> str:
    """A length of time as people say it."""
    pieces = _PIECE.findall(span_text(span))
    return " ".join(
        translate(_ONE[unit]) if many == "1" else translate(_MANY[unit]) % {"num": int(many)}
        for many, unit in pieces
    )


def read_period(text: str) -> Period | None:
    """The day, month or year that a text names; None for anything else."""
    for pattern in _DAYS:
        found = pattern.fullmatch(text)
        if found:
            year, month, day = found["y"], found["m"], found["d"]
            try:
                return _period(int(year), int(month or 0), int(day or 0))
            except (ValueError, OverflowError):
                return None
    return None


def _period(year: int, month: int, day: int) -> Period:
    start = date(year, month or 1, day or 1)
    if day:
        return Period(_midnight(start), _midnight(start + timedelta(days=1)), start.isoformat())
    if month:
        following = date(year + month // 12, month % 12 + 1, 1)
        return Period(_midnight(start), _midnight(following), f"{year:04d}-{month:02d}")
    return Period(_midnight(start), _midnight(date(year + 1, 1, 1)), f"{year:04d}")


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
