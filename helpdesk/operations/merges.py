"""Tickets merged and parted, as operations: their messages, watchers, tags and links go together and come apart."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.errors import DomainError
from helpdesk.core.unit_of_work import attempt
from helpdesk.operations.models import Act, Operation, OperationPart, OperationState
from helpdesk.operations.putting_back import Hand, Taken, put_back
from helpdesk.operations.recording import recording
from helpdesk.operations.telling import cause_of, lock_tickets, tell
from helpdesk.people.access import Actor
from helpdesk.tickets import links, merging
from helpdesk.tickets.commands import MOST_TAGS, set_tags
from helpdesk.tickets.models import LinkKind, Ticket, TicketLink

Link = tuple[int, int, str]


def merge(sources: Sequence[Ticket], target: Ticket, *, actor: Actor, cause: str) -> Operation:
    """Merge locked tickets into another, all or none. Raises Invalid when one cannot be.

    Beside the messages and those who take part, the other gets their tags and their links; their clocks end, and its
    own go on.
    """
    by = actor.person_id
    with recording(Act.MERGE, [*sources, target], by=by, cause=cause, ref_id=target.id) as now:
        made: list[Link] = []
        for source in sources:
            taken = merging.merge(source, target, by=by, cause=cause)
            now.move(source.id, messages=list(taken), into=target.id)
            made += _link(source, target, sources, by=by, cause=cause)
        set_tags(target, joined_tags(sources, target), by=by, cause=cause)
        now.move(target.id, brought=[source.id for source in sources], links=made)
    assert now.operation is not None, "A merge closes a ticket."
    return now.operation


def joined_tags(sources: Sequence[Ticket], target: Ticket) -> list[str]:
    """The tags that a ticket has after others were merged into it: its own first, as many as a ticket may have."""
    names = [tag.name for ticket in (target, *sources) for tag in ticket.tags]
    return list(dict.fromkeys(names))[:MOST_TAGS]


def coming_links(
    source: Ticket, target: Ticket, sources: Sequence[Ticket]
) -> list[tuple[TicketLink, int]]:
    """The links of a ticket that go with it, each with the ticket it leads to; not those among what is merged."""
    inside = {target.id, *(one.id for one in sources)}
    found = []
    for row in links.links_at(source.id):
        other = row.right_id if row.left_id == source.id else row.left_id
        if other not in inside:
            found.append((row, other))
    return found


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
        if part.ticket_id != target.id:
            taken = Taken()
            _part(operation, tickets[part.ticket_id], target, taken, actor)
            tell(operation, part, taken, by=actor.person_id)
    for part in parts:
        if part.ticket_id == target.id:
            tell(operation, part, _clear(operation, part, target, actor), by=actor.person_id)


def _link(
    source: Ticket, target: Ticket, sources: Sequence[Ticket], *, by: int, cause: str
) -> list[Link]:
    """Link the other ticket to what this one is linked to; the links that were not there before."""
    made: list[Link] = []
    for row, other_id in coming_links(source, target, sources):
        other = db.session.get_one(Ticket, other_id)
        left, right = (target, other) if row.left_id == source.id else (other, target)
        if not links.is_linked(left.id, right.id, row.kind):
            links.link(left, right, row.kind, by=by, cause=cause)
            db.session.flush()
            made.append((left.id, right.id, row.kind.value))
    return made


def _part(operation: Operation, source: Ticket, target: Ticket, taken: Taken, actor: Actor) -> None:
    try:
        with attempt():
            merging.undo(source, target, by=actor.person_id, cause=cause_of(operation))
    except DomainError as error:
        taken.refused["messages"] = error.title
    else:
        taken.undone.append("messages")


def _clear(operation: Operation, part: OperationPart, target: Ticket, actor: Actor) -> Taken:
    """Take off the other ticket what came with the merge; who watches goes with the messages."""
    hand = Hand(actor.person_id, cause_of(operation))
    mine = {name: value for name, value in part.before.items() if name == "tags"}
    taken = put_back(target, mine, part.after, hand)
    for left, right, kind in part.moved.get("links", ()):
        if links.drop(left, right, LinkKind(kind), by=hand.by, cause=hand.cause):
            taken.undone = [*(one for one in taken.undone if one != "links"), "links"]
    return taken
