"""Rows of side conversations: talk with a third party inside a ticket, which its requester never sees."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core.db import Model, primary_key


class SideState(enum.StrEnum):
    """Where a side conversation stands: it waits for them, they have answered, or nothing more is expected."""

    WAITING = "waiting"
    ANSWERED = "answered"
    CLOSED = "closed"


class SideConversation(Model):
    """A thread by mail with people who are not on the ticket; its messages are those that name it (`Message.side_id`).

    `changed_at` is when something was last said in it, or its state was set.
    """

    __tablename__ = "side_conversation"

    id: Mapped[primary_key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    subject: Mapped[str] = mapped_column(String(500))
    state: Mapped[SideState] = mapped_column(default=SideState.WAITING)
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    participants: Mapped[list[SideParticipant]] = relationship(
        lazy="select", order_by="SideParticipant.id"
    )


class SideParticipant(Model):
    """An address we wrote to in a side conversation; its id is what the tokens of our mails to it name."""

    __tablename__ = "side_participant"
    __table_args__ = (UniqueConstraint("side_id", "address"),)

    id: Mapped[primary_key]
    side_id: Mapped[int] = mapped_column(ForeignKey("side_conversation.id"))
    address: Mapped[str] = mapped_column(String(320))
