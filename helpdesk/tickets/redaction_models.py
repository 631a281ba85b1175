"""Rows of redactions: who took something out of a message, when and why; never what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Model, primary_key


class Redaction(Model):
    """One act of taking out.

    `digest` is keyed with the secret of the desk, which can so prove what was taken out to whoever shows it, and lets
    nobody guess it. `files` are the digests of files that the message no longer has, `blobs` those of all stored bytes
    that held what was taken out; they are removed once nothing else names them. `places` counts the stretches.
    """

    __tablename__ = "redaction"

    id: Mapped[primary_key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(500))
    digest: Mapped[str] = mapped_column(String(64))
    files: Mapped[list[Any]] = mapped_column(default=list)
    blobs: Mapped[list[Any]] = mapped_column(default=list)
    places: Mapped[int] = mapped_column(Integer, default=0)
