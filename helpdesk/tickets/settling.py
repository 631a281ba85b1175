"""Tickets whose status their lifecycle does not have any more are put where it says, some at a time."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, func, or_, select

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import owe
from helpdesk.definitions.events import DefinitionEvent
from helpdesk.definitions.models import Kind
from helpdesk.tickets.commands import lock
from helpdesk.tickets.lives import lately, lifecycle_of
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.moves import standing
from helpdesk.tickets.stepping import put_status

JOB = "settle_states"
AT_ONCE = 100
CAUSE = "lifecycle: its states changed"


def is_lifecycle(event: DefinitionEvent) -> bool:
    """Whether a lifecycle was changed, so that tickets may stand where there is no state any more."""
    return event.kind == Kind.LIFECYCLE


def settle_states(job_id: int) -> None:
    """Move some tickets, and owe the rest; a worker that dies begins where this one stood."""
    lately.forget()
    found = db.session.scalars(
        select(Ticket.id).where(_strays()).order_by(Ticket.id).limit(AT_ONCE)
    ).all()
    for ticket_id in found:
        _settle(ticket_id)
    if len(found) == AT_ONCE:
        owe(JOB, job_id)


def owe_if_any() -> None:
    """Owe the work if some ticket stands where its lifecycle has no state, such as after an upgrade."""
    if db.session.scalar(select(Ticket.id).where(_strays()).limit(1)) is not None:
        owe(JOB, 0)


def open_by_status(type: str) -> dict[str, int]:
    """How many open tickets of a type stand in each status."""
    found = db.session.execute(
        select(Ticket.status, func.count())
        .where(Ticket.is_open.is_(True), Ticket.type == type, Ticket.deleted_at.is_(None))
        .group_by(Ticket.status)
    )
    return dict(found.all())


def _strays() -> ColumnElement[bool]:
    known = [
        and_(Ticket.type == type, Ticket.status.not_in([state.name for state in life.states]))
        for type, life in lately().by_type.items()
    ]
    return and_(Ticket.is_open.is_(True), Ticket.deleted_at.is_(None), or_(*known))


def _settle(ticket_id: int) -> None:
    ticket = lock(ticket_id)
    if ticket.is_open and not lifecycle_of(ticket.type).has(ticket.status):
        put_status(ticket, standing(ticket), by=None, cause=CAUSE)
