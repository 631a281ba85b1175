"""When time does something to a ticket next: wakes it, reminds its requester, ends it, closes it. One instant a ticket."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from helpdesk.core.errors import NotFound
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.tickets.lives import lifecycle_of
from helpdesk.tickets.models import Ticket
from workflows.calendar import BusinessCalendar
from workflows.lifecycle import WAITING, Category, Span, Unit

HOME_ZONE = ZoneInfo("Europe/London")
# A calendar that is open on fewer days than this share of them is counted no further.
MOST_DAYS_WALKED = 4000


class WakesFor(enum.StrEnum):
    """What happens to a ticket at its instant."""

    WAKE = "wake"
    REMIND = "remind"
    END = "end"
    CLOSE = "close"


def plan(ticket: Ticket) -> None:
    """Say anew when time does something to a ticket, from how it stands; whatever changes that calls this."""
    found = _next(ticket) if ticket.deleted_at is None and ticket.merged_into_id is None else None
    ticket.wakes_at, ticket.wakes_for = found if found else (None, None)


def _next(ticket: Ticket) -> tuple[datetime, str] | None:
    times = lifecycle_of(ticket.type).times
    found: list[tuple[datetime, str]] = []
    if ticket.category in WAITING and ticket.pending_until is not None:
        found.append((ticket.pending_until, WakesFor.WAKE.value))
    if ticket.category is Category.WAITING_REQUESTER and ticket.status_since is not None:
        left = times.reminders[ticket.reminded or 0 :]
        if left:
            found.append((after(ticket.status_since, left[0]), WakesFor.REMIND.value))
        elif times.ends_unanswered is not None:
            found.append((after(ticket.status_since, times.ends_unanswered), WakesFor.END.value))
    if ticket.category is Category.RESOLVED and times.auto_close and ticket.resolved_at:
        found.append((after(ticket.resolved_at, times.auto_close), WakesFor.CLOSE.value))
    return min(found, default=None)


def after(start: datetime, span: Span) -> datetime:
    """So many days after a moment, at the same time of day; working days are those on which the calendar opens."""
    if span.unit is Unit.DAYS:
        return start + timedelta(days=span.days)
    calendar = _calendar(span.calendar)
    local = start.astimezone(HOME_ZONE)
    left = span.days
    for _day in range(MOST_DAYS_WALKED):
        local += timedelta(days=1)
        left -= _is_working_day(local, calendar)
        if left <= 0:
            break
    return local.astimezone(start.tzinfo)


def _is_working_day(day: datetime, calendar: BusinessCalendar | None) -> bool:
    if calendar is None:
        return day.weekday() < 5
    begins = day.replace(hour=0, minute=0, second=0, microsecond=0)
    return calendar.between(begins, begins + timedelta(days=1)) > timedelta()


def _calendar(name: str) -> BusinessCalendar | None:
    """The calendar of this name, or the first there is; None where the desk has none, which is Monday to Friday."""
    if name:
        try:
            found = store.find(Kind.CALENDAR, name).value
        except NotFound:
            found = None
    else:
        found = next((one.value for one in store.current(Kind.CALENDAR)), None)
    return found if isinstance(found, BusinessCalendar) else None
