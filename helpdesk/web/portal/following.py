"""A request as its requester reads it: where it stands in plain words, who acts next, until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from helpdesk.contact_forms import usual
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.people.access import Actor
from helpdesk.tickets.access import readable
from helpdesk.tickets.models import Attachment, Direction, Message, Ticket
from helpdesk.web import moments
from workflows.lifecycle import Category

MOST_MESSAGES = 200


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the way: its name, what is known of it, and whether it is "done", "now" or "" for to come."""

    name: str
    words: str
    state: str


@dataclass(frozen=True, slots=True)
class Summary:
    """A request in a list."""

    number: str
    subject: str
    status: str
    tone: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the conversation."""

    who: str
    is_own: bool
    at: datetime
    text: str
    files: Sequence[Attachment]


def summary_of(ticket: Ticket) -> Summary:
    word, tone = status_words(ticket)
    return Summary(ticket.number, ticket.subject, word, tone, ticket.last_activity_at)


def status_words(ticket: Ticket) -> tuple[str, str]:
    """Where it stands, for who waits for it, and the tone of it."""
    if ticket.category is Category.ACTIVE:
        begun = ticket.assignee_id is not None or ticket.last_direction is Direction.OUT
        return (_("Being worked on"), "info") if begun else (_("Received"), "info")
    words = {
        Category.WAITING_REQUESTER: (_("Waiting for you"), "warn"),
        Category.WAITING_THIRD_PARTY: (_("Waiting for somebody else"), "info"),
        Category.WAITING_INTERNAL: (_("Being worked on"), "info"),
        Category.RESOLVED: (_("Done"), "ok"),
        Category.CLOSED: (_("Closed"), ""),
        Category.CANCELLED: (_("Withdrawn"), ""),
    }
    return words[ticket.category]


def next_words(ticket: Ticket) -> str:
    """Who acts next, and until when, in a sentence."""
    who = ticket.group.name if ticket.group is not None else _("our team")
    if ticket.category is Category.WAITING_REQUESTER:
        return str(_("We need something from you: please read the last message and answer it."))
    if ticket.category is Category.WAITING_THIRD_PARTY:
        return str(_("We are waiting for somebody outside, and go on once we hear from them."))
    if not ticket.is_open:
        return _ended_words(ticket)
    if ticket.due_at is None:
        return str(_("Next: %(who)s looks at it.", who=who))
    if ticket.due_at < clock.now():
        return str(
            _("This takes longer than we promised, and we are sorry. It is with: %(who)s.", who=who)
        )
    return str(_("You hear from %(who)s by %(day)s, %(time)s.", who=who, **_when(ticket.due_at)))


def usual_words(ticket: Ticket) -> str:
    """By when requests like this are usually finished; "" while too few are known."""
    by = usual.finished_by(ticket)
    if by is None:
        return ""
    return str(_("8 in 10 requests like this are finished by %(day)s.", day=moments.whole_day(by)))


def _ended_words(ticket: Ticket) -> str:
    if ticket.category is Category.RESOLVED:
        return str(_("We think this is done. If it is not, tell us below and we go on."))
    return str(_("This request has ended. If something is left, write to us below."))


def _when(at: datetime) -> dict[str, str]:
    return {"day": moments.whole_day(at), "time": moments.moment(at).time}


def stages_of(ticket: Ticket) -> list[Stage]:
    """The way of a request: received, looked at, done."""
    ended = not ticket.is_open
    group = ticket.group.name if ticket.group is not None else ""
    with_whom = str(_("With: %(who)s", who=group)) if group else ""
    done_at = ticket.resolved_at or ticket.closed_at
    return [
        Stage(_("We have your request"), _day_and_time(ticket.created_at), "done"),
        Stage(
            _("Somebody works on it"),
            with_whom,
            "done" if ended else "now",
        ),
        Stage(
            _("Done") if ticket.category is not Category.CANCELLED else _("Withdrawn"),
            _day_and_time(done_at) if ended and done_at else "",
            "done" if ended else "",
        ),
    ]


def _day_and_time(at: datetime) -> str:
    known = _when(at)
    return f"{known['day']}, {known['time']}"


def conversation(ticket: Ticket, actor: Actor) -> list[Said]:
    """What was said, oldest first; notes are never here (S12), nor what somebody else may have sent (S17)."""
    rows = db.session.scalars(
        select(Message)
        .where(Message.ticket_id == ticket.id, readable(actor))
        .options(selectinload(Message.attachments))
        .order_by(Message.id.desc())
        .limit(MOST_MESSAGES)
    ).all()
    return [_said(message, ticket, actor) for message in reversed(rows)]


def _said(message: Message, ticket: Ticket, actor: Actor) -> Said:
    own = message.author_id == actor.person_id and message.direction is Direction.IN
    if own:
        who = _("You")
    elif message.direction is Direction.OUT:
        who = ticket.group.name if ticket.group is not None else _("Our team")
    else:
        who = message.author_name or message.author_address
    return Said(str(who), own, message.created_at, message.text, message.attachments)
