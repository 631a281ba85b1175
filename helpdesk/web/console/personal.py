"""One page of what a member of staff chose for themselves, with ways to the rest of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import StringField

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.notifications.digests import follow_zone
from helpdesk.people.access import Actor
from helpdesk.people.models import Person
from helpdesk.people.preferences import (
    choose_language,
    choose_part,
    choose_theme,
    choose_zone,
    zones,
)
from helpdesk.routing import profiles
from helpdesk.views import showing
from helpdesk.web.auth import current_actor
from helpdesk.web.console import list_words, own_hours, own_notices, own_signature
from helpdesk.web.console.blueprint import console
from helpdesk.web.forms import Form, own_line, require_valid
from helpdesk.web.languages import OF_THE_CONSOLE
from workflows.faults import Faulty

Typed = tuple[Mapping[str, Any], Mapping[str, str]]
NOTHING: Typed = ({}, {})


class PersonalForm(Form):
    theme = StringField(filters=[own_line])
    density = StringField(filters=[own_line])
    time_zone = StringField(filters=[own_line])
    language = StringField(filters=[own_line])


@console.route("/me", methods=["GET", "POST"])
def personal() -> ResponseReturnValue:
    """One's own settings, in one form."""
    actor, form = current_actor(), PersonalForm()
    if request.method == "GET":
        return _page(actor)
    if not form.is_valid():
        return _page(actor, chosen=(form.values, form.complaints)), 422
    try:
        with unit_of_work():
            _keep(actor, form)
    except Invalid as error:
        form.refuse(error)
        return _page(actor, chosen=(form.values, form.complaints)), error.status
    flash(_("Your settings are kept."), "ok")
    return redirect(url_for(".personal"), code=303)


@console.post("/me/notices")
def choose_notices() -> ResponseReturnValue:
    """Of what one is told, and how."""
    actor, form = current_actor(), own_notices.NoticesForm()
    try:
        require_valid(form)
        with unit_of_work():
            own_notices.keep(db.session.get_one(Person, actor.person_id), form)
    except Invalid as error:
        form.refuse(error)
        return _page(actor, told=(form.values, form.complaints)), error.status
    flash(_("What you are told is as you chose."), "ok")
    return redirect(url_for(".personal", _anchor="told-title"), code=303)


@console.post("/me/signature")
def choose_signature() -> ResponseReturnValue:
    """What stands below one's own letters."""
    actor, form = current_actor(), own_signature.SignatureForm()
    try:
        require_valid(form)
        with unit_of_work():
            own_signature.keep(db.session.get_one(Person, actor.person_id), form)
    except Invalid as error:
        form.refuse(error)
        return _page(actor, signature=(form.values, form.complaints)), error.status
    flash(_("Your signature is kept."), "ok")
    return redirect(url_for(".personal", _anchor="signature-title"), code=303)


@console.post("/me/signature/preview")
def preview_signature() -> ResponseReturnValue:
    """How a reply would end with what is typed; nothing is kept."""
    actor, form = current_actor(), own_signature.SignatureForm()
    try:
        require_valid(form)
        said = own_signature.preview(actor, form.values)
    except Invalid as error:
        form.refuse(error)
        said = ""
    if "HX-Request" in request.headers:
        wrong = next(iter(form.complaints.values()), "")
        return render_template("console/_signature_preview.html", preview=said, wrong=wrong)
    status = 422 if form.complaints else 200
    return _page(actor, signature=(form.values, form.complaints)), status


@console.post("/me/hours")
def choose_hours() -> ResponseReturnValue:
    """When one works."""
    actor, form = current_actor(), own_hours.HoursForm()
    try:
        require_valid(form)
        with unit_of_work():
            own_hours.keep(db.session.get_one(Person, actor.person_id), actor, form)
    except Faulty as faulty:
        return _page(actor, hours=(form.values, own_hours.problems_of(faulty))), 422
    except Invalid as error:
        form.refuse(error)
        return _page(actor, hours=(form.values, form.complaints)), error.status
    flash(_("Your working hours are kept."), "ok")
    return redirect(url_for(".personal", _anchor="hours-title"), code=303)


def _keep(actor: Actor, form: PersonalForm) -> None:
    person = db.session.get_one(Person, actor.person_id)
    choose_theme(person, form.theme.data or "")
    choose_zone(person, form.time_zone.data or "")
    choose_language(person, form.language.data or "", known=OF_THE_CONSOLE)
    follow_zone(person)
    if form.density.data not in showing.DENSITIES:
        raise Invalid(_("There is no such density."), _("Choose one of the list."), field="density")
    held = person.choices.get("list")
    rest = held if isinstance(held, Mapping) else {}
    choose_part(person, "list", {**rest, "density": form.density.data})


def _values(actor: Actor) -> dict[str, Any]:
    return {
        "theme": actor.theme,
        "density": showing.shown_to(actor.choices).density,
        "time_zone": actor.time_zone,
        "language": actor.language,
    }


def _page(
    actor: Actor,
    *,
    chosen: Typed = NOTHING,
    told: Typed = NOTHING,
    signature: Typed = NOTHING,
    hours: Typed = NOTHING,
) -> str:
    """All of it; where a part came back, with what was typed there and what is wrong with it."""
    profile = profiles.profile_of(actor.person_id)
    return render_template(
        "console/personal.html",
        values=chosen[0] or _values(actor),
        errors=chosen[1] or told[1] or signature[1] or hours[1],
        is_available=profile.is_available,
        told=own_notices.context(actor, *told),
        signature=own_signature.context(actor, *signature),
        hours=own_hours.context(actor, profile, *hours),
        options={
            "theme": [
                ("system", _("As the system has it")),
                ("light", _("Light")),
                ("dark", _("Dark")),
            ],
            "density": list_words.densities(),
            "language": [("", _("As my browser asks for")), *OF_THE_CONSOLE.items()],
            "time_zone": [(zone, zone.replace("_", " ")) for zone in sorted(zones())],
        },
    )
