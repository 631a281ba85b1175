"""What a merge would do, before it is done: what moves, and where the two differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from helpdesk.core.db import db
from helpdesk.identity import details
from helpdesk.identity.details import Difference
from helpdesk.identity.rights import refuse_unfit, require_both
from helpdesk.people.access import Actor
from helpdesk.people.bond_models import PersonNeed, Representative
from helpdesk.people.models import ContactPoint, Person
from helpdesk.people.queries import access_person
from helpdesk.tickets.access import visible_tickets
from helpdesk.tickets.models import Message, Ticket, Watcher

MOST_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What goes from one person to the other; of tickets the newest few, and how many there are.

    `mark` is handed to `merge`, so that nothing is merged but what was looked at.
    """

    kept: Person
    gone: Person
    tickets: Sequence[Ticket]
    ticket_count: int
    message_count: int
    watched: int
    contact_points: Sequence[ContactPoint]
    needs: int
    representatives: int
    conflicts: Sequence[Difference]
    mark: str


def preview(actor: Actor, kept_id: int, gone_id: int) -> Preview:
    """What merging two people would do. Raises NotFound, Invalid and Refused as the merge itself would."""
    kept, gone = access_person(actor, kept_id), access_person(actor, gone_id)
    refuse_unfit(kept, gone)
    require_both(actor, kept, gone)
    theirs = (Ticket.requester_id == gone.id, visible_tickets(actor))
    newest = select(Ticket).where(*theirs).order_by(Ticket.id.desc()).limit(MOST_SHOWN)
    messages = select(func.count(Message.id)).join(Ticket, Ticket.id == Message.ticket_id)
    either = or_(Representative.person_id == gone.id, Representative.representative_id == gone.id)
    return Preview(
        kept=kept,
        gone=gone,
        tickets=db.session.scalars(newest).all(),
        ticket_count=db.session.scalar(select(func.count(Ticket.id)).where(*theirs)) or 0,
        message_count=db.session.scalar(messages.where(*theirs)) or 0,
        watched=db.session.scalar(
            select(func.count(Watcher.id))
            .join(Ticket, Ticket.id == Watcher.ticket_id)
            .where(Watcher.person_id == gone.id, visible_tickets(actor))
        )
        or 0,
        contact_points=gone.contact_points,
        needs=_count(PersonNeed.id, PersonNeed.person_id == gone.id),
        representatives=_count(Representative.id, either),
        conflicts=details.conflicts(kept, gone),
        mark=details.mark_of(kept, gone),
    )


def _count(column: object, condition: object) -> int:
    return db.session.scalar(select(func.count(column)).where(condition)) or 0  # type: ignore[arg-type]
