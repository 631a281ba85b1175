"""Recording an operation: what stood before an act and after it, written in the act's own unit of work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import record
from helpdesk.operations.events import OperationBegun
from helpdesk.operations.models import Act, Operation, OperationPart, OperationState, PartState
from helpdesk.operations.states import difference, names_of, state_of
from helpdesk.tickets.models import Ticket

# The journal of an operation names so many of its tickets; each ticket's own journal has all of it.
MOST_TOLD = 50


@dataclass
class Recording:
    """An act while it happens. `operation` stands once it has ended, and only if it changed something.

    `moved` takes, by the id of a ticket, what else was done to it than to its fields. `changed`
    names the fields that changed on any of the tickets.
    """

    said: dict[str, Any] = field(default_factory=dict)
    moved: dict[int, dict[str, Any]] = field(default_factory=dict)
    ref_id: int | None = None
    operation: Operation | None = None
    changed: list[str] = field(default_factory=list)

    def move(self, ticket_id: int, **what: Any) -> None:
        """Note what else was done to a ticket."""
        self.moved.setdefault(ticket_id, {}).update(what)


@contextmanager
def recording(
    act: Act,
    tickets: Sequence[Ticket],
    *,
    by: int | None,
    cause: str = "console",
    said: Mapping[str, Any] | None = None,
    ref_id: int | None = None,
) -> Iterator[Recording]:
    """Keep what happens inside to these tickets, which the caller has locked, so that it can be taken back.

    What rules do because of it is not part of it: that comes after, and stays.
    """
    before = {ticket.id: state_of(ticket) for ticket in tickets}
    now = Recording(said=dict(said or {}), ref_id=ref_id)
    yield now
    db.session.flush()
    parts = [
        part
        for ticket in tickets
        if (part := part_of(ticket, before[ticket.id], now.moved.get(ticket.id, {}))) is not None
    ]
    if parts:
        now.changed = list(dict.fromkeys(name for part in parts for name in names_of(part.after)))
        now.operation = keep(act, parts, by=by, cause=cause, said=now.said, ref_id=now.ref_id)


def part_of(
    ticket: Ticket, before: dict[str, Any], moved: Mapping[str, Any]
) -> OperationPart | None:
    """What an act did to a ticket; None for nothing."""
    was, became = difference(before, state_of(ticket))
    if not was and not moved:
        return None
    return OperationPart(
        ticket_id=ticket.id,
        state=PartState.DONE,
        before=was,
        after=became,
        moved=dict(moved),
        told={},
    )


def keep(
    act: Act,
    parts: Sequence[OperationPart],
    *,
    by: int | None,
    cause: str,
    said: Mapping[str, Any],
    ref_id: int | None = None,
    wanted: Mapping[str, Any] | None = None,
    state: OperationState = OperationState.DONE,
) -> Operation:
    """Write an operation with its parts, and tell the journal."""
    made = Operation(
        act=act,
        state=state,
        actor_id=by,
        at=clock.now(),
        size=len(parts),
        said=dict(said),
        wanted=dict(wanted or {}),
        ref_id=ref_id,
    )
    db.session.add(made)
    db.session.flush()
    for part in parts:
        part.operation_id = made.id
    db.session.add_all(parts)
    db.session.flush()
    first = [part.ticket_id for part in parts][:MOST_TOLD]
    told = {"act": act.value, "size": made.size, "tickets": first}
    record(OperationBegun(actor_id=by, cause=cause, subject_id=made.id, after=told))
    return made
