"""Macros on a ticket: which are offered, what one would do, and doing it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import StringField

from helpdesk.automation import macros as commands
from helpdesk.automation.macros import Deed
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.operations.access import undoable
from helpdesk.operations.macros import use, uses_of
from helpdesk.operations.models import Operation
from helpdesk.people.access import Actor
from helpdesk.people.models import Person
from helpdesk.people.queries import names_of
from helpdesk.tickets.access import access_ticket
from helpdesk.tickets.commands import lock_version
from helpdesk.tickets.models import Ticket
from helpdesk.web import words
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.came_between import came_between, last_said
from helpdesk.web.console.done import flash_done
from helpdesk.web.console.fields import id_in
from helpdesk.web.console.history import label_of
from helpdesk.web.forms import Form, own_line
from workflows.actions import Action, SetStatus


class UseForm(Form):
    version = StringField(filters=[own_line])


@console.get("/tickets/<number>/macros")
def macros(number: str) -> ResponseReturnValue:
    """The macros that are offered on this ticket, and what was done with macros lately."""
    actor = current_actor()
    ticket = access_ticket(actor, number, to="edit")
    uses = uses_of(ticket.id)
    names = names_of({one.actor_id for one in uses if one.actor_id is not None})
    can_undo = undoable(actor, uses)
    return render_template(
        "console/macros.html",
        ticket=ticket,
        macros=[
            {
                "name": one.name,
                "title": one.title,
                "description": str(one.body.get("description") or ""),
                "deeds": [_described(action, ticket.type) for action in one.value.do],
            }
            for one in commands.offered(ticket, actor)
        ],
        uses=[_use(one, can_undo, names) for one in uses],
    )


@console.get("/tickets/<number>/macros/<name>")
def preview_macro(number: str, name: str) -> ResponseReturnValue:
    """What a macro would do to this ticket, word for word; nothing is done."""
    actor = current_actor()
    return _preview(actor, access_ticket(actor, number, to="edit"), name)


def _preview(actor: Actor, ticket: Ticket, name: str, since: int | None = None) -> str:
    """The page of what it would do; `since` is the version that was shown before, where somebody came between."""
    version = commands.find_offered(ticket, actor, name)
    agent = db.session.get_one(Person, actor.person_id)
    deeds = [_deed(deed, ticket.type) for deed in commands.preview(version, ticket, agent)]
    speaks = any(deed["is_public"] and deed["text"] for deed in deeds)
    return render_template(
        "console/macro.html",
        ticket=ticket,
        macro=version,
        deeds=deeds,
        last=last_said(ticket.id) if speaks else None,
        came=came_between(ticket, since) if since is not None else None,
    )


@console.post("/tickets/<number>/macros/<name>")
def use_macro(number: str, name: str) -> ResponseReturnValue:
    """Do what was shown; refused as a whole where one step is, or where the ticket changed meanwhile."""
    actor, form = current_actor(), UseForm()
    found = access_ticket(actor, number, to="edit")
    _require(form)
    seen = id_in(form.version.data, field="version") or 0
    try:
        with unit_of_work():
            ticket = lock_version(found.id, seen)
            version = commands.find_offered(ticket, actor, name)
            done = use(version, ticket, db.session.get_one(Person, actor.person_id))
    except Conflict:
        db.session.refresh(found)
        return _preview(actor, found, name, since=seen), Conflict.status
    flash_done(_("Done: %(title)s.", title=version.title), done)
    return redirect(url_for(".ticket", number=number), code=303)


def _use(one: Operation, can_undo: set[int], names: dict[int, str]) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": str(one.said.get("title") or one.said.get("macro", "")),
        "who": names.get(one.actor_id or 0, ""),
        "at": one.at,
        "can_undo": one.id in can_undo,
        "undone_at": one.undone_at,
    }


def _deed(deed: Deed, type: str) -> dict[str, Any]:
    return {
        "said": _described(deed.action, type),
        "changes": [
            (
                label_of("tags" if one.field == "tag" else one.field) or one.field,
                *(_in_words(one.field, value, type) for value in (one.before, one.after)),
            )
            for one in deed.changes
        ],
        "text": deed.text,
        "has_effect": deed.has_effect,
        "is_public": deed.action.is_public,
    }


def _described(action: Action, type: str) -> str:
    """What an action does, with the status as people call it on tickets of this type."""
    if isinstance(action, SetStatus):
        action = replace(action, status=words.status_word(action.status, type))
    return action.describe(said)


def _in_words(field: str, value: str, type: str) -> str:
    """A value of a field as people call it."""
    if field == "status" and value:
        return words.status_word(value, type)
    if field == "type" and value:
        return words.type_word(value)
    return f"P{value}" if field == "priority" and value else value


def said(text: str) -> str:
    """A word of an action in the reader's language."""
    return str(_(text)) if text else ""


def _require(form: Form) -> None:
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
