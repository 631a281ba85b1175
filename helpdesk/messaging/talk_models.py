"""Rows of conversations: files that have to be fetched, and texts that a service has approved."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Model, primary_key


class FileState(enum.StrEnum):
    """Where a file stands that the other side keeps."""

    WAITING = "waiting"
    FETCHED = "fetched"
    FAILED = "failed"


class AwaitedFile(Model):
    """A file of a message that has to be fetched from the other side.

    `reference` is what the channel finds it by; `words` say why it could not be fetched, for a person.
    """

    __tablename__ = "awaited_file"
    __table_args__ = (Index("ix_awaited_file_message", "message_id", "id"),)

    id: Mapped[primary_key]
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("channel_account.id"))
    reference: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(String(255), default="")
    content_type: Mapped[str] = mapped_column(String(120), default="")
    state: Mapped[FileState] = mapped_column(default=FileState.WAITING)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    words: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class AccountTemplate(Model):
    """A text that the service of an account has approved, or has not; `is_offered` is what an administrator decides.

    `blanks` are the names of what has to be filled in; `unfit` says why it cannot be sent from here, "" if it can.
    """

    __tablename__ = "account_template"
    __table_args__ = (UniqueConstraint("account_id", "name", "language"),)

    id: Mapped[primary_key]
    account_id: Mapped[int] = mapped_column(ForeignKey("channel_account.id"))
    name: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    blanks: Mapped[list[Any]]
    category: Mapped[str] = mapped_column(String(40), default="")
    state: Mapped[str] = mapped_column(String(40), default="")
    unfit: Mapped[str] = mapped_column(String(200), default="")
    is_offered: Mapped[bool] = mapped_column(Boolean, default=False)
    fetched_at: Mapped[datetime]
