"""Acts for the tests of operations: done in a unit of work of their own, and recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.operations import undoing
from helpdesk.operations.models import Act, Operation, OperationPart
from helpdesk.operations.recording import recording
from helpdesk.people.access import actor_of
from helpdesk.people.models import Person
from helpdesk.tickets import commands
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.stepping import put_status

How = dict[str, Any]


def act(person: Person, ticket: Ticket, *deeds: Callable[[Ticket, How], object]) -> Operation:
    """What this person does to a ticket, recorded as one operation."""
    how = {"by": person.id, "cause": "console"}
    with unit_of_work():
        locked = commands.lock(ticket.id)
        with recording(Act.CHANGE, [locked], by=person.id) as done:
            for deed in deeds:
                deed(locked, how)
    assert done.operation is not None
    return done.operation


def by_others(ticket: Ticket, *deeds: Callable[[Ticket, How], object]) -> None:
    """What somebody else does to a ticket later."""
    with unit_of_work():
        locked = commands.lock(ticket.id)
        for deed in deeds:
            deed(locked, {"by": None, "cause": "test"})


def undone(operation: Operation, person: Person) -> list[OperationPart]:
    """Take an operation back; the parts as they stand then."""
    with unit_of_work():
        undoing.undo(operation.id, actor=actor_of(person))
    return parts(operation)


def parts(operation: Operation) -> list[OperationPart]:
    db.session.expire_all()
    return list(undoing.parts_of(operation.id))


def again(ticket: Ticket) -> Ticket:
    db.session.rollback()
    return db.session.get_one(Ticket, ticket.id, populate_existing=True)


def tagged(*names: str) -> Callable[[Ticket, How], object]:
    return lambda ticket, how: commands.set_tags(ticket, names, **how)


def named(subject: str) -> Callable[[Ticket, How], object]:
    return lambda ticket, how: commands.rename(ticket, subject, **how)


def given_to(person: Person | None) -> Callable[[Ticket, How], object]:
    return lambda ticket, how: commands.assign(ticket, person, **how)


def moved_to(group: Any) -> Callable[[Ticket, How], object]:
    return lambda ticket, how: commands.move_to_group(ticket, group, **how)


def in_status(status: str) -> Callable[[Ticket, How], object]:
    return lambda ticket, how: commands.change_status(ticket, status, **how)


def put_in(status: str, **more: Any) -> Callable[[Ticket, How], object]:
    return lambda ticket, how: put_status(ticket, status, **more, **how)


def of_type(type: str) -> Callable[[Ticket, How], object]:
    return lambda ticket, how: commands.change_type(ticket, type, **how)


def weighed(priority: int) -> Callable[[Ticket, How], object]:
    return lambda ticket, how: commands.set_priority(
        ticket,
        impact=ticket.impact,
        urgency=ticket.urgency,
        override=priority,
        because="It rains in.",
        **how,
    )
