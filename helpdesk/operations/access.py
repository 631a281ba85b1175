"""Who sees an operation, and who may take it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, exists, or_, select, true

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, DomainError, NotFound, Refused
from helpdesk.operations.models import Act, Operation, OperationPart, OperationState
from helpdesk.people.access import Actor
from helpdesk.people.models import Right
from helpdesk.tickets.access import visible_tickets
from helpdesk.tickets.models import Ticket

# How long whoever did something may take it back, and how long who leads its group may.
OWN_PERIOD = timedelta(hours=24)
LEAD_PERIOD = timedelta(days=30)
# What moves messages or people is found to be wrong late, and by others: whoever may do it may undo it, at any time.
LASTING: Final = frozenset({Act.MERGE, Act.SPLIT, Act.MESSAGE, Act.PEOPLE})
ENDED: Final = frozenset({OperationState.DONE, OperationState.STOPPED})


def visible_operations(actor: Actor) -> ColumnElement[bool]:
    """The condition that every query for operations starts from: one's own, and those on tickets of groups one leads."""
    if actor.is_admin:
        return true()
    return or_(Operation.actor_id == actor.person_id, _on_led(actor))


def access_operation(actor: Actor, operation_id: int) -> Operation:
    """The operation of this id, if the actor may see it. Raises NotFound."""
    found = db.session.scalars(
        select(Operation).where(Operation.id == operation_id, visible_operations(actor))
    ).one_or_none()
    if found is None:
        raise NotFound(_("There is no such operation."), _("Look at the list of yours."))
    return found


def why_not(actor: Actor, operation: Operation) -> DomainError | None:
    """Why this person may not take this back now; None if they may, as far as it alone says."""
    return _why_not(actor, operation, _Reach(actor, [operation.id]))


def may_stop(actor: Actor, operation: Operation) -> bool:
    """Whoever began it may stop it, and who leads the groups of all its tickets."""
    if actor.is_admin or operation.actor_id == actor.person_id:
        return True
    return _Reach(actor, [operation.id]).covers(operation.id, Right.LEAD)


def undoable(actor: Actor, operations: Sequence[Operation]) -> set[int]:
    """Which of these operations this person may take back now; at most two queries."""
    reach = _Reach(actor, [one.id for one in operations])
    return {one.id for one in operations if _why_not(actor, one, reach) is None}


class _Reach:
    """Which of some operations are wholly on tickets that a person may work on, or leads; asked once, and if needed."""

    def __init__(self, actor: Actor, operation_ids: Sequence[int]) -> None:
        self._actor, self._ids = actor, operation_ids
        self._outside: dict[Right, set[int]] = {}

    def covers(self, operation_id: int, right: Right) -> bool:
        if right not in self._outside:
            self._outside[right] = _outside(self._actor, self._ids, right)
        return operation_id not in self._outside[right]


def _why_not(actor: Actor, operation: Operation, reach: _Reach) -> DomainError | None:
    if operation.state not in ENDED:
        return Conflict(_("This was taken back already, or is still going on."))
    if operation.act is Act.PEOPLE or actor.is_admin:
        return None
    if operation.act in LASTING:
        return None if reach.covers(operation.id, Right.WORK) else _not_yours()
    is_own = operation.actor_id == actor.person_id
    age = clock.now() - operation.at
    if is_own and age <= OWN_PERIOD:
        return None
    if reach.covers(operation.id, Right.LEAD):
        return None if age <= LEAD_PERIOD else _too_late()
    return _too_late() if is_own else _not_yours()


def _on_led(actor: Actor) -> ColumnElement[bool]:
    led = sorted(_groups(actor, Right.LEAD))
    return and_(
        Operation.act != Act.PEOPLE,
        exists().where(
            OperationPart.operation_id == Operation.id,
            OperationPart.ticket_id == Ticket.id,
            Ticket.group_id.in_(led),
            visible_tickets(actor),
        ),
    )


def _outside(actor: Actor, operation_ids: Sequence[int], right: Right) -> set[int]:
    """The operations of which some ticket is not one that this person holds the right over now."""
    outside = or_(
        Ticket.group_id.not_in(sorted(_groups(actor, right))), Ticket.deleted_at.is_not(None)
    )
    if right is Right.LEAD:
        outside = or_(outside, Ticket.group_id.is_(None))
    found = (
        select(OperationPart.operation_id)
        .join(Ticket, Ticket.id == OperationPart.ticket_id)
        .where(OperationPart.operation_id.in_(list(operation_ids)), outside)
    )
    return set(db.session.scalars(found.distinct()))


def _groups(actor: Actor, right: Right) -> set[int]:
    return {group for group in actor.groups if actor.holds(group, right)}


def _not_yours() -> Refused:
    return Refused(
        _("You may not take this back."), _("Ask whoever did it, or a lead of the group.")
    )


def _too_late() -> Refused:
    return Refused(
        _("It is too long ago to take this back with one click."),
        _("Change by hand what is wrong, or ask a lead of the group."),
    )
