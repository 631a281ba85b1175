"""What may leave the desk of a conversation: its public words and ids, and nothing else (S12)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.messaging.models import Delivery
from helpdesk.tickets.models import Direction, Message, Visibility

MOST_IDS = 20

_USABLE_ID = re.compile(r"[^\s<>@]+@[^\s<>@]+")


@dataclass(frozen=True, slots=True)
class Thread:
    """The ids by which a mail program puts an answer in its place."""

    in_reply_to: str | None = None
    references: tuple[str, ...] = ()


def outgoing_message(message_id: int) -> Message | None:
    """The public outgoing message of this id: the one way by which the sending side reads words of a ticket.

    A note is internal, so it can never be found here, whoever asks for it.
    """
    return db.session.scalars(
        select(Message).where(
            Message.id == message_id,
            Message.visibility == Visibility.PUBLIC,
            Message.direction == Direction.OUT,
        )
    ).one_or_none()


def leaving_message(message_id: int) -> Message | None:
    """The message that a delivery carries: a public one, or what we say aside to a third party; never a note."""
    return outgoing_message(message_id) or aside_message(message_id)


def aside_message(message_id: int) -> Message | None:
    """What we say in a side conversation: the one way by which the sending side reads words of it."""
    return db.session.scalars(
        select(Message).where(
            Message.id == message_id,
            Message.visibility == Visibility.ASIDE,
            Message.side_id.is_not(None),
            Message.direction == Direction.OUT,
        )
    ).one_or_none()


def thread_aside(side_id: int, address: str, *, before: int) -> Thread:
    """A side conversation as this participant has it: what came in to it, and our copies to them; none of the ticket's."""
    came_in = db.session.execute(
        select(Message.id, Message.external_id)
        .where(
            Message.side_id == side_id,
            Message.direction == Direction.IN,
            Message.external_id.is_not(None),
            Message.id < before,
        )
        .order_by(Message.id.desc())
        .limit(MOST_IDS)
    )
    ours = db.session.execute(
        select(Delivery.message_id, Delivery.external_id)
        .join(Message, Message.id == Delivery.message_id)
        .where(Message.side_id == side_id, Delivery.recipient == address, Message.id < before)
        .order_by(Delivery.id.desc())
        .limit(MOST_IDS)
    )
    inbound = [(int(row[0]), str(row[1])) for row in came_in]
    return _thread_of(inbound, [(one, str(name)) for one, name in ours if one is not None])


def thread_for(ticket_id: int, address: str, *, before: int | None = None) -> Thread:
    """The public conversation as this recipient has it: what came in, and our copies to them, oldest first."""
    came_in = select(Message.id, Message.external_id).where(
        Message.ticket_id == ticket_id,
        Message.visibility == Visibility.PUBLIC,
        Message.direction == Direction.IN,
        Message.external_id.is_not(None),
    )
    if before is not None:
        came_in = came_in.where(Message.id < before)
    latest = came_in.order_by(Message.id.desc()).limit(MOST_IDS)
    inbound = [(int(row[0]), str(row[1])) for row in db.session.execute(latest).all()]
    return _thread_of(inbound, _copies_to(ticket_id, address, before))


def _thread_of(inbound: Sequence[tuple[int, str]], ours: Sequence[tuple[int, str]]) -> Thread:
    usable = [pair for pair in sorted([*inbound, *ours]) if _is_usable(pair[1])]
    newest_in = max((pair for pair in inbound if _is_usable(pair[1])), default=None)
    references = tuple(dict.fromkeys(external_id for _, external_id in usable))[-MOST_IDS:]
    answered = newest_in[1] if newest_in else (references[-1] if references else None)
    return Thread(answered, references)


def _copies_to(ticket_id: int, address: str, before: int | None) -> Sequence[tuple[int, str]]:
    found = (
        select(Delivery.message_id, Delivery.external_id, Delivery.recipients)
        .join(Message, Message.id == Delivery.message_id)
        .where(Delivery.ticket_id == ticket_id, Message.visibility == Visibility.PUBLIC)
        .order_by(Delivery.id.desc())
        .limit(5 * MOST_IDS)
    )
    return [
        (message_id, external_id)
        for message_id, external_id, recipients in db.session.execute(found)
        if message_id is not None
        and address in recipients
        and (before is None or message_id < before)
    ][:MOST_IDS]


def _is_usable(external_id: str) -> bool:
    """Whether an id that came from outside may stand in a header of ours."""
    fits = len(external_id) <= 250 and external_id.isascii() and external_id.isprintable()
    return fits and _USABLE_ID.fullmatch(external_id) is not None
