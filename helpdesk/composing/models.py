"""Rows of what is being written, and of what waits for its moment to be sent."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core.db import BigKey, Model, primary_key
from helpdesk.tickets.models import Ticket


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


class PlannedState(enum.StrEnum):
    """How a reply stands that does not leave at once."""

    WAITING = "waiting"
    SENT = "sent"
    # Its writer took it back, or changed their mind.
    TAKEN_BACK = "taken_back"
    # Something happened that its writer has to look at first; `why` says what.
    STOPPED = "stopped"


_WAITING = text("state = 'waiting'")


class PlannedReply(Model):
    """A reply that waits: for the seconds in which it can be taken back, or for the moment that its writer chose.

    It is no message until then, so nobody reads it and nothing counts it. `recipients`, `status` and `fields` are as
    the composer gave them. `is_later` tells what was planned from what only waits to be undone.
    """

    __tablename__ = "planned_reply"
    __table_args__ = (
        Index("ix_planned_reply_ticket", "ticket_id", "state"),
        Index("ix_planned_reply_due", "due_at", postgresql_where=_WAITING, sqlite_where=_WAITING),
    )

    id: Mapped[primary_key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[PlannedState] = mapped_column(default=PlannedState.WAITING)
    is_later: Mapped[bool] = mapped_column(Boolean, default=False)
    due_at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)
    # The same as its writer formatted it, as the editor has it; None where the words say all of it.
    html: Mapped[str | None] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(String(20))
    recipients: Mapped[dict[str, Any]] = mapped_column(default=dict)
    status: Mapped[str] = mapped_column(String(30), default="")
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # The newest message its writer had before them.
    seen_id: Mapped[int] = mapped_column(BigKey, default=0)
    way: Mapped[str] = mapped_column(String(20), default="")
    why: Mapped[str] = mapped_column(String(60), default="")
    message_id: Mapped[int | None] = mapped_column(BigKey)
    made_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    ticket: Mapped[Ticket] = relationship(lazy="select")
    files: Mapped[list[PlannedFile]] = relationship(lazy="select", order_by="PlannedFile.id")


class PlannedFile(Model):
    """A file of a reply that waits; its bytes lie in the file store."""

    __tablename__ = "planned_file"

    id: Mapped[primary_key]
    planned_id: Mapped[int] = mapped_column(ForeignKey("planned_reply.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(255))
    content_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(BigKey)


class WaitingPicture(Model):
    """A picture that an agent put into a reply on a ticket; its bytes lie in the file store.

    `key` is random and is what the text names it by. It goes with the message as one of its files; the row stays for
    other words of the same agent there that may show it, and is swept in the end.
    """

    __tablename__ = "waiting_picture"

    id: Mapped[primary_key]
    key: Mapped[str] = mapped_column(String(32), unique=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(255))
    content_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(BigKey)
    # As it is seen, in pixels.
    width: Mapped[int]
    height: Mapped[int]
    kept_at: Mapped[datetime]
