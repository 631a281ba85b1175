"""What is to be read before words leave: the last that was said on a ticket, and what came while somebody looked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.journal.reading import history_of
from helpdesk.tickets.models import Message, Ticket, Visibility
from helpdesk.web.console import met
from helpdesk.web.console.history import Change, changed_lines, fields_in, people_in
from helpdesk.web.console.names import read_names

MOST_ENTRIES = 60


@dataclass(frozen=True, slots=True)
class Between:
    """What others did to a ticket since it was looked at."""

    changes: list[Change]
    messages: Sequence[Message]


def last_said(ticket_id: int) -> Message | None:
    """The newest public message of a ticket."""
    return db.session.scalar(
        select(Message)
        .where(Message.ticket_id == ticket_id, Message.visibility == Visibility.PUBLIC)
        .order_by(Message.id.desc())
        .limit(1)
    )


def came_between(ticket: Ticket, since: int) -> Between:
    """What was changed and written since a version of a ticket."""
    newer = met.newer_than(
        since, ticket.version, history_of("ticket", ticket.id, limit=MOST_ENTRIES)
    )
    ids = [one.after["message"] for one in newer if one.event == "MessageAdded"]
    written = select(Message).where(Message.id.in_(ids), Message.ticket_id == ticket.id)
    names = read_names(people_in(newer), watching=0, fields=fields_in(newer))
    return Between(
        changed_lines(newer, names), db.session.scalars(written.order_by(Message.id)).all()
    )
