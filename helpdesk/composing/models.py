"""Rows of what is being written."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Model, primary_key


class Draft(Model):
    """What one agent has begun to write on one ticket; nobody else ever reads it.

    `details` holds what was chosen beside the words, such as copies and the way. `version` counts the times it was
    kept, and `writer` names the window that kept it last, so that two windows of one person do not write over each
    other. Once sent, the row stays for a while with no words, so that a late save of the same window is known as late.
    """

    __tablename__ = "composer_draft"
    __table_args__ = (UniqueConstraint("owner_id", "ticket_id", "kind"),)

    id: Mapped[primary_key]
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text, default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(Integer, default=1)
    writer: Mapped[str] = mapped_column(String(40), default="")
    kept_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
