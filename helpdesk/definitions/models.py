"""Rows of definitions: a name that stays, and the versions of what stands under it."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Model, primary_key


class Kind(enum.StrEnum):
    """What is defined; each has a parser in `definitions/kinds.py`."""

    CALENDAR = "calendar"
    POLICY = "policy"
    CLOCK = "clock"
    LIFECYCLE = "lifecycle"
    MATRIX = "matrix"
    TRIGGER = "trigger"
    TIMED_RULE = "timed_rule"
    MACRO = "macro"
    FORM_RULE = "form_rule"
    ROUTING = "routing"
    ANSWER = "answer"
    SERVICE = "service"
    FORM = "form"
    CHAT = "chat"
    CONTACT = "contact"


class Definition(Model):
    """A thing that an administrator defined, by a kind and a name that never change; `retired_at` ends its use."""

    __tablename__ = "definition"
    __table_args__ = (UniqueConstraint("kind", "name"),)

    id: Mapped[primary_key]
    kind: Mapped[Kind]
    name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class DefinitionVersion(Model):
    """What a definition says from an instant on; never changed once written.

    The version in force at a moment is the one with the latest `effective_at` that is not after it, the highest
    `number` among equals.
    """

    __tablename__ = "definition_version"
    __table_args__ = (
        UniqueConstraint("definition_id", "number"),
        Index("ix_definition_version_effective", "effective_at"),
    )

    id: Mapped[primary_key]
    definition_id: Mapped[int] = mapped_column(ForeignKey("definition.id"))
    number: Mapped[int] = mapped_column(Integer)
    body: Mapped[dict[str, Any]]
    effective_at: Mapped[datetime]
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(String(500), default="")
