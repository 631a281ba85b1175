"""Calendars: the list, one calendar with the picture of a month, and the form that makes its next version."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import BooleanField, FileField, StringField

from helpdesk.configuration.editing import ChangedMeanwhile
from helpdesk.core import clock
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.definitions.queries import find_definition
from helpdesk.sla import feeds
from helpdesk.web.admin import calendar_fields as fields
from helpdesk.web.admin import calendar_words
from helpdesk.web.admin.blueprint import admin
from helpdesk.web.admin.calendar_fields import Draft
from helpdesk.web.admin.calendar_lines import holiday_text
from helpdesk.web.admin.calendar_month import WIDTH, Month, draw_month, month_named
from helpdesk.web.admin.saving import save_and_tell
from helpdesk.web.forms import Form, own_line
from workflows.calendar import BusinessCalendar, read_calendar
from workflows.calendar_body import WEEKDAYS
from workflows.calendar_zone import read_zone
from workflows.faults import Fault, Faulty
from workflows.ical import read_holidays

_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")
_MOST_SAID = 5
_LARGEST_FILE = 2_000_001


class _Fields(Form):
    """What is no text of one line; the others are added below."""

    active = BooleanField()
    ical = FileField()


def _form_of_all() -> type[Form]:
    lines = {name: StringField(filters=[own_line]) for name in fields.FIELDS}
    return type(
        "CalendarForm",
        (_Fields,),
        {**lines, **{name: StringField() for name in fields.LONG_FIELDS}},
    )


if TYPE_CHECKING:
    CalendarForm = _Fields
else:
    CalendarForm = _form_of_all()


@admin.get("/calendars")
def calendars() -> ResponseReturnValue:
    """Every calendar in use, with its hours in words."""
    found = store.current(Kind.CALENDAR)
    failed = {one.calendar for one in feeds.failures()}
    return render_template(
        "admin/calendars.html",
        calendars=[
            {
                "name": one.name,
                "title": one.title,
                "is_active": one.body.get("active", True),
                "words": calendar_words.sentences(one),
                "failed": one.name in failed,
            }
            for one in found
        ],
    )


@admin.get("/calendars/<name>")
def calendar(name: str) -> ResponseReturnValue:
    """One calendar in words, with the picture of a month."""
    found = store.find(Kind.CALENDAR, name)
    return render_template(
        "admin/calendar.html",
        name=name,
        title=found.title,
        words=calendar_words.sentences(found),
        number=found.number,
        since=found.effective_at,
        month=_drawn(found.value, request.args.get("month")),
        width=WIDTH,
        failures=[one for one in feeds.failures() if one.calendar == name],
    )


@admin.route("/calendars/new", methods=["GET", "POST"])
def new_calendar() -> ResponseReturnValue:
    """Write a calendar of a new name."""
    if request.method == "GET":
        return _page(None, fields.values_of(_FIRST), {}, seen=0)
    return _answer(None, CalendarForm(), {})


@admin.route("/calendars/<name>/edit", methods=["GET", "POST"])
def edit_calendar(name: str) -> ResponseReturnValue:
    """Write the next version of a calendar."""
    find_definition(Kind.CALENDAR, name)
    newest = store.versions_of(Kind.CALENDAR, name)[0]
    if request.method == "GET":
        return _page(name, fields.values_of(newest.body), {}, seen=newest.number)
    return _answer(name, CalendarForm(), newest.body)


_FIRST: Mapping[str, Any] = {
    "zone": "Europe/London",
    "weekly": {day: [["09:00", "17:00"]] for day in WEEKDAYS[:5]},
    "public_holidays": [{"country": "GB", "region": "ENG"}],
}


def _answer(name: str | None, form: Form, before: Mapping[str, Any]) -> ResponseReturnValue:
    draft: Draft | None = None
    values = form.values
    seen = _number(values.get("seen"))
    now = clock.now()
    try:
        if not form.is_valid():
            raise Invalid(next(iter(form.complaints.values())))
        values = {**values, "holidays": _with_file(values, now)}
        draft = fields.draft_of(values, before, now.date())
        calendar = read_calendar(draft.body)
        if values.get("do") == "show":
            return _page(name, values, {}, seen=seen, month=_drawn(calendar, values.get("month")))
        return _saved(name or _name_for(values), draft, values, seen)
    except Faulty as faulty:
        return _page(name, values, _errors(faulty, draft), seen=seen), 422
    except (Invalid, Conflict) as error:
        newest = error.last.number if isinstance(error, ChangedMeanwhile) else seen
        form.refuse(error)
        return _page(name, values, form.complaints, seen=newest), error.status


def _saved(name: str, draft: Draft, values: Mapping[str, Any], seen: int) -> ResponseReturnValue:
    note = str(values.get("note") or "")
    save_and_tell(Kind.CALENDAR, name, draft.body, seen=seen, note=note)
    return redirect(url_for(".calendar", name=name), code=303)


def _with_file(values: Mapping[str, Any], now: datetime) -> str:
    """The typed holidays, and those of the file below them, each once. Raises Invalid at the file."""
    typed = str(values.get("holidays") or "").replace("\r\n", "\n")
    upload = values.get("ical")
    if upload is None or not getattr(upload, "filename", ""):
        return typed
    zone = read_zone(values.get("zone"), ("zone",))
    until = date(now.year + feeds.YEARS_AHEAD, 12, 31)
    try:
        found = read_holidays(upload.stream.read(_LARGEST_FILE), zone, until=until)
    except Faulty as faulty:
        raise Invalid(_said(faulty.faults[0]), field="ical") from faulty
    lines = [line.strip() for line in typed.split("\n") if line.strip()]
    lines += [line for line in map(holiday_text, found) if line not in lines]
    return "\n".join(lines)


def _errors(faulty: Faulty, draft: Draft | None) -> dict[str, str]:
    """A sentence for each field; one of several lines names the line of each fault."""
    found = {}
    for name, faults in fields.fields_of(faulty, draft).items():
        said = [_said(one, line) for line, one in faults[: _MOST_SAID if faults[0][0] else 1]]
        found[name] = " ".join(said)
    return found


def _said(one: Fault, line: int | None = None) -> str:
    text = _(one.text) % dict(one.values) if one.values else _(one.text)
    if one.path[:1] == ("line",) and line is None and len(one.path) > 1:
        line = int(one.path[1])
    return _("Line %(line)s: %(what)s", line=line, what=text) if line else text


def _name_for(values: Mapping[str, Any]) -> str:
    """The name that was typed, or one made of the title."""
    typed = str(values.get("name") or "").strip()
    if typed:
        return typed
    made = _NOT_IN_NAMES.sub("-", str(values.get("title") or "").lower()).strip("-")
    if not made:
        raise Invalid(_("Give it a title."), field="title")
    return made[:60]


def _number(text: object) -> int:
    plain = str(text or "0")
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 9 else 0


def _drawn(calendar: BusinessCalendar, named: str | None) -> Month:
    now = clock.now()
    first = month_named(named, now.astimezone(calendar.plan.zone).date())
    return draw_month(calendar, first, now)


def _page(
    name: str | None,
    values: Mapping[str, Any],
    errors: Mapping[str, str],
    *,
    seen: int,
    month: Month | None = None,
) -> str:
    return render_template(
        "admin/calendar_form.html",
        name=name,
        title=str(values.get("title") or name or ""),
        values=values,
        errors=errors,
        seen=seen,
        days=[(day, calendar_words.day_name(number)) for number, day in enumerate(WEEKDAYS)],
        zones=sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC"),
        month=month,
        width=WIDTH,
    )
