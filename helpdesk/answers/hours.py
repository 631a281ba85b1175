"""values_of(): when an office is open, in words; and spoken(): dates and weekdays of a table as a reader says them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import force_locale, format_date
from flask_babel import gettext as _

from helpdesk.core import clock
from helpdesk.core.errors import NotFound
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from workflows.calendar import BusinessCalendar

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_A_MONDAY = date(2024, 1, 1)


def values_of(calendar: str) -> dict[str, str] | None:
    """What stands for {state}, {today}, {next} and {week}, in the language that is set; None without the calendar."""
    try:
        found: BusinessCalendar = store.find(Kind.CALENDAR, calendar).value
    except NotFound:
        return None
    now = clock.now()
    zone = found.plan.zone
    today = now.astimezone(zone).date()
    opening = found.next_open(now)
    return {
        "state": _state(found, now, opening, zone),
        "today": _of_day(found, today, zone),
        "next": _moment(opening.astimezone(zone)) if opening else _("not known"),
        "week": "\n".join(
            f"{format_date(day, 'EEEE d MMMM')}: {_of_day(found, day, zone)}"
            for day in (today + timedelta(days=ahead) for ahead in range(7))
        ),
    }


def _state(
    calendar: BusinessCalendar, now: datetime, opening: datetime | None, zone: ZoneInfo
) -> str:
    if opening is None:
        return _("Closed.")
    if not calendar.is_open(now):
        return _("Closed now. Opens %(moment)s.", moment=_moment(opening.astimezone(zone)))
    closing = calendar.next_closed(now)
    if closing is None or closing - now > timedelta(days=1):
        return _("Open now.")
    return _("Open now, until %(time)s.", time=f"{closing.astimezone(zone):%H:%M}")


def _of_day(calendar: BusinessCalendar, day: date, zone: ZoneInfo) -> str:
    start = datetime(day.year, day.month, day.day, tzinfo=zone)
    after = day + timedelta(days=1)
    end = datetime(after.year, after.month, after.day, tzinfo=zone)
    found = calendar.intervals(start, end)
    return ", ".join(_span(begun, ended, zone) for begun, ended in found) or _("closed")


def _span(begun: datetime, ended: datetime, zone: ZoneInfo) -> str:
    return _(
        "%(start)s to %(end)s",
        start=f"{begun.astimezone(zone):%H:%M}",
        end=f"{ended.astimezone(zone):%H:%M}".replace("00:00", "24:00"),
    )


def _moment(at: datetime) -> str:
    day = format_date(at.date(), "EEEE d MMMM")
    return _("%(day)s at %(time)s", day=day, time=f"{at:%H:%M}")


def spoken(values: Mapping[str, str], language: str) -> dict[str, str]:
    """Values with each date (2026-11-24) and each name of a weekday in the words of a language."""
    with force_locale(language):
        return {name: _spoken(value) for name, value in values.items()}


def _spoken(value: str) -> str:
    if value.casefold() in WEEKDAYS:
        day = _A_MONDAY + timedelta(days=WEEKDAYS.index(value.casefold()))
        return str(format_date(day, "EEEE"))
    if _DATE.fullmatch(value):
        try:
            return str(format_date(date.fromisoformat(value), "EEEE d MMMM y"))
        except ValueError:
            return value
    return value
