"""Rows of how requesters say it went."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Model, primary_key


class TicketRating(Model):
    """How a ticket went for its requester: 1, badly, to 5, well; one a ticket, and it may be changed."""

    __tablename__ = "ticket_rating"

    id: Mapped[primary_key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    score: Mapped[int] = mapped_column(SmallInteger)
    words: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
