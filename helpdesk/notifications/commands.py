"""What a person does with what they were told."""

from __future__ import annotations

from sqlalchemy import update

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.notifications.models import Notification


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
