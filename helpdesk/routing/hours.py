"""When an agent works: in hours of their own, in those of the calendar that was set for them, or always."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.people.models import Person
from helpdesk.routing.models import AgentAbsence, AgentProfile
from workflows.calendar import BusinessCalendar, CalendarNeverOpens, read_calendar

Weekly = Mapping[str, Sequence[Sequence[str]]]


def read_weekly(weekly: Weekly, zone: str) -> BusinessCalendar:
    """The hours of a week in a zone. Raises Faulty with the weekday in each path."""
    return _read(json.dumps(weekly, sort_keys=True), zone)


def check_weekly(weekly: Weekly, zone: str) -> None:
    """Refuse hours that cannot be used. Raises Faulty, and Invalid for a week without hours."""
    try:
        read_weekly(weekly, zone)
    except CalendarNeverOpens:
        raise Invalid(
            _("These are no hours at all."),
            _("Write when you work, or choose not to have hours of your own."),
            field="mon_hours",
        ) from None


def hours_by(
    weekly: Weekly | None, zone: str, calendar: str | None, calendars: Mapping[str, Any]
) -> BusinessCalendar | None:
    """Own hours before those of a calendar; None for somebody who may be given work at any time."""
    if weekly:
        return read_weekly(weekly, zone)
    # A calendar that was retired holds nobody up.
    return calendars.get(calendar) if calendar else None


def known_calendars() -> dict[str, BusinessCalendar]:
    """The calendars in force by their names."""
    return {version.name: version.value for version in store.current(Kind.CALENDAR)}


def back_at(
    hours: BusinessCalendar | None, away_until: datetime | None, at: datetime
) -> datetime | None:
    """When somebody works again; None for who works at this instant, or for whose hours no end is known.

    An absence that ends in the night ends with the hours that follow.
    """
    begins = at if away_until is None else max(at, away_until)
    opens = begins if hours is None else hours.next_open(begins)
    return None if opens is None or opens <= at else opens


def is_working(person: Person, at: datetime) -> bool:
    """Whether it is within the hours of a member of staff, and they are not absent. Two short queries."""
    found = working_of([person.id], at).get(person.id)
    return found is None or found[1] is None


def working_of(
    people: Collection[int], at: datetime
) -> dict[int, tuple[BusinessCalendar | None, datetime | None]]:
    """The hours of each who has some or is absent, and when they work again if they do not now; one query for all."""
    rows = db.session.execute(
        select(
            Person.id,
            Person.time_zone,
            AgentProfile.hours,
            AgentProfile.calendar,
            away_until(at).label("away_until"),
        )
        .outerjoin(AgentProfile, AgentProfile.person_id == Person.id)
        .where(Person.id.in_(sorted(people)))
    ).all()
    needs = any(row.calendar for row in rows)
    calendars = known_calendars() if needs else {}
    found = {}
    for row in rows:
        hours = hours_by(row.hours, row.time_zone, row.calendar, calendars)
        if hours is not None or row.away_until is not None:
            found[row.id] = (hours, back_at(hours, row.away_until, at))
    return found


def away_until(at: Any) -> Any:
    """Until when a person of the query around it is absent at an instant; null for who is not."""
    return (
        select(func.max(AgentAbsence.until))
        .where(
            AgentAbsence.person_id == Person.id,
            AgentAbsence.since <= at,
            AgentAbsence.until > at,
        )
        .correlate(Person)
        .scalar_subquery()
    )


def hours_named(profile: AgentProfile) -> str | None:
    """What the calendar is called that was set for somebody; None without one, or where it was retired."""
    if not profile.calendar:
        return None
    try:
        return store.find(Kind.CALENDAR, profile.calendar).title
    except NotFound:
        return None


@lru_cache(maxsize=2000)
def _read(weekly: str, zone: str) -> BusinessCalendar:
    return read_calendar({"zone": zone, "weekly": json.loads(weekly)})
