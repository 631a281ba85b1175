"""Rows of the configuration: what was applied as one, and the stable names of what has none of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import BigKey, Model, primary_key


class ConfigurationRun(Model):
    """Things that were changed together, in one transaction.

    `steps` holds for each what stood before and after, with the numbers of versions. `digest` is that of the plan, so
    that what was shown and what was done can be held against each other. A run that undoes another names it in
    `undoes`; the undone one then has `undone_at`.
    """

    __tablename__ = "configuration_run"
    __table_args__ = (Index("ix_configuration_run_made_at", "made_at"),)

    id: Mapped[primary_key]
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    cause: Mapped[str] = mapped_column(String(60))
    note: Mapped[str] = mapped_column(String(500), default="")
    digest: Mapped[str] = mapped_column(String(64))
    steps: Mapped[list[Any]]
    undoes: Mapped[int | None] = mapped_column(ForeignKey("configuration_run.id"))
    undone_at: Mapped[datetime | None]


class ConfiguredName(Model):
    """The stable name of a group or channel, which people may rename: files know it by this for good."""

    __tablename__ = "configured_name"
    __table_args__ = (UniqueConstraint("kind", "name"), UniqueConstraint("kind", "subject_id"))

    id: Mapped[primary_key]
    kind: Mapped[str] = mapped_column(String(30))
    name: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[int] = mapped_column(BigKey)
