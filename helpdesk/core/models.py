"""Rows of the ground floor: work owed, leases, settings and limits."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import BigKey, JsonColumn, Model, primary_key


class OutboxState(enum.StrEnum):
    """Where owed work stands; what is done has no row any more."""

    WAITING = "waiting"
    RUNNING = "running"
    DEAD = "dead"


class OutboxEntry(Model):
    """A job owed since a commit: what to run, for which id, when, and who holds it now.

    `attempts` counts how often it was claimed, `failures` how often it ran and failed: a worker that is killed takes
    entries with it that it never began.
    """

    __tablename__ = "outbox_entry"
    __table_args__ = (Index("ix_outbox_entry_due", "lane", "state", "due_at", "id"),)

    id: Mapped[primary_key]
    job: Mapped[str] = mapped_column(String(40))
    lane: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int] = mapped_column(BigKey)
    state: Mapped[OutboxState] = mapped_column(default=OutboxState.WAITING)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    failures: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    due_at: Mapped[datetime]
    holder: Mapped[str | None] = mapped_column(String(32))
    last_error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]


class Lease(Model):
    """Who may do a thing that only one may do at a time, and until when."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64))
    until: Mapped[datetime]


class Slot(Model):
    """A turn of a periodic job that some scheduler has taken; the key lets nobody take it twice."""

    __tablename__ = "schedule_slot"
    __table_args__ = (UniqueConstraint("job", "slot"),)

    id: Mapped[primary_key]
    job: Mapped[str] = mapped_column(String(40))
    slot: Mapped[int] = mapped_column(BigKey)
    taken_at: Mapped[datetime]


class Setting(Model):
    """A setting that an administrator changes while the desk runs."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[Any] = mapped_column(JsonColumn)
    changed_at: Mapped[datetime]


class Alarm(Model):
    """Something that needs the operator: since when, in which words, whether it is over and whether it was told.

    `try_at` is when the mail about it may be tried again.
    """

    __tablename__ = "alarm"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    part: Mapped[str] = mapped_column(String(20))
    what: Mapped[str] = mapped_column(Text)
    advice: Mapped[str] = mapped_column(Text, default="")
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    try_at: Mapped[datetime | None]


class Tally(Model):
    """How often something happened in a stretch of time; the limits stand on it."""

    __tablename__ = "tally"
    __table_args__ = (UniqueConstraint("key", "window_number"),)

    id: Mapped[primary_key]
    key: Mapped[str] = mapped_column(String(200))
    window: Mapped[int] = mapped_column("window_number", BigKey)
    count: Mapped[int] = mapped_column(Integer, default=0)
    ends_at: Mapped[datetime] = mapped_column(index=True)


class Answered(Model):
    """What a program was answered when it asked under a key of its own choice, so that asking again does nothing new.

    `digest` is of what it asked. `status` is 0 until the answer is known, which is within the same transaction.
    """

    __tablename__ = "answered_request"
    __table_args__ = (UniqueConstraint("asker", "key"),)

    id: Mapped[primary_key]
    asker: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(255))
    digest: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(Integer, default=0)
    answer: Mapped[Any] = mapped_column(JsonColumn, nullable=True)
    created_at: Mapped[datetime] = mapped_column(index=True)
