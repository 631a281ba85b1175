"""Macros on a ticket: which are offered, what one would do, doing it, and taking it back."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import StringField

from helpdesk.automation import macros as commands
from helpdesk.automation.macros import Deed
from helpdesk.automation.models import MacroUse
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.models import Person
from helpdesk.people.queries import names_of
from helpdesk.tickets.access import access_ticket
from helpdesk.tickets.commands import lock, lock_version
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.fields import id_in
from helpdesk.web.forms import Form, own_line


class UseForm(Form):
    version = StringField(filters=[own_line])


class UndoForm(Form):
    """A button."""


@console.get("/tickets/<number>/macros")
def macros(number: str) -> ResponseReturnValue:
    """The macros that are offered on this ticket, and what was done with macros lately."""
    actor = current_actor()
    ticket = access_ticket(actor, number, to="edit")
    uses = commands.uses_of(ticket.id)
    names = names_of({one.person_id for one in uses})
    return render_template(
        "console/macros.html",
        ticket=ticket,
        macros=[
            {
                "name": one.name,
                "title": one.title,
                "description": str(one.body.get("description") or ""),
                "deeds": [deed.describe(_said) for deed in one.value.do],
            }
            for one in commands.offered(ticket, actor)
        ],
        uses=[_use(one, names) for one in uses],
    )


@console.get("/tickets/<number>/macros/<name>")
def preview_macro(number: str, name: str) -> ResponseReturnValue:
    """What a macro would do to this ticket, word for word; nothing is done."""
    actor = current_actor()
    ticket = access_ticket(actor, number, to="edit")
    version = commands.find_offered(ticket, actor, name)
    agent = db.session.get_one(Person, actor.person_id)
    return render_template(
        "console/macro.html",
        ticket=ticket,
        macro=version,
        deeds=[_deed(deed) for deed in commands.preview(version, ticket, agent)],
    )


@console.post("/tickets/<number>/macros/<name>")
def use_macro(number: str, name: str) -> ResponseReturnValue:
    """Do what was shown; refused as a whole where one step is, or where the ticket changed meanwhile."""
    actor, form = current_actor(), UseForm()
    found = access_ticket(actor, number, to="edit")
    _require(form)
    seen = id_in(form.version.data, field="version")
    with unit_of_work():
        ticket = lock_version(found.id, seen or 0)
        version = commands.find_offered(ticket, actor, name)
        commands.use(version, ticket, db.session.get_one(Person, actor.person_id))
    flash(_("Done: %(title)s. It can be taken back under Macros.", title=version.title), "ok")
    return redirect(url_for(".ticket", number=number), code=303)


@console.post("/tickets/<number>/macros/uses/<int:use_id>/undo")
def undo_macro(number: str, use_id: int) -> ResponseReturnValue:
    """Put back what a macro set."""
    actor, form = current_actor(), UndoForm()
    found = access_ticket(actor, number, to="edit")
    _require(form)
    with unit_of_work():
        commands.undo(use_id, lock(found.id), db.session.get_one(Person, actor.person_id))
    flash(_("Taken back. What was written stays."), "ok")
    return redirect(url_for(".ticket", number=number), code=303)


def _use(one: MacroUse, names: dict[int, str]) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "who": names.get(one.person_id, ""),
        "at": one.at,
        "can_undo": one.undone_at is None and bool(one.before),
        "undone_at": one.undone_at,
    }


def _deed(deed: Deed) -> dict[str, Any]:
    return {
        "said": deed.action.describe(_said),
        "changes": deed.changes,
        "text": deed.text,
        "has_effect": deed.has_effect,
        "is_public": deed.action.is_public,
    }


def _said(text: str) -> str:
    return str(_(text)) if text else ""


def _require(form: Form) -> None:
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
