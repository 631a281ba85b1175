"""The conversation of a ticket as its page shows it: messages, and the changes between them as thin lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import bindparam, select
from sqlalchemy.orm import selectinload

from helpdesk.core.db import db
from helpdesk.core.html import has_remote_pictures
from helpdesk.core.raster import may_be_shown
from helpdesk.journal.models import Entry
from helpdesk.messaging.delays import shown_state, why_waiting
from helpdesk.messaging.fetching import awaited_by
from helpdesk.messaging.mail_facts import FETCHES
from helpdesk.messaging.models import Delivery, DeliveryState
from helpdesk.messaging.queries import deliveries_of
from helpdesk.messaging.talk_models import AwaitedFile
from helpdesk.people.access import Actor
from helpdesk.people.models import Right
from helpdesk.phone.queries import CallLine, calls_of_messages
from helpdesk.tickets.models import Attachment, Direction, Message, Ticket, Visibility
from helpdesk.tickets.moving import first_homes
from helpdesk.web.console.awaited import awaited_shown
from helpdesk.web.console.formatted import formatted, is_ours
from helpdesk.web.console.forwarded import Original, original_of
from helpdesk.web.console.history import line_of
from helpdesk.web.console.joined import Standing, standing_of
from helpdesk.web.console.mail_facts import Facts, facts_of
from helpdesk.web.console.names import Names, addresses_shown
from helpdesk.web.console.plain import fit, shown
from helpdesk.web.console.taken_out import redact_url, redactions_of, was_redacted

SHOWN = 60
MOST_SHOWN = 2000
# What only opens or adds is told by the message itself.
UNTOLD = frozenset(
    {"TicketOpened", "MessageAdded", "FileAttached", "SideOpened", "SideMessageAdded"}
)

_OF_TICKET = select(Message).options(selectinload(Message.attachments)).order_by(Message.id.desc())
_NEWEST = _OF_TICKET.where(Message.ticket_id == bindparam("ticket")).limit(bindparam("most"))
_ASIDE = _NEWEST.where(Message.side_id == bindparam("side"))


@dataclass(frozen=True, slots=True)
class FileItem:
    """An attachment as a link."""

    name: str
    size: int
    content_type: str
    url: str
    preview_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageItem:
    """A message as `console/_message.html` shows it."""

    id: int
    visibility: str
    direction: str
    channel: str
    author: str
    author_url: str | None
    author_is_agent: bool
    logged_by: str | None
    to: str | None
    at: datetime
    text: str
    quoted: str
    mine: bool
    unverified: str
    speaks_for: str | None
    speaks_why: str
    html: dict[str, Any] | None
    attachments: list[FileItem]
    delivery: dict[str, Any] | None
    original_url: str | None
    standing: Standing | None = None
    facts: Facts | None = None
    forwarded: Original | None = None
    awaited: Sequence[Mapping[str, Any]] = ()
    call: CallLine | None = None
    side_url: str | None = None
    redacted: Sequence[Mapping[str, Any]] = ()
    redact_url: str | None = None
    formatted: str | None = None
    kind: str = "message"


# Changes between two messages: {"kind": "events", "items": [Line]}.
EventsItem = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Conversation:
    """What was read to draw a conversation."""

    messages: Sequence[Message]
    deliveries: Mapping[int, Delivery]
    left_out: int
    homes: Mapping[int, Ticket]
    awaited: Mapping[int, Sequence[AwaitedFile]]
    calls: Mapping[int, CallLine]


def read_conversation(ticket: Ticket, wanted: int = SHOWN) -> Conversation:
    """The newest messages of a ticket, oldest first, with their files and the state of their delivery."""
    most = max(SHOWN, min(wanted, MOST_SHOWN))
    newest = db.session.scalars(_NEWEST, {"ticket": ticket.id, "most": most}).all()
    return _conversation(newest[::-1], max(0, ticket.message_count - len(newest)))


def read_aside(ticket: Ticket, side_id: int) -> Conversation:
    """The messages of a side conversation."""
    asked = {"ticket": ticket.id, "side": side_id, "most": MOST_SHOWN}
    return _conversation(db.session.scalars(_ASIDE, asked).all()[::-1], 0)


def conversation_of(messages: Sequence[Message]) -> Conversation:
    """These messages alone."""
    return _conversation(messages, 0)


def _conversation(messages: Sequence[Message], left_out: int) -> Conversation:
    return Conversation(
        messages,
        _deliveries(messages),
        left_out,
        first_homes(messages),
        _awaited(messages),
        calls_of_messages(one.id for one in messages if one.channel == "phone"),
    )


def draw(
    ticket: Ticket,
    conversation: Conversation,
    entries: Sequence[Entry],
    names: Names,
    *,
    actor: Actor,
    numbers: Mapping[int, str],
) -> list[MessageItem | EventsItem]:
    """Messages and changes, in the order in which they happened."""
    writers = {
        entry.after["message"]: entry.actor_id for entry in entries if entry.event == "MessageAdded"
    }
    may_send = actor.holds(ticket.group_id, Right.WORK)
    flow: list[MessageItem | EventsItem] = []
    told = [entry for entry in entries if entry.event not in UNTOLD]
    place = _skip_older(told, conversation)
    for message in conversation.messages:
        place = _tell_until(flow, told, place, message.created_at, names, numbers)
        delivery = conversation.deliveries.get(message.id)
        writer = writers.get(message.id)
        item = _item(ticket, message, delivery, writer, names, actor=actor, may_send=may_send)
        standing = standing_of(ticket, message, conversation.homes, may_move=may_send)
        awaited = awaited_shown(
            ticket, conversation.awaited.get(message.id, ()), may_fetch=may_send
        )
        called = conversation.calls.get(message.id)
        item = replace(item, redacted=redactions_of(message.facts, names))
        redact = redact_url(ticket, message, actor)
        item = replace(item, redact_url=redact, formatted=formatted(message))
        flow.append(replace(item, standing=standing, awaited=awaited, call=called))
    _tell_until(flow, told, place, None, names, numbers)
    return flow


def _skip_older(told: Sequence[Entry], conversation: Conversation) -> int:
    if not conversation.left_out or not conversation.messages:
        return 0
    first = conversation.messages[0].created_at
    return sum(1 for entry in told if entry.at < first)


def _tell_until(
    flow: list[MessageItem | EventsItem],
    told: Sequence[Entry],
    place: int,
    until: datetime | None,
    names: Names,
    numbers: Mapping[int, str],
) -> int:
    lines = []
    while place < len(told) and (until is None or told[place].at < until):
        lines.append(line_of(told[place], names, numbers))
        place += 1
    if lines:
        flow.append({"kind": "events", "items": lines})
    return place


def _item(
    ticket: Ticket,
    message: Message,
    delivery: Delivery | None,
    writer: int | None,
    names: Names,
    *,
    actor: Actor,
    may_send: bool,
) -> MessageItem:
    by_agent = message.direction is not Direction.IN
    internal = message.visibility is Visibility.INTERNAL
    known = message.author_id in names.people if message.author_id else False
    by_phone = message.channel == "phone" and writer is not None and writer != message.author_id
    logged = message.entered_by_id or (writer if by_phone else None)
    return MessageItem(
        id=message.id,
        visibility=message.visibility.value,
        direction=message.direction.value,
        channel=message.channel,
        author=_author(message, names),
        author_url=url_for("console.person", person_id=message.author_id) if known else None,
        author_is_agent=by_agent,
        logged_by=names.person(logged) if logged else None,
        to=None if internal or not by_agent else _recipients(message),
        at=message.created_at,
        text=shown(message.text),
        quoted=shown(message.quoted),
        side_url=side_url(ticket, message.side_id),
        mine=by_agent and message.author_id == actor.person_id,
        unverified=message.unverified,
        speaks_for=names.person(message.for_person_id) if message.for_person_id else None,
        speaks_why=message.for_why,
        html=_html(ticket, message),
        attachments=[_file(one) for one in message.attachments if not _is_in_text(message, one)],
        delivery=_delivery(delivery, may_send=may_send) if delivery else None,
        original_url=_original(ticket, message),
        facts=facts_of(message.facts),
        forwarded=original_of(ticket, message, may_change=may_send),
    )


def side_url(ticket: Ticket, side_id: int | None) -> str | None:
    """Where a side conversation is read and answered, None for no such."""
    if side_id is None:
        return None
    return url_for("console.side", number=ticket.number, side_id=side_id)


def _author(message: Message, names: Names) -> str:
    if message.author_name:
        return message.author_name
    if message.author_address:
        return message.author_address
    return names.person(message.author_id)


def _recipients(message: Message) -> str | None:
    told = addresses_shown(message.channel, message.recipients, "to", "cc")
    blind = addresses_shown(message.channel, message.recipients, "bcc")
    unseen = _("Bcc, seen by staff alone: %(names)s", names=blind) if blind else ""
    return " · ".join(part for part in (told, unseen) if part) or None


def _html(ticket: Ticket, message: Message) -> dict[str, Any] | None:
    if not message.html or is_ours(message):
        return None
    where: dict[str, Any] = {"number": ticket.number, "message_id": message.id}
    frame = url_for("console.frame", **where)
    remote = has_remote_pictures(message.html)
    return {
        "url": frame,
        "pictures_url": url_for("console.frame", pictures=1, **where) if remote else None,
        "open": not message.text.strip() or "<table" in message.html,
    }


def _is_in_text(message: Message, attachment: Attachment) -> bool:
    """Whether a picture is part of the formatted mail and would be shown twice."""
    return bool(
        attachment.is_inline
        and attachment.content_id
        and message.html
        and f"cid:{attachment.content_id}" in message.html
    )


def _file(attachment: Attachment) -> FileItem:
    url = url_for("console.file", key=attachment.key)
    shown = may_be_shown(attachment.content_type, attachment.size)
    return FileItem(
        name=attachment.name,
        size=attachment.size,
        content_type=attachment.content_type,
        url=url,
        preview_url=url_for("console.file", key=attachment.key, inline=1) if shown else None,
    )


def _original(ticket: Ticket, message: Message) -> str | None:
    if message.raw_id is None or was_redacted(message.facts):
        return None
    return url_for("console.source", number=ticket.number, message_id=message.id)


def _deliveries(messages: Sequence[Message]) -> dict[int, Delivery]:
    """For each message the delivery that most needs a look; what was withdrawn counts only where nothing else is."""
    sent = [message.id for message in messages if message.direction is Direction.OUT]
    return {message_id: deliveries[0] for message_id, deliveries in deliveries_of(sent).items()}


def _awaited(messages: Sequence[Message]) -> Mapping[int, Sequence[AwaitedFile]]:
    """The files that are not there yet; asked for only where a message came with such."""
    ids = [message.id for message in messages if (message.facts or {}).get(FETCHES)]
    return awaited_by(ids) if ids else {}


def _delivery(delivery: Delivery, *, may_send: bool) -> dict[str, Any]:
    stuck = delivery.state in (DeliveryState.FAILED, DeliveryState.UNCERTAIN)
    again = url_for("console.sent_retry", delivery_id=delivery.id)
    return {
        "state": shown_state(delivery),
        "why": why_waiting(delivery),
        "last_error": fit(delivery.last_error),
        "attempts": delivery.attempts,
        "next_try_at": delivery.next_try_at,
        "retry_url": again if stuck and may_send else None,
        "url": url_for("console.sent_detail", delivery_id=delivery.id),
    }
