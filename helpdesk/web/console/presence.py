"""An agent at work: there or away, absences with a substitute, and what they know and can bear; what waits for nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import StringField

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.people.access import Actor, Deed, may, require
from helpdesk.people.models import Person
from helpdesk.people.queries import access_person, names_of
from helpdesk.routing import profiles
from helpdesk.routing.candidates import open_counts
from helpdesk.routing.hours import working_of
from helpdesk.routing.models import AgentAbsence, AgentProfile
from helpdesk.routing.waiting import Waiting, waiting_for_nobody
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.fields import id_in, instant_in, not_offered
from helpdesk.web.console.menus import agents_for
from helpdesk.web.console.own_hours import back_words, work_words
from helpdesk.web.console.routed import reason_words
from helpdesk.web.forms import Form, own_line
from helpdesk.web.words import channel_word

MOST_WAITING = 200


class PresenceForm(Form):
    available = StringField()


class AbsenceForm(Form):
    since = StringField(filters=[own_line])
    until = StringField(filters=[own_line])
    substitute = StringField(filters=[own_line])


class CancelForm(Form):
    absence = StringField(filters=[own_line])


class ProfileForm(Form):
    skills = StringField(filters=[own_line])
    capacity = StringField(filters=[own_line])
    calendar = StringField(filters=[own_line])
    email = StringField(filters=[own_line])
    web = StringField(filters=[own_line])
    phone = StringField(filters=[own_line])
    chat = StringField(filters=[own_line])


@console.get("/waiting")
def waiting() -> ResponseReturnValue:
    """The tickets that wait for nobody, by group, with the reason."""
    rows = waiting_for_nobody(current_actor(), limit=MOST_WAITING + 1)
    shown = rows[:MOST_WAITING]
    groups = [
        {"name": name, "rows": [_row(row) for row in some]}
        for name, some in groupby(shown, key=lambda row: row.group)
    ]
    return render_template("console/waiting.html", groups=groups, is_cut=len(rows) > MOST_WAITING)


@console.get("/me/work")
def own_work() -> ResponseReturnValue:
    """One's own page of work and absence."""
    return redirect(url_for(".work", person_id=current_actor().person_id), code=303)


@console.get("/people/<int:person_id>/work")
def work(person_id: int) -> ResponseReturnValue:
    """Whether an agent is there, when they are away, what they know and how much they can bear."""
    return _page(current_actor(), _agent(person_id), {}, {})


@console.post("/people/<int:person_id>/work/presence")
def switch_presence(person_id: int) -> ResponseReturnValue:
    """Be there for new tickets, or away."""
    actor, form = current_actor(), PresenceForm()
    found = _agent(person_id)
    _require(form)
    if form.available.data not in ("0", "1"):
        raise not_offered("available")
    with unit_of_work():
        person = db.session.get_one(Person, found.id)
        profiles.switch_availability(person, form.available.data == "1", actor=actor)
    return redirect(url_for(".work", person_id=person_id), code=303)


@console.post("/people/<int:person_id>/work/absences")
def plan_absence(person_id: int) -> ResponseReturnValue:
    """Note an absence."""
    actor, form = current_actor(), AbsenceForm()
    found = _agent(person_id)
    try:
        _require(form)
        since, until = _moment(form.since.data, "since"), _moment(form.until.data, "until")
        substitute_id = id_in(form.substitute.data, field="substitute")
        with unit_of_work():
            substitute = db.session.get(Person, substitute_id) if substitute_id else None
            if substitute_id and substitute is None:
                raise not_offered("substitute")
            person = db.session.get_one(Person, person_id)
            profiles.plan_absence(
                person, since=since, until=until, substitute=substitute, actor=actor
            )
    except Invalid as error:
        form.refuse(error)
        return _page(actor, found, form.values, form.complaints), error.status
    flash(_("The absence is noted."), "ok")
    return redirect(url_for(".work", person_id=person_id), code=303)


@console.post("/people/<int:person_id>/work/absences/cancel")
def cancel_absence(person_id: int) -> ResponseReturnValue:
    """Take an absence back, or come back early."""
    actor, form = current_actor(), CancelForm()
    _agent(person_id)
    _require(form)
    absence = id_in(form.absence.data, field="absence")
    with unit_of_work():
        person = db.session.get_one(Person, person_id)
        profiles.cancel_absence(person, absence or 0, actor=actor)
    return redirect(url_for(".work", person_id=person_id), code=303)


@console.post("/people/<int:person_id>/work/profile")
def set_profile(person_id: int) -> ResponseReturnValue:
    """Set what an agent knows and can bear; administrators only."""
    actor, form = current_actor(), ProfileForm()
    require(actor, Deed.MANAGE_STAFF)
    found = _agent(person_id)
    try:
        _require(form)
        limits = {name: id_in(form.values[name], field=name) for name in profiles.CHANNELS}
        with unit_of_work():
            profiles.edit_profile(
                db.session.get_one(Person, person_id),
                skills=(form.skills.data or "").split(","),
                capacity=id_in(form.capacity.data, field="capacity"),
                limits={name: most for name, most in limits.items() if most is not None},
                calendar=form.calendar.data or None,
                actor=actor,
            )
    except (Invalid, NotFound) as error:
        form.refuse(error)
        return _page(actor, found, form.values, form.complaints), error.status
    flash(_("Saved."), "ok")
    return redirect(url_for(".work", person_id=person_id), code=303)


def _agent(person_id: int) -> Person:
    """An agent whom staff may see. Raises NotFound for everybody else, who has no such page."""
    found = access_person(current_actor(), person_id)
    if not found.is_staff:
        raise NotFound(_("There is no such agent."), _("Only agents are given tickets."))
    return found


def _page(actor: Actor, found: Person, values: Mapping[str, Any], errors: Mapping[str, str]) -> str:
    profile, absences = profiles.profile_of(found.id), profiles.absences_of(found.id)
    counts = open_counts([found.id]).get(found.id, {})
    return render_template(
        "console/work.html",
        person=found,
        profile=profile,
        absences=_absences(absences),
        hours=work_words(profile),
        back=_back(found.id),
        load={channel_word(channel): count for channel, count in sorted(counts.items())},
        total=sum(counts.values()),
        channels=[(name, channel_word(name)) for name in profiles.CHANNELS],
        values={**_values(profile), **values},
        errors=errors,
        options={
            "substitute": [one for one in agents_for(None) if one[0] != str(found.id)],
            "calendar": [(one.name, one.title) for one in store.current(Kind.CALENDAR)],
        },
        can={
            "presence": profiles.may_say_presence(actor, found),
            "profile": may(actor, Deed.MANAGE_STAFF),
        },
    )


def _back(person_id: int) -> str:
    _hours, at = working_of([person_id], clock.now()).get(person_id, (None, None))
    return back_words(at) if at is not None else ""


def _values(profile: AgentProfile) -> dict[str, Any]:
    return {
        "skills": ", ".join(profile.skills),
        "capacity": profile.capacity,
        "calendar": profile.calendar or "",
        **profile.limits,
    }


def _absences(absences: Sequence[AgentAbsence]) -> list[dict[str, Any]]:
    names = names_of({one.substitute_id for one in absences if one.substitute_id is not None})
    return [
        {
            "id": one.id,
            "since": one.since,
            "until": one.until,
            "substitute": names.get(one.substitute_id or 0),
        }
        for one in absences
    ]


def _row(row: Waiting) -> dict[str, Any]:
    return {
        "number": row.number,
        "subject": row.subject,
        "priority": row.priority,
        "why": reason_words(row.why),
        "routing": row.routing,
        "since": row.since,
        "tried_at": row.tried_at,
    }


def _moment(text: str | None, field: str) -> datetime:
    at = instant_in(text, current_actor().time_zone, field=field)
    if at is None:
        raise Invalid(_("Say from when until when."), field=field)
    return at


def _require(form: Form) -> None:
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
