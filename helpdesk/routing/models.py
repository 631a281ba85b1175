"""Rows of routing: what each agent can bear and knows, when they are away, whose turn was when, and what waits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Model, primary_key


class AgentProfile(Model):
    """An agent as routing sees one; who has no row is available, without limits and without skills.

    `limits` holds the most tickets by channel, `capacity` the most of all; only those count on which there is something
    to do now. `calendar` names the definition of the hours in which they work; `hours`, a week as calendars have it, are
    their own ones, which go before it and are read in their own zone.
    """

    __tablename__ = "agent_profile"
    __table_args__ = (UniqueConstraint("person_id"),)

    id: Mapped[primary_key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    is_available: Mapped[bool] = mapped_column(Boolean, default=True)
    available_since: Mapped[datetime | None]
    skills: Mapped[list[Any]] = mapped_column(default=list)
    capacity: Mapped[int | None] = mapped_column(Integer)
    limits: Mapped[dict[str, Any]] = mapped_column(default=dict)
    calendar: Mapped[str | None] = mapped_column(String(60))
    hours: Mapped[dict[str, Any] | None]


class AgentAbsence(Model):
    """An agent is away from one instant until another; `substitute_id` takes their turn meanwhile."""

    __tablename__ = "agent_absence"
    __table_args__ = (Index("ix_agent_absence_person", "person_id", "until"),)

    id: Mapped[primary_key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    since: Mapped[datetime]
    until: Mapped[datetime] = mapped_column(index=True)
    substitute_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]


class RoutingTurn(Model):
    """When an agent was last given a ticket by a routing, as a number that grows with each ticket it gives."""

    __tablename__ = "routing_turn"
    __table_args__ = (UniqueConstraint("routing", "person_id"),)

    id: Mapped[primary_key]
    routing: Mapped[str] = mapped_column(String(60))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    turn: Mapped[int] = mapped_column(Integer)


class RoutingWait(Model):
    """A ticket for which nobody could be found; it is offered again when somebody comes back or frees up.

    `why` holds code, text and values of the reason; `tried_at` is when it was last offered.
    """

    __tablename__ = "routing_wait"
    __table_args__ = (UniqueConstraint("ticket_id"),)

    id: Mapped[primary_key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    routing: Mapped[str] = mapped_column(String(60))
    why: Mapped[dict[str, Any]]
    since: Mapped[datetime] = mapped_column(index=True)
    tried_at: Mapped[datetime]
