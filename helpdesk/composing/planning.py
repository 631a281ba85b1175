"""Replies that wait: seconds in which they can be taken back, or the moment their writer chose; each is sent once.

A waiting reply is a row of its own. Its job writes the message in the unit of work that marks the row, so a worker
that dies leaves either both or none (P30).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.composing import drafts, pictures
from helpdesk.composing.models import PlannedFile, PlannedReply, PlannedState
from helpdesk.core import clock, files
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound, Refused
from helpdesk.core.unit_of_work import attempt, owe
from helpdesk.people.access import Actor, actor_of
from helpdesk.people.models import Person, Right
from helpdesk.tickets.access import visible_tickets
from helpdesk.tickets.commands import lock
from helpdesk.tickets.conversation import NewFile, NewMessage, add_message
from helpdesk.tickets.events import MessageAdded
from helpdesk.tickets.models import Direction, Message, Ticket, Visibility
from helpdesk.tickets.moves import MoveRefused, roles_of
from helpdesk.tickets.stepping import change_status
from workflows.lifecycle import Category

JOB = "send_planned"
TELL_JOB = "tell_of_planned"
CAUSE = "console"
LONGEST_UNDO = timedelta(seconds=60)
LONGEST_AHEAD = timedelta(days=366)
MOST_AT_ONCE = 500
MOST_LISTED = 100
# Why a reply was stopped, as words of `web`.
WROTE, ENDED, GONE, RIGHTS, STATUS = "wrote", "ended", "gone", "rights", "status"
COLLEAGUE, ANSWERED, PICTURE = "colleague", "answered", "picture"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """When a reply leaves and what goes with it; `later` is None for one that can only be taken back for `undo`."""

    undo: timedelta
    later: datetime | None = None
    status: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    seen_id: int = 0
    way: str = ""


def plan(ticket: Ticket, new: NewMessage, actor: Actor, how: Plan) -> PlannedReply:
    """Let a reply wait, inside a unit of work. Raises all that sending it now would raise, and Invalid for its moment.

    The same words of the same person that wait already are not planned twice (P36).
    """
    at = clock.now()
    _check_moment(how.later, at)
    _try_out(ticket, new, actor, how)
    for one in waiting_on(ticket.id):
        said = (one.text, one.html, one.recipients)
        if one.agent_id == actor.person_id and said == (new.text, new.html, new.recipients):
            return one
    row = PlannedReply(
        ticket_id=ticket.id,
        agent_id=actor.person_id,
        is_later=how.later is not None,
        due_at=how.later or at + min(how.undo, LONGEST_UNDO),
        text=new.text,
        html=new.html,
        channel=new.channel,
        recipients=new.recipients,
        status=how.status,
        fields=dict(how.fields),
        seen_id=how.seen_id,
        way=how.way,
        made_at=at,
    )
    row.files = [_kept(file) for file in new.files]
    db.session.add(row)
    db.session.flush()
    return row


def waiting_on(ticket_id: int) -> Sequence[PlannedReply]:
    """What waits on a ticket, the next first; one query."""
    return db.session.scalars(
        select(PlannedReply)
        .where(PlannedReply.ticket_id == ticket_id, PlannedReply.state == PlannedState.WAITING)
        .order_by(PlannedReply.due_at, PlannedReply.id)
        .limit(MOST_LISTED)
    ).all()


def waiting_of(actor: Actor) -> Sequence[PlannedReply]:
    """All that waits of one's own, on tickets that one may see."""
    return db.session.scalars(
        select(PlannedReply)
        .join(Ticket, Ticket.id == PlannedReply.ticket_id)
        .where(
            PlannedReply.agent_id == actor.person_id,
            PlannedReply.state == PlannedState.WAITING,
            visible_tickets(actor),
        )
        .order_by(PlannedReply.due_at, PlannedReply.id)
        .limit(MOST_LISTED)
    ).all()


def find(ticket: Ticket, planned_id: int) -> PlannedReply:
    """The reply of this id on this ticket. Raises NotFound."""
    row = db.session.get(PlannedReply, planned_id)
    if row is None or row.ticket_id != ticket.id:
        raise NotFound(_("There is no such reply."), _("Open the ticket again."))
    return row


def take_back(planned_id: int, actor: Actor) -> bool:
    """Stop a waiting reply; its words go back into the draft of its writer, who is told if it was a colleague.

    False once it has left.
    """
    row = _locked(planned_id)
    if row.state is not PlannedState.WAITING:
        return False
    if row.agent_id != actor.person_id:
        stop(row, COLLEAGUE)
        return True
    _settle(row, PlannedState.TAKEN_BACK)
    _into_draft(row)
    return True


def send_now(planned_id: int, actor: Actor) -> bool:
    """Let it leave without waiting any more, as its writer. False once it has left or was stopped. Raises Refused."""
    row = _locked(planned_id)
    if row.agent_id != actor.person_id:
        raise Refused(_("Only who wrote it sends it now."), _("Take it back, or ask them."))
    if row.state is not PlannedState.WAITING:
        return False
    row.due_at = clock.now()
    owe(JOB, row.id)
    return True


def settled_lately(ticket_id: int, agent_id: int) -> Sequence[PlannedReply]:
    """What of one's own has just left a ticket, for the page that waited for it."""
    return db.session.scalars(
        select(PlannedReply)
        .where(
            PlannedReply.ticket_id == ticket_id,
            PlannedReply.agent_id == agent_id,
            PlannedReply.state == PlannedState.SENT,
            PlannedReply.settled_at > clock.now() - timedelta(minutes=1),
        )
        .order_by(PlannedReply.id)
        .limit(5)
    ).all()


def owe_due() -> None:
    """Owe all whose moment has come; the schedule asks every few seconds."""
    for planned_id in due():
        owe(JOB, planned_id)


def due() -> Sequence[int]:
    """The ids of what is to leave now; also what lost its job."""
    return db.session.scalars(
        select(PlannedReply.id)
        .where(PlannedReply.state == PlannedState.WAITING, PlannedReply.due_at <= clock.now())
        .order_by(PlannedReply.due_at, PlannedReply.id)
        .limit(MOST_AT_ONCE)
    ).all()


def send(planned_id: int) -> None:
    """Write the message of a waiting reply whose moment has come; again does nothing. Inside a unit of work.

    One that goes to another ticket at this moment leaves from there, when the schedule looks again.
    """
    ticket = lock(db.session.get_one(PlannedReply, planned_id).ticket_id)
    row = _locked(planned_id)
    if row.state is not PlannedState.WAITING or row.due_at > clock.now():
        return
    if row.ticket_id != ticket.id:
        return
    agent = db.session.get_one(Person, row.agent_id)
    actor = actor_of(agent)
    reason = _against(row, ticket, actor, agent)
    if reason:
        stop(row, reason)
        return
    new = pictures.placed(_message(row, agent), agent.id, ticket.id)
    message = add_message(ticket, new, by=agent.id, cause=CAUSE)
    row.message_id = message.id
    _settle(row, PlannedState.SENT)
    if row.status:
        _move(row, ticket, actor)


def stop(row: PlannedReply, why: str) -> None:
    """Something came between: the words go back into the draft, and their writer is told."""
    _settle(row, PlannedState.STOPPED)
    row.why = why
    _into_draft(row)
    owe(TELL_JOB, row.id)


def told_of(planned_id: int) -> tuple[Person, Ticket, str]:
    """Who is told of what came between, on which ticket, and the word for why."""
    row = db.session.get_one(PlannedReply, planned_id)
    return db.session.get_one(Person, row.agent_id), row.ticket, row.why


def follow_message(event: MessageAdded) -> None:
    """Whoever wrote first may have answered what a planned reply was going to ask, or have said it already."""
    if event.visibility != Visibility.PUBLIC or not event.by_person:
        return
    for row in waiting_on(event.subject_id):
        if not row.is_later or row.seen_id >= event.message_id:
            continue
        if event.direction == Direction.IN:
            stop(row, WROTE)
        elif event.actor_id not in (None, row.agent_id):
            stop(row, ANSWERED)


def _check_moment(later: datetime | None, at: datetime) -> None:
    if later is not None and later <= at:
        raise Invalid(_("That moment is past."), _("Choose one to come."), field="later")
    if later is not None and later > at + LONGEST_AHEAD:
        raise Invalid(_("That is more than a year away."), _("Choose a nearer day."), field="later")


class _OnlyTried(RuntimeError):
    """Undoes what was done to see whether it can be."""


def _try_out(ticket: Ticket, new: NewMessage, actor: Actor, how: Plan) -> None:
    """Do it and take it back, so that whatever stands against it is said while its writer is still there."""
    if not how.status:
        return
    try:
        with attempt():
            add_message(ticket, new, by=actor.person_id, cause=CAUSE)
            change_status(
                ticket,
                how.status,
                by=actor.person_id,
                cause=CAUSE,
                fields=how.fields,
                roles=roles_of(actor, ticket),
            )
            raise _OnlyTried
    except _OnlyTried:
        db.session.expire_all()


def _against(row: PlannedReply, ticket: Ticket, actor: Actor, agent: Person) -> str:
    """Why it must not leave, or "". What only waited to be undone leaves although somebody wrote in these seconds."""
    if ticket.deleted_at is not None or ticket.merged_into_id is not None:
        return GONE
    if ticket.category in (Category.CLOSED, Category.CANCELLED):
        return ENDED
    if not agent.is_active or not actor.holds(ticket.group_id, Right.WORK):
        return RIGHTS
    if not pictures.are_here(row.html, agent.id, ticket.id):
        return PICTURE
    newer = select(Message.id).where(
        Message.ticket_id == ticket.id,
        Message.id > row.seen_id,
        # What stood already on a ticket that this one was merged into was not written first.
        Message.created_at > row.made_at,
        Message.direction == Direction.IN,
        Message.visibility == Visibility.PUBLIC,
        Message.automation.is_(None),
    )
    return WROTE if row.is_later and db.session.scalar(newer.limit(1)) is not None else ""


def _message(row: PlannedReply, agent: Person) -> NewMessage:
    return NewMessage(
        text=row.text,
        html=row.html,
        direction=Direction.OUT,
        channel=row.channel,
        author=agent,
        recipients=row.recipients,
        files=tuple(
            NewFile(one.name, one.content_type, files.open_file(one.digest).read())
            for one in row.files
        ),
    )


def _move(row: PlannedReply, ticket: Ticket, actor: Actor) -> None:
    """The status that was chosen with it; where the ticket went another way meanwhile, its writer is told."""
    try:
        with attempt():
            change_status(
                ticket,
                row.status,
                by=actor.person_id,
                cause=CAUSE,
                fields=row.fields,
                roles=roles_of(actor, ticket),
            )
    except MoveRefused:
        row.why = STATUS
        owe(TELL_JOB, row.id)


def _into_draft(row: PlannedReply) -> None:
    details = {
        "cc": ", ".join(row.recipients.get("cc", ())),
        "bcc": ", ".join(row.recipients.get("bcc", ())),
        "way": row.way,
        "status": row.status,
        "html": row.html or "",
    }
    kept = [[one.digest, one.name, one.content_type, one.size] for one in row.files]
    drafts.give_back(row.agent_id, row.ticket_id, "reply", row.text, details, kept)


def _locked(planned_id: int) -> PlannedReply:
    return db.session.scalars(
        select(PlannedReply)
        .where(PlannedReply.id == planned_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _settle(row: PlannedReply, state: PlannedState) -> None:
    row.state, row.settled_at = state, clock.now()


def _kept(file: NewFile) -> PlannedFile:
    return PlannedFile(
        digest=files.keep(file.body),
        name=file.name,
        content_type=file.content_type,
        size=len(file.body),
    )
