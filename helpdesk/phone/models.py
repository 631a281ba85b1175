"""Rows of telephone calls: the call, the call-back that was promised, and whose extension rings."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core.db import Model, primary_key
from helpdesk.people.models import Person
from helpdesk.tickets.models import Ticket


class CallDirection(enum.StrEnum):
    """Who rang whom."""

    IN = "in"
    OUT = "out"


class CallOutcome(enum.StrEnum):
    """How a call ended, as whoever took it says."""

    SPOKE = "spoke"
    LEFT_MESSAGE = "left_message"
    NO_ANSWER = "no_answer"
    CUT_OFF = "cut_off"
    WRONG_NUMBER = "wrong_number"
    MISSED = "missed"


class CallState(enum.StrEnum):
    """Where a call stands, as the telephone system says; what an agent wrote down by hand has ended."""

    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "ended"
    MISSED = "missed"


class PhoneCall(Model):
    """One call, written down by an agent, reported by a telephone system, or both.

    `external_id` is the system's own name of the call. `number` is the other side's, normalised, "" where it was
    withheld. `extension` is that of the agent's telephone. `message_id` is what the call became on its ticket; until
    then it is only a call. `duration` is in seconds. `recording_url` is shown to whoever may see the ticket.
    """

    __tablename__ = "phone_call"
    __table_args__ = (
        UniqueConstraint("account_id", "external_id"),
        # What rings or is being spoken is looked at every few seconds by every agent with an extension.
        Index(
            "ix_phone_call_live",
            "extension",
            "id",
            postgresql_where=text("state IN ('ringing', 'answered')"),
            sqlite_where=text("state IN ('ringing', 'answered')"),
        ),
        Index("ix_phone_call_number", "number", "id"),
    )

    id: Mapped[primary_key]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("channel_account.id"))
    external_id: Mapped[str | None] = mapped_column(String(200))
    direction: Mapped[CallDirection] = mapped_column(default=CallDirection.IN)
    state: Mapped[CallState] = mapped_column(default=CallState.ENDED)
    outcome: Mapped[CallOutcome | None]
    number: Mapped[str] = mapped_column(String(40), default="")
    extension: Mapped[str] = mapped_column(String(20), default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), index=True)
    started_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    duration: Mapped[int | None] = mapped_column(Integer)
    recording_url: Mapped[str] = mapped_column(String(2000), default="")
    created_at: Mapped[datetime]

    person: Mapped[Person | None] = relationship(foreign_keys=[person_id], lazy="select")
    ticket: Mapped[Ticket | None] = relationship(lazy="select")


class CallBack(Model):
    """A call that an agent promised: a task of their own on a ticket, with the moment at which it is due.

    `tell_at` is when they are reminded, and None once they were.
    """

    __tablename__ = "call_back"
    __table_args__ = (
        Index(
            "ix_call_back_agent",
            "agent_id",
            "due_at",
            postgresql_where=text("done_at IS NULL"),
            sqlite_where=text("done_at IS NULL"),
        ),
        Index(
            "ix_call_back_tell",
            "tell_at",
            postgresql_where=text("tell_at IS NOT NULL"),
            sqlite_where=text("tell_at IS NOT NULL"),
        ),
    )

    id: Mapped[primary_key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    number: Mapped[str] = mapped_column(String(40), default="")
    due_at: Mapped[datetime]
    tell_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]

    ticket: Mapped[Ticket] = relationship(lazy="select")
    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="select")


class PhoneExtension(Model):
    """The extension at which an agent answers; a telephone system names it when they do."""

    __tablename__ = "phone_extension"

    id: Mapped[primary_key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    extension: Mapped[str] = mapped_column(String(20), unique=True)
