"""Log a call: who rang is found while their number is typed, and what they said goes onto a ticket of theirs or a new one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import BooleanField, StringField

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import DomainError, Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.access import Actor
from helpdesk.people.models import Group, Person
from helpdesk.phone import commands as phone
from helpdesk.phone.models import PhoneCall
from helpdesk.phone.queries import access_call
from helpdesk.tickets.access import access_ticket
from helpdesk.tickets.commands import lock
from helpdesk.tickets.models import Ticket, TicketType
from helpdesk.tickets.queries import visible_ids
from helpdesk.web.auth import current_actor
from helpdesk.web.console import call_fields, callers
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.call_fields import NEW_TICKET, Typed
from helpdesk.web.console.fields import id_in, type_in
from helpdesk.web.forms import Form, own_line

FIND = "find"


class CallForm(Form):
    """What the page and the dialog send. `do` is "find" where somebody without a script asks who has a number."""

    do = StringField(filters=[own_line])
    call = StringField(filters=[own_line])
    started = StringField(filters=[own_line])
    number = StringField(filters=[own_line])
    who = StringField(filters=[own_line])
    person_id = StringField(filters=[own_line])
    address = StringField(filters=[own_line])
    direction = StringField(filters=[own_line])
    notes = StringField()
    outcome = StringField(filters=[own_line])
    length = StringField(filters=[own_line])
    onto = StringField(filters=[own_line])
    beside = StringField(filters=[own_line])
    subject = StringField(filters=[own_line])
    type = StringField(filters=[own_line])
    group = StringField(filters=[own_line])
    takes_it = BooleanField()
    is_internal = BooleanField()
    call_back = StringField(filters=[own_line])
    call_back_at = StringField(filters=[own_line])


@console.route("/calls/new", methods=["GET", "POST"])
def log_call() -> ResponseReturnValue:
    """The form, for a number, a person or a ticket that the address names; and writing the call down."""
    actor = current_actor()
    if request.method == "GET":
        return _page(actor, _beginning(actor), {})
    return _save(actor, CallForm())


@console.get("/calls/<int:call_id>")
def call(call_id: int) -> ResponseReturnValue:
    """A call that a telephone system reported: the caller's page while nobody wrote it down, then its ticket."""
    actor = current_actor()
    found = access_call(actor, call_id)
    if found.ticket is not None and found.message_id is not None:
        where = url_for(".ticket", number=found.ticket.number, _anchor=f"m{found.message_id}")
        return redirect(where, code=303)
    return _page(actor, _of_call(actor, found), {})


@console.get("/calls/caller")
def find_caller() -> ResponseReturnValue:
    """Who may be meant by what is typed so far, and their open tickets; a part of the form."""
    actor = current_actor()
    values = {name: request.args.get(name, "") for name in callers.NAMES}
    return render_template(
        "console/_caller.html",
        values={**values, **_chosen_menus(values, actor)},
        errors={},
        caller=callers.caller_of(actor, values),
        options=call_fields.options(actor),
    )


def _beginning(actor: Actor) -> dict[str, Any]:
    """What stands in a fresh form; an address may name a ticket and a number to ring."""
    values: dict[str, Any] = {
        **call_fields.usual(actor),
        "started": clock.now().isoformat(timespec="seconds"),
        "number": " ".join(request.args.get("number", "").split())[:60],
    }
    if request.args.get("direction") == "out":
        values["direction"] = "out"
    number = request.args.get("ticket", "")
    if number:
        ticket = access_ticket(actor, number)
        values["person_id"] = str(ticket.requester_id)
        values["onto"] = ticket.number if ticket.is_open else NEW_TICKET
        values["beside"] = ticket.number
    return values


def _of_call(actor: Actor, found: PhoneCall) -> dict[str, Any]:
    began = found.answered_at or found.started_at
    values = {
        **call_fields.usual(actor),
        "call": str(found.id),
        "number": found.number,
        "direction": found.direction.value,
        "started": began.isoformat(timespec="seconds"),
        "length": call_fields.length_shown(found),
        "person_id": str(found.person_id or ""),
    }
    group = call_fields.group_of_line(found)
    return {**values, "group": group} if group else values


def _save(actor: Actor, form: CallForm) -> ResponseReturnValue:
    """Write the call down; what cannot be used comes back with all that was typed."""
    try:
        if not form.is_valid():
            raise Invalid(next(iter(form.complaints.values())))
        if form.do.data == FIND:
            return _page(actor, {**form.values, "onto": ""}, {})
        typed = call_fields.read(form, actor)
        if form.complaints:
            name, sentence = next(iter(form.complaints.items()))
            raise Invalid(sentence, field=name)
        ticket, message_id = _write(actor, form, typed)
    except DomainError as error:
        form.refuse(error)
        return _page(actor, form.values, form.complaints), error.status
    if not visible_ids(actor, [ticket.id]):
        flash(
            _("%(number)s was opened for a group that you do not read.", number=ticket.number), "ok"
        )
        return redirect(url_for(".tickets"), code=303)
    flash(_("The call is written down on %(number)s.", number=ticket.number), "ok")
    return redirect(url_for(".ticket", number=ticket.number, _anchor=f"m{message_id}"), code=303)


def _write(actor: Actor, form: CallForm, typed: Typed) -> tuple[Ticket, int]:
    call_id = id_in(form.call.data, field="call")
    reported = access_call(actor, call_id) if call_id is not None else None
    reported_id = reported.id if reported is not None else None
    joined = None if typed.onto == NEW_TICKET else access_ticket(actor, typed.onto, to="note")
    chosen = callers.chosen(actor, form.person_id.data)
    joined_id, chosen_id = joined.id if joined else None, chosen.id if chosen else None
    kind = type_in(form.type.data) or TicketType.REQUEST.value
    with unit_of_work():
        person = phone.caller(
            number=typed.number,
            name=form.who.data or "",
            address=form.address.data or "",
            person=db.session.get_one(Person, chosen_id) if chosen_id else None,
            actor=actor,
        )
        row = phone.log_call(
            typed.said,
            person=person,
            number=typed.number,
            onto=lock(joined_id) if joined_id else None,
            new=phone.NewTicket(
                subject=form.subject.data or "",
                type=kind,
                group=_group(form.group.data),
                takes_it=bool(form.takes_it.data),
            ),
            actor=actor,
            call=db.session.get_one(PhoneCall, reported_id) if reported_id else None,
            call_back=typed.call_back,
        )
        return db.session.get_one(Ticket, row.ticket_id), row.message_id or 0


def _group(text: str | None) -> Group | None:
    group_id = id_in(text, field="group")
    if group_id is None:
        return None
    group = db.session.get(Group, group_id)
    if group is None or not group.is_active:
        raise Invalid(_("There is no such group."), _("Choose one of the list."), field="group")
    return group


def _chosen_menus(values: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    usual = call_fields.usual(actor)
    return {name: values.get(name) or usual[name] for name in ("type", "group")}


def _page(actor: Actor, values: Mapping[str, Any], errors: Mapping[str, str]) -> str:
    in_dialog = request.args.get("dialog") == "1"
    return render_template(
        "console/_call_form.html" if in_dialog else "console/call.html",
        values=values,
        errors=errors,
        caller=callers.caller_of(actor, values),
        options=call_fields.options(actor),
    )
