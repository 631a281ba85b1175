"""find_ticket(): which ticket a message belongs to, and why; a number proves nothing (S16)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from channels.message import InboundMessage
from helpdesk.core.db import db
from helpdesk.messaging import tokens
from helpdesk.messaging.models import Delivery
from helpdesk.people.models import ContactKind, ContactPoint
from helpdesk.tickets.models import (
    FIRST_NUMBER,
    PREFIXES,
    Direction,
    Message,
    Ticket,
    Visibility,
    Watcher,
)

BY_TOKEN = "reply-token"  # noqa: S105 -- the name of a reason, and no secret.
BY_REFERENCES = "references"
NEW = "new"

MOST_REFERENCES = 30

_NUMBER = re.compile(rf"\b({'|'.join(PREFIXES.values())})-(\d{{4,9}})\b")


@dataclass(frozen=True, slots=True)
class Match:
    """The ticket a message joins, if any, and the code of why.

    `related_id` is the ticket that a new one looks related to, `person_id` whom a reply token names.
    """

    ticket_id: int | None = None
    why: str = NEW
    related_id: int | None = None
    person_id: int | None = None


def find_ticket(inbound: InboundMessage, sender: str) -> Match:
    """The ticket this message joins; `sender` is the normalised address it is believed to be from, or ""."""
    token = token_of(inbound)
    if token is not None and _exists(token.ticket_id):
        return Match(token.ticket_id, BY_TOKEN, person_id=token.person_id)
    candidates = _referred_to(inbound)
    if sender and inbound.sender_problem is None:
        for ticket_id in candidates:
            if takes_part(sender, ticket_id):
                return Match(ticket_id, BY_REFERENCES)
    return Match(related_id=candidates[0] if candidates else _numbered_in(inbound.subject))


def token_of(inbound: InboundMessage) -> tokens.ReplyToken | None:
    """Our own token, from the address it was sent to or from the Message-ID it answers."""
    sent_to = (
        *inbound.delivered_to,
        *(person.address for person in (*inbound.recipients, *inbound.cc)),
    )
    return tokens.in_addresses(sent_to) or tokens.in_message_ids(answered_ids(inbound))


def answered_ids(inbound: InboundMessage) -> list[str]:
    """The Message-IDs a mail refers to, nearest first, each once and not endlessly many."""
    nearest_first = (*inbound.in_reply_to, *reversed(inbound.references))
    return list(dict.fromkeys(nearest_first))[:MOST_REFERENCES]


def takes_part(address: str, ticket_id: int) -> bool:
    """Whether the owner of this address is the requester, watches the ticket, or wrote on it undoubted before."""
    owner = (
        select(ContactPoint.person_id)
        .where(ContactPoint.kind == ContactKind.EMAIL, ContactPoint.value == address)
        .scalar_subquery()
    )
    asked = select(Ticket.id).where(Ticket.id == ticket_id, Ticket.requester_id == owner)
    watches = select(Watcher.ticket_id).where(
        Watcher.ticket_id == ticket_id, Watcher.person_id == owner
    )
    wrote = select(Message.ticket_id).where(
        Message.ticket_id == ticket_id,
        Message.author_id == owner,
        Message.visibility == Visibility.PUBLIC,
        Message.direction == Direction.IN,
        Message.unverified == "",
    )
    return db.session.scalar(asked.union_all(watches, wrote).limit(1)) is not None


def _referred_to(inbound: InboundMessage) -> Sequence[int]:
    ids = answered_ids(inbound)
    if not ids:
        return []
    written = select(Message.external_id, Message.ticket_id).where(Message.external_id.in_(ids))
    sent = select(Delivery.external_id, Delivery.ticket_id).where(
        Delivery.external_id.in_(ids), Delivery.ticket_id.is_not(None)
    )
    rows = db.session.execute(written.union_all(sent).limit(200)).all()
    # An id that a stranger put on a mail of their own must not hide the ticket it really belongs to.
    ranked = sorted(
        (ids.index(str(external_id)), int(ticket_id)) for external_id, ticket_id in rows
    )
    return list(dict.fromkeys(ticket_id for _, ticket_id in ranked))[:MOST_REFERENCES]


def _exists(ticket_id: int) -> bool:
    return db.session.scalar(select(Ticket.id).where(Ticket.id == ticket_id)) is not None


def _numbered_in(subject: str) -> int | None:
    found = _NUMBER.search(subject)
    if found is None:
        return None
    ticket_id = int(found[2]) - FIRST_NUMBER
    same = select(Ticket.id).where(Ticket.id == ticket_id, Ticket.prefix == found[1])
    return db.session.scalar(same)
