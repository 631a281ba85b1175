"""What a person does with what they were told."""

from __future__ import annotations

from sqlalchemy import update

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.notifications.models import Notification
from helpdesk.tickets.events import MessagesBrought


def mark_read(person_id: int, *, ticket_id: int | None = None) -> int:
    """Mark this person's lines as read, those of one ticket or all; returns how many were unread."""
    unread = update(Notification).where(
        Notification.person_id == person_id, Notification.read_at.is_(None)
    )
    if ticket_id is not None:
        unread = unread.where(Notification.ticket_id == ticket_id)
    marked = db.session.execute(
        unread.values(read_at=clock.now()).returning(Notification.id),
        execution_options={"synchronize_session": False},
    ).all()
    return len(marked)


def follow_messages(event: MessagesBrought) -> None:
    """Let lines about moved messages lead to the ticket these stand on now."""
    db.session.execute(
        update(Notification)
        .where(
            Notification.ticket_id == event.after["moved_from"],
            Notification.message_id.in_(event.message_ids),
        )
        .values(ticket_id=event.subject_id)
        .execution_options(synchronize_session="fetch")
    )
