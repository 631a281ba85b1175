"""Lengths of working time as people type them: "30m", "4h", "1h 30", "2 days 3h"; a day is as long as the calendar's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final

from workflows.calendar import ALWAYS, BusinessCalendar
from workflows.faults import N_, Path, fault

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400

_UNITS: Final[Mapping[str, int]] = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), _MINUTE),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), _HOUR),
    **dict.fromkeys(("d", "day", "days"), _DAY),
}
_PART = re.compile(r"(\d{1,6}(?:[.,]\d{1,3})?)\s*([a-z]*)\s*,?\s*(?:and\s+)?", re.IGNORECASE)
_LONGEST_TEXT = 60
# A calendar's day is what most of its open days are; fewer than this share, and it has no such thing.
_USUAL = Fraction(3, 5)
_LOOKED_AT = 56


def read_duration(text: str, path: Path, *, day: int | None) -> int:
    """The seconds that somebody typed; `day` is how many a day has, None where days differ. Raises Faulty."""
    plain = text.strip()
    if len(plain) > _LONGEST_TEXT:
        raise _not_read(path)
    seconds, place, last = Fraction(0), 0, 0
    while place < len(plain):
        part = _PART.match(plain, place)
        if part is None or part.end() == place:
            raise _not_read(path)
        unit = _unit(part[2].lower(), last, path)
        if last and unit >= last:
            raise _not_read(path)
        seconds += Fraction(part[1].replace(",", ".")) * _seconds_in(unit, day, path)
        place, last = part.end(), unit
    if seconds != int(seconds):
        raise _not_read(path)
    return int(seconds)


def write_duration(seconds: int) -> str:
    """The same seconds as one would type them: "4h", "1h 30m"; days are hours here, for they differ by calendar."""
    hours, rest = divmod(seconds, _HOUR)
    minutes, left = divmod(rest, _MINUTE)
    parts = (
        f"{hours}h" if hours else "",
        f"{minutes}m" if minutes else "",
        f"{left}s" if left else "",
    )
    return " ".join(part for part in parts if part) or "0m"


def day_of(calendar: BusinessCalendar | None, at: datetime) -> int | None:
    """How long a day of a calendar usually is, in seconds; None where its days differ too much to say."""
    if calendar is None or calendar is ALWAYS:
        return _DAY
    lengths: Counter[int] = Counter()
    start = datetime(at.year, at.month, at.day, tzinfo=at.tzinfo)
    for number in range(_LOOKED_AT):
        here = start + timedelta(days=number)
        open_for = int(calendar.between(here, here + timedelta(days=1)).total_seconds())
        if open_for:
            lengths[open_for] += 1
    if not lengths:
        return None
    length, days = lengths.most_common(1)[0]
    return length if days >= _USUAL * lengths.total() else None


def _unit(word: str, last: int, path: Path) -> int:
    """The seconds of a unit's word; what follows hours without one is minutes, as in "1h 30"."""
    if not word and last == _HOUR:
        return _MINUTE
    if word not in _UNITS:
        raise _not_read(path)
    return _UNITS[word]


def _seconds_in(unit: int, day: int | None, path: Path) -> int:
    if unit != _DAY:
        return unit
    if day is None:
        raise fault(
            path, N_("The days of this calendar have different lengths. Write hours, such as 16h.")
        )
    return day


def _not_read(path: Path) -> Exception:
    return fault(path, N_("Write a length of time such as 30m, 4h, 1h 30m or 2 days 3h."))
