"""What changes tickets. Each runs inside a unit of work, records what happened and never commits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.unit_of_work import record
from helpdesk.people.models import Group, Membership, Person, Right
from helpdesk.tickets.conversation import NewMessage, opening_of, write_message
from helpdesk.tickets.events import (
    Assigned,
    GroupChanged,
    TagsChanged,
    TicketChanged,
    TicketEvent,
    TicketOpened,
    WatchersChanged,
)
from helpdesk.tickets.lives import category_of, initial_of, prefix_of
from helpdesk.tickets.models import Direction, Message, Tag, Ticket, Watcher
from helpdesk.tickets.naming import beginning, single_line
from helpdesk.tickets.prioritizing import beginning_with, set_priority
from helpdesk.tickets.processing import process_facts
from helpdesk.tickets.retyping import change_type
from helpdesk.tickets.stepping import change_status

# Commands of tickets are asked for here, wherever they are written.
__all__ = ["change_status", "change_type", "set_priority"]

MOST_TAGS = 30


def open_ticket(
    *,
    requester: Person,
    subject: str,
    type: str,
    channel: str,
    first: NewMessage,
    group: Group | None = None,
    impact: str | None = None,
    urgency: str | None = None,
    by: int | None = None,
    cause: str,
) -> Ticket:
    """Open a ticket with its first message; dated by when we had that message."""
    ticket, _message = open_with_first(
        requester=requester,
        subject=subject,
        type=type,
        channel=channel,
        first=first,
        group=group,
        impact=impact,
        urgency=urgency,
        by=by,
        cause=cause,
    )
    return ticket


def open_with_first(
    *,
    requester: Person,
    subject: str,
    type: str,
    channel: str,
    first: NewMessage,
    group: Group | None = None,
    impact: str | None = None,
    urgency: str | None = None,
    by: int | None = None,
    cause: str,
) -> tuple[Ticket, Message]:
    """Open a ticket as `open_ticket` does; its first message comes with it."""
    at = first.created_at or clock.now()
    ticket = Ticket(
        subject=single_line(subject, 500) or _("(no subject)"),
        channel=channel,
        group_id=group.id if group else None,
        requester_id=requester.id,
        custom={},
        tags=[],
        watchers=[],
        message_count=1,
        created_at=at,
        updated_at=at,
        last_activity_at=at,
        **beginning_of(type, at),
        **beginning_with(impact, urgency),
        **_first_line(first),
    )
    db.session.add(ticket)
    db.session.flush()
    return ticket, _record_opening(ticket, first, by=by, cause=cause)


def _record_opening(ticket: Ticket, first: NewMessage, *, by: int | None, cause: str) -> Message:
    message = write_message(ticket, first)
    opened = TicketOpened(
        actor_id=by,
        cause=cause,
        subject_id=ticket.id,
        after=facts_of(ticket),
        personal={"subject": ticket.subject},
    )
    record(opened)
    record(opening_of(message, by=by, cause=cause, by_person=first.automation is None))
    return message


def facts_of(ticket: Ticket) -> dict[str, Any]:
    """The fields of a ticket that the journal keeps as they are."""
    return {
        "type": ticket.type,
        "status": ticket.status,
        "priority": ticket.priority,
        "priority_overridden": bool(ticket.priority_overridden),
        "impact": ticket.impact,
        "urgency": ticket.urgency,
        "group": ticket.group_id,
        "assignee": ticket.assignee_id,
        "requester": ticket.requester_id,
        "channel": ticket.channel,
        **process_facts(ticket),
    }


def lock(ticket_id: int) -> Ticket:
    """The ticket, read anew and locked against other writers until the commit."""
    return db.session.scalars(
        select(Ticket)
        .where(Ticket.id == ticket_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def lock_version(ticket_id: int, version: int) -> Ticket:
    """The ticket, locked, if nobody changed it since `version` was read. Raises Conflict."""
    ticket = lock(ticket_id)
    if ticket.version != version:
        raise Conflict(
            _("This ticket changed while you were working on it."),
            _("Look at what changed, then make your change again if it is still right."),
        )
    return ticket


def assign(ticket: Ticket, agent: Person | None, *, by: int | None, cause: str) -> None:
    """Give a ticket to an agent of its group, or to nobody. Raises Invalid for an agent who may not work on it."""
    if agent is not None and not may_work(agent, ticket.group_id):
        raise Invalid(
            _("%(name)s may not work on tickets of this group.", name=agent.name),
            _("Choose a member of the group, or move the ticket to another group first."),
            field="assignee",
        )
    new = agent.id if agent else None
    if new == ticket.assignee_id:
        return
    _change(
        ticket, Assigned, {"assignee": ticket.assignee_id}, {"assignee": new}, by=by, cause=cause
    )
    ticket.assignee_id = new


def may_work(agent: Person, group_id: int | None) -> bool:
    """Whether this person may be given tickets of that group."""
    if not agent.is_active or not agent.is_staff:
        return False
    if group_id is None or agent.role == "admin":
        return True
    held = select(Membership.id).where(
        Membership.person_id == agent.id,
        Membership.group_id == group_id,
        Membership.right.in_([Right.WORK, Right.LEAD]),
    )
    return db.session.scalar(held) is not None


def move_to_group(ticket: Ticket, group: Group | None, *, by: int | None, cause: str) -> None:
    """Move a ticket to another group; an assignee who may not work there is taken off."""
    new = group.id if group else None
    if new == ticket.group_id:
        return
    _change(ticket, GroupChanged, {"group": ticket.group_id}, {"group": new}, by=by, cause=cause)
    ticket.group_id = new
    if ticket.assignee_id is not None:
        assignee = db.session.get_one(Person, ticket.assignee_id)
        if not may_work(assignee, new):
            assign(ticket, None, by=by, cause=cause)


def rename(ticket: Ticket, subject: str, *, by: int | None, cause: str) -> None:
    """Change the subject."""
    plain_subject = single_line(subject, 500)
    if not plain_subject:
        raise Invalid(
            _("A ticket needs a subject."),
            _("Type a few words that say what it is about."),
            field="subject",
        )
    if plain_subject == ticket.subject:
        return
    ticket.subject = plain_subject
    _change(ticket, TicketChanged, {}, {}, by=by, cause=cause, personal={"subject": plain_subject})


def set_tags(ticket: Ticket, names: Iterable[str], *, by: int | None, cause: str) -> None:
    """Put exactly these tags on a ticket; unknown ones are made."""
    wanted = sorted({single_line(name, 60).lower() for name in names} - {""})
    if len(wanted) > MOST_TAGS:
        raise Invalid(
            _("A ticket has at most %(most)d tags.", most=MOST_TAGS),
            _("Take some off."),
            field="tags",
        )
    before = sorted(tag.name for tag in ticket.tags)
    if wanted == before:
        return
    known = {tag.name: tag for tag in db.session.scalars(select(Tag).where(Tag.name.in_(wanted)))}
    ticket.tags = [known.get(name) or Tag(name=name) for name in wanted]
    _change(ticket, TagsChanged, {"tags": before}, {"tags": wanted}, by=by, cause=cause)


def watch(ticket: Ticket, person: Person, *, by: int | None, cause: str) -> None:
    """Let a person watch a ticket: they are told of public messages and take part in it."""
    ids = sorted(watcher.person_id for watcher in ticket.watchers)
    if person.id in ids:
        return
    ticket.watchers.append(Watcher(ticket_id=ticket.id, person_id=person.id))
    after = sorted([*ids, person.id])
    _change(ticket, WatchersChanged, {"watchers": ids}, {"watchers": after}, by=by, cause=cause)


def unwatch(ticket: Ticket, person: Person, *, by: int | None, cause: str) -> None:
    """Let a person watch a ticket no longer."""
    ids = sorted(watcher.person_id for watcher in ticket.watchers)
    if person.id not in ids:
        return
    for watcher in [one for one in ticket.watchers if one.person_id == person.id]:
        ticket.watchers.remove(watcher)
        db.session.delete(watcher)
    after = [one for one in ids if one != person.id]
    _change(ticket, WatchersChanged, {"watchers": ids}, {"watchers": after}, by=by, cause=cause)


def touch(ticket: Ticket) -> None:
    """Count a change of a ticket."""
    ticket.version += 1
    ticket.updated_at = clock.now()


def beginning_of(type: str, at: datetime) -> dict[str, Any]:
    """The columns of a new ticket that follow from its type."""
    return {
        "prefix": prefix_of(type),
        "type": type,
        "status": initial_of(type),
        "category": category_of(type, initial_of(type)),
        "status_since": at,
        "process": {},
        "reopened": 0,
    }


def _first_line(first: NewMessage) -> dict[str, Any]:
    author = (
        first.author_name or (first.author.name if first.author else "") or first.author_address
    )
    return {
        "last_line": beginning(first.text),
        "last_author": single_line(author, 200),
        "last_direction": Direction(first.direction),
    }


def _change(
    ticket: Ticket,
    kind: type[TicketEvent],
    before: dict[str, Any],
    after: dict[str, Any],
    *,
    by: int | None,
    cause: str,
    personal: dict[str, str] | None = None,
) -> None:
    touch(ticket)
    record(
        kind(
            actor_id=by,
            cause=cause,
            subject_id=ticket.id,
            before=before,
            after=after,
            personal=personal or {},
        )
    )
