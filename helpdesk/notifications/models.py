"""Rows of notifications."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Model, primary_key


class Notification(Model):
    """Something a member of staff is told: a new ticket for them, a new message on it.

    What repeats while it is unread is the same line: `times` counts it, `message_id` stays the first, `told_at` is the last.
    """

    __tablename__ = "notification"
    __table_args__ = (
        Index("ix_notification_person", "person_id", "read_at", "id"),
        Index("ix_notification_latest", "person_id", "told_at"),
        Index("ix_notification_told", "told_at"),
        Index(
            "uq_notification_unread",
            "person_id",
            "ticket_id",
            "kind",
            unique=True,
            postgresql_where=text("read_at IS NULL"),
            sqlite_where=text("read_at IS NULL"),
        ),
    )

    id: Mapped[primary_key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    kind: Mapped[str] = mapped_column(String(30))
    # Whether it is shown under Notices, and by the browser on the screen; it was to be mailed at least.
    in_bell: Mapped[bool] = mapped_column(Boolean, default=True)
    on_desktop: Mapped[bool] = mapped_column(Boolean, default=False)
    # Whether it is for the daily mail, and the one that it last stood in.
    in_digest: Mapped[bool] = mapped_column(Boolean, default=True)
    digest_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"))
    times: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime]
    told_at: Mapped[datetime]
    # When the last mail of it was written.
    mailed_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]


class Digest(Model):
    """When somebody gets one mail of what they have not read: an hour of some days, by the clock of their own zone.

    Monday is 0. `working_days` leaves out days off. `done_on` is the last day whose turn has been, `next_at` the next turn.
    """

    __tablename__ = "digest"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id"), primary_key=True, autoincrement=False
    )
    hour: Mapped[int] = mapped_column(SmallInteger)
    weekdays: Mapped[list[Any]]
    working_days: Mapped[bool] = mapped_column(Boolean)
    next_at: Mapped[datetime] = mapped_column(index=True)
    done_on: Mapped[date | None] = mapped_column(Date)
