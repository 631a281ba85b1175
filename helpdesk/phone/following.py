"""Calls go where their messages go: moved from one ticket to another, or merged with it."""

from __future__ import annotations

from sqlalchemy import update

from helpdesk.core.db import db
from helpdesk.phone.models import CallBack, PhoneCall
from helpdesk.tickets.events import MessagesBrought


def follow_messages(event: MessagesBrought) -> None:
    """Let calls stand on the ticket that has their messages now; what was promised goes along with them."""
    of_these = PhoneCall.message_id.in_(event.message_ids)
    moved = db.session.execute(
        update(PhoneCall)
        .where(of_these)
        .values(ticket_id=event.subject_id)
        .returning(PhoneCall.person_id)
        .execution_options(synchronize_session="fetch")
    ).scalars()
    people = {one for one in moved if one is not None}
    if people:
        db.session.execute(
            update(CallBack)
            .where(
                CallBack.ticket_id == event.after["moved_from"],
                CallBack.person_id.in_(people),
                CallBack.done_at.is_(None),
            )
            .values(ticket_id=event.subject_id)
            .execution_options(synchronize_session="fetch")
        )
