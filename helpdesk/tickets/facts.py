"""Tickets as conditions see them: everything a rule, a policy or a clock may look at, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, func, select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.journal.models import Entry
from helpdesk.people.models import ContactPoint, Group, Organisation, Person
from helpdesk.tickets.facts_needed import Needs
from helpdesk.tickets.models import (
    Attachment,
    Direction,
    Message,
    Tag,
    Ticket,
    Visibility,
    ticket_tag,
)
from workflows.facts import CustomValue, TicketFacts, Who


@dataclass(frozen=True, slots=True)
class Happened:
    """What just happened to a ticket, as conditions ask for it; `message_id` is the message that was added."""

    events: frozenset[str] = frozenset()
    by: str = ""
    changed: frozenset[str] = frozenset()
    before: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    message_id: int | None = None


NOTHING = Happened()


@dataclass(frozen=True, slots=True)
class _Talk:
    """What the messages of a ticket come to."""

    answers: int = 0
    notes: int = 0
    last_in: datetime | None = None
    last_out: datetime | None = None
    last_public: int | None = None
    first_public: int | None = None


@dataclass(slots=True)
class _Read:
    """What was read for many tickets, by ticket or person."""

    people: dict[int, Who] = field(default_factory=dict)
    tags: dict[int, set[str]] = field(default_factory=dict)
    talks: dict[int, _Talk] = field(default_factory=dict)
    waiting: dict[int, datetime] = field(default_factory=dict)
    status_since: dict[int, datetime] = field(default_factory=dict)
    messages: dict[int, Any] = field(default_factory=dict)


def read_facts(
    ticket_ids: Sequence[int],
    happened: Mapping[int, Happened] | None = None,
    needs: Needs = Needs.ALL,
) -> dict[int, TicketFacts]:
    """The facts of these tickets by id, as they stand now; what is no ticket is missing. A fixed number of queries.

    `happened` says for a ticket what just happened to it; `needs` what is asked for, and the rest may be left empty.
    Whoever asks has made sure that the tickets may be read.
    """
    news = happened or {}
    rows = db.session.execute(_tickets_statement(), {"ids": list(ticket_ids)}).all()
    tickets = [row[0] for row in rows]
    if not tickets:
        return {}
    read = _read(tickets, ticket_ids, news, needs)
    return {
        ticket.id: _facts(ticket, group, organisation, locale, read, news.get(ticket.id, NOTHING))
        for ticket, group, organisation, locale in rows
    }


def facts_of(ticket: Ticket, happened: Happened = NOTHING, needs: Needs = Needs.ALL) -> TicketFacts:
    """The facts of one ticket as it stands in the open unit of work; what `needs` does not name may be left empty."""
    return read_facts([ticket.id], {ticket.id: happened}, needs)[ticket.id]


def _read(
    tickets: Sequence[Ticket], ids: Sequence[int], news: Mapping[int, Happened], needs: Needs
) -> _Read:
    read = _Read()
    if Needs.PEOPLE in needs:
        read.people = _people(
            {who for one in tickets for who in (one.requester_id, one.assignee_id)}
        )
    if Needs.TAGS in needs:
        read.tags = _tags(ids)
    # Which message was the last is only known from all of them.
    is_last = any(news.get(one, NOTHING).message_id is None for one in ids)
    if Needs.TALK in needs or (Needs.MESSAGE in needs and is_last):
        read.talks = _talks(ids)
    if Needs.STATUS_SINCE in needs:
        read.status_since = _status_since(ids)
    if Needs.WAITING in needs:
        read.waiting = _waiting(ids)
    if Needs.MESSAGE in needs:
        _read_messages(read, tickets, news)
    return read


def people_named(ids: Iterable[int]) -> dict[int, Who]:
    """Persons as conditions know them, by id; two queries at the most."""
    return _people(set(ids))


def _facts(
    ticket: Ticket,
    group: str | None,
    organisation: str | None,
    locale: str,
    read: _Read,
    happened: Happened,
) -> TicketFacts:
    talk = read.talks.get(ticket.id, _Talk())
    message = read.messages.get(happened.message_id or talk.last_public or 0)
    return TicketFacts(
        number=ticket.number,
        type=ticket.type,
        status=ticket.status,
        category=str(ticket.category),
        priority=ticket.priority,
        impact=str(ticket.impact),
        urgency=str(ticket.urgency),
        priority_overridden=bool(ticket.priority_overridden),
        group=group,
        assignee=read.people.get(ticket.assignee_id) if ticket.assignee_id else None,
        requester=read.people.get(ticket.requester_id, Who("")),
        organisation=organisation,
        language=locale,
        channel=ticket.channel,
        tags=frozenset(read.tags.get(ticket.id, ())),
        custom=_custom(ticket.custom),
        subject=ticket.subject,
        **_of_message(message, talk),
        messages=ticket.message_count,
        answers=talk.answers,
        notes=talk.notes,
        **_times(ticket, talk, read, happened),
        events=happened.events,
        by=happened.by,
        changed=happened.changed,
        before=dict(happened.before),
    )


def _times(ticket: Ticket, talk: _Talk, read: _Read, happened: Happened) -> dict[str, Any]:
    waiting = read.waiting.get(ticket.id)
    return {
        "created_at": ticket.created_at,
        "updated_at": ticket.updated_at,
        "last_activity_at": ticket.last_activity_at,
        "last_requester_at": talk.last_in,
        "last_agent_at": talk.last_out,
        "unanswered_since": waiting,
        "awaiting_since": talk.last_out if waiting is None else None,
        "status_since": _since(ticket, read, happened),
        "resolved_at": ticket.resolved_at,
        "closed_at": ticket.closed_at,
        "due_at": ticket.due_at,
        "breach_at": ticket.breach_at,
        "is_breached": ticket.breach_at is not None and ticket.breach_at < clock.now(),
    }


def _since(ticket: Ticket, read: _Read, happened: Happened) -> datetime:
    """When the ticket came to its status; what happens in this unit of work, the journal does not have yet."""
    if "status" in happened.changed:
        return clock.now()
    return read.status_since.get(ticket.id, ticket.created_at)


def _of_message(message: Any, talk: _Talk) -> dict[str, Any]:
    if message is None:
        return {}
    named = [one for kind in ("to", "cc") for one in message.recipients.get(kind) or ()]
    return {
        "text": message.text,
        "sender": f"{message.author_name} {message.author_address}".strip(),
        "receivers": tuple(map(str, named)),
        "is_automatic": message.automation is not None,
        "is_unverified": bool(message.unverified),
        "is_reply": talk.first_public is not None and message.id > talk.first_public,
        "files": message.files,
    }


def _custom(values: Mapping[str, Any]) -> dict[str, CustomValue]:
    return {
        key: tuple(map(str, value)) if isinstance(value, list) else value
        for key, value in values.items()
        if value is not None
    }


def _people(ids: set[int | None]) -> dict[int, Who]:
    wanted = sorted(one for one in ids if one is not None)
    if not wanted:
        return {}
    rows = db.session.execute(_people_statement(), {"ids": wanted})
    found: dict[int, Who] = {}
    for person_id, name, address in rows:
        known = found.get(person_id, Who(name))
        found[person_id] = Who(name, (*known.addresses, address) if address else known.addresses)
    return found


def _tags(ids: Sequence[int]) -> dict[int, set[str]]:
    rows = db.session.execute(_tags_statement(), {"ids": list(ids)})
    found: dict[int, set[str]] = {}
    for ticket_id, name in rows:
        found.setdefault(ticket_id, set()).add(name)
    return found


def _talks(ids: Sequence[int]) -> dict[int, _Talk]:
    public = Message.visibility == Visibility.PUBLIC
    by_hand = and_(public, Message.automation.is_(None))
    incoming = and_(by_hand, Message.direction == Direction.IN)
    outgoing = and_(by_hand, Message.direction == Direction.OUT)
    rows = db.session.execute(
        select(
            Message.ticket_id,
            func.count(Message.id).filter(outgoing),
            func.count(Message.id).filter(Message.direction == Direction.NOTE),
            func.max(Message.created_at).filter(incoming),
            func.max(Message.created_at).filter(outgoing),
            func.max(Message.id).filter(public),
            func.min(Message.id).filter(public),
        )
        .where(Message.ticket_id.in_(ids))
        .group_by(Message.ticket_id)
    )
    return {
        ticket_id: _Talk(answers, notes, last_in, last_out, last, first)
        for ticket_id, answers, notes, last_in, last_out, last, first in rows
    }


def _waiting(ids: Sequence[int]) -> dict[int, datetime]:
    """When each requester who waits for an answer first wrote after the last one."""
    by_hand = and_(Message.visibility == Visibility.PUBLIC, Message.automation.is_(None))
    answer = Message.__table__.alias("answer")
    last_answer = (
        select(func.max(answer.c.id))
        .where(
            answer.c.ticket_id == Message.ticket_id,
            answer.c.visibility == Visibility.PUBLIC,
            answer.c.automation.is_(None),
            answer.c.direction == Direction.OUT,
        )
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Message.ticket_id, func.min(Message.created_at))
        .where(
            Message.ticket_id.in_(ids),
            by_hand,
            Message.direction == Direction.IN,
            Message.id > func.coalesce(last_answer, 0),
        )
        .group_by(Message.ticket_id)
    )
    return dict(rows.all())


def _status_since(ids: Sequence[int]) -> dict[int, datetime]:
    rows = db.session.execute(
        select(Entry.subject_id, func.max(Entry.at))
        .where(
            Entry.subject_kind == "ticket",
            Entry.subject_id.in_(ids),
            Entry.event.in_(("StatusChanged", "TicketsMerged", "MergeUndone")),
        )
        .group_by(Entry.subject_id)
    )
    return dict(rows.all())


def _read_messages(read: _Read, tickets: Iterable[Ticket], news: Mapping[int, Happened]) -> None:
    wanted = {
        news.get(ticket.id, NOTHING).message_id
        or read.talks.get(ticket.id, _Talk()).last_public
        or 0
        for ticket in tickets
    }
    rows = db.session.execute(_messages_statement(), {"ids": sorted(wanted)})
    read.messages = {row.id: row for row in rows}


# Each is built once: putting them together for every change of a ticket took longer than the database's answers.
_IDS: Any = bindparam("ids", expanding=True)


@cache
def _tickets_statement() -> Any:
    return (
        select(Ticket, Group.name, Organisation.name, Person.locale)
        .join(Person, Person.id == Ticket.requester_id)
        .outerjoin(Group, Group.id == Ticket.group_id)
        .outerjoin(Organisation, Organisation.id == Person.organisation_id)
        .where(Ticket.id.in_(_IDS))
    )


@cache
def _people_statement() -> Any:
    return (
        select(Person.id, Person.name, ContactPoint.value)
        .outerjoin(ContactPoint, ContactPoint.person_id == Person.id)
        .where(Person.id.in_(_IDS))
        .order_by(Person.id, ContactPoint.id)
    )


@cache
def _tags_statement() -> Any:
    return (
        select(ticket_tag.c.ticket_id, Tag.name)
        .join(Tag, Tag.id == ticket_tag.c.tag_id)
        .where(ticket_tag.c.ticket_id.in_(_IDS))
    )


@cache
def _messages_statement() -> Any:
    files = select(func.count(Attachment.id)).where(Attachment.message_id == Message.id)
    return select(
        Message.id,
        Message.text,
        Message.author_name,
        Message.author_address,
        Message.recipients,
        Message.automation,
        Message.unverified,
        files.scalar_subquery().label("files"),
    ).where(Message.id.in_(_IDS))
