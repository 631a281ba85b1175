"""Rows of tickets: the ticket, its messages and files, tags, watchers, links and custom fields."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from helpdesk.core.db import BigKey, Model, Word, db, primary_key
from helpdesk.people.models import Group, Person
from workflows.lifecycle import Category, Status
from workflows.priority import Level


class TicketType(enum.StrEnum):
    """The types of tickets that are there from the start (ITIL 4); an administrator may add others.

    `Ticket.type` is a plain word: compare by `==`. The prefix of a number stays when the type changes.
    """

    INCIDENT = "incident"
    REQUEST = "request"
    QUESTION = "question"
    PROBLEM = "problem"
    CHANGE = "change"
    TASK = "task"


PREFIXES = {
    TicketType.INCIDENT: "INC",
    TicketType.REQUEST: "REQ",
    TicketType.QUESTION: "Q",
    TicketType.PROBLEM: "PRB",
    TicketType.CHANGE: "CHG",
    TicketType.TASK: "TSK",
}

# Numbers begin here, so that a young desk's numbers have the length people will meet for years.
FIRST_NUMBER = 1000


class Visibility(enum.StrEnum):
    """Who may read a message: everybody on the ticket, only staff, or staff and one third party, but not the requester."""

    PUBLIC = "public"
    INTERNAL = "internal"
    ASIDE = "aside"


class Direction(enum.StrEnum):
    """Which way a message went."""

    IN = "in"
    OUT = "out"
    NOTE = "note"


class LinkKind(enum.StrEnum):
    """How one ticket stands to another."""

    RELATED = "related"
    FOLLOWS = "follows"
    DUPLICATES = "duplicates"
    CAUSED_BY = "caused_by"


class Ticket(Model):
    """A contact that somebody has to deal with.

    `version` counts changes and guards against two people editing at once. `type` names a lifecycle, and `status` one
    of its states, from which `category` and `is_open` follow; both are plain words, compared by `==`. `last_*` repeat the newest public message, so that a list needs no second table. `merged_into_id` is the
    ticket that has its messages now; no foreign key, since it points into its own table. A ticket with `deleted_at` is
    hidden from everybody until it is restored. `due_at`, `breach_at` and `due_metric` are those of the next target that
    runs, kept by `sla`; a ticket whose targets are all paused has the metric alone.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        # Each list of the console reads one of these in its own order, so its cost does not grow with the desk.
        Index("ix_ticket_queue_activity", "group_id", "is_open", "last_activity_at", "id"),
        Index("ix_ticket_queue_priority", "group_id", "is_open", "priority", "id"),
        Index("ix_ticket_queue_newest", "group_id", "is_open", "id"),
        Index("ix_ticket_open_activity", "is_open", "last_activity_at", "id"),
        Index("ix_ticket_open_priority", "is_open", "priority", "id"),
        Index("ix_ticket_assignee_activity", "assignee_id", "is_open", "last_activity_at", "id"),
        Index(
            "ix_ticket_queue_assignee",
            "group_id",
            "assignee_id",
            "is_open",
            "last_activity_at",
            "id",
        ),
        Index("ix_ticket_queue_due", "group_id", "is_open", "due_at", "id"),
        Index("ix_ticket_open_due", "is_open", "due_at", "id"),
        Index("ix_ticket_requester", "requester_id", "id"),
        Index(
            "ix_ticket_deleted",
            "deleted_at",
            postgresql_where=text("deleted_at IS NOT NULL"),
            sqlite_where=text("deleted_at IS NOT NULL"),
        ),
        Index(
            "ix_ticket_wakes",
            "wakes_at",
            postgresql_where=text("wakes_at IS NOT NULL"),
            sqlite_where=text("wakes_at IS NOT NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[primary_key]
    prefix: Mapped[str] = mapped_column(String(8))
    type: Mapped[str] = mapped_column(Word(30))
    subject: Mapped[str] = mapped_column(String(500))
    status: Mapped[str] = mapped_column(Word(30), default=Status.NEW.value)
    category: Mapped[Category] = mapped_column(default=Category.ACTIVE)
    is_open: Mapped[bool] = mapped_column(Boolean, default=True)
    impact: Mapped[str] = mapped_column(Word(30), default=Level.LOW.value)
    urgency: Mapped[str] = mapped_column(Word(30), default=Level.MEDIUM.value)
    priority: Mapped[int] = mapped_column(SmallInteger, default=4)
    priority_overridden: Mapped[bool] = mapped_column(Boolean, default=False)
    priority_why: Mapped[str | None] = mapped_column(String(500))
    channel: Mapped[str] = mapped_column(String(20))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("desk_group.id"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    requester_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    custom: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    last_activity_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    # What moves asked for, by the names of `workflows.lifecycle_fields`; the two that lists ask for have columns too.
    process: Mapped[dict[str, Any]] = mapped_column(default=dict)
    resolution_code: Mapped[str | None] = mapped_column(String(30))
    pending_until: Mapped[datetime | None]
    reopened: Mapped[int] = mapped_column(SmallInteger, default=0)
    status_since: Mapped[datetime | None]
    # When time will do something to the ticket next, and what; see `tickets.timing`.
    wakes_at: Mapped[datetime | None]
    wakes_for: Mapped[str | None] = mapped_column(String(20))
    reminded: Mapped[int] = mapped_column(SmallInteger, default=0)
    due_at: Mapped[datetime | None]
    due_metric: Mapped[str | None] = mapped_column(String(60))
    breach_at: Mapped[datetime | None]
    message_count: Mapped[int] = mapped_column(Integer, default=0)
    last_line: Mapped[str] = mapped_column(String(200), default="")
    last_author: Mapped[str] = mapped_column(String(200), default="")
    last_direction: Mapped[Direction] = mapped_column(default=Direction.IN)
    merged_into_id: Mapped[int | None] = mapped_column(BigKey)
    deleted_at: Mapped[datetime | None]
    deleted_why: Mapped[str | None] = mapped_column(String(500))

    requester: Mapped[Person] = relationship(foreign_keys=[requester_id], lazy="select")
    assignee: Mapped[Person | None] = relationship(foreign_keys=[assignee_id], lazy="select")
    group: Mapped[Group | None] = relationship(lazy="select")
    messages: Mapped[list[Message]] = relationship(
        back_populates="ticket",
        order_by="Message.id",
        lazy="select",
        foreign_keys="Message.ticket_id",
    )
    tags: Mapped[list[Tag]] = relationship(
        secondary="ticket_tag", lazy="select", order_by="Tag.name"
    )
    watchers: Mapped[list[Watcher]] = relationship(lazy="select", order_by="Watcher.id")

    @validates("type", "status", "impact", "urgency")
    def _plain(self, _name: str, value: str) -> str:
        return str(value)

    @property
    def number(self) -> str:
        """The number people use, such as INC-1042; never used twice, and no proof of anything."""
        return f"{self.prefix}-{FIRST_NUMBER + self.id}"


class Message(Model):
    """One entry of a conversation; append-only (S47).

    `text` is what is new in it, `quoted` what it repeats of earlier mail and its signature. `html` was cleaned when it
    came and is cleaned again when it is shown. `sent_at` is the sender's own claim; every deadline is computed from
    `created_at`, when we had it.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_ticket", "ticket_id", "id"),
        Index("ix_message_external", "external_id"),
    )

    id: Mapped[primary_key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    visibility: Mapped[Visibility]
    direction: Mapped[Direction]
    channel: Mapped[str] = mapped_column(String(20))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    author_name: Mapped[str] = mapped_column(String(200), default="")
    author_address: Mapped[str] = mapped_column(String(320), default="")
    recipients: Mapped[dict[str, Any]] = mapped_column(default=dict)
    subject: Mapped[str] = mapped_column(String(500), default="")
    text: Mapped[str] = mapped_column(Text)
    quoted: Mapped[str] = mapped_column(Text, default="")
    html: Mapped[str | None] = mapped_column(Text)
    external_id: Mapped[str | None] = mapped_column(String(998))
    # The row of `raw_message` it came from; no foreign key, since that table stands on a higher floor.
    raw_id: Mapped[int | None] = mapped_column(BigKey)
    # Why it stands on this ticket, as codes of `messaging.matching` ("reply-token", "references+merged", "new").
    joined_by: Mapped[str] = mapped_column(String(30), default="new")
    # The side conversation it is part of (`side_models`); only a message that is neither public nor a note has one.
    side_id: Mapped[int | None] = mapped_column(BigKey, index=True)
    # The ticket it came to first, if it was moved since.
    moved_from_id: Mapped[int | None] = mapped_column(BigKey)
    unverified: Mapped[str] = mapped_column(String(200), default="")
    # For whom its author spoke, and by what right, or why they may not; who of the staff wrote it down for its author.
    for_person_id: Mapped[int | None] = mapped_column(BigKey)
    for_why: Mapped[str] = mapped_column(String(200), default="")
    entered_by_id: Mapped[int | None] = mapped_column(BigKey)
    automation: Mapped[str | None] = mapped_column(String(20))
    # What its channel read beside the words, as `messaging.mail_facts` puts it: an appointment, whether it was signed.
    facts: Mapped[dict[str, Any] | None]
    sent_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    ticket: Mapped[Ticket] = relationship(
        back_populates="messages", foreign_keys=[ticket_id], lazy="select"
    )
    author: Mapped[Person | None] = relationship(lazy="select")
    attachments: Mapped[list[Attachment]] = relationship(
        back_populates="message", lazy="select", order_by="Attachment.id"
    )


class Attachment(Model):
    """A file of a message; its bytes lie once in the file store, under their digest.

    `key` is random and is what a link names; `name` is a label and never a path (S04).
    """

    __tablename__ = "attachment"

    id: Mapped[primary_key]
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(255))
    content_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(BigKey)
    content_id: Mapped[str | None] = mapped_column(String(255))
    is_inline: Mapped[bool] = mapped_column(Boolean, default=False)

    message: Mapped[Message] = relationship(back_populates="attachments", lazy="select")


class Tag(Model):
    """A word that agents put on tickets; lower case."""

    __tablename__ = "tag"

    id: Mapped[primary_key]
    name: Mapped[str] = mapped_column(String(60), unique=True)


ticket_tag = Table(
    "ticket_tag",
    db.metadata,
    Column("ticket_id", ForeignKey("ticket.id"), primary_key=True),
    Column("tag_id", ForeignKey("tag.id"), primary_key=True),
    Index("ix_ticket_tag_tag", "tag_id", "ticket_id"),
)


class Watcher(Model):
    """A person who is told of public messages on a ticket, and takes part in it."""

    __tablename__ = "watcher"
    __table_args__ = (UniqueConstraint("ticket_id", "person_id"),)

    id: Mapped[primary_key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)

    person: Mapped[Person] = relationship(lazy="select")


class TicketLink(Model):
    """One ticket's relation to another, read from left to right ("left follows right")."""

    __tablename__ = "ticket_link"
    __table_args__ = (UniqueConstraint("left_id", "right_id", "kind"),)

    id: Mapped[primary_key]
    left_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    right_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    kind: Mapped[LinkKind]
    created_at: Mapped[datetime]


class CustomField(Model):
    """A field the administrator adds to tickets; its values stand in `Ticket.custom` under `key`."""

    __tablename__ = "custom_field"

    id: Mapped[primary_key]
    key: Mapped[str] = mapped_column(String(60), unique=True)
    label: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20))
    options: Mapped[list[Any]] = mapped_column(default=list)
    ticket_types: Mapped[list[Any]] = mapped_column(default=list)
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    position: Mapped[int] = mapped_column(Integer, default=0)
