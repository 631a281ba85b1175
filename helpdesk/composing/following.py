"""Where replies that wait go when their ticket is merged, split or parted, or is for somebody else: never to the wrong one.

A reply goes along only to a ticket of the same requester. Any other is held: its words go into the draft of its writer,
on the ticket where the conversation stands now, and they are told.
"""

from __future__ import annotations

from sqlalchemy import select

from helpdesk.composing import pictures
from helpdesk.composing.drafts import SIDE
from helpdesk.composing.models import Draft, PlannedReply
from helpdesk.composing.planning import stop, waiting_on
from helpdesk.core.db import db
from helpdesk.tickets.events import MessagesBrought, RequesterChanged, TicketsMerged
from helpdesk.tickets.models import Message, Ticket

# Why a reply was held, as words of `web`.
MERGED, MOVED, REQUESTER = "merged", "moved", "requester"


def follow_merge(event: TicketsMerged) -> None:
    """What waits on a ticket that was merged goes to the ticket that answers for it now."""
    source = db.session.get_one(Ticket, event.subject_id)
    if source.merged_into_id is None:
        return
    target = db.session.get_one(Ticket, source.merged_into_id)
    for row in waiting_on(source.id):
        _go_along(row, source, target, MERGED)


def follow_move(event: MessagesBrought) -> None:
    """A reply to messages that were moved goes back with them to their ticket; where they were split off it is held."""
    target = db.session.get_one(Ticket, event.subject_id)
    source = db.session.get_one(Ticket, int((event.after or {})["moved_from"]))
    if source.merged_into_id is not None:
        return
    for row in waiting_on(source.id):
        if row.seen_id not in event.message_ids:
            continue
        if target.created_at < row.made_at:
            _go_along(row, source, target, MOVED)
        else:
            stop(row, MOVED)


def follow_sides(event: MessagesBrought) -> None:
    """What was begun in a side conversation goes with it to another ticket, and comes back with it."""
    brought = select(Message.side_id).where(
        Message.id.in_(event.message_ids), Message.side_id.is_not(None)
    )
    kinds = [f"{SIDE}{side_id}" for side_id in db.session.scalars(brought.distinct())]
    if kinds:
        for draft in db.session.scalars(select(Draft).where(Draft.kind.in_(kinds))):
            draft.ticket_id = event.subject_id


def follow_requester(event: RequesterChanged) -> None:
    """What was written for one person is not sent to another."""
    for row in waiting_on(event.subject_id):
        stop(row, REQUESTER)


def _go_along(row: PlannedReply, source: Ticket, target: Ticket, why: str) -> None:
    row.html = pictures.along(row.html, row.agent_id, target)
    row.ticket_id = target.id
    db.session.flush()
    db.session.expire(row, ["ticket"])
    if source.requester_id != target.requester_id:
        stop(row, why)
