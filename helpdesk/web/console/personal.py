"""One page of what a member of staff chose for themselves, with ways to the rest of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import BooleanField, StringField

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.notifications.preferences import Preferences, choose, preferences_of
from helpdesk.people.access import Actor
from helpdesk.people.models import Person
from helpdesk.people.preferences import choose_part, choose_theme, choose_zone
from helpdesk.routing import profiles
from helpdesk.views import showing
from helpdesk.web.auth import current_actor
from helpdesk.web.console import list_words
from helpdesk.web.console.blueprint import console
from helpdesk.web.forms import Form, own_line


class PersonalForm(Form):
    theme = StringField(filters=[own_line])
    density = StringField(filters=[own_line])
    time_zone = StringField(filters=[own_line])
    assigned = BooleanField()
    message = BooleanField()
    deadline = BooleanField()


@console.route("/me", methods=["GET", "POST"])
def personal() -> ResponseReturnValue:
    """One's own settings, in one form."""
    actor, form = current_actor(), PersonalForm()
    if request.method == "GET":
        return _page(actor, _values(actor), {})
    if not form.is_valid():
        return _page(actor, form.values, form.complaints), 422
    try:
        with unit_of_work():
            _keep(actor, form)
    except Invalid as error:
        form.refuse(error)
        return _page(actor, form.values, form.complaints), error.status
    flash(_("Your settings are kept."), "ok")
    return redirect(url_for(".personal"), code=303)


def _keep(actor: Actor, form: PersonalForm) -> None:
    person = db.session.get_one(Person, actor.person_id)
    choose_theme(person, form.theme.data or "")
    choose_zone(person, form.time_zone.data or "")
    if form.density.data not in showing.DENSITIES:
        raise Invalid(_("There is no such density."), _("Choose one of the list."), field="density")
    held = person.choices.get("list")
    rest = held if isinstance(held, Mapping) else {}
    choose_part(person, "list", {**rest, "density": form.density.data})
    choose(
        actor.person_id,
        Preferences(
            assigned=bool(form.assigned.data),
            message=bool(form.message.data),
            deadline=bool(form.deadline.data),
        ),
    )


def _values(actor: Actor) -> dict[str, Any]:
    told = preferences_of(actor.person_id)
    return {
        "theme": actor.theme,
        "density": showing.shown_to(actor.choices).density,
        "time_zone": actor.time_zone,
        "assigned": told.assigned,
        "message": told.message,
        "deadline": told.deadline,
    }


def _page(actor: Actor, values: Mapping[str, Any], errors: Mapping[str, str]) -> str:
    profile = profiles.profile_of(actor.person_id)
    return render_template(
        "console/personal.html",
        values=values,
        errors=errors,
        is_available=profile.is_available,
        hours=profile.calendar,
        options={
            "theme": [
                ("system", _("As the system has it")),
                ("light", _("Light")),
                ("dark", _("Dark")),
            ],
            "density": list_words.densities(),
            "time_zone": [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())],
        },
    )
