"""Rows of operations: the act as a whole, and for each ticket what stood before and after it."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import BigKey, Model, primary_key


class Act(enum.StrEnum):
    """What was done."""

    CHANGE = "change"
    BULK = "bulk"
    MACRO = "macro"
    HANDOVER = "handover"
    MERGE = "merge"
    SPLIT = "split"
    MESSAGE = "message"
    PEOPLE = "people"


class OperationState(enum.StrEnum):
    """How far it is. One that was stopped has changed some of its tickets, and these can be taken back."""

    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


class PartState(enum.StrEnum):
    """What became of one ticket: its turn has not come, nothing was to be done, it was refused, or it was done.

    `UNDONE` is one that undoing has looked at; what it took back and what it left stands in `told`.
    """

    WAITING = "waiting"
    SAME = "same"
    REFUSED = "refused"
    DONE = "done"
    UNDONE = "undone"


class Operation(Model):
    """An act on one ticket or many, by one person.

    `said` holds what its words are made of: ids, names of macros, numbers of people. `wanted` is what an act on many
    is to do to each, so that another process can go on with it. `ref_id` is the row that the act made or went to, on
    whatever table its kind says. `size` counts the tickets it was meant for.
    """

    __tablename__ = "operation"
    __table_args__ = (
        Index("ix_operation_actor", "actor_id", "id"),
        Index("ix_operation_ref", "act", "ref_id"),
    )

    id: Mapped[primary_key]
    act: Mapped[Act]
    state: Mapped[OperationState] = mapped_column(default=OperationState.DONE)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    size: Mapped[int] = mapped_column(Integer, default=0)
    said: Mapped[dict[str, Any]] = mapped_column(default=dict)
    wanted: Mapped[dict[str, Any]] = mapped_column(default=dict)
    ref_id: Mapped[int | None] = mapped_column(BigKey)
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class OperationPart(Model):
    """One ticket of an operation.

    `before` and `after` hold the fields that differ, as `operations.states` reads them; `moved` what else was done:
    messages, links, watchers. `seen` is the version of the ticket that the actor looked at, None for any. `told` says
    why it was refused, or what undoing took back, what it left and why.
    """

    __tablename__ = "operation_part"
    __table_args__ = (
        UniqueConstraint("operation_id", "ticket_id"),
        Index("ix_operation_part_ticket", "ticket_id", "operation_id"),
        Index("ix_operation_part_state", "operation_id", "state", "ticket_id"),
    )

    id: Mapped[primary_key]
    operation_id: Mapped[int] = mapped_column(ForeignKey("operation.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    state: Mapped[PartState] = mapped_column(default=PartState.DONE)
    seen: Mapped[int | None] = mapped_column(Integer)
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(default=dict)
    moved: Mapped[dict[str, Any]] = mapped_column(default=dict)
    told: Mapped[dict[str, Any]] = mapped_column(default=dict)
