"""What a person does with what they were told."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select, update

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.notifications.kinds import CHAT_WAITS
from helpdesk.notifications.models import Notification
from helpdesk.notifications.noting import ring
from helpdesk.tickets.events import Assigned, MessagesBrought
from helpdesk.tickets.models import Ticket

# What tickets that began in a chat say of their channel.
CHAT = "chat"
KEPT = timedelta(days=180)


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
    if marked:
        ring([person_id])
    return len(marked)


def follow_messages(event: MessagesBrought) -> None:
    """Let lines about moved messages lead to the ticket these stand on now; what waits there already counts them."""
    moved = db.session.scalars(
        select(Notification)
        .where(
            Notification.ticket_id == event.after["moved_from"],
            Notification.message_id.in_(event.message_ids),
        )
        .order_by(Notification.id)
    ).all()
    unread = {
        (one.person_id, one.kind): one
        for one in db.session.scalars(
            select(Notification).where(
                Notification.ticket_id == event.subject_id,
                Notification.person_id.in_({one.person_id for one in moved}),
                Notification.read_at.is_(None),
            )
        )
    }
    for one in moved:
        there = unread.get((one.person_id, one.kind)) if one.read_at is None else None
        if there is None:
            one.ticket_id = event.subject_id
        else:
            there.times += one.times
            there.told_at = max(there.told_at, one.told_at)
            db.session.delete(one)
    db.session.flush()


def end_waiting(event: Assigned) -> None:
    """A visitor for whom somebody is there now is no news to the others."""
    if event.after.get("assignee") is None:
        return
    if db.session.get_one(Ticket, event.subject_id).channel != CHAT:
        return
    gone = db.session.scalars(
        update(Notification)
        .where(
            Notification.ticket_id == event.subject_id,
            Notification.kind == CHAT_WAITS,
            Notification.read_at.is_(None),
        )
        .values(read_at=clock.now())
        .returning(Notification.person_id),
        execution_options={"synchronize_session": False},
    ).all()
    if gone:
        ring(sorted(gone))


def forget_old() -> None:
    """Delete lines that nobody will look for any more."""
    old = Notification.told_at < clock.now() - KEPT
    db.session.execute(
        delete(Notification).where(old), execution_options={"synchronize_session": False}
    )
