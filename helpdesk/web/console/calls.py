"""Calls: those to make, the latest ones, the one on the line now, and one's own extension."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import StringField

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people import numbers
from helpdesk.people.access import Actor
from helpdesk.people.models import Person
from helpdesk.people.queries import names_of
from helpdesk.phone import call_backs, extensions, queries
from helpdesk.phone.models import CallBack, CallState, PhoneCall
from helpdesk.tickets.access import require_deed
from helpdesk.web.auth import current_actor
from helpdesk.web.console.bare import require_bare_form
from helpdesk.web.console.blueprint import console
from helpdesk.web.forms import Form, own_line
from helpdesk.web.words import call_outcome_word


class ExtensionForm(Form):
    extension = StringField(filters=[own_line])


@console.get("/calls")
def calls() -> ResponseReturnValue:
    """The calls to make, the next first, and the latest calls."""
    return _page(current_actor(), None, {})


@console.post("/calls/extension")
def set_extension() -> ResponseReturnValue:
    """Say at which extension one answers."""
    actor, form = current_actor(), ExtensionForm()
    try:
        if not form.is_valid():
            raise Invalid(next(iter(form.complaints.values())))
        with unit_of_work():
            person = db.session.get_one(Person, actor.person_id)
            extensions.set_extension(person, form.extension.data or "", actor=actor)
    except Invalid as error:
        form.refuse(error)
        return _page(actor, form.extension.data, form.complaints), error.status
    flash(_("Saved."), "ok")
    return redirect(url_for(".calls"), code=303)


@console.post("/calls/back/<int:call_back_id>/done")
def settle_call_back(call_back_id: int) -> ResponseReturnValue:
    """Note that a promised call was made, or is not needed any more."""
    require_bare_form()
    actor = current_actor()
    found = call_backs.access_call_back(actor, call_back_id)
    require_deed(actor, found.ticket, to="note")
    with unit_of_work():
        row = db.session.get_one(CallBack, found.id, with_for_update=True)
        call_backs.settle(row, by=actor.person_id)
    flash(_("The call is done."), "ok")
    return redirect(url_for(".calls"), code=303)


@console.get("/calls/live")
def live_call() -> ResponseReturnValue:
    """The call at one's own extension now, for the script that brings its page; an empty object while none rings."""
    found = queries.live_call(current_actor())
    if found is None:
        return jsonify({})
    who = found.person.name if found.person else numbers.readable(found.number) or _("Withheld")
    is_answered = found.state is CallState.ANSWERED
    return jsonify(
        id=found.id,
        answered=is_answered,
        words=_("%(name)s is on the line", name=who)
        if is_answered
        else _("%(name)s is ringing", name=who),
        url=url_for("console.call", call_id=found.id),
    )


def call_back_shown(row: CallBack) -> dict[str, Any]:
    """A call to make, as lists show it."""
    return {
        "id": row.id,
        "ticket": row.ticket.number,
        "subject": row.ticket.subject,
        "person": row.person.name,
        "person_id": row.person_id,
        "number": numbers.readable(row.number),
        "tel": row.number,
        "due_at": row.due_at,
        "is_late": row.due_at <= clock.now(),
        "agent_id": row.agent_id,
    }


def _page(actor: Actor, typed: str | None, errors: dict[str, str]) -> str:
    latest = queries.latest_calls(actor)
    own = extensions.extension_of(actor.person_id)
    return render_template(
        "console/calls.html",
        call_backs=[call_back_shown(row) for row in call_backs.owed_by(actor)],
        calls=_calls(latest),
        values={"extension": own if typed is None else typed},
        errors=errors,
    )


def _calls(rows: Sequence[PhoneCall]) -> list[dict[str, Any]]:
    names = names_of({row.agent_id for row in rows if row.agent_id is not None})
    return [
        {
            "url": url_for("console.call", call_id=row.id),
            "who": row.person.name if row.person else "",
            "number": numbers.readable(row.number),
            "outward": row.direction == "out",
            "at": row.started_at,
            "seconds": row.duration,
            "outcome": call_outcome_word(row.outcome) if row.outcome else "",
            "is_missed": row.state is CallState.MISSED,
            "agent": names.get(row.agent_id or 0, ""),
            "ticket": row.ticket.number if row.ticket else "",
            "subject": row.ticket.subject if row.ticket else "",
        }
        for row in rows
    ]
