"""Handing a ticket over: to which group and agent, with which note, and what that changes."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import StringField

from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, DomainError, Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.operations import handovers
from helpdesk.people.access import Actor
from helpdesk.people.models import Group, Person
from helpdesk.tickets.access import access_ticket
from helpdesk.tickets.commands import lock_version
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import visible_ids
from helpdesk.web.auth import current_actor
from helpdesk.web.console import menus, seen
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.changing import CAUSE
from helpdesk.web.console.done import flash_done
from helpdesk.web.console.fields import id_in, not_offered
from helpdesk.web.console.lists import last_list
from helpdesk.web.forms import Form, own_line

NOBODY = "0"
LOOK = "look"


class HandOverForm(Form):
    """`deed` is "look" for what it would change; a note is no part of an address, so that is posted too."""

    version = StringField(filters=[own_line])
    group = StringField(filters=[own_line])
    assignee = StringField(filters=[own_line])
    note = StringField()
    deed = StringField(filters=[own_line])


@dataclass(frozen=True, slots=True)
class Asked:
    """To whom, as ids, 0 for none; and the note."""

    group: int
    assignee: int
    note: str = ""


@console.get("/tickets/<number>/hand-over")
def hand_over(number: str) -> ResponseReturnValue:
    """Choose to whom."""
    actor = current_actor()
    ticket = access_ticket(actor, number, to="move")
    return _page(actor, ticket, Asked(ticket.group_id or 0, 0), chosen=False)


@console.post("/tickets/<number>/hand-over")
def do_hand_over(number: str) -> ResponseReturnValue:
    """Look at what it would change, or hand it over; whoever then does not see it any more is told so."""
    actor, form = current_actor(), HandOverForm()
    found = access_ticket(actor, number, to="move")
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
    asked = Asked(
        group=id_in(form.group.data, field="group") or 0,
        assignee=id_in(form.assignee.data, field="assignee") or 0,
        note=form.note.data or "",
    )
    if form.deed.data == LOOK:
        return _page(actor, found, asked, chosen=True)
    try:
        with unit_of_work():
            ticket = lock_version(found.id, id_in(form.version.data, field="version") or 0)
            group, agent = _meant(asked)
            done = handovers.hand_over(ticket, group, agent, asked.note, actor=actor, cause=CAUSE)
            name = group.name if group else _("no group")
    except (Conflict, Invalid) as error:
        db.session.refresh(found)
        return _page(actor, found, asked, chosen=True, error=error)
    flash_done(_("%(number)s was handed over to %(name)s.", number=number, name=name), done)
    if not visible_ids(actor, [found.id]):
        flash(_("You do not see it any more, for it is with a group that you are not in."), "info")
        return redirect(last_list(), code=303)
    return redirect(url_for(".ticket", number=number), code=303)


def _page(
    actor: Actor,
    ticket: Ticket,
    asked: Asked,
    *,
    chosen: bool,
    error: DomainError | None = None,
) -> ResponseReturnValue:
    effect = None
    said = f"{error.title} {error.advice}".strip() if error else ""
    if chosen and error is None:
        try:
            effect = handovers.look(actor, ticket, *_meant(asked))
        except Invalid as unfit:
            error, said = unfit, f"{unfit.title} {unfit.advice}".strip()
        db.session.refresh(ticket)
    groups = [
        (NOBODY, _("No group")),
        *seen.choices_of(one for one in seen.groups() if one.is_active),
    ]
    page = render_template(
        "console/hand_over.html",
        ticket=ticket,
        effect=effect,
        values={"group": str(asked.group), "assignee": str(asked.assignee), "note": asked.note},
        options={
            "group": groups,
            "assignee": [(NOBODY, _("Nobody")), *menus.agents_for(asked.group or None)],
        },
        group_name=dict(groups).get(str(asked.group), ""),
        error=said,
    )
    return page, error.status if error else 200


def _meant(asked: Asked) -> tuple[Group | None, Person | None]:
    group = db.session.get(Group, asked.group) if asked.group else None
    agent = db.session.get(Person, asked.assignee) if asked.assignee else None
    if asked.group and group is None:
        raise not_offered("group")
    if asked.assignee and (agent is None or not agent.is_staff):
        raise not_offered("assignee")
    return group, agent
