"""Rows of the way out: how the servers that take our mail stand, and the keys we sign it with."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import BigKey, Model, primary_key


class OutletStanding(Model):
    """How one sending server stands: the desk's own (`desk`) or that of a mailbox (`account:3`).

    While it is away nobody but one mail asks for it, at `next_try_at`; the others wait without being tried.
    `largest` is the most bytes it takes in one mail, as it said itself (RFC 1870), None while it said nothing.
    """

    __tablename__ = "outlet"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    away_since: Mapped[datetime | None]
    next_try_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(Text, default="")
    last_good_at: Mapped[datetime | None]
    largest: Mapped[int | None] = mapped_column(BigKey)


class SigningKey(Model):
    """A DKIM key of one sender domain (RFC 6376); its private half is sealed by the vault."""

    __tablename__ = "signing_key"
    __table_args__ = (UniqueConstraint("domain", "selector"),)

    id: Mapped[primary_key]
    domain: Mapped[str] = mapped_column(String(253))
    selector: Mapped[str] = mapped_column(String(63))
    algorithm: Mapped[str] = mapped_column(String(20))
    public_key: Mapped[str] = mapped_column(Text)
    secrets: Mapped[str] = mapped_column(Text)
    is_active: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime]
