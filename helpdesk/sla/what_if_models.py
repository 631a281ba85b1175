"""Rows of what-if runs: what was asked, how far it has come, what was found, and the verdicts that flip."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import BigKey, Model, primary_key


class RunState(enum.StrEnum):
    """How a run stands."""

    WAITING = "waiting"
    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"


class SlaWhatIf(Model):
    """A draft of a definition, held against the tickets of some months.

    `since` and `until` are the range: cycles that ended in it count, and those that ran at its end. `last_ticket_id` is
    how far it has come, in the order of ids; `beat_at` when somebody last worked on it. `result` is a tally.
    """

    __tablename__ = "sla_what_if"

    id: Mapped[primary_key]
    state: Mapped[RunState] = mapped_column(default=RunState.WAITING)
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(60))
    body: Mapped[dict[str, Any]]
    months: Mapped[int] = mapped_column(Integer)
    since: Mapped[datetime]
    until: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(BigKey)
    of: Mapped[int] = mapped_column(Integer, default=0)
    done: Mapped[int] = mapped_column(Integer, default=0)
    last_ticket_id: Mapped[int] = mapped_column(BigKey, default=0)
    flips: Mapped[int] = mapped_column(Integer, default=0)
    # Tickets whose facts could not be counted; they are left out of the sums.
    unread: Mapped[int] = mapped_column(Integer, default=0)
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    beat_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class SlaFlip(Model):
    """A cycle whose verdict would be another; `data` has both sides and where they begin to differ."""

    __tablename__ = "sla_flip"
    __table_args__ = (Index("ix_sla_flip_run_id", "run_id", "id"),)

    id: Mapped[primary_key]
    run_id: Mapped[int] = mapped_column(ForeignKey("sla_what_if.id"))
    ticket_id: Mapped[int] = mapped_column(BigKey)
    metric: Mapped[str] = mapped_column(String(60))
    cycle: Mapped[int] = mapped_column(Integer)
    gets_better: Mapped[bool]
    data: Mapped[dict[str, Any]]
