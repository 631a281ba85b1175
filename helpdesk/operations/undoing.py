"""undo(): what an operation did is taken back, and nothing else; later work stays, and what stayed is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from flask_babel import gettext as _
from sqlalchemy import func, select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, NotFound
from helpdesk.core.unit_of_work import owe, record
from helpdesk.identity import merging as identity_merging
from helpdesk.operations import linking, merges, people, splits
from helpdesk.operations.access import why_not
from helpdesk.operations.events import OperationUndone
from helpdesk.operations.models import Act, Operation, OperationPart, OperationState, PartState
from helpdesk.operations.putting_back import Hand, Taken, put_back
from helpdesk.operations.telling import cause_of, lock_tickets, parts_of, tell
from helpdesk.people.access import Actor
from helpdesk.people.models import Right
from helpdesk.tickets import merging
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.moving import lock_both

# More tickets than these are taken back by a job, some at a time.
AT_ONCE = 20
JOB = "carry_on_operation"
# What puts back more than fields, and does so for all of its tickets together.
_TOGETHER: Final[dict[Act, Callable[[Operation, Sequence[OperationPart], Actor], None]]] = {
    Act.MERGE: merges.take_back,
    Act.MESSAGE: splits.take_back,
    Act.SPLIT: splits.take_back,
    Act.PEOPLE: people.take_back,
}


@dataclass(frozen=True, slots=True)
class Result:
    """How undoing went: on how many tickets all went back, and the parts of which something was left."""

    whole: int
    left: tuple[OperationPart, ...]


def undo(operation_id: int, *, actor: Actor) -> Operation:
    """Take an operation back; the caller has made sure that the actor may know of it.

    Doing it twice, or by two people at once, does it once. Raises Refused, and Conflict for one that is not over.
    """
    operation = lock(operation_id)
    if operation.state in (OperationState.UNDOING, OperationState.UNDONE):
        return operation
    refusal = why_not(actor, operation)
    if refusal is not None:
        raise refusal
    operation.undone_by_id = actor.person_id
    together = _TOGETHER.get(operation.act)
    if together is not None:
        together(operation, parts_of(operation.id), actor)
        end(operation)
    elif count_parts(operation.id, PartState.DONE) > AT_ONCE:
        operation.state = OperationState.UNDOING
        owe(JOB, operation.id)
    else:
        undo_some(operation, actor)
    return operation


def part_tickets(source: Ticket, target: Ticket, *, actor: Actor, cause: str) -> None:
    """Undo the merge of one ticket into another; one from before there were operations too. Raises Conflict."""
    made = merges.latest_merge_of(source)
    if made is None:
        merging.undo(*lock_both(source.id, target.id), by=actor.person_id, cause=cause)
        return
    left = {one.ticket_id: one for one in result_of(undo(made.id, actor=actor)).left}
    if source.id in left:
        raise Conflict(" ".join(left[source.id].told["refused"].values()), _("Look at it again."))


def part_people(merge_id: int, *, actor: Actor) -> None:
    """Undo a merge of people; one from before there were operations too. Raises Conflict and Refused."""
    made = people.merge_of(merge_id)
    if made is None or made.state is not OperationState.DONE:
        identity_merging.undo(merge_id, actor=actor)
        return
    undo(made.id, actor=actor)


def undo_some(operation: Operation, actor: Actor) -> None:
    """Take back the next tickets of a locked operation, and end it when none is left."""
    found = parts_of(operation.id, PartState.DONE, limit=AT_ONCE)
    tickets = lock_tickets(part.ticket_id for part in found)
    for part in found:
        taken = _undo_part(operation, part, tickets[part.ticket_id], actor)
        tell(operation, part, taken, by=actor.person_id)
    if len(found) < AT_ONCE or not count_parts(operation.id, PartState.DONE):
        end(operation)


def end(operation: Operation) -> None:
    """Note that all of an operation was looked at."""
    operation.state, operation.undone_at = OperationState.UNDONE, clock.now()
    result = result_of(operation)
    record(
        OperationUndone(
            actor_id=operation.undone_by_id,
            cause=cause_of(operation),
            subject_id=operation.id,
            after={"whole": result.whole, "left": len(result.left)},
        )
    )


def result_of(operation: Operation) -> Result:
    """How taking an operation back went so far."""
    parts = parts_of(operation.id, PartState.UNDONE)
    left = tuple(one for one in parts if one.told.get("kept") or one.told.get("refused"))
    return Result(whole=len(parts) - len(left), left=left)


def lock(operation_id: int) -> Operation:
    """The operation, read anew and locked until the commit. Raises NotFound."""
    found = db.session.get(Operation, operation_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(_("There is no such operation."), _("Look at the list of yours."))
    return found


def _undo_part(operation: Operation, part: OperationPart, ticket: Ticket, actor: Actor) -> Taken:
    if not _may_change(actor, operation, part, ticket):
        return Taken(refused={"": _("You may not change this ticket any more.")})
    hand = Hand(actor.person_id, cause_of(operation))
    taken = put_back(ticket, part.before, part.after, hand)
    linking.put_back(part, taken, actor, hand)
    return taken


def _may_change(actor: Actor, operation: Operation, part: OperationPart, ticket: Ticket) -> bool:
    if ticket.deleted_at is not None:
        return False
    if actor.holds(ticket.group_id, Right.WORK):
        return True
    return operation.actor_id == actor.person_id and _just_gave_away(actor, operation, part, ticket)


def _just_gave_away(
    actor: Actor, operation: Operation, part: OperationPart, ticket: Ticket
) -> bool:
    """Whether a ticket is out of sight by this very act, and nobody has written on it since.

    Whoever gave a ticket to the wrong group takes it back so. Where others wrote meanwhile it stays theirs, since their
    words are not this person's to read (S09).
    """
    if "group" not in part.after or ticket.group_id != part.after["group"]:
        return False
    if not actor.holds(part.before["group"], Right.WORK):
        return False
    since = select(Message.id).where(
        Message.ticket_id == ticket.id, Message.created_at > operation.at
    )
    return db.session.scalar(since.limit(1)) is None


def count_parts(operation_id: int, state: PartState) -> int:
    """How many parts of an operation are in a state."""
    return (
        db.session.scalar(
            select(func.count(OperationPart.id)).where(
                OperationPart.operation_id == operation_id, OperationPart.state == state
            )
        )
        or 0
    )
