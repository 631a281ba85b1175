"""What a member of staff was told: their own lines only, of tickets they may still read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import BigInteger, ScalarSelect, bindparam, func, or_, select, true

from helpdesk.core.db import db
from helpdesk.notifications.models import Notification
from helpdesk.people.access import Actor
from helpdesk.tickets.access import visible_tickets
from helpdesk.tickets.counting import Beside
from helpdesk.tickets.models import Ticket

MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One thing a person was told."""

    id: int
    kind: str
    number: str
    subject: str
    message_id: int | None
    created_at: datetime
    is_read: bool
    due_at: datetime | None
    due_metric: str | None
    breach_at: datetime | None
    category: str


def latest(actor: Actor, *, limit: int = 50) -> Sequence[Line]:
    """The newest lines, read or not."""
    rows = db.session.execute(
        select(Notification, Ticket)
        .join(Ticket, Ticket.id == Notification.ticket_id)
        .where(Notification.person_id == actor.person_id, visible_tickets(actor))
        .order_by(Notification.id.desc())
        .limit(min(limit, 200))
    )
    return [
        Line(
            id=told.id,
            kind=told.kind,
            number=ticket.number,
            subject=ticket.subject,
            message_id=told.message_id,
            created_at=told.created_at,
            is_read=told.read_at is not None,
            due_at=ticket.due_at,
            due_metric=ticket.due_metric,
            breach_at=ticket.breach_at,
            category=str(ticket.category),
        )
        for told, ticket in rows
    ]


def unread_beside(actor: Actor) -> Beside:
    """How many lines are unread of tickets that the actor may still see, to be counted with the views of the rail (S10)."""
    values = {"told": actor.person_id}
    if actor.is_admin:
        return Beside("notices", _unread(of_all=True), values)
    readable = sorted(actor.readable_group_ids)
    return Beside("notices", _unread(of_all=False), {**values, "told_of": readable})


@cache
def _unread(*, of_all: bool) -> ScalarSelect[int]:
    told_of = bindparam("told_of", expanding=True, type_=BigInteger)
    seen = true() if of_all else or_(Ticket.group_id.is_(None), Ticket.group_id.in_(told_of))
    unread = (
        select(Notification.id)
        .join(Ticket, Ticket.id == Notification.ticket_id)
        .where(
            Notification.person_id == bindparam("told", type_=BigInteger),
            Notification.read_at.is_(None),
            Ticket.deleted_at.is_(None),
            seen,
        )
        .limit(MOST_COUNTED)
    )
    return select(func.count()).select_from(unread.subquery()).scalar_subquery()


def unread_count(actor: Actor) -> int:
    """How many lines are unread, counted up to `MOST_COUNTED`."""
    unread = (
        select(Notification.id)
        .join(Ticket, Ticket.id == Notification.ticket_id)
        .where(
            Notification.person_id == actor.person_id,
            Notification.read_at.is_(None),
            visible_tickets(actor),
        )
        .limit(MOST_COUNTED)
    )
    return db.session.scalar(select(func.count()).select_from(unread.subquery())) or 0
