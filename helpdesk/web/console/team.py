"""The page of who leads groups: who is on, what each bears, what waits, and giving tickets to somebody else."""

from __future__ import annotations

from collections.abc import Sequence

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import StringField

from helpdesk.chat.waiting import waiting_by_group
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid, Refused
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.operations.models import Act
from helpdesk.operations.recording import recording
from helpdesk.people.access import Actor
from helpdesk.people.models import Group, Person
from helpdesk.routing import team
from helpdesk.tickets.access import access_ticket
from helpdesk.tickets.commands import assign, lock_version
from helpdesk.tickets.moves import MoveRefused
from helpdesk.tickets.queries import rows_of
from helpdesk.web import moments, wallboard
from helpdesk.web.auth import current_actor
from helpdesk.web.console import bulk_met
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.changing import CAUSE
from helpdesk.web.console.done import flash_done
from helpdesk.web.console.fields import id_in
from helpdesk.web.console.own_hours import back_words
from helpdesk.web.forms import Form, own_line
from helpdesk.web.navigation import own_path

NOBODY = 0


class GiveForm(Form):
    ticket = StringField(filters=[own_line])
    assignee = StringField(filters=[own_line])
    back = StringField()


@console.get("/team")
def team_page() -> ResponseReturnValue:
    """Who is on and what waits, in the groups that this person leads."""
    actor = current_actor()
    led = _led(actor)
    chosen = _chosen(led)
    ids = [group.id for group in chosen]
    ends = moments.end_of_day(actor.time_zone)
    agents = team.agents_of(ids)
    shown = request.args.get("agent", "")
    agent = next((one for one in agents if str(one.id) == shown), None)
    figures = team.figures_of(ids, ends=ends)
    total = team.together(figures.values())
    chats = waiting_by_group(ids)
    lists = [
        ("nobody", _("Nobody has these, the oldest first"), team.waiting_longest(actor, ids)),
        ("due", _("Late, or due today"), team.about_to_be_late(actor, ids, until=ends)),
    ]
    if agent is not None:
        held = team.held_by(actor, ids, agent.id)
        lists.insert(0, ("held", _("What %(name)s has", name=agent.name), held))
    rows = {row.id: row for row in rows_of(sorted({one for _k, _t, some in lists for one in some}))}
    return render_template(
        "console/team.html",
        groups=[(str(group.id), group.name) for group in led],
        back_words=back_words,
        chosen=str(chosen[0].id) if len(chosen) == 1 and len(led) > 1 else "",
        agent=agent,
        agents=agents,
        total=total,
        chats=sum(chats.values()),
        lists=[
            (key, title, [rows[one] for one in some if one in rows]) for key, title, some in lists
        ],
        choices=[(str(NOBODY), _("Nobody")), *((str(one.id), one.name) for one in agents)],
        board_url=url_for("wallboard.board"),
        link=wallboard.link_for(actor) if request.args.get("link") else None,
    )


@console.post("/team/give")
def give_ticket() -> ResponseReturnValue:
    """Give a ticket to an agent, or to nobody; a ticket that changed since it was shown is left alone, and both are said."""
    actor, form = current_actor(), GiveForm()
    _led(actor)
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
    back = own_path(form.back.data) or url_for(".team_page")
    number, _at, version = (form.ticket.data or "").partition("@")
    seen, person_id = id_in(version, field="ticket"), id_in(form.assignee.data, field="assignee")
    if seen is None or person_id is None:
        raise Invalid(_("Choose a ticket of the page, and somebody of the list."))
    found = access_ticket(actor, number, to="assign")
    agent = db.session.get(Person, person_id) if person_id else None
    if person_id and agent is None:
        raise Invalid(_("There is no such agent."), _("Choose one of the list."))
    try:
        with unit_of_work():
            ticket = lock_version(found.id, seen)
            by = actor.person_id
            with recording(Act.CHANGE, [ticket], by=by, cause=CAUSE) as now:
                assign(ticket, agent and db.session.get_one(Person, agent.id), by=by, cause=CAUSE)
    except Conflict as error:
        if isinstance(error, MoveRefused):
            raise
        values = {"assignee": str(person_id)}
        name = agent.name if agent else _("Nobody")
        page = bulk_met.page(actor, {number: seen}, [(_("Assignee"), name)], values, back)
        return page, error.status
    if now.operation is not None:
        flash_done(_said(number, agent), now.operation)
    return redirect(back, code=303)


def _said(number: str, agent: Person | None) -> str:
    if agent is None:
        return _("Nobody has %(number)s now.", number=number)
    return _("%(number)s is with %(name)s now.", number=number, name=agent.name)


def _led(actor: Actor) -> Sequence[Group]:
    led = team.led_groups(actor)
    # An administrator may be the first here, before there is a group.
    if not led and not actor.is_admin:
        raise Refused(
            _("This page is for who leads a group."), _("Ask an administrator of the desk.")
        )
    return led


def _chosen(led: Sequence[Group]) -> list[Group]:
    """The group that was asked for, or all that this person leads."""
    asked = request.args.get("group", "")
    found = [group for group in led if str(group.id) == asked]
    return found or list(led)
