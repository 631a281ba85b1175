"""One's own working hours: a field for each weekday, and in words when somebody is back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import format_datetime
from flask_babel import gettext as _
from wtforms import StringField

from helpdesk.core.errors import Invalid
from helpdesk.people.access import Actor
from helpdesk.people.models import Person
from helpdesk.routing import profiles
from helpdesk.routing.hours import hours_named
from helpdesk.routing.models import AgentProfile
from helpdesk.web import moments
from helpdesk.web.admin.calendar_lines import hours_of, hours_text
from helpdesk.web.admin.calendar_words import day_name, week_words
from helpdesk.web.forms import Form, own_line
from workflows.calendar_body import WEEKDAYS
from workflows.faults import Fault, Faulty, Gatherer

SET, OWN = "set", "own"
# What stands in the fields of somebody who has no hours of their own yet.
USUAL = {day: [["09:00", "17:00"]] for day in WEEKDAYS[:5]}
LONGEST_LINE = 200


class HoursForm(Form):
    which = StringField(filters=[own_line])
    mon_hours = StringField(filters=[own_line])
    tue_hours = StringField(filters=[own_line])
    wed_hours = StringField(filters=[own_line])
    thu_hours = StringField(filters=[own_line])
    fri_hours = StringField(filters=[own_line])
    sat_hours = StringField(filters=[own_line])
    sun_hours = StringField(filters=[own_line])


def keep(person: Person, actor: Actor, form: HoursForm) -> None:
    """Keep what was typed. Raises Faulty and Invalid."""
    if form.which.data not in (SET, OWN):
        raise Invalid(_("Choose one of the two."), field="which")
    weekly = _weekly(form.values) if form.which.data == OWN else None
    profiles.choose_hours(person, weekly, actor=actor)


def context(
    actor: Actor, profile: AgentProfile, values: Mapping[str, Any], errors: Mapping[str, str]
) -> dict[str, Any]:
    """As `console/_own_hours.html` wants it."""
    weekly = profile.hours or USUAL
    standing = {f"{day}_hours": hours_text(weekly.get(day, ())) for day in WEEKDAYS}
    return {
        "values": {"which": OWN if profile.hours else SET, **standing, **values},
        "errors": errors,
        "days": [(day, day_name(number)) for number, day in enumerate(WEEKDAYS)],
        "set": hours_named(profile),
        "zone": actor.time_zone.replace("_", " "),
    }


def problems_of(faulty: Faulty) -> dict[str, str]:
    """A sentence for the field of each weekday that is wrong, the first of its faults."""
    found: dict[str, str] = {}
    for one in faulty.faults:
        day = str(one.path[1]) if len(one.path) > 1 else ""
        found.setdefault(f"{day}_hours" if day in WEEKDAYS else "", _said(one))
    return found


def work_words(profile: AgentProfile) -> list[str]:
    """When somebody works, in sentences; nothing for who may be given work at any time."""
    if profile.hours:
        return week_words(profile.hours)
    named = hours_named(profile)
    return [_("As the calendar %(name)s says", name=named)] if named else []


def back_words(at: datetime) -> str:
    """When somebody is back, for whoever reads it: "back 14:00", "back Monday 09:00", "back 5 January"."""
    known, today = moments.moment(at), moments.reader_clock().today
    days = (known.on - today).days
    if days <= 0:
        return _("back %(when)s", when=known.time)
    if days < 7:
        weekday = format_datetime(at, "EEEE")
        return _("back %(when)s", when=f"{weekday} {known.time}")
    return _("back %(when)s", when=format_datetime(at, "d MMMM"))


def _weekly(typed: Mapping[str, Any]) -> dict[str, list[list[str]]]:
    faults, found = Gatherer(), {}
    for day in WEEKDAYS:
        with faults.part():
            text = str(typed.get(f"{day}_hours") or "")[:LONGEST_LINE]
            if windows := hours_of(text, ("weekly", day)):
                found[day] = windows
    faults.raise_if_any()
    return found


def _said(one: Fault) -> str:
    return _(one.text) % dict(one.values) if one.values else _(one.text)
