"""Tickets merged and parted, as operations."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.errors import DomainError
from helpdesk.core.unit_of_work import attempt
from helpdesk.operations.models import Act, Operation, OperationPart, OperationState
from helpdesk.operations.putting_back import Taken
from helpdesk.operations.recording import recording
from helpdesk.operations.telling import cause_of, lock_tickets, tell
from helpdesk.people.access import Actor
from helpdesk.tickets import merging
from helpdesk.tickets.models import Ticket


def merge(sources: Sequence[Ticket], target: Ticket, *, actor: Actor, cause: str) -> Operation:
    """Merge locked tickets into another, all or none. Raises Invalid when one cannot be."""
    with recording(
        Act.MERGE, [*sources, target], by=actor.person_id, cause=cause, ref_id=target.id
    ) as now:
        for source in sources:
            taken = merging.merge(source, target, by=actor.person_id, cause=cause)
            now.move(source.id, messages=list(taken), into=target.id)
        now.move(target.id, brought=[source.id for source in sources])
    assert now.operation is not None, "A merge closes a ticket."
    return now.operation


def latest_merge_of(source: Ticket) -> Operation | None:
    """The operation that merged this ticket into where its messages are, and was not taken back."""
    return db.session.scalars(
        select(Operation)
        .join(OperationPart, OperationPart.operation_id == Operation.id)
        .where(
            Operation.act == Act.MERGE,
            Operation.state == OperationState.DONE,
            Operation.ref_id == source.merged_into_id,
            OperationPart.ticket_id == source.id,
        )
        .order_by(Operation.id.desc())
        .limit(1)
    ).first()


def take_back(operation: Operation, parts: Sequence[OperationPart], actor: Actor) -> None:
    """Part the tickets again, the last merged first; one that cannot be parted now keeps no other."""
    tickets = lock_tickets(part.ticket_id for part in parts)
    target = tickets[operation.ref_id or 0]
    for part in sorted(parts, key=lambda one: one.id, reverse=True):
        taken = Taken()
        if part.ticket_id != target.id:
            _part(operation, tickets[part.ticket_id], target, taken, actor)
        tell(operation, part, taken, by=actor.person_id)


def _part(operation: Operation, source: Ticket, target: Ticket, taken: Taken, actor: Actor) -> None:
    try:
        with attempt():
            merging.undo(source, target, by=actor.person_id, cause=cause_of(operation))
    except DomainError as error:
        taken.refused["messages"] = error.title
    else:
        taken.undone.append("messages")
