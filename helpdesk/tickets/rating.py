"""rate(): how it went, in the requester's own words."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.unit_of_work import record
from helpdesk.tickets.events import TicketRated
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rating_models import TicketRating

LEAST, MOST = 1, 5
LONGEST_WORDS = 2000


def rate(ticket: Ticket, score: int, words: str, *, by: int, cause: str) -> TicketRating:
    """Note how an ended ticket went for its requester; said again, the newer counts."""
    if ticket.is_open:
        raise Conflict(_("This request is not finished yet."), _("Say how it went once it is."))
    if not LEAST <= score <= MOST:
        raise Invalid(_("Choose how it went."), field="score")
    before = rating_of(ticket.id)
    row = before or TicketRating(ticket_id=ticket.id, person_id=by, created_at=clock.now())
    was = row.score if before is not None else None
    row.score, row.words, row.created_at = score, words.strip()[:LONGEST_WORDS], clock.now()
    db.session.add(row)
    record(
        TicketRated(
            actor_id=by,
            cause=cause,
            subject_id=ticket.id,
            before={"rating": was} if was is not None else {},
            after={"rating": score},
            personal={"rating.words": row.words},
        )
    )
    return row


def rating_of(ticket_id: int) -> TicketRating | None:
    """How a ticket went, if its requester has said so."""
    return db.session.scalar(select(TicketRating).where(TicketRating.ticket_id == ticket_id))
