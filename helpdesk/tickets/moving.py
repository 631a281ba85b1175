"""Messages that stand on the wrong ticket: moved out, and taken back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Case, case, func, select, update

from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.unit_of_work import record
from helpdesk.journal.reading import entries_of, replay
from helpdesk.people.models import Person
from helpdesk.tickets.commands import beginning_of, facts_of, lock, touch
from helpdesk.tickets.conversation import latest_of, public_words
from helpdesk.tickets.events import MessagesBrought, MessagesTaken, TicketOpened, TicketsMerged
from helpdesk.tickets.links import link, unlink
from helpdesk.tickets.models import (
    Direction,
    LinkKind,
    Message,
    Ticket,
    Visibility,
)
from helpdesk.tickets.prioritizing import beginning_with
from helpdesk.tickets.stepping import put_category
from workflows.lifecycle import Category

# Merging a merged ticket anew makes a chain; nobody makes a longer one by hand.
LONGEST_CHAIN = 20


def lock_both(first_id: int, second_id: int) -> tuple[Ticket, Ticket]:
    """Both tickets, locked in order of their ids, so that two who do the same never wait for each other."""
    locked = {one: lock(one) for one in sorted({first_id, second_id})}
    return locked[first_id], locked[second_id]


def move_out(message: Message, *, by: int | None, cause: str) -> Ticket:
    """Give a message that does not belong to its ticket one of its own, linked to the first.

    The caller has locked the ticket. Its author becomes the requester where they wrote to us. Raises Invalid for the
    only message of a ticket, for a note, and for one of a ticket that was merged or deleted.
    """
    source = message.ticket
    _refuse_standing_message(message, source)
    opened = _open_around(message, source, by=by, cause=cause)
    if not move([message.id], source, opened, by=by, cause=cause):
        raise Conflict(_("Somebody moved this message meanwhile."), _("Look at the ticket again."))
    link(opened, source, LinkKind.RELATED, by=by, cause=cause)
    return opened


def move_back(message: Message, *, by: int | None, cause: str) -> Ticket:
    """Take a message back to the ticket it came to first; what else was said since stays where it is.

    The caller has locked both tickets. A ticket that has no message left afterwards is closed, and what is sent to it
    goes to the first one. Raises Conflict when there is nothing to take back.
    """
    home = db.session.get(Ticket, message.moved_from_id or 0)
    if home is None:
        raise Conflict(_("This message was not moved."), _("Look at the ticket again."))
    take_home([message.id], message.ticket, home, by=by, cause=cause)
    return home


def take_home(
    ids: Sequence[int], here: Ticket, home: Ticket, *, by: int | None, cause: str
) -> Sequence[int]:
    """Take those of these messages that stand on one ticket back to another, both locked; returns which those were.

    A ticket that has no message left is closed, and what is sent to it goes to the other. Raises Conflict.
    """
    if home.merged_into_id is not None or home.deleted_at is not None:
        raise Conflict(
            _("The ticket this message came from is merged or deleted."),
            _("Undo that first, or leave the message here."),
        )
    taken = move(ids, here, home, by=by, cause=cause)
    if not taken:
        raise Conflict(_("Somebody moved this message meanwhile."), _("Look at the ticket again."))
    if here.message_count == 0:
        unlink(here, home, by=by, cause=cause)
        send_on(here, home, by=by, cause=cause)
    return taken


def move(
    ids: Sequence[int], source: Ticket, target: Ticket, *, by: int | None, cause: str
) -> Sequence[int]:
    """Move those of these messages that stand on one ticket to another, both locked; returns which those were."""
    standing = db.session.scalars(
        select(Message.id)
        .where(Message.ticket_id == source.id, Message.id.in_(list(ids)))
        .order_by(Message.id)
    ).all()
    if not standing:
        return []
    brought = _origins(source.id, standing)
    db.session.execute(
        update(Message)
        .where(Message.id.in_(standing))
        .values(ticket_id=target.id, moved_from_id=_first_home(source.id, target.id))
        .execution_options(synchronize_session="fetch")
    )
    _forget_whose(standing)
    record(
        MessagesTaken(
            actor_id=by,
            cause=cause,
            subject_id=source.id,
            after={"taken": list(standing), "moved_to": target.id},
        )
    )
    record(
        MessagesBrought(
            actor_id=by,
            cause=cause,
            subject_id=target.id,
            after={"brought": brought, "moved_from": source.id},
            message_ids=tuple(standing),
        )
    )
    for ticket in (source, target):
        _count_anew(ticket)
    return standing


def send_on(
    ticket: Ticket,
    target: Ticket,
    *,
    by: int | None,
    cause: str,
    watching: Sequence[int] = (),
) -> None:
    """Close a ticket whose messages stand on another now; answers to it go there.

    `watching` are those who began to watch the other by this, so that undoing it finds them.
    """
    before = {
        "merged_into": None,
        "status": ticket.status,
        "began_to_watch": list(watching),
    }
    if ticket.category is not Category.CLOSED:
        put_category(ticket, Category.CLOSED, by=by, cause=cause)
    ticket.merged_into_id = target.id
    touch(ticket)
    record(
        TicketsMerged(
            actor_id=by,
            cause=cause,
            subject_id=ticket.id,
            before=before,
            after={"merged_into": target.id, "status": ticket.status},
        )
    )


def standing_for(ticket_id: int) -> Ticket | None:
    """The ticket that stands for this one after merges; None for one that was never there."""
    ticket = db.session.get(Ticket, ticket_id)
    for _step in range(LONGEST_CHAIN):
        if ticket is None or ticket.merged_into_id is None:
            break
        ticket = db.session.get(Ticket, ticket.merged_into_id)
    return ticket


def merged_into(ticket: Ticket) -> Ticket | None:
    """The ticket this one was merged into, if it was."""
    return db.session.get(Ticket, ticket.merged_into_id) if ticket.merged_into_id else None


def first_homes(messages: Iterable[Message]) -> dict[int, Ticket]:
    """The tickets that these messages were moved from, by id; no query when none was moved."""
    ids = {message.moved_from_id for message in messages if message.moved_from_id is not None}
    if not ids:
        return {}
    found = db.session.scalars(select(Ticket).where(Ticket.id.in_(ids)))
    return {ticket.id: ticket for ticket in found}


def _refuse_standing_message(message: Message, source: Ticket) -> None:
    if source.merged_into_id is not None or source.deleted_at is not None:
        raise Conflict(_("This ticket is not in use any more."), _("Look at it again."))
    if message.visibility is not Visibility.PUBLIC or message.direction is Direction.NOTE:
        raise Invalid(
            _("A note stays with its ticket."), _("Only what was written to or by people is moved.")
        )
    if source.message_count < 2 or not _has_another(message):
        raise Invalid(
            _("This is the only message of its ticket."),
            _("Change the ticket instead, or merge it into another."),
        )


def _has_another(message: Message) -> bool:
    other = select(Message.id).where(
        Message.ticket_id == message.ticket_id,
        Message.id != message.id,
        Message.visibility == Visibility.PUBLIC,
    )
    return db.session.scalar(other.limit(1)) is not None


def _open_around(message: Message, source: Ticket, *, by: int | None, cause: str) -> Ticket:
    """A ticket for a message that is written already, for whoever wrote it."""
    came_in = message.direction is Direction.IN
    wrote = db.session.get(Person, message.author_id) if came_in and message.author_id else None
    return open_with(
        message,
        requester=wrote or source.requester,
        subject=message.subject or source.subject,
        type=source.type,
        group_id=source.group_id,
        by=by,
        cause=cause,
    )


def open_with(
    first: Message,
    *,
    requester: Person,
    subject: str,
    type: str,
    group_id: int | None,
    by: int | None,
    cause: str,
) -> Ticket:
    """A ticket for messages that are written already, dated by the first; nobody gets a receipt for it."""
    opened = Ticket(
        subject=subject,
        channel=first.channel,
        group_id=group_id,
        requester_id=requester.id,
        custom={},
        tags=[],
        watchers=[],
        created_at=first.created_at,
        updated_at=first.created_at,
        **beginning_of(type, first.created_at),
        **beginning_with(None, None),
        **latest_of(first),
    )
    db.session.add(opened)
    db.session.flush()
    record(
        TicketOpened(
            actor_id=by,
            cause=cause,
            subject_id=opened.id,
            after=facts_of(opened),
            personal={"subject": opened.subject},
        )
    )
    return opened


def _origins(ticket_id: int, ids: Sequence[int]) -> list[list[int | str]]:
    """For each message its id and the place and digest of the entry that first told of it."""
    entries = dict(entries_of("ticket", ticket_id, ticket_id)).get(ticket_id, [])
    told = replay(entries).messages
    found: list[list[int | str]] = []
    for message_id in ids:
        place = told.get(message_id)
        # A message the journal does not know stays unknown to it; `desk verify` names it before and after.
        if place is not None:
            found.append([message_id, place.subject_id, place.seq, place.digest])
    return found


def _forget_whose(ids: Sequence[int]) -> None:
    """Messages that were read already name their ticket by what they are told now."""
    for row in list(db.session):
        if isinstance(row, Message) and row.id in ids:
            db.session.expire(row, ["ticket"])


def _first_home(source_id: int, target_id: int) -> Case[Any]:
    first = func.coalesce(Message.moved_from_id, source_id)
    return case((first == target_id, None), else_=first)


def _count_anew(ticket: Ticket) -> None:
    newest = db.session.scalars(public_words(ticket.id).limit(1)).first()
    count = select(func.count(Message.id)).where(Message.ticket_id == ticket.id)
    ticket.message_count = db.session.scalar(count) or 0
    if newest is not None:
        for name, value in latest_of(newest).items():
            setattr(ticket, name, value)
    db.session.expire(ticket, ["messages"])
    touch(ticket)
