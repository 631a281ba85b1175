"""Rows of SLA: the facts of each ticket in order, its clocks as they stand, what fired, and edits on their way."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import BigKey, Model, primary_key

_RUNNING = text("next_rule_at IS NOT NULL")
_STOPPED = text("stopped_at IS NOT NULL")
_UNBREACHED = text("status = 'running' AND breach_at IS NOT NULL AND breached_at IS NULL")


class SlaEvent(Model):
    """A fact that clocks are counted from; append-only, and never changed.

    `at` has whole seconds and never goes back within a ticket. `cause` names
    the door or rule, as in the journal, `actor_id` who did it; None is the desk itself.
    """

    __tablename__ = "sla_event"
    __table_args__ = (UniqueConstraint("ticket_id", "seq"),)

    id: Mapped[primary_key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    seq: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(20))
    data: Mapped[dict[str, Any]]
    cause: Mapped[str] = mapped_column(String(200), default="")
    actor_id: Mapped[int | None] = mapped_column(BigKey)


class SlaTicket(Model):
    """Where the counting of one ticket stands after its last event.

    `state` is what the engine goes on from. `known_since` is when the desk began to count this ticket: what fell due
    before that raises no alarm. `policy` names the policy in force; its version and those of its calendars stand in
    the events.
    """

    __tablename__ = "sla_ticket"
    __table_args__ = (Index("ix_sla_ticket_policy", "policy", "is_open", "ticket_id"),)

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    last_seq: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[datetime]
    known_since: Mapped[datetime]
    policy: Mapped[str | None] = mapped_column(String(60))
    policy_version_id: Mapped[int | None] = mapped_column(BigKey)
    is_open: Mapped[bool] = mapped_column(default=True)
    state: Mapped[dict[str, Any]]


class SlaTimer(Model):
    """One clock: a metric, or the name of a free clock, in one of its cycles.

    Durations are seconds. `due_at`, `breach_at` and `next_rule_at` are None while nothing can fall due. `elapsed` is
    what was counted up to `marked_at`, or in all once it has stopped. `breached_at` is a fact that stays.
    """

    __tablename__ = "sla_timer"
    __table_args__ = (
        UniqueConstraint("ticket_id", "metric", "cycle"),
        Index(
            "ix_sla_timer_rule", "next_rule_at", postgresql_where=_RUNNING, sqlite_where=_RUNNING
        ),
        Index(
            "ix_sla_timer_breach",
            "breach_at",
            postgresql_where=_UNBREACHED,
            sqlite_where=_UNBREACHED,
        ),
        Index(
            "ix_sla_timer_report",
            "stopped_at",
            "metric",
            postgresql_where=_STOPPED,
            sqlite_where=_STOPPED,
        ),
    )

    id: Mapped[primary_key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    metric: Mapped[str] = mapped_column(String(60))
    cycle: Mapped[int] = mapped_column(Integer)
    group_name: Mapped[str | None] = mapped_column(String(120))
    status: Mapped[str] = mapped_column(String(12))
    started_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    stop_reason: Mapped[str | None] = mapped_column(String(20))
    target: Mapped[int | None] = mapped_column(Integer)
    elapsed: Mapped[int] = mapped_column(Integer, default=0)
    paused_working: Mapped[int] = mapped_column(Integer, default=0)
    marked_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    breach_at: Mapped[datetime | None]
    breached_at: Mapped[datetime | None]
    next_rule_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(12))
    policy_version_id: Mapped[int | None] = mapped_column(BigKey)
    state: Mapped[dict[str, Any]]


class SlaFired(Model):
    """A rule that has fired, or a breach: once for each clock and rule, never taken back.

    `planned_at` is the instant that counts; `lag` is how many seconds later it was acted upon. What was over before
    the desk knew of the ticket is noted and told to nobody.
    """

    __tablename__ = "sla_fired"
    __table_args__ = (
        UniqueConstraint("ticket_id", "metric", "cycle", "rule"),
        Index("ix_sla_fired_planned", "planned_at"),
    )

    id: Mapped[primary_key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    metric: Mapped[str] = mapped_column(String(60))
    cycle: Mapped[int] = mapped_column(Integer)
    rule: Mapped[str] = mapped_column(String(60))
    planned_at: Mapped[datetime]
    fired_at: Mapped[datetime]
    lag: Mapped[int] = mapped_column(Integer)
    is_told: Mapped[bool] = mapped_column(default=True)


class SpreadState(enum.StrEnum):
    """How far an edit has come on its way into the open tickets."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


class SlaSpread(Model):
    """An edit on its way into every open ticket it touches, ticket by ticket in order of their ids.

    `what` is "edit" for a version that begins to hold, "recount" for clocks counted anew, "catch_up" for tickets from
    before. `last_ticket_id` is how far it has come; whoever goes on begins behind it.
    """

    __tablename__ = "sla_spread"
    __table_args__ = (Index("ix_sla_spread_state", "state", "begins_at"),)

    id: Mapped[primary_key]
    what: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str] = mapped_column(String(12), default="")
    name: Mapped[str] = mapped_column(String(60), default="")
    version_id: Mapped[int | None] = mapped_column(BigKey)
    state: Mapped[SpreadState] = mapped_column(default=SpreadState.WAITING)
    begins_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(BigKey)
    of: Mapped[int] = mapped_column(Integer, default=0)
    done: Mapped[int] = mapped_column(Integer, default=0)
    changed: Mapped[int] = mapped_column(Integer, default=0)
    last_ticket_id: Mapped[int] = mapped_column(BigKey, default=0)
    began_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
