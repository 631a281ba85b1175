"""Messages moved out of a ticket and back, tickets parted, deleted and restored."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import StringField

from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.operations import splits
from helpdesk.operations.models import OperationState
from helpdesk.operations.undoing import part_tickets, undo
from helpdesk.people.access import Actor
from helpdesk.tickets import deleting, moving
from helpdesk.tickets.access import access_message, access_ticket
from helpdesk.tickets.commands import lock
from helpdesk.tickets.models import Message, Ticket
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.changing import CAUSE
from helpdesk.web.console.done import flash_done
from helpdesk.web.console.lists import last_list
from helpdesk.web.forms import Form, own_line


class BareForm(Form):
    """A button."""


class DeleteForm(Form):
    why = StringField(filters=[own_line])


@console.post("/tickets/<number>/messages/<int:message_id>/move")
def move_message(number: str, message_id: int) -> ResponseReturnValue:
    """Give a message that is not part of this conversation a ticket of its own."""
    actor = current_actor()
    ticket, message = _message(actor, number, message_id)
    _require(BareForm())
    with unit_of_work():
        lock(ticket.id)
        opened, done = splits.move_out(message, actor=actor, cause=CAUSE)
    said = _("The message has a ticket of its own now, linked to %(number)s.", number=ticket.number)
    flash_done(said, done)
    return redirect(url_for(".ticket", number=opened.number), code=303)


@console.post("/tickets/<number>/messages/<int:message_id>/move-back")
def move_message_back(number: str, message_id: int) -> ResponseReturnValue:
    """Take a message back to the ticket it came to first."""
    actor = current_actor()
    ticket, message = _message(actor, number, message_id)
    _require(BareForm())
    home = _standing(actor, moving.first_homes([message]).get(message.moved_from_id or 0))
    with unit_of_work():
        done = splits.move_of(message)
        if done is None or undo(done.id, actor=actor).state is not OperationState.UNDONE:
            moving.lock_both(ticket.id, home.id)
            moving.move_back(message, by=actor.person_id, cause=CAUSE)
    flash(_("The message is back on its ticket."), "ok")
    return redirect(url_for(".ticket", number=home.number, _anchor=f"m{message_id}"), code=303)


@console.post("/tickets/<number>/part")
def part_ticket(number: str) -> ResponseReturnValue:
    """Undo a merge: what was moved by it and still stands there comes back."""
    actor = current_actor()
    source = access_ticket(actor, number, to="move")
    _require(BareForm())
    target = _standing(actor, moving.merged_into(source))
    with unit_of_work():
        part_tickets(source, target, actor=actor, cause=CAUSE)
    flash(_("The merge is undone."), "ok")
    return redirect(url_for(".ticket", number=source.number), code=303)


@console.post("/tickets/<number>/delete")
def delete_ticket(number: str) -> ResponseReturnValue:
    """Hide a ticket from everybody, with a reason."""
    actor = current_actor()
    ticket = access_ticket(actor, number, to="delete")
    form = DeleteForm()
    _require(form)
    with unit_of_work():
        deleting.delete(lock(ticket.id), form.why.data or "", by=actor.person_id, cause=CAUSE)
    flash(_("%(number)s was deleted. It can be restored.", number=ticket.number), "ok")
    return redirect(last_list(), code=303)


@console.get("/deleted")
def deleted_tickets() -> ResponseReturnValue:
    """The tickets that were deleted, for who may bring them back."""
    rows = [
        {"number": one.number, "subject": one.subject, "why": one.deleted_why, "at": one.deleted_at}
        for one in deleting.deleted_tickets(current_actor())
    ]
    return render_template("console/deleted.html", tickets=rows)


@console.post("/deleted/<number>/restore")
def restore_ticket(number: str) -> ResponseReturnValue:
    """Bring a deleted ticket back as it was."""
    actor = current_actor()
    ticket = deleting.access_deleted(actor, number)
    _require(BareForm())
    with unit_of_work():
        deleting.restore(lock(ticket.id), by=actor.person_id, cause=CAUSE)
    flash(_("%(number)s is back.", number=ticket.number), "ok")
    return redirect(url_for(".ticket", number=ticket.number), code=303)


def _message(actor: Actor, number: str, message_id: int) -> tuple[Ticket, Message]:
    """A message of this very ticket, for who may move it. Raises NotFound and Refused."""
    ticket = access_ticket(actor, number, to="move")
    message = access_message(actor, message_id)
    if message.ticket_id != ticket.id:
        raise NotFound(
            _("There is no such message."), _("It may be on a ticket that you cannot see.")
        )
    return ticket, message


def _standing(actor: Actor, ticket: Ticket | None) -> Ticket:
    """The other ticket, if the actor may move messages there. Raises Conflict, NotFound and Refused."""
    if ticket is None:
        raise Conflict(_("Nothing was moved here."), _("Look at the ticket again."))
    return access_ticket(actor, ticket.number, to="move")


def _require(form: Form) -> None:
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
