"""Rows of the journal; append-only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import BigKey, Model, primary_key


class Entry(Model):
    """One change of one subject.

    `digest` covers everything but `salt`, and `previous`, the digest of the entry before. `salt` is what the digests of
    personal text were made with; erasing a person deletes the salt, and the chain still holds.
    """

    __tablename__ = "journal_entry"
    __table_args__ = (UniqueConstraint("subject_kind", "subject_id", "seq"),)

    id: Mapped[primary_key]
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int] = mapped_column(BigKey)
    seq: Mapped[int] = mapped_column(Integer)
    event: Mapped[str] = mapped_column(String(60))
    actor_id: Mapped[int | None] = mapped_column(BigKey)
    cause: Mapped[str] = mapped_column(String(200))
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(default=dict)
    salt: Mapped[str | None] = mapped_column(String(32))
    at: Mapped[datetime]
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
