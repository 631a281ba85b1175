"""A message moved out to a ticket of its own, and back, as an operation."""

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
from helpdesk.tickets import moving
from helpdesk.tickets.models import Message, Ticket


def move_out(message: Message, *, actor: Actor, cause: str) -> tuple[Ticket, Operation]:
    """Give a message of a locked ticket one of its own. Raises Invalid and Conflict."""
    source = message.ticket
    with recording(Act.MESSAGE, [source], by=actor.person_id, cause=cause) as now:
        opened = moving.move_out(message, by=actor.person_id, cause=cause)
        now.ref_id = opened.id
        now.move(source.id, messages=[message.id], to=opened.id)
    assert now.operation is not None, "Something was moved."
    part = OperationPart(
        operation_id=now.operation.id, ticket_id=opened.id, before={}, after={}, moved={}, told={}
    )
    db.session.add(part)
    return opened, now.operation


def move_of(message: Message) -> Operation | None:
    """The operation that moved a message to where it stands, and was not taken back."""
    return db.session.scalars(
        select(Operation)
        .join(OperationPart, OperationPart.operation_id == Operation.id)
        .where(
            Operation.act == Act.MESSAGE,
            Operation.state == OperationState.DONE,
            Operation.ref_id == message.ticket_id,
            OperationPart.ticket_id == message.moved_from_id,
        )
        .order_by(Operation.id.desc())
        .limit(1)
    ).first()


def take_back(operation: Operation, parts: Sequence[OperationPart], actor: Actor) -> None:
    """Take the message back, if it still stands where it was moved to."""
    lock_tickets(part.ticket_id for part in parts)
    for part in parts:
        taken = Taken()
        for message_id in part.moved.get("messages", ()):
            message = db.session.get(Message, message_id, populate_existing=True)
            if message is None or message.ticket_id != operation.ref_id:
                taken.kept.append("messages")
            else:
                _back(operation, message, taken, actor)
        tell(operation, part, taken, by=actor.person_id)


def _back(operation: Operation, message: Message, taken: Taken, actor: Actor) -> None:
    try:
        with attempt():
            moving.move_back(message, by=actor.person_id, cause=cause_of(operation))
    except DomainError as error:
        taken.refused["messages"] = error.title
    else:
        taken.undone.append("messages")
