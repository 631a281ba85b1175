"""Rows of rules at work: what went wrong, when timed rules are due, and tests over the past."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import BigKey, Model, primary_key
from helpdesk.definitions.models import Kind

_WAITING = text("at IS NOT NULL")


class RuleTrouble(Model):
    """A rule that broke and was set aside, or rules that set each other off.

    `key` is the same for the same trouble, so that it is told once; a new version of the rule is another. A rule with an
    open trouble of its version does not run. `settled_at` is when somebody put it back.
    """

    __tablename__ = "rule_trouble"

    id: Mapped[primary_key]
    key: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[Kind]
    name: Mapped[str] = mapped_column(String(60), index=True)
    version_id: Mapped[int | None] = mapped_column(BigKey)
    is_set_aside: Mapped[bool]
    text: Mapped[str] = mapped_column(Text)
    ticket_id: Mapped[int | None] = mapped_column(BigKey)
    at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class RuleInstant(Model):
    """When a timed rule has to be looked at for a ticket.

    `at` is None while it waits for something to happen: it ran, and the condition has held since, or it cannot come to
    hold by time alone. `ran_at` is when it last ran in this stretch.
    """

    __tablename__ = "rule_instant"
    __table_args__ = (
        UniqueConstraint("definition_id", "ticket_id"),
        Index("ix_rule_instant_at", "at", postgresql_where=_WAITING, sqlite_where=_WAITING),
        Index("ix_rule_instant_ticket", "ticket_id"),
    )

    id: Mapped[primary_key]
    definition_id: Mapped[int] = mapped_column(ForeignKey("definition.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    at: Mapped[datetime | None]
    ran_at: Mapped[datetime | None]


class RuleSpread(Model):
    """A timed rule on its way over the open tickets; `cursor` is the last ticket that was looked at."""

    __tablename__ = "rule_spread"

    definition_id: Mapped[int] = mapped_column(ForeignKey("definition.id"), primary_key=True)
    version_id: Mapped[int | None] = mapped_column(BigKey)
    cursor: Mapped[int] = mapped_column(BigKey, default=0)


class TestState(enum.StrEnum):
    """How far a test over the past is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


class BackTest(Model):
    """A rule tried over past events. `cursor` is the last ticket that was read, `result` what was found up to there."""

    __tablename__ = "back_test"

    id: Mapped[primary_key]
    kind: Mapped[Kind]
    name: Mapped[str] = mapped_column(String(60))
    body: Mapped[dict[str, Any]]
    since: Mapped[datetime]
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    state: Mapped[TestState] = mapped_column(default=TestState.WAITING)
    total: Mapped[int] = mapped_column(Integer, default=0)
    done: Mapped[int] = mapped_column(Integer, default=0)
    cursor: Mapped[int] = mapped_column(BigKey, default=0)
    result: Mapped[dict[str, Any]]
    finished_at: Mapped[datetime | None]


class OwnAnswer(Model):
    """A text that an agent keeps for replies, for themselves or, as one who leads it, for the members of a group.

    `keywords` are words that it is found by beside its title.
    """

    __tablename__ = "own_answer"

    id: Mapped[primary_key]
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("desk_group.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    keywords: Mapped[str] = mapped_column(String(300), default="")
    language: Mapped[str] = mapped_column(String(10), default="en")
    text: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime]
