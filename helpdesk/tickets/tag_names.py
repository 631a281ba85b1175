"""The names of tags for whoever types one: only those of tickets that they may see (S10)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Subquery, or_, select

from helpdesk.core.db import db
from helpdesk.people.access import Actor
from helpdesk.tickets.access import visible_tickets
from helpdesk.tickets.models import Tag, Ticket, ticket_tag

MOST = 20
# Of each tag so many of its newest tickets are looked at; a name that is known by older ones only can still be typed.
MOST_LOOKED_AT = 100


def on_seen_tickets(groups: Any) -> ColumnElement[bool]:
    """The condition that a tag stands on a ticket of these groups or of none, among its newest."""
    newest = _newest()
    seen = select(newest.c.ticket_id).join(Ticket, Ticket.id == newest.c.ticket_id)
    readable = or_(Ticket.group_id.is_(None), Ticket.group_id.in_(groups))
    return seen.where(Ticket.deleted_at.is_(None), readable).correlate(Tag).exists()


def _newest() -> Subquery:
    """The newest tickets of a tag; asked within a statement over tags."""
    return (
        select(ticket_tag.c.ticket_id)
        .where(ticket_tag.c.tag_id == Tag.id)
        .order_by(ticket_tag.c.ticket_id.desc())
        .limit(MOST_LOOKED_AT)
        .correlate(Tag)
        .subquery()
    )


def tags_beginning(actor: Actor, text: str, *, limit: int = MOST) -> Sequence[str]:
    """The tags that begin so, by name; one query."""
    newest = _newest()
    seen = select(newest.c.ticket_id).join(Ticket, Ticket.id == newest.c.ticket_id)
    return db.session.scalars(
        select(Tag.name)
        .where(
            Tag.name.startswith(" ".join(text.split()).lower(), autoescape=True),
            seen.where(visible_tickets(actor)).correlate(Tag).exists(),
        )
        .order_by(Tag.name)
        .limit(limit)
    ).all()
