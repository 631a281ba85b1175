"""Tickets hidden with a reason, and brought back; nothing is erased by it."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.unit_of_work import record
from helpdesk.journal.models import Entry
from helpdesk.people.access import Actor
from helpdesk.people.models import Right
from helpdesk.tickets.access import number_parts
from helpdesk.tickets.commands import touch
from helpdesk.tickets.events import TicketDeleted, TicketRestored
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.naming import single_line
from helpdesk.tickets.stepping import put_category, put_status
from workflows.lifecycle import Category

LONGEST_REASON = 500
MOST_LISTED = 200


def delete(ticket: Ticket, why: str, *, by: int | None, cause: str) -> None:
    """Hide a ticket from everybody; its number is never used again, and an answer to it opens a new one (P20)."""
    reason = single_line(why, LONGEST_REASON)
    if not reason:
        raise Invalid(
            _("Say why this ticket is deleted."), _("A few words are enough."), field="why"
        )
    if ticket.deleted_at is not None:
        raise Conflict(_("This ticket is deleted already."), _("Look at the list again."))
    before = ticket.status
    if ticket.is_open:
        put_category(ticket, Category.CANCELLED, by=by, cause=cause)
    ticket.deleted_at, ticket.deleted_why = clock.now(), reason
    touch(ticket)
    record(
        TicketDeleted(
            actor_id=by,
            cause=cause,
            subject_id=ticket.id,
            before={"deleted": False, "status": before},
            after={"deleted": True, "status": ticket.status},
            personal={"why": reason},
        )
    )


def restore(ticket: Ticket, *, by: int | None, cause: str) -> None:
    """Bring a deleted ticket back as it was."""
    if ticket.deleted_at is None:
        raise Conflict(_("This ticket is not deleted."), _("Look at the list again."))
    ticket.deleted_at, ticket.deleted_why = None, None
    touch(ticket)
    record(
        TicketRestored(
            actor_id=by,
            cause=cause,
            subject_id=ticket.id,
            before={"deleted": True},
            after={"deleted": False},
        )
    )
    before = _status_before(ticket)
    if before != ticket.status:
        put_status(ticket, before, by=by, cause=cause)


def deleted_tickets(actor: Actor) -> Sequence[Ticket]:
    """The deleted tickets that this person may bring back, the last deleted first."""
    wanted = select(Ticket).where(Ticket.deleted_at.is_not(None))
    if not actor.is_admin:
        led = [group for group in actor.groups if actor.holds(group, Right.LEAD)]
        wanted = wanted.where(Ticket.group_id.in_(led))
    ordered = wanted.order_by(Ticket.deleted_at.desc(), Ticket.id.desc())
    return db.session.scalars(ordered.limit(MOST_LISTED)).all()


def access_deleted(actor: Actor, number: str) -> Ticket:
    """The ticket of this number, deleted or not, for who may bring it back; otherwise NotFound."""
    parts = number_parts(number)
    ticket = db.session.get(Ticket, parts[1]) if parts else None
    if (
        ticket is None
        or ticket.number != number.strip().upper()
        or not actor.holds(ticket.group_id, Right.LEAD)
    ):
        raise NotFound(_("There is no such ticket."), _("Look at the list of deleted tickets."))
    return ticket


def _status_before(ticket: Ticket) -> str:
    entry = db.session.scalars(
        select(Entry)
        .where(
            Entry.subject_kind == "ticket",
            Entry.subject_id == ticket.id,
            Entry.event == "TicketDeleted",
        )
        .order_by(Entry.seq.desc())
        .limit(1)
    ).first()
    return str(entry.before["status"]) if entry is not None else ticket.status
