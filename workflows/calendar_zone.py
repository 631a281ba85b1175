"""The wall clock of a zone: the instant at which it first shows a date and time, or later.

Readings are seconds since 1970-01-01 00:00 as the wall shows them; instants are seconds since that moment in UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from workflows.faults import N_, Path, fault

DAY = 86_400
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
# Years in which every date and every reading of every zone can be computed.
FIRST_YEAR, LAST_YEAR = 2, 9_998
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")
# Of the zone database, but no zones of a place: leap seconds, the machine's own, a place that was never set.
_NO_ZONES = re.compile(r"(right|posix)/.*|localtime|posixrules|Factory")
_FOREVER = 1 << 60

# A stretch with one offset: from which instant, until which reading (both of the stretch itself), offset in seconds.
Segment = tuple[int, int, int]


def read_zone(name: object, path: Path) -> ZoneInfo:
    """The zone of this name in the IANA database. Raises Faulty."""
    if isinstance(name, str) and _NAME.fullmatch(name) and not _NO_ZONES.fullmatch(name):
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, OSError, ValueError):
            pass
    raise fault(
        path, N_("%(name)s is no time zone; write it as in Europe/London."), name=str(name)[:60]
    )


def midnight(day: date) -> int:
    """The reading 00:00 of a date."""
    return (day.toordinal() - _EPOCH_DAY) * DAY


def date_of(reading: int) -> date:
    """The date that a reading shows."""
    return date.fromordinal(reading // DAY + _EPOCH_DAY)


def seconds_of(at: datetime) -> int:
    """An aware moment as whole seconds since 1970, floored."""
    return (at - EPOCH) // _SECOND


def moment_of(seconds: int) -> datetime:
    """The same the other way, in UTC."""
    return EPOCH + timedelta(seconds=seconds)


_SECOND = timedelta(seconds=1)


@lru_cache(maxsize=4096)
def segments_of(zone: ZoneInfo, year: int) -> tuple[Segment, ...]:
    """The stretches of one offset in a year and three days around it, in order.

    Offsets are asked once a day: no zone of the database ever changed its offset twice within three days.
    """
    first = midnight(date(year, 1, 1)) - 3 * DAY
    last = midnight(date(year, 12, 31)) + 4 * DAY
    found: list[Segment] = []
    begun, offset = first, _offset(zone, first)
    for probe in range(first + DAY, last + 1, DAY):
        if (now := _offset(zone, probe)) != offset:
            change = _change(zone, probe - DAY, probe, offset)
            found.append((begun, change + offset, offset))
            begun, offset = change, now
    found.append((begun, _FOREVER, offset))
    return tuple(found)


def instant_of(segments: tuple[Segment, ...], reading: int) -> int:
    """The first instant at which the wall shows this reading or a later one.

    So a time that is left out in spring is the change itself, one that comes twice is its first, and a day that a zone
    never had is empty.
    """
    for begun, until, offset in segments:
        if reading < until:
            return max(begun, reading - offset)
    raise ValueError(f"The reading {reading} lies outside of these segments.")


def reading_at(zone: ZoneInfo, instant: int) -> int:
    """What the wall shows at an instant."""
    return instant + _offset(zone, instant)


def _offset(zone: ZoneInfo, instant: int) -> int:
    offset = moment_of(instant).astimezone(zone).utcoffset()
    return offset // _SECOND if offset is not None else 0


def _change(zone: ZoneInfo, low: int, high: int, before: int) -> int:
    """The instant in (low, high] from which on the offset is no longer `before`."""
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high
