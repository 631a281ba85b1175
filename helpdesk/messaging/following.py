"""What hangs on a message goes with it when it is moved to another ticket."""

from __future__ import annotations

from sqlalchemy import update

from helpdesk.core.db import db
from helpdesk.messaging.models import Delivery, RawMessage
from helpdesk.tickets.events import MessagesBrought


def follow_messages(event: MessagesBrought) -> None:
    """Let the bytes and the deliveries of moved messages name the ticket these stand on now.

    A bounce then is noted there, and an answer to such a mail joins there.
    """
    for row in (RawMessage, Delivery):
        db.session.execute(
            update(row)
            .where(row.message_id.in_(event.message_ids))
            .values(ticket_id=event.subject_id)
            .execution_options(synchronize_session="fetch")
        )
