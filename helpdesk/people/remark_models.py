"""Rows of what staff tell each other about a person: notes, and warnings that lapse."""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Model, primary_key


class PersonNote(Model):
    """What an agent wrote about a person for colleagues; never shown to the person, and never sent."""

    __tablename__ = "person_note"

    id: Mapped[primary_key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    noted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    saved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    saved_at: Mapped[datetime | None]


class WarningKind(enum.StrEnum):
    """Of what staff are warned before they answer somebody."""

    AGGRESSIVE = "aggressive"
    VULNERABLE = "vulnerable"
    OTHER = "other"


class PersonWarning(Model):
    """A warning about a person, with its reason, who gave it, and the day on which somebody looks at it again.

    A row is ended and never deleted, since people were answered because of it.
    """

    __tablename__ = "person_warning"

    id: Mapped[primary_key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[WarningKind]
    reason: Mapped[str] = mapped_column(Text)
    review_on: Mapped[date] = mapped_column(Date)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
