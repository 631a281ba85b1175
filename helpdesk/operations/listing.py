"""Operations as lists and pages show them; each query begins with what the reader may see."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.operations.access import visible_operations
from helpdesk.operations.models import Operation, OperationPart, PartState
from helpdesk.people.access import Actor
from helpdesk.tickets.access import visible_tickets
from helpdesk.tickets.models import Ticket

MOST_LISTED = 50
# Tickets that are named of each operation in a list, and shown on its own page.
MOST_NAMED = 4
MOST_PARTS = 200


def latest(actor: Actor, *, own: bool) -> Sequence[Operation]:
    """The newest operations of this person, or on the tickets of groups that they lead, by others too."""
    whose = Operation.actor_id == actor.person_id if own else visible_operations(actor)
    wanted = select(Operation).where(whose).order_by(Operation.id.desc()).limit(MOST_LISTED)
    return db.session.scalars(wanted).all()


def tickets_of(actor: Actor, operation_ids: Sequence[int]) -> dict[int, list[Ticket]]:
    """The first tickets of each operation that this person may see."""
    if not operation_ids:
        return {}
    place = func.row_number().over(
        partition_by=OperationPart.operation_id, order_by=OperationPart.id
    )
    parts = (
        select(OperationPart.operation_id, OperationPart.ticket_id, place.label("place"))
        .join(Ticket, Ticket.id == OperationPart.ticket_id)
        .where(OperationPart.operation_id.in_(list(operation_ids)), visible_tickets(actor))
        .subquery()
    )
    rows = db.session.execute(
        select(parts.c.operation_id, Ticket)
        .join(Ticket, Ticket.id == parts.c.ticket_id)
        .where(parts.c.place <= MOST_NAMED)
        .order_by(parts.c.operation_id, parts.c.place)
    )
    found: dict[int, list[Ticket]] = {}
    for operation_id, ticket in rows:
        found.setdefault(operation_id, []).append(ticket)
    return found


def parts_seen(actor: Actor, operation: Operation) -> list[tuple[OperationPart, Ticket]]:
    """The first parts of an operation whose tickets this person may see; those with trouble first."""
    trouble = OperationPart.state == PartState.REFUSED
    rows = db.session.execute(
        select(OperationPart, Ticket)
        .join(Ticket, Ticket.id == OperationPart.ticket_id)
        .where(OperationPart.operation_id == operation.id, visible_tickets(actor))
        .order_by(trouble.desc(), OperationPart.ticket_id)
        .limit(MOST_PARTS)
    )
    return [(row.OperationPart, row.Ticket) for row in rows]


def counts_of(operation: Operation) -> dict[str, int]:
    """How many parts are in each state."""
    rows = db.session.execute(
        select(OperationPart.state, func.count())
        .where(OperationPart.operation_id == operation.id)
        .group_by(OperationPart.state)
    )
    return {state.value: count for state, count in rows}
