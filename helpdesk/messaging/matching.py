"""find_ticket(): which ticket a message belongs to, and why; a number proves nothing (S16)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import func, or_, select

from channels.message import InboundMessage
from helpdesk.core.db import db
from helpdesk.messaging import meeting, on_behalf, placing, tokens
from helpdesk.messaging.meeting import Met, answered_ids
from helpdesk.messaging.models import RawMessage
from helpdesk.messaging.on_behalf import owner_of
from helpdesk.people.models import Person
from helpdesk.tickets.lives import prefixes
from helpdesk.tickets.models import (
    FIRST_NUMBER,
    Direction,
    Message,
    Ticket,
    Visibility,
    Watcher,
)
from helpdesk.tickets.moving import standing_for

# Why a message stands on its ticket: one of these, and one of those below after a plus sign.
BY_TOKEN = "reply-token"  # noqa: S105 -- the name of a reason, and no secret.
BY_REFERENCES = "references"
BY_THREAD = "thread"
AWAITED = "awaited"
FORWARDED = "forwarded"
NEW = "new"
FOLLOWS = "follows"
FOLLOWS_DELETED = "follows-deleted"

MERGED = "+merged"
MOVED = "+moved"
REOPENED = "+reopened"

_NUMBER = re.compile(r"\b([A-Z]{1,8})-(\d{4,9})\b")


@dataclass(frozen=True, slots=True)
class Match:
    """The ticket a message joins, if any, and the codes of why.

    `related_id` is the ticket that a new one looks related to, or that the one joined does; `person_id` whom a reply
    token names. `instead_of` is a deleted ticket that the message would have joined. `claimed_id` is a ticket it refers
    to without a proof.
    """

    ticket_id: int | None = None
    why: str = NEW
    related_id: int | None = None
    person_id: int | None = None
    instead_of: int | None = None
    claimed_id: int | None = None


def find_ticket(raw: RawMessage, inbound: InboundMessage, sender: str, met: Met) -> Match:
    """The ticket this message joins; `sender` is the normalised address it is surely from, or "" if in doubt."""
    place = placing.place_of(raw)
    if place is not None and place.ticket_id is not None:
        # Its reader showed the door who they are, and what they read.
        return _standing(place.ticket_id, placing.BY_PORTAL) or Match()
    if met.is_resent:
        return _beside(met.same_id, FORWARDED)
    return (
        _by_token(raw, inbound, sender, met)
        or _by_references(raw, inbound, sender, met)
        or _by_answer(sender, met)
        or _new(inbound, met)
    )


def token_of(inbound: InboundMessage) -> tokens.ReplyToken | None:
    """Our own token, from the address it was sent to or from the Message-ID it answers."""
    return _token_in_address(inbound) or tokens.in_message_ids(answered_ids(inbound))


def takes_part(address: str, ticket_id: int) -> bool:
    """Whether the owner of this address is the requester, watches the ticket, or wrote on it undoubted before.

    An address that is noted for somebody and not proven to be theirs does not make its writer that person; it takes
    part where it wrote itself. Whoever may speak for the requester takes part too.
    """
    owner = owner_of(address).scalar_subquery()
    asked = select(Ticket.id).where(Ticket.id == ticket_id, Ticket.requester_id == owner)
    watches = select(Watcher.ticket_id).where(
        Watcher.ticket_id == ticket_id, Watcher.person_id == owner
    )
    wrote = select(Message.ticket_id).where(
        Message.ticket_id == ticket_id,
        or_(
            Message.author_id == owner,
            Message.author_id.in_(select(Person.id).where(Person.merged_into_id == owner)),
            func.lower(Message.author_address) == address,
        ),
        Message.visibility == Visibility.PUBLIC,
        Message.direction == Direction.IN,
        Message.unverified == "",
    )
    if db.session.scalar(asked.union_all(watches, wrote).limit(1)) is not None:
        return True
    return on_behalf.may_speak(address, ticket_id)


def _token_in_address(inbound: InboundMessage) -> tokens.ReplyToken | None:
    return tokens.in_addresses(
        (
            *inbound.delivered_to,
            *(person.address for person in (*inbound.recipients, *inbound.cc)),
        )
    )


def _by_token(raw: RawMessage, inbound: InboundMessage, sender: str, met: Met) -> Match | None:
    addressed = _token_in_address(inbound)
    token = addressed or tokens.in_message_ids(answered_ids(inbound))
    if token is None:
        return None
    moved_to = _moved_since(token, sender, met)
    found = _standing(moved_to or token.ticket_id, BY_TOKEN + (MOVED if moved_to else ""))
    if found is None:
        return None
    if addressed is None and _is_forward_elsewhere(raw, inbound, found):
        return _beside([found.ticket_id], FORWARDED)
    return replace(found, person_id=token.person_id)


def _moved_since(token: tokens.ReplyToken, sender: str, met: Met) -> int | None:
    """Where the message that is answered stands now, if it was moved out of the ticket that the token names.

    A delivery of ours is known only to whom we sent it; to a moved message of others one must take part in its ticket.
    """
    for place in met.places:
        was_sent = place.is_delivery and place.person_id == token.person_id
        if was_sent and place.moved_from_id == token.ticket_id:
            return place.ticket_id
        if (
            place.moved_from_id == token.ticket_id
            and sender
            and takes_part(sender, place.ticket_id)
        ):
            return place.ticket_id
        if place.ticket_id == token.ticket_id:
            return None
    return None


def _by_references(raw: RawMessage, inbound: InboundMessage, sender: str, met: Met) -> Match | None:
    if not sender:
        return None
    for place in met.places:
        found = _standing(place.ticket_id, BY_REFERENCES + (MOVED if place.moved_from_id else ""))
        takes_it_up = found and takes_part(sender, found.ticket_id or found.instead_of or 0)
        if found is not None and takes_it_up:
            if _is_forward_elsewhere(raw, inbound, found):
                return _beside([found.ticket_id], FORWARDED)
            return replace(found, related_id=_other(met.awaited_by, found.ticket_id))
    return None


def _by_answer(sender: str, met: Met) -> Match | None:
    """The ticket where the answer to this message stands already, since it came first (P19)."""
    for ticket_id in met.awaited_by if sender else ():
        found = _standing(ticket_id, AWAITED)
        if found is not None and found.ticket_id and takes_part(sender, found.ticket_id):
            return found
    return None


def _new(inbound: InboundMessage, met: Met) -> Match:
    referred = [place.ticket_id for place in met.places]
    original = meeting.original_of(inbound) if not referred else None
    if inbound.forwarded is not None and (referred or original):
        found = _beside([*referred, original], FORWARDED)
    else:
        numbered = () if referred or met.others else (_numbered_in(inbound.subject),)
        found = _beside([*referred, *met.others, *numbered], NEW)
    return replace(found, claimed_id=referred[0] if referred else None)


def _standing(ticket_id: int, why: str) -> Match | None:
    """A match with the ticket that stands for this one after merges; with nothing, if it was deleted."""
    ticket = standing_for(ticket_id)
    if ticket is None:
        return None
    if ticket.deleted_at is not None:
        return Match(why=FOLLOWS_DELETED, instead_of=ticket.id)
    return Match(ticket.id, why + (MERGED if ticket.id != ticket_id else ""))


def _beside(candidates: Iterable[int | None], why: str) -> Match:
    """A new ticket, linked to the first of these that still is there."""
    for candidate in candidates:
        ticket = standing_for(candidate) if candidate else None
        if ticket is not None and ticket.deleted_at is None:
            return Match(why=why, related_id=ticket.id)
    return Match(why=why)


def _is_forward_elsewhere(raw: RawMessage, inbound: InboundMessage, found: Match) -> bool:
    """Whether somebody hands a conversation on to another mailbox of ours, so that others deal with it too."""
    if inbound.forwarded is None or found.ticket_id is None:
        return False
    came_by = select(RawMessage.account_id).where(RawMessage.ticket_id == found.ticket_id)
    mailboxes = set(db.session.scalars(came_by.distinct().limit(100)))
    if mailboxes:
        return raw.account_id not in mailboxes
    group = db.session.get_one(Ticket, found.ticket_id).group_id
    return raw.account.group_id != group


def _other(ticket_ids: Iterable[int], but: int | None) -> int | None:
    return next((one for one in ticket_ids if one != but), None)


def _numbered_in(subject: str) -> int | None:
    known = prefixes()
    found = next((one for one in _NUMBER.finditer(subject) if one[1] in known), None)
    if found is None:
        return None
    ticket_id = int(found[2]) - FIRST_NUMBER
    same = select(Ticket.id).where(Ticket.id == ticket_id, Ticket.prefix == found[1])
    return db.session.scalar(same)
