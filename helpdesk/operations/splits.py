"""Messages given a ticket of their own, one or several, and taken back, as operations."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, DomainError, Invalid
from helpdesk.core.unit_of_work import attempt
from helpdesk.operations.models import Act, Operation, OperationPart, OperationState, PartState
from helpdesk.operations.putting_back import Taken
from helpdesk.operations.recording import recording
from helpdesk.operations.telling import cause_of, lock_tickets, tell
from helpdesk.people.access import Actor
from helpdesk.people.models import Person
from helpdesk.tickets import moving
from helpdesk.tickets.links import link
from helpdesk.tickets.models import Direction, LinkKind, Message, Ticket, Visibility
from helpdesk.tickets.naming import single_line


@dataclass(frozen=True, slots=True)
class Fresh:
    """What the new ticket is to be."""

    requester: Person
    type: str
    group_id: int | None
    subject: str


def messages_of(ticket: Ticket) -> Sequence[Message]:
    """The messages that stand on a ticket, in order."""
    return db.session.scalars(
        select(Message).where(Message.ticket_id == ticket.id).order_by(Message.id)
    ).all()


def why_not_split(ticket: Ticket, chosen: Sequence[Message], all_of_it: Sequence[Message]) -> str:
    """Why these messages cannot go to a ticket of their own; "" if they can."""
    if ticket.merged_into_id is not None or ticket.deleted_at is not None:
        return str(_("This ticket is not in use any more."))
    if not any(_is_public(one) for one in chosen):
        return str(_("Choose a message that was written to or by people; a note can go with it."))
    ids = {one.id for one in chosen}
    if not any(_is_public(one) for one in all_of_it if one.id not in ids):
        return str(_("One message must stay on this ticket. Change the ticket instead."))
    return ""


def split(
    source: Ticket, ids: Collection[int], fresh: Fresh, *, actor: Actor, cause: str
) -> tuple[Ticket, Operation]:
    """Give messages of a locked ticket a new one, linked to it. Raises Invalid.

    The new one is dated by the first of them, so that its clocks count from when its writer began to wait.
    """
    standing = messages_of(source)
    chosen = [one for one in standing if one.id in ids]
    refusal = why_not_split(source, chosen, standing)
    if refusal:
        raise Invalid(refusal, field="message")
    if len(chosen) != len(set(ids)):
        raise Conflict(_("Somebody moved a message meanwhile."), _("Look at the ticket again."))
    first = next(one for one in chosen if _is_public(one))
    with recording(Act.SPLIT, [source], by=actor.person_id, cause=cause) as now:
        opened = moving.open_with(
            first,
            requester=fresh.requester,
            subject=single_line(fresh.subject, 500) or first.subject or source.subject,
            type=fresh.type,
            group_id=fresh.group_id,
            by=actor.person_id,
            cause=cause,
        )
        moving.move([one.id for one in chosen], source, opened, by=actor.person_id, cause=cause)
        link(opened, source, LinkKind.RELATED, by=actor.person_id, cause=cause)
        now.ref_id = opened.id
        now.move(source.id, messages=[one.id for one in chosen], to=opened.id)
    return opened, _with_opened(now.operation, opened)


def move_out(message: Message, *, actor: Actor, cause: str) -> tuple[Ticket, Operation]:
    """Give a message of a locked ticket that does not belong to it one of its own. Raises Invalid and Conflict."""
    source = message.ticket
    with recording(Act.MESSAGE, [source], by=actor.person_id, cause=cause) as now:
        opened = moving.move_out(message, by=actor.person_id, cause=cause)
        now.ref_id = opened.id
        now.move(source.id, messages=[message.id], to=opened.id)
    return opened, _with_opened(now.operation, opened)


def move_of(message: Message) -> Operation | None:
    """The operation that moved this one message to where it stands, and was not taken back."""
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
    """Take the messages back that still stand where they were moved to; what was said there since stays there."""
    tickets = lock_tickets(part.ticket_id for part in parts)
    for part in parts:
        taken, ids = Taken(), part.moved.get("messages", ())
        if ids:
            here, home = tickets[operation.ref_id or 0], tickets[part.ticket_id]
            _back(operation, ids, (here, home), taken, actor)
        tell(operation, part, taken, by=actor.person_id)


def _back(
    operation: Operation,
    ids: Sequence[int],
    between: tuple[Ticket, Ticket],
    taken: Taken,
    actor: Actor,
) -> None:
    by, cause = actor.person_id, cause_of(operation)
    try:
        with attempt():
            back = moving.take_home(ids, *between, by=by, cause=cause)
    except DomainError as error:
        taken.refused["messages"] = error.title
        return
    taken.undone.append("messages")
    if len(back) < len(ids):
        taken.kept.append("messages")


def _with_opened(operation: Operation | None, opened: Ticket) -> Operation:
    """The new ticket is part of the operation, for it says who may take it back."""
    assert operation is not None, "Something was moved."
    db.session.add(
        OperationPart(
            operation_id=operation.id,
            ticket_id=opened.id,
            state=PartState.DONE,
            before={},
            after={},
            moved={},
            told={},
        )
    )
    db.session.flush()
    return operation


def _is_public(message: Message) -> bool:
    return message.visibility is Visibility.PUBLIC and message.direction is not Direction.NOTE
