"""Rows of chats: each chat with where it stands, and which agents are there for them."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core.db import BigKey, Model, primary_key
from helpdesk.people.models import Group, Person
from helpdesk.tickets.models import Ticket


class ChatState(enum.StrEnum):
    """Where a chat stands.

    `left`: nobody was there, and the visitor left a message that is answered by mail.
    """

    WAITING = "waiting"
    TAKEN = "taken"
    LEFT = "left"
    ENDED = "ended"


LIVE = (ChatState.WAITING, ChatState.TAKEN)
# What the desk answered by itself is marked so among the messages.
BY_ITSELF = "answer-service"


class Chat(Model):
    """One visitor's chat, on the ticket of its thread.

    The visitor proves themselves by a random token of their own making, of which only the digest is kept (S53). `key`
    names the thread. `settings` is the name of the definition. `seen_at` is when the visitor's page last said that it
    is open. `read_id` is the newest message that it has shown, `mailed_id` the newest that went by mail instead,
    `agent_read_id` the newest that whoever took it has seen. `version` grows with everything that either side should
    see, and `changed_at` says when, so that one query finds all that is new.
    """

    __tablename__ = "chat"
    __table_args__ = (
        Index("ix_chat_queue", "state", "group_id", "waiting_since"),
        Index("ix_chat_agent", "agent_id", "state"),
        Index("ix_chat_changed", "changed_at"),
    )

    id: Mapped[primary_key]
    key: Mapped[str] = mapped_column(String(32), unique=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    settings: Mapped[str] = mapped_column(String(60))
    account_id: Mapped[int] = mapped_column(ForeignKey("channel_account.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("desk_group.id"))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    state: Mapped[ChatState] = mapped_column(default=ChatState.WAITING)
    name: Mapped[str] = mapped_column(String(120), default="")
    email: Mapped[str] = mapped_column(String(320), default="")
    language: Mapped[str] = mapped_column(String(10), default="en")
    page: Mapped[str] = mapped_column(String(500), default="")
    opened_at: Mapped[datetime]
    waiting_since: Mapped[datetime | None]
    taken_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(String(20), default="")
    seen_at: Mapped[datetime]
    read_id: Mapped[int] = mapped_column(BigKey, default=0)
    mailed_id: Mapped[int] = mapped_column(BigKey, default=0)
    agent_read_id: Mapped[int] = mapped_column(BigKey, default=0)
    transcripts: Mapped[int] = mapped_column(Integer, default=0)
    version: Mapped[int] = mapped_column(Integer, default=1)
    changed_at: Mapped[datetime]

    ticket: Mapped[Ticket | None] = relationship(lazy="select")
    group: Mapped[Group | None] = relationship(lazy="select")
    agent: Mapped[Person | None] = relationship(foreign_keys=[agent_id], lazy="select")

    @property
    def is_live(self) -> bool:
        """Whether somebody waits for it or talks in it."""
        return self.state in LIVE


class ChatAgent(Model):
    """Whether an agent takes chats now; `seen_at` is when a page of theirs last said that it is open."""

    __tablename__ = "chat_agent"

    id: Mapped[primary_key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    is_on: Mapped[bool] = mapped_column(Boolean, default=False)
    seen_at: Mapped[datetime]
