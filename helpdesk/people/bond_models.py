"""Rows of what a person needs from us, and of who may speak for whom."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core.db import BigKey, Model, primary_key
from helpdesk.people.models import Person


class NeedKind(enum.StrEnum):
    """What a person may need so that we reach them and they understand us."""

    PREFERRED_CHANNEL = "preferred_channel"
    LANGUAGE = "language"
    INTERPRETER = "interpreter"
    LARGE_PRINT = "large_print"
    EASY_READ = "easy_read"
    SIGN_LANGUAGE = "sign_language"
    RELAY = "relay"
    BEST_TIME = "best_time"
    OTHER = "other"


class NeedSource(enum.StrEnum):
    """How we know of a need."""

    SAID = "said"
    REPRESENTATIVE = "representative"
    NOTICED = "noticed"
    PORTAL = "portal"
    IMPORTED = "imported"


class PersonNeed(Model):
    """One need of a person, kept because they agreed to it."""

    __tablename__ = "person_need"
    __table_args__ = (UniqueConstraint("person_id", "kind"),)

    id: Mapped[primary_key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[NeedKind]
    value: Mapped[str] = mapped_column(String(200), default="")
    source: Mapped[NeedSource]
    consent_at: Mapped[datetime]
    noted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]


class Relation(enum.StrEnum):
    """What somebody is to the person they speak for."""

    CARER = "carer"
    PARENT = "parent"
    COUNCILLOR = "councillor"
    SOLICITOR = "solicitor"
    ADVISER = "adviser"
    OTHER = "other"


class Scope(enum.StrEnum):
    """In what somebody may speak for another."""

    ALL = "all"
    TYPES = "types"
    TICKET = "ticket"


class Representative(Model):
    """That one person may speak for another, in some matters and until a day; `ends_on` is the last day.

    `ticket_id` points to a higher floor and so is no foreign key. A row is ended and never deleted, since messages
    were taken because of it.
    """

    __tablename__ = "representative"
    __table_args__ = (Index("ix_representative_pair", "representative_id", "person_id"),)

    id: Mapped[primary_key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    representative_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    relation: Mapped[Relation]
    scope: Mapped[Scope] = mapped_column(default=Scope.ALL)
    ticket_types: Mapped[list[Any]] = mapped_column(default=list)
    ticket_id: Mapped[int | None] = mapped_column(BigKey)
    ends_on: Mapped[date | None] = mapped_column(Date)
    evidence: Mapped[str] = mapped_column(Text)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="select")
    representative: Mapped[Person] = relationship(foreign_keys=[representative_id], lazy="select")
