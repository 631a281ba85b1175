"""All that one person said to us and we to them, on every channel, in one order, as far as the reader may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import or_, select, union

from helpdesk.core.db import db
from helpdesk.core.paging import decode_cursor, encode_cursor
from helpdesk.people.access import Actor
from helpdesk.people.models import Person
from helpdesk.tickets.access import visible_tickets
from helpdesk.tickets.models import Direction, Message, Ticket, Visibility
from helpdesk.tickets.naming import beginning

PAGE = 25


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a person's time line, and the ticket it stands on."""

    message_id: int
    ticket: str
    subject: str
    channel: str
    is_ours: bool
    author: str
    line: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of a time line, the newest first; `older` leads on."""

    items: Sequence[Said]
    older: str | None


def read_timeline(
    actor: Actor, person_id: int, *, before: str | None, limit: int = PAGE
) -> Timeline:
    """What was said on a person's tickets, and what they or whoever was merged into them said on others'."""
    ids = select(Person.id).where(or_(Person.id == person_id, Person.merged_into_id == person_id))
    last = cast("int", decode_cursor(before, (int,))[0]) if before else None
    seen = (Message.visibility == Visibility.PUBLIC, visible_tickets(actor))
    older_than = (Message.id < last,) if last is not None else ()
    # Each half reads an index of its own from the newest on, and neither more than a page.
    halves = [
        select(Message.id)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(half, *seen, *older_than)
        .order_by(Message.id.desc())
        .limit(limit + 1)
        .subquery()
        for half in (Ticket.requester_id == person_id, Message.author_id.in_(ids))
    ]
    wanted = union(*(select(half.c.id) for half in halves))
    rows = db.session.execute(
        select(Message, Ticket)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(Message.id.in_(wanted))
        .order_by(Message.id.desc())
        .limit(limit + 1)
    ).all()
    older = encode_cursor([rows[limit - 1][0].id]) if len(rows) > limit else None
    return Timeline([_said(message, ticket) for message, ticket in rows[:limit]], older)


def _said(message: Message, ticket: Ticket) -> Said:
    return Said(
        message_id=message.id,
        ticket=ticket.number,
        subject=ticket.subject,
        channel=message.channel,
        is_ours=message.direction is Direction.OUT,
        author=message.author_name or message.author_address,
        line=beginning(message.text),
        at=message.created_at,
    )
