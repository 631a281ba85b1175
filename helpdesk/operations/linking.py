"""Tickets linked and parted, as operations: taking one back touches this very link, and none that came later."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _

from helpdesk.core.db import db
from helpdesk.operations.models import Act, Operation, OperationPart
from helpdesk.operations.putting_back import Hand, Taken
from helpdesk.operations.recording import recording
from helpdesk.people.access import Actor
from helpdesk.people.models import Right
from helpdesk.tickets import links
from helpdesk.tickets.models import LinkKind, Ticket

LINKS = "links"


def link(ticket: Ticket, other: Ticket, kind: LinkKind, *, by: int, cause: str) -> Operation | None:
    """Link a locked ticket to another, read from left to right; None if it was linked so already."""
    return _recorded(
        ticket, other, by, cause, lambda: links.link(ticket, other, kind, by=by, cause=cause)
    )


def unlink(ticket: Ticket, other: Ticket, *, by: int, cause: str) -> Operation | None:
    """Take away every link between a locked ticket and another; None if there was none."""
    return _recorded(
        ticket, other, by, cause, lambda: links.unlink(ticket, other, by=by, cause=cause)
    )


def put_back(part: OperationPart, taken: Taken, actor: Actor, hand: Hand) -> None:
    """Take away the links that a part made, and make those again that it took away."""
    made, gone = part.moved.get("linked", ()), part.moved.get("unlinked", ())
    for left, right, kind in made:
        done = links.drop(left, right, LinkKind(kind), by=hand.by, cause=hand.cause)
        _note(taken, taken.undone if done else taken.kept)
    for left, right, kind in gone:
        if links.is_linked(left, right, LinkKind(kind)):
            _note(taken, taken.kept)
        else:
            _link_again(part.ticket_id, (left, right, LinkKind(kind)), taken, actor, hand)
    db.session.flush()


def _link_again(
    ticket_id: int, link: tuple[int, int, LinkKind], taken: Taken, actor: Actor, hand: Hand
) -> None:
    left, right = (db.session.get_one(Ticket, one) for one in link[:2])
    other = right if left.id == ticket_id else left
    if other.deleted_at is not None or not actor.holds(other.group_id, Right.READ):
        taken.refused[LINKS] = _("You may not see the other ticket any more.")
        return
    links.link(left, right, link[2], by=hand.by, cause=hand.cause)
    _note(taken, taken.undone)


def _recorded(
    ticket: Ticket, other: Ticket, by: int, cause: str, act: Callable[[], None]
) -> Operation | None:
    before = _between(ticket, other)
    with recording(Act.CHANGE, [ticket], by=by, cause=cause, said={"what": LINKS}) as now:
        act()
        db.session.flush()
        after = _between(ticket, other)
        if after - before:
            now.move(ticket.id, linked=sorted(after - before))
        if before - after:
            now.move(ticket.id, unlinked=sorted(before - after))
    return now.operation


def _between(ticket: Ticket, other: Ticket) -> set[tuple[int, int, str]]:
    pair = {ticket.id, other.id}
    return {
        (row.left_id, row.right_id, row.kind.value)
        for row in links.links_at(ticket.id)
        if {row.left_id, row.right_id} == pair
    }


def _note(taken: Taken, names: list[str]) -> None:
    if LINKS not in names:
        names.append(LINKS)
