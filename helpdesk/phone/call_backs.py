"""Calls that were promised: made, noticed before they are due, done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ScalarSelect, Select, bindparam, func, literal_column, select, update
from sqlalchemy.orm import joinedload

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.unit_of_work import record
from helpdesk.messaging.rights import may_read
from helpdesk.people.access import Actor
from helpdesk.people.models import Person
from helpdesk.phone.events import CallBackDone, CallBackPromised
from helpdesk.phone.models import CallBack
from helpdesk.tickets.access import visible_tickets
from helpdesk.tickets.counting import MOST_COUNTED, Beside
from helpdesk.tickets.models import Ticket

JOB = "tell_of_call_back"
CAUSE = "call"
# An agent is told so long before they promised to ring.
WARNING = timedelta(minutes=10)
LONGEST_AHEAD = timedelta(days=366)
MOST_LISTED = 100
MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Promise:
    """When the agent said that they would ring back."""

    due_at: datetime


def promise(
    ticket: Ticket, person: Person, agent: Person, *, number: str, promised: Promise
) -> CallBack:
    """Note that an agent will ring somebody back. Raises Invalid for a moment that is past or a year away."""
    at = clock.now()
    if promised.due_at <= at:
        raise Invalid(_("That moment is past."), _("Choose one to come."), field="call_back_at")
    if promised.due_at > at + LONGEST_AHEAD:
        raise Invalid(
            _("That is more than a year away."), _("Choose a nearer day."), field="call_back_at"
        )
    row = CallBack(
        ticket_id=ticket.id,
        person_id=person.id,
        agent_id=agent.id,
        number=number,
        due_at=promised.due_at,
        tell_at=max(at, promised.due_at - WARNING),
        created_at=at,
    )
    db.session.add(row)
    db.session.flush()
    record(
        CallBackPromised(
            actor_id=agent.id,
            cause=CAUSE,
            subject_id=ticket.id,
            after={"call_back": row.id, "due": promised.due_at.isoformat()},
        )
    )
    return row


def settle(row: CallBack, *, by: int, cause: str = CAUSE) -> None:
    """Note that the call was made, or is not needed any more; again does nothing."""
    if row.done_at is not None:
        return
    row.done_at, row.done_by_id, row.tell_at = clock.now(), by, None
    record(
        CallBackDone(
            actor_id=by, cause=cause, subject_id=row.ticket_id, after={"call_back": row.id}
        )
    )


def settle_all_of(ticket_id: int, person_id: int, *, by: int) -> None:
    """The agent rang them: what they promised on this ticket is done."""
    owed = select(CallBack).where(
        CallBack.ticket_id == ticket_id,
        CallBack.person_id == person_id,
        CallBack.agent_id == by,
        CallBack.done_at.is_(None),
    )
    for row in db.session.scalars(owed.order_by(CallBack.id).limit(MOST_LISTED)):
        settle(row, by=by)


def access_call_back(actor: Actor, call_back_id: int) -> CallBack:
    """The call-back of this id, if the actor may see its ticket. Raises NotFound."""
    found = db.session.scalars(
        select(CallBack)
        .join(Ticket, Ticket.id == CallBack.ticket_id)
        .where(CallBack.id == call_back_id, visible_tickets(actor))
        .options(joinedload(CallBack.ticket))
    ).one_or_none()
    if found is None:
        raise NotFound(_("There is no such call to make."), _("It may be on another ticket."))
    return found


def owed_by(actor: Actor) -> Sequence[CallBack]:
    """The calls this agent has still to make on tickets they may see, the next first."""
    return db.session.scalars(
        _open()
        .join(Ticket, Ticket.id == CallBack.ticket_id)
        .where(CallBack.agent_id == actor.person_id, visible_tickets(actor))
    ).all()


def owed_on(ticket_id: int) -> Sequence[CallBack]:
    """The calls that somebody has still to make on a ticket, the next first."""
    return db.session.scalars(_open().where(CallBack.ticket_id == ticket_id)).all()


def call_backs_beside(actor: Actor) -> Beside:
    """How many calls an agent has to make, for who counts other things in the same query."""
    return Beside("call_backs", _counting(), {"call_back_agent": actor.person_id})


def late_beside(actor: Actor) -> Beside:
    """How many of them should have been made by now."""
    values: dict[str, Any] = {"late_agent": actor.person_id, "late_at": clock.now()}
    return Beside("late_call_backs", _counting_late(), values)


def due_to_tell() -> Sequence[int]:
    """The call-backs of which their agents must be told now; one walk of a small index."""
    due = select(CallBack.id).where(CallBack.tell_at <= clock.now())
    return db.session.scalars(due.order_by(CallBack.tell_at).limit(MOST_AT_ONCE)).all()


def claim_telling(call_back_id: int) -> tuple[Person, Ticket] | None:
    """Who is to be told of which ticket; None when they were told, need not be, or may not see it any more."""
    claimed = db.session.execute(
        update(CallBack)
        .where(CallBack.id == call_back_id, CallBack.tell_at <= clock.now())
        .values(tell_at=None)
        .returning(CallBack.agent_id, CallBack.ticket_id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if claimed is None:
        return None
    person = db.session.get_one(Person, claimed.agent_id)
    ticket = db.session.get_one(Ticket, claimed.ticket_id)
    return (person, ticket) if may_read(person, ticket) else None


def _open() -> Select[CallBack]:
    return (
        select(CallBack)
        .where(CallBack.done_at.is_(None))
        .options(joinedload(CallBack.ticket), joinedload(CallBack.person))
        .order_by(CallBack.due_at, CallBack.id)
        .limit(MOST_LISTED)
    )


@cache
def _counting() -> ScalarSelect[int]:
    row = CallBack.__table__
    found: Select[Any] = (
        select(literal_column("1"))
        .where(row.c.agent_id == bindparam("call_back_agent"), row.c.done_at.is_(None))
        .limit(literal_column(str(MOST_COUNTED)))
    )
    return select(func.count()).select_from(found.subquery()).scalar_subquery()


@cache
def _counting_late() -> ScalarSelect[int]:
    row = CallBack.__table__
    found: Select[Any] = (
        select(literal_column("1"))
        .where(
            row.c.agent_id == bindparam("late_agent"),
            row.c.done_at.is_(None),
            row.c.due_at <= bindparam("late_at", type_=row.c.due_at.type),
        )
        .limit(literal_column(str(MOST_COUNTED)))
    )
    return select(func.count()).select_from(found.subquery()).scalar_subquery()
