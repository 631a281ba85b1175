"""What waits for nobody: tickets for which no agent could be found, since when and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    true,
)

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.people.access import Actor
from helpdesk.people.models import Group
from helpdesk.routing.models import RoutingWait
from helpdesk.tickets.access import visible_tickets
from helpdesk.tickets.counting import Beside
from helpdesk.tickets.models import FIRST_NUMBER, Ticket
from workflows.assignment import Why

# A count is not made beyond this; "99+" is enough to know.
MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """A ticket that waits for nobody."""

    ticket_id: int
    number: str
    subject: str
    priority: int
    group_id: int
    group: str
    routing: str
    why: Why
    since: datetime
    tried_at: datetime


def note_wait(ticket: Ticket, routing: str, why: Why) -> None:
    """Note that nobody could be found for a ticket; the first time stands as since when."""
    at = clock.now()
    said = {"code": why.code, "text": why.text, "values": dict(why.values)}
    row = db.session.scalar(select(RoutingWait).where(RoutingWait.ticket_id == ticket.id))
    if row is None:
        db.session.add(
            RoutingWait(ticket_id=ticket.id, routing=routing, why=said, since=at, tried_at=at)
        )
    else:
        row.routing, row.why, row.tried_at = routing, said, at
    db.session.flush()


def forget(ticket_id: int) -> None:
    """The ticket waits for nobody no longer."""
    db.session.execute(delete(RoutingWait).where(RoutingWait.ticket_id == ticket_id))


def anything_waits() -> bool:
    """Whether a ticket waits for nobody; a look at a table that is empty most of the time."""
    return db.session.scalar(select(RoutingWait.id).limit(1)) is not None


def ids_to_offer(*, limit: int) -> Sequence[int]:
    """The tickets that wait, the most urgent first, then those that wait longest."""
    return db.session.scalars(
        select(RoutingWait.ticket_id)
        .join(Ticket, Ticket.id == RoutingWait.ticket_id)
        .order_by(Ticket.priority, RoutingWait.since, RoutingWait.id)
        .limit(limit)
    ).all()


def waiting_for_nobody(actor: Actor, *, limit: int = 200) -> list[Waiting]:
    """The tickets that wait for nobody and that this person may see, by group, the longest waiting first; one query."""
    rows = db.session.execute(
        select(
            Ticket.id,
            Ticket.prefix,
            Ticket.subject,
            Ticket.priority,
            Group.id,
            Group.name,
            RoutingWait.routing,
            RoutingWait.why,
            RoutingWait.since,
            RoutingWait.tried_at,
        )
        .join(RoutingWait, RoutingWait.ticket_id == Ticket.id)
        .join(Group, Group.id == Ticket.group_id)
        .where(visible_tickets(actor), _still_waits())
        .order_by(Group.name, RoutingWait.since, RoutingWait.id)
        .limit(limit)
    )
    return [
        Waiting(
            ticket_id,
            f"{prefix}-{FIRST_NUMBER + ticket_id}",
            subject,
            priority,
            group_id,
            group,
            routing,
            why_of(why),
            since,
            tried_at,
        )
        for ticket_id, prefix, subject, priority, group_id, group, routing, why, since, tried_at in rows
    ]


def count_waiting(actor: Actor) -> int:
    """How many tickets wait for nobody that this person may see, counted up to `MOST_COUNTED`."""
    beside = waiting_beside(actor)
    return db.session.scalar(select(beside.statement), dict(beside.values)) or 0


def waiting_beside(actor: Actor) -> Beside:
    """The same count, for who counts other things in the same query."""
    groups = {} if actor.is_admin else {"waiting_groups": sorted(actor.readable_group_ids)}
    return Beside("waiting", _counting(of_all=actor.is_admin), groups)


@cache
def _counting(*, of_all: bool) -> ScalarSelect[int]:
    ticket, wait = Ticket.__table__, RoutingWait.__table__
    seen = true() if of_all else ticket.c.group_id.in_(bindparam("waiting_groups", expanding=True))
    waiting: Select[Any] = select(literal_column("1")).where(
        ticket.c.id == wait.c.ticket_id, seen, _still_waits()
    )
    found: Select[Any] = (
        select(literal_column("1"))
        .select_from(wait)
        # Not joined: SQLite would begin with the tickets of nobody, of which there may be thousands while none waits.
        .where(waiting.correlate(wait).exists())
        .limit(literal_column(str(MOST_COUNTED)))
    )
    return select(func.count()).select_from(found.subquery()).scalar_subquery()


def wait_of(ticket_id: int) -> tuple[Why, datetime] | None:
    """Why and since when a ticket waits for nobody; None if it does not."""
    row = db.session.scalar(select(RoutingWait).where(RoutingWait.ticket_id == ticket_id))
    return None if row is None else (why_of(row.why), row.since)


def waiting_longer_than(time: timedelta) -> int:
    """How many tickets have waited for nobody so long, but for those that wait for working hours to begin."""
    rows = db.session.scalars(
        select(RoutingWait.why)
        .join(Ticket, Ticket.id == RoutingWait.ticket_id)
        .where(_still_waits(), RoutingWait.since < clock.now() - time)
        .limit(10_000)
    )
    return sum(1 for why in rows if why.get("code") != "hours")


def forget_settled() -> None:
    """Delete the rows of tickets that were taken, closed, moved or hidden meanwhile."""
    standing = select(Ticket.id).where(Ticket.id == RoutingWait.ticket_id, _still_waits())
    db.session.execute(
        delete(RoutingWait).where(~standing.exists()),
        execution_options={"synchronize_session": False},
    )


def why_of(said: Mapping[str, Any]) -> Why:
    """A reason as it was kept."""
    return Why(str(said.get("code", "")), str(said.get("text", "")), dict(said.get("values") or {}))


def _still_waits() -> ColumnElement[bool]:
    return and_(
        Ticket.is_open,
        Ticket.assignee_id.is_(None),
        Ticket.group_id.is_not(None),
        Ticket.deleted_at.is_(None),
        Ticket.merged_into_id.is_(None),
    )
