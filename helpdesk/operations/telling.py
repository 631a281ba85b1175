"""The parts of an operation while it is taken back: locked in one order, and told what became of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import record
from helpdesk.notifications.telling import tell_of_operation
from helpdesk.operations.events import TakenBack
from helpdesk.operations.models import Operation, OperationPart, PartState
from helpdesk.operations.putting_back import Taken
from helpdesk.people.access import actor_of
from helpdesk.people.models import Person
from helpdesk.tickets.access import visible_tickets
from helpdesk.tickets.models import Ticket

# How the cause of each change begins that takes something back; nobody is told of each by itself.
UNDO = "undo of operation"


def cause_of(operation: Operation) -> str:
    """What each change says of why it was made, when an operation is taken back."""
    return f"{UNDO} {operation.id}"


def tell(operation: Operation, part: OperationPart, taken: Taken, *, by: int | None) -> None:
    """Write down what became of one ticket, and tell its journal where something went back."""
    part.state, part.told = PartState.UNDONE, taken.as_json()
    db.session.flush()
    if taken.undone:
        record(
            TakenBack(
                actor_id=by,
                cause=cause_of(operation),
                subject_id=part.ticket_id,
                after={
                    "operation": operation.id,
                    "act": operation.act.value,
                    "went_back": taken.undone,
                    "stayed": [*taken.kept, *taken.refused],
                },
            )
        )


def tell_of_end(operation: Operation, how: str) -> None:
    """Tell whoever began what went on by itself that it has ended; it stands at a ticket of it that they may see."""
    person_id = operation.undone_by_id or operation.actor_id
    person = db.session.get(Person, person_id) if person_id is not None else None
    if person is None or not person.is_active:
        return
    ticket = db.session.scalar(
        select(Ticket)
        .join(OperationPart, OperationPart.ticket_id == Ticket.id)
        .where(OperationPart.operation_id == operation.id, visible_tickets(actor_of(person)))
        .order_by(Ticket.id)
        .limit(1)
    )
    if ticket is not None:
        tell_of_operation(person, ticket, how)


def parts_of(
    operation_id: int, state: PartState | None = None, *, limit: int | None = None
) -> Sequence[OperationPart]:
    """The parts of an operation, in order of their tickets."""
    wanted = select(OperationPart).where(OperationPart.operation_id == operation_id)
    if state is not None:
        wanted = wanted.where(OperationPart.state == state)
    return db.session.scalars(wanted.order_by(OperationPart.ticket_id).limit(limit)).all()


def lock_tickets(ids: Iterable[int]) -> dict[int, Ticket]:
    """These tickets with what they are compared by, locked in order of their ids, so that nobody waits in a ring."""
    found = db.session.scalars(
        select(Ticket)
        .where(Ticket.id.in_(sorted(set(ids))))
        .order_by(Ticket.id)
        .options(selectinload(Ticket.tags), selectinload(Ticket.watchers))
        .with_for_update(of=Ticket)
        .execution_options(populate_existing=True)
    )
    return {ticket.id: ticket for ticket in found}
