"""Who may see and work on a ticket: the one way to reach one."""

from __future__ import annotations

import logging
import re

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, or_, select, true

from helpdesk.core.db import db
from helpdesk.core.errors import NotFound, Refused
from helpdesk.people.access import Actor
from helpdesk.people.models import Right
from helpdesk.tickets.models import FIRST_NUMBER, Attachment, Message, Ticket

log = logging.getLogger(__name__)

# What each deed on a ticket asks of its group.
DEEDS = {
    "read": Right.READ,
    "reply": Right.WORK,
    "note": Right.WORK,
    "edit": Right.WORK,
    "assign": Right.WORK,
    "move": Right.WORK,
    "delete": Right.LEAD,
    "redact": Right.LEAD,
}

_NUMBER = re.compile(r"^([A-Z]{1,8})-([0-9]{1,12})$")


def access_ticket(actor: Actor, number: str, *, to: str = "read") -> Ticket:
    """The ticket of this number, if the actor may do this deed to it.

    Raises NotFound for a ticket that is missing or hidden, alike; Refused for one they see but may not do this to.
    """
    ticket = _visible(actor, number)
    require_deed(actor, ticket, to=to)
    return ticket


def access_own_ticket(actor: Actor, number: str) -> Ticket:
    """The ticket of this number for its requester, who needs no right over a group. Raises NotFound for all others."""
    ticket = _visible(actor, number)
    if ticket.requester_id != actor.person_id:
        raise _missing()
    return ticket


def _visible(actor: Actor, number: str) -> Ticket:
    parts = number_parts(number)
    ticket = None
    if parts is not None:
        prefix, ticket_id = parts
        ticket = db.session.scalars(
            select(Ticket).where(
                Ticket.id == ticket_id, Ticket.prefix == prefix, visible_tickets(actor)
            )
        ).one_or_none()
    if ticket is None:
        log.info(
            "A ticket was refused or missing.",
            extra={"person": actor.person_id, "ticket": number[:20]},
        )
        raise _missing()
    return ticket


def _missing() -> NotFound:
    return NotFound(_("There is no such ticket."), _("Check the number, or search for the ticket."))


def require_deed(actor: Actor, ticket: Ticket, *, to: str) -> None:
    """Refuse an actor who sees a ticket but may not do this deed to it."""
    if not actor.holds(ticket.group_id, DEEDS[to]):
        raise Refused(
            _("You may read this ticket, but not change it."), _("Ask a member of its group.")
        )


def visible_tickets(actor: Actor) -> ColumnElement[bool]:
    """The condition that every query for tickets starts from: what this person may see, and nothing deleted."""
    there = Ticket.deleted_at.is_(None)
    if actor.is_admin:
        return there
    if not actor.is_staff:
        return and_(there, Ticket.requester_id == actor.person_id)
    groups = sorted(actor.readable_group_ids)
    return and_(there, or_(Ticket.group_id.is_(None), Ticket.group_id.in_(groups)))


def access_attachment(actor: Actor, key: str) -> Attachment:
    """The file of this key, if the actor may read its message. Raises NotFound."""
    found = db.session.scalars(
        select(Attachment)
        .join(Message, Message.id == Attachment.message_id)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(Attachment.key == key, visible_tickets(actor), readable(actor))
    ).one_or_none()
    if found is None:
        raise NotFound(
            _("There is no such file."), _("It may have been on a ticket that you cannot see.")
        )
    return found


def access_message(actor: Actor, message_id: int) -> Message:
    """The message of this id, if the actor may read it. Raises NotFound."""
    found = db.session.scalars(
        select(Message)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(Message.id == message_id, visible_tickets(actor), readable(actor))
    ).one_or_none()
    if found is None:
        raise NotFound(
            _("There is no such message."), _("It may be on a ticket that you cannot see.")
        )
    return found


def number_parts(number: str) -> tuple[str, int] | None:
    """The prefix and the id that a number such as INC-1042 stands for, or None."""
    match = _NUMBER.match(number.strip().upper())
    if match is None or int(match[2]) <= FIRST_NUMBER:
        return None
    return match[1], int(match[2]) - FIRST_NUMBER


def readable(actor: Actor) -> ColumnElement[bool]:
    """Internal messages are for staff (S12), and so is what somebody else may have sent to a reply address (S17).

    What was typed into a form in a person's name they may read, for it says nothing that they could not have sent.
    """
    if actor.is_staff:
        return true()
    own = and_(Message.channel == "web", Message.author_id == actor.person_id)
    return and_(Message.visibility == "public", or_(Message.unverified == "", own))
