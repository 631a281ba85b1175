"""When a daily mail is due: at an hour of a day by the clock of a zone, once for each day, whatever is done to clocks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# A week, and the days that somebody who moves to another zone may be ahead.
LONGEST_WALK = 10


def next_turn(
    hour: int,
    weekdays: Collection[int],
    zone: str,
    after: datetime,
    *,
    done_on: date | None = None,
) -> datetime:
    """The first moment after an instant; Monday is 0. A day that had its mail has no other.

    An hour that is left out in spring is the one after it; of an hour that comes twice in autumn it is the first.
    """
    place = ZoneInfo(zone)
    today = after.astimezone(place).date()
    for ahead in range(LONGEST_WALK):
        day = today + timedelta(days=ahead)
        at = datetime.combine(day, time(hour), place).astimezone(UTC)
        if at > after and day.weekday() in weekdays and (done_on is None or day > done_on):
            return at
    # What was done on a day that is far ahead was done by a clock that was wrong.
    return next_turn(hour, weekdays, zone, after)


def day_of(at: datetime, zone: str) -> date:
    """The day of an instant by the clock of a zone."""
    return at.astimezone(ZoneInfo(zone)).date()
