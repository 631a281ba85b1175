"""Rows of answers: tables in versions, what web services said and how they stand, and what was asked."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, Float, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Model, primary_key


class WhenOld(enum.StrEnum):
    """What becomes of an answer out of a table that is older than it may be."""

    SAY = "say"
    WITHHOLD = "withhold"


class AnswerTable(Model):
    """A table that answers are looked up in: by which column, and which version is live.

    `revision` rises with each change of what is live, so that two who publish at once cannot both believe they did.
    """

    __tablename__ = "answer_table"

    id: Mapped[primary_key]
    name: Mapped[str] = mapped_column(String(60), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    key_column: Mapped[str] = mapped_column(String(60))
    key_kind: Mapped[str] = mapped_column(String(20))
    max_age_days: Mapped[int | None] = mapped_column(Integer)
    when_old: Mapped[WhenOld] = mapped_column(default=WhenOld.SAY)
    live_number: Mapped[int | None] = mapped_column(Integer)
    revision: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime]


class AnswerTableVersion(Model):
    """What was uploaded once: the columns, how good the file was, and the day its facts are of.

    `faults` are the lines that were left out, with the reason; `difference` is against the version `against` (0 for
    none). `rows_kept` ends when an old version gives up its rows.
    """

    __tablename__ = "answer_table_version"
    __table_args__ = (UniqueConstraint("table_id", "number"),)

    id: Mapped[primary_key]
    table_id: Mapped[int] = mapped_column(ForeignKey("answer_table.id"))
    number: Mapped[int] = mapped_column(Integer)
    columns: Mapped[list[Any]]
    row_count: Mapped[int] = mapped_column(Integer)
    fault_count: Mapped[int] = mapped_column(Integer, default=0)
    faults: Mapped[list[Any]]
    against: Mapped[int] = mapped_column(Integer, default=0)
    difference: Mapped[dict[str, Any]]
    as_of: Mapped[date] = mapped_column(Date)
    file_name: Mapped[str] = mapped_column(String(200), default="")
    encoding: Mapped[str] = mapped_column(String(20))
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime | None]
    rows_kept: Mapped[bool] = mapped_column(Boolean, default=True)


class AnswerTableRow(Model):
    """A row of a version, under its key in the one form that is looked up; values in the order of the columns."""

    __tablename__ = "answer_table_row"
    __table_args__ = (Index("ix_answer_table_row_key", "version_id", "key", "position"),)

    id: Mapped[primary_key]
    version_id: Mapped[int] = mapped_column(ForeignKey("answer_table_version.id"))
    key: Mapped[str] = mapped_column("key", String(120))
    position: Mapped[int] = mapped_column(Integer)
    values: Mapped[list[Any]] = mapped_column("cells")


class AnswerKept(Model):
    """What a web service answered to a question, by a digest of the call: used again while it is fresh."""

    __tablename__ = "answer_kept"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    service: Mapped[str] = mapped_column(String(60), index=True)
    values: Mapped[dict[str, Any]] = mapped_column("found")
    at: Mapped[datetime]
    until: Mapped[datetime] = mapped_column(index=True)


class AnswerLine(Model):
    """How the line to a web service stands: failures one after another, and until when it is left alone."""

    __tablename__ = "answer_line"

    service: Mapped[str] = mapped_column(String(60), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    rests_until: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(String(300), default="", server_default="")
    failed_at: Mapped[datetime | None]


class Outcome(enum.StrEnum):
    """How a question ended."""

    ANSWERED = "answered"
    ASKED = "asked"
    OFFERED = "offered"
    FELL_BACK = "fell_back"
    MISSED = "missed"


class AnswerUse(Model):
    """A question and what became of it, without who asked.

    `wording` is the question with what may tell of a person covered; it is forgotten after a while, and so is the row,
    later. `settled_at` is when the staff taught the desk an answer, or set it aside.
    """

    __tablename__ = "answer_use"
    __table_args__ = (Index("ix_answer_use_open", "outcome", "settled_at", "at"),)

    id: Mapped[primary_key]
    at: Mapped[datetime] = mapped_column(index=True)
    door: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(10))
    outcome: Mapped[Outcome]
    kind: Mapped[str] = mapped_column(String(10), default="")
    name: Mapped[str] = mapped_column(String(80), default="")
    confidence: Mapped[float] = mapped_column(Float, default=0.0)
    wording: Mapped[str] = mapped_column(String(300), default="")
    key: Mapped[str] = mapped_column(String(32), unique=True)
    is_helpful: Mapped[bool | None] = mapped_column(Boolean)
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
