"""Two tickets about one thing: merged into one, and parted again."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.unit_of_work import record
from helpdesk.journal.models import Entry
from helpdesk.people.models import Person
from helpdesk.tickets.commands import touch, unwatch, watch
from helpdesk.tickets.events import MergeUndone
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.moving import move, send_on
from helpdesk.tickets.stepping import put_status


def merge(source: Ticket, target: Ticket, *, by: int | None, cause: str) -> Sequence[int]:
    """Move all messages of one ticket to another and close the first; both are locked by the caller.

    Whoever asked or watched there watches the other now, so that nobody is left without an answer; answers to the
    first go to the other. Returns the messages that were moved. Raises Invalid when the two cannot be merged.
    """
    refusal = why_not(source, target)
    if refusal is not None:
        raise refusal
    told = {*(watcher.person_id for watcher in source.watchers), source.requester_id}
    known = {*(watcher.person_id for watcher in target.watchers), target.requester_id}
    ids = db.session.scalars(select(Message.id).where(Message.ticket_id == source.id)).all()
    moved = move(ids, source, target, by=by, cause=cause)
    for person_id in sorted(told - known):
        watch(target, db.session.get_one(Person, person_id), by=by, cause=cause)
    send_on(source, target, by=by, cause=cause, watching=sorted(told - known))
    return moved


def undo(source: Ticket, target: Ticket, *, by: int | None, cause: str) -> None:
    """Part two tickets that were merged: what was moved and still stands there comes back, and nothing else.

    Both are locked by the caller. What was sent to the first ticket since stays on the other.
    """
    if source.merged_into_id != target.id:
        raise Conflict(_("These tickets are not merged."), _("Look at the ticket again."))
    entries = _entries_of(source)
    merged = next((one for one in reversed(entries) if one.event == "TicketsMerged"), None)
    taken = _taken_to(entries, target)
    if merged is None or not taken:
        raise Conflict(
            _("Nothing was moved when this ticket was closed."), _("Open a new ticket instead.")
        )
    move(taken, target, source, by=by, cause=cause)
    for person_id in merged.before.get("began_to_watch", ()):
        unwatch(target, db.session.get_one(Person, person_id), by=by, cause=cause)
    source.merged_into_id = None
    touch(source)
    record(
        MergeUndone(
            actor_id=by,
            cause=cause,
            subject_id=source.id,
            before={"merged_into": target.id},
            after={"merged_into": None},
        )
    )
    before = str(merged.before["status"])
    if before != source.status:
        put_status(source, before, by=by, cause=cause)


def why_not(source: Ticket, target: Ticket) -> Invalid | None:
    """Why one ticket cannot be merged into another; None if it can."""
    problem = ""
    if source.id == target.id:
        problem = _("A ticket cannot be merged into itself.")
    elif source.merged_into_id is not None:
        problem = _("%(number)s was merged already.", number=source.number)
    elif target.merged_into_id is not None:
        problem = _("%(number)s was merged into another ticket itself.", number=target.number)
    elif source.is_open and not target.is_open:
        problem = _(
            "%(number)s is closed, and nobody would see what is moved there.", number=target.number
        )
    if not problem:
        return None
    return Invalid(problem, _("Give the number of another ticket."), field="number")


def _entries_of(ticket: Ticket) -> Sequence[Entry]:
    return db.session.scalars(
        select(Entry)
        .where(
            Entry.subject_kind == "ticket",
            Entry.subject_id == ticket.id,
            Entry.event.in_(("MessagesTaken", "TicketsMerged")),
        )
        .order_by(Entry.seq)
    ).all()


def _taken_to(entries: Sequence[Entry], target: Ticket) -> list[int]:
    """The messages of the newest move to this ticket that was a merge: the entry just before it."""
    if len(entries) < 2 or entries[-1].event != "TicketsMerged":
        return []
    before = entries[-2]
    fits = before.event == "MessagesTaken" and before.after["moved_to"] == target.id
    return list(before.after["taken"]) if fits else []
