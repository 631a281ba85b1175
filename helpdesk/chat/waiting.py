"""How many visitors wait in the chats of some groups."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select

from helpdesk.chat.models import Chat, ChatState
from helpdesk.core.db import db
from helpdesk.tickets.models import Ticket


def waiting_by_group(groups: Collection[int]) -> dict[int, int]:
    """How many wait in each of these groups, by its ticket's group; one query."""
    rows = db.session.execute(
        select(Ticket.group_id, func.count())
        .join(Chat, Chat.ticket_id == Ticket.id)
        .where(
            Ticket.group_id.in_(sorted(groups)),
            Ticket.deleted_at.is_(None),
            Chat.state == ChatState.WAITING,
        )
        .group_by(Ticket.group_id)
    )
    return {group: count for group, count in rows if group is not None}
