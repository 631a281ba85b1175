"""What is said on a ticket: new messages with their files, and what they change."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from helpdesk.core import clock, files, html
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import record
from helpdesk.people.models import Person
from helpdesk.tickets.events import FileAttached, MessageAdded
from helpdesk.tickets.models import Attachment, Direction, Message, Ticket, Visibility
from helpdesk.tickets.naming import beginning, safe_file_name, single_line
from helpdesk.tickets.stepping import move_by_itself
from workflows.lifecycle import Occasion


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file of a message that is about to be written."""

    name: str
    content_type: str
    body: bytes
    content_id: str | None = None
    is_inline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message that is about to be written.

    `created_at` is when we had it, None for now; `sent_at` is the sender's claim. `automation` names the machine's
    kind of message ("auto_reply", "bounce", ...), None when a person wrote it. `for_person_id` is whom a representative
    speaks for, `for_why` by what right (or, without a person, why not); `entered_by_id` is the agent who wrote it down.
    """

    text: str
    direction: Direction
    visibility: Visibility = Visibility.PUBLIC
    channel: str = "email"
    author: Person | None = None
    author_name: str = ""
    author_address: str = ""
    recipients: dict[str, Any] = field(default_factory=dict)
    subject: str = ""
    quoted: str = ""
    html: str | None = None
    external_id: str | None = None
    side_id: int | None = None
    raw_id: int | None = None
    joined_by: str = "new"
    unverified: str = ""
    for_person_id: int | None = None
    for_why: str = ""
    entered_by_id: int | None = None
    automation: str | None = None
    facts: dict[str, Any] | None = None
    sent_at: datetime | None = None
    created_at: datetime | None = None
    files: tuple[NewFile, ...] = ()


def add_message(ticket: Ticket, new: NewMessage, *, by: int | None, cause: str) -> Message:
    """Add a message to a ticket; it may move the ticket on.

    Its requester's words wake a waiting ticket and reopen a resolved one; the first answer takes it up.

    What a machine wrote changes nothing (RFC 3834, section 2). `by` is the id of the person who acts, None for the
    desk. The caller decides what becomes of messages to closed tickets.
    """
    message = write_message(ticket, new)
    _note_latest(ticket, message)
    record(_added(message, by=by, cause=cause, by_person=new.automation is None))
    if new.automation is None:
        _move_on(ticket, message, by=by, cause=cause)
    return message


def write_message(ticket: Ticket, new: NewMessage) -> Message:
    """Write the row of a message and its files; records nothing."""
    message = Message(
        ticket_id=ticket.id,
        visibility=new.visibility,
        direction=new.direction,
        channel=new.channel,
        author_id=new.author.id if new.author else None,
        author_name=single_line(new.author_name or (new.author.name if new.author else ""), 200),
        author_address=single_line(new.author_address, 320),
        recipients=new.recipients,
        subject=single_line(new.subject, 500),
        text=new.text.replace("\x00", ""),
        quoted=new.quoted.replace("\x00", ""),
        html=html.clean(new.html) if new.html else None,
        external_id=new.external_id[:998] if new.external_id else None,
        raw_id=new.raw_id,
        side_id=new.side_id,
        joined_by=new.joined_by,
        unverified=new.unverified[:200],
        for_person_id=new.for_person_id,
        for_why=new.for_why[:200],
        entered_by_id=new.entered_by_id,
        automation=new.automation,
        facts=new.facts,
        sent_at=new.sent_at,
        created_at=new.created_at or clock.now(),
    )
    message.attachments = [_attachment(file) for file in new.files]
    db.session.add(message)
    db.session.flush()
    return message


def attach_file(message: Message, file: NewFile, *, cause: str) -> None:
    """Lay a file beside a message that came before it."""
    attachment = _attachment(file)
    message.attachments.append(attachment)
    db.session.flush()
    record(
        FileAttached(
            actor_id=None,
            cause=cause,
            subject_id=message.ticket_id,
            after={"message": message.id, "files": [attachment.digest]},
            personal={"name": attachment.name},
        )
    )


def opening_of(
    message: Message, *, by: int | None, cause: str, by_person: bool = True
) -> MessageAdded:
    """The event of a ticket's first message."""
    return _added(message, by=by, cause=cause, by_person=by_person)


def public_words(ticket_id: int) -> Select[Message]:
    """What people said in public on a ticket, the newest first; nothing that a machine wrote."""
    return (
        select(Message)
        .where(
            Message.ticket_id == ticket_id,
            Message.visibility == Visibility.PUBLIC,
            Message.automation.is_(None),
        )
        .order_by(Message.id.desc())
    )


def latest_of(message: Message) -> dict[str, Any]:
    """The columns of a ticket that repeat its newest public message."""
    return {
        "last_line": beginning(message.text),
        "last_author": message.author_name[:200] or message.author_address[:200],
        "last_direction": message.direction,
        "last_activity_at": message.created_at,
    }


def _attachment(file: NewFile) -> Attachment:
    return Attachment(
        key=secrets.token_hex(16),
        digest=files.keep(file.body),
        name=safe_file_name(file.name),
        content_type=single_line(file.content_type, 120) or "application/octet-stream",
        size=len(file.body),
        content_id=single_line(file.content_id, 255) if file.content_id else None,
        is_inline=file.is_inline,
    )


def _note_latest(ticket: Ticket, message: Message) -> None:
    ticket.message_count += 1
    ticket.version += 1
    ticket.updated_at = clock.now()
    if message.visibility is Visibility.PUBLIC and message.automation is None:
        before = ticket.last_activity_at
        for name, value in latest_of(message).items():
            setattr(ticket, name, value)
        # What was said some days ago and is written down today is no older news than what came meanwhile.
        ticket.last_activity_at = max(before, message.created_at)


def _added(message: Message, *, by: int | None, cause: str, by_person: bool) -> MessageAdded:
    return MessageAdded(
        actor_id=by,
        cause=cause,
        subject_id=message.ticket_id,
        message_id=message.id,
        direction=message.direction.value,
        visibility=message.visibility.value,
        by_person=by_person,
        after=told_of(message),
        personal={"text": message.text, "sender": message.author_address},
    )


def told_of(message: Message) -> dict[str, Any]:
    """What the journal keeps of a message that was added, beside its text."""
    return {
        "message": message.id,
        "direction": message.direction.value,
        "visibility": message.visibility.value,
        "channel": message.channel,
        "author": message.author_id,
        "joined_by": message.joined_by,
        "files": [attachment.digest for attachment in message.attachments],
        **({"for": message.for_person_id} if message.for_person_id is not None else {}),
    }


def _move_on(ticket: Ticket, message: Message, *, by: int | None, cause: str) -> None:
    """Words of the requester wake a ticket; the first answer says that somebody works on it."""
    if message.direction is Direction.IN:
        move_by_itself(ticket, Occasion.REQUESTER_MESSAGE, by=by, cause=cause)
    elif message.direction is Direction.OUT:
        move_by_itself(ticket, Occasion.AGENT_MESSAGE, by=by, cause=cause)
