"""What the desk has met of a message before: the mails it answers, its answers that came first, and its own id."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, insert, literal, null, select

from channels.message import InboundMessage
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.messaging import tokens
from helpdesk.messaging.models import AwaitedMessage, Delivery
from helpdesk.people.addresses import normalise_email
from helpdesk.people.models import ContactKind, ContactPoint
from helpdesk.tickets.models import Message, Ticket

MOST_REFERENCES = 30
MOST_ROWS = 200
# Longer ids are no ids of mail programs, and no index takes them.
LONGEST_ID = 500
# What the parser calls a mail that brought no id of its own.
NO_ID = "@no-message-id.invalid"
RESENT = ("resent-message-id", "resent-to", "resent-from")

_PREFIX = re.compile(
    r"^\s*(?:(?:re|fwd?|aw|wg|tr|sv|vs|antw|rif|rv|odp|enc)\s*(?:\[\d+\])?:\s*)+", re.I
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mail that is referred to stands: as a message, or as a delivery to `person_id`; `side_id` if said aside."""

    ticket_id: int
    is_delivery: bool
    person_id: int | None
    moved_from_id: int | None
    side_id: int | None = None


@dataclass(frozen=True, slots=True)
class Met:
    """`places` nearest first; `same_id` are tickets with a message of the same id, `awaited_by` with an answer to it."""

    places: tuple[Place, ...] = ()
    unknown: tuple[str, ...] = ()
    same_id: tuple[int, ...] = ()
    awaited_by: tuple[int, ...] = ()
    is_resent: bool = False

    @property
    def repeats_id(self) -> bool:
        """Whether another mail had the same Message-ID and other words (P09)."""
        return bool(self.same_id) and not self.is_resent

    @property
    def others(self) -> tuple[int, ...]:
        """Tickets that look related, with no claim of the sender's to answer them."""
        return (*self.awaited_by, *self.same_id)


def meet(inbound: InboundMessage) -> Met:
    """What is known of the ids of a message; one query."""
    own = inbound.external_id[:LONGEST_ID]
    ids = answered_ids(inbound)
    rows = _known(ids, own)
    # An id that a stranger put on a mail of their own must not hide the ticket it really belongs to.
    answered = [row for row in rows if row.kind != "awaited" and row.external_id in ids]
    answered.sort(key=lambda row: (ids.index(row.external_id), row.ticket_id))
    places = [
        Place(row.ticket_id, row.kind == "delivery", row.person_id, row.moved_from_id, row.side_id)
        for row in answered
    ]
    named = {row.external_id for row in rows}
    same = [row.ticket_id for row in rows if row.external_id == own and row.kind == "message"]
    return Met(
        places=tuple(dict.fromkeys(places)),
        unknown=tuple(one for one in ids if one not in named and one != own),
        same_id=() if own.endswith(NO_ID) else tuple(dict.fromkeys(same)),
        awaited_by=tuple(dict.fromkeys(row.ticket_id for row in rows if row.kind == "awaited")),
        is_resent=bool(same) and any(name in inbound.headers for name in RESENT),
    )


def answered_ids(inbound: InboundMessage) -> list[str]:
    """The Message-IDs a mail refers to, nearest first, each once and not endlessly many."""
    nearest_first = (*inbound.in_reply_to, *reversed(inbound.references))
    usable = (one for one in nearest_first if len(one) <= LONGEST_ID)
    return list(dict.fromkeys(usable))[:MOST_REFERENCES]


def note_awaited(message: Message, inbound: InboundMessage, met: Met) -> None:
    """Remember what this message refers to and we have not met, and that it is awaited no longer itself."""
    if met.awaited_by:
        db.session.execute(
            delete(AwaitedMessage)
            .where(AwaitedMessage.external_id == inbound.external_id[:LONGEST_ID])
            .execution_options(synchronize_session=False)
        )
    # Ids of our own making are met when we write them, so what is unknown of them is forged.
    awaited = [one for one in met.unknown if not tokens.is_ours(one)]
    if awaited:
        db.session.execute(
            insert(AwaitedMessage),
            [{"message_id": message.id, "external_id": one} for one in awaited],
        )


def original_of(inbound: InboundMessage) -> int | None:
    """The ticket of the mail that is forwarded here, by its sender and subject, as far as the forwarder names them."""
    if inbound.forwarded is None or not inbound.forwarded.sender.address:
        return None
    try:
        address = normalise_email(inbound.forwarded.sender.address)
    except Invalid:
        return None
    subject = _PREFIX.sub("", inbound.forwarded.subject).strip()
    owner = select(ContactPoint.person_id).where(
        ContactPoint.kind == ContactKind.EMAIL, ContactPoint.value == address
    )
    found = (
        select(Ticket.id)
        .where(Ticket.requester_id.in_(owner), Ticket.subject.in_((subject, f"Re: {subject}")))
        .order_by(Ticket.id.desc())
        .limit(1)
    )
    return db.session.scalar(found) if subject else None


# Built once, since every mail that comes in asks them.
_MESSAGES = select(
    literal("message").label("kind"),
    Message.external_id.label("external_id"),
    Message.ticket_id.label("ticket_id"),
    Message.author_id.label("person_id"),
    Message.moved_from_id.label("moved_from_id"),
    Message.side_id.label("side_id"),
)
_AWAITED = (
    select(
        literal("awaited"),
        AwaitedMessage.external_id,
        Message.ticket_id,
        Message.author_id,
        null(),
        Message.side_id,
    )
    .join(Message, Message.id == AwaitedMessage.message_id)
    .where(AwaitedMessage.external_id == bindparam("own"))
)
_DELIVERIES = (
    select(
        literal("delivery"),
        Delivery.external_id,
        Delivery.ticket_id,
        Delivery.person_id,
        Message.moved_from_id,
        Message.side_id,
    )
    .outerjoin(Message, Message.id == Delivery.message_id)
    .where(
        Delivery.external_id.in_(bindparam("ids", expanding=True)), Delivery.ticket_id.is_not(None)
    )
)
_OF_OWN = (
    _MESSAGES.where(Message.external_id == bindparam("own")).union_all(_AWAITED).limit(MOST_ROWS)
)
_OF_ALL = (
    _MESSAGES.where(Message.external_id.in_(bindparam("all", expanding=True)))
    .union_all(_DELIVERIES, _AWAITED)
    .limit(MOST_ROWS)
)


def _known(ids: Sequence[str], own: str) -> Sequence[Any]:
    if not ids:
        return db.session.execute(_OF_OWN, {"own": own}).all()
    return db.session.execute(_OF_ALL, {"own": own, "ids": ids, "all": [*ids, own]}).all()
