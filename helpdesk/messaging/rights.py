"""Whether a member of staff may still be told of a ticket, asked when the news leaves (S13)."""

from __future__ import annotations

from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.messaging.models import Delivery
from helpdesk.people.access import actor_of
from helpdesk.people.models import Person, Right
from helpdesk.tickets.access import visible_tickets
from helpdesk.tickets.models import Ticket


def may_read(person: Person | None, ticket: Ticket | None) -> bool:
    """Whether this person, as they are now, is staff who may read this ticket; nobody reads a deleted one."""
    if person is None or ticket is None or not person.is_active or not person.is_staff:
        return False
    if ticket.deleted_at is not None:
        return False
    return actor_of(person).holds(ticket.group_id, Right.READ)


def may_still_be_told(delivery: Delivery) -> bool:
    """Whether a notice may still leave: rights may have ended since it was written."""
    person = db.session.get(Person, delivery.person_id) if delivery.person_id else None
    if delivery.ticket_id is None:
        return person is not None and person.is_active and _may_read_all(person, delivery)
    return may_read(person, db.session.get(Ticket, delivery.ticket_id))


def _may_read_all(person: Person, delivery: Delivery) -> bool:
    about = delivery.headers.get("about") or []
    if not about:
        return True
    seen = select(func.count()).where(Ticket.id.in_(about), visible_tickets(actor_of(person)))
    return person.is_staff and db.session.scalar(seen) == len(about)
