"""Who has been on a ticket by mail: those whom a writer may well mean, and those whom an answer would leave out."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.messaging.accounts import is_our_address
from helpdesk.people.addresses import normalise_email
from helpdesk.people.models import ContactKind, ContactPoint, Person
from helpdesk.tickets.conversation import public_words
from helpdesk.tickets.models import Direction, Message, Ticket, Watcher

# What is looked through: the newest messages, and so many addresses of each.
NEWEST = 50
MOST_OF_EACH = 20


def known_on(ticket: Ticket) -> dict[str, str]:
    """The addresses that were on a ticket, each with a name or "", the requester's first; five queries at most.

    Blind copies are not among them: that somebody had one is for the message that says so.
    """
    found = {
        point.value: ticket.requester.name
        for point in ticket.requester.contact_points
        if point.kind is ContactKind.EMAIL
    }
    for address, name in watching(ticket).items():
        found.setdefault(address, name)
    for message in _newest(ticket):
        if message.author_address and message.direction is Direction.IN:
            found.setdefault(_plain(message.author_address), message.author_name)
        for address in _named(message):
            found.setdefault(address, "")
    return {address: name for address, name in found.items() if address and "@" in address}


def watching(ticket: Ticket) -> dict[str, str]:
    """The addresses of those who watch a ticket, each with the name; they get every answer."""
    rows = db.session.execute(
        select(ContactPoint.value, Person.name)
        .join(Person, Person.id == ContactPoint.person_id)
        .join(Watcher, Watcher.person_id == Person.id)
        .where(Watcher.ticket_id == ticket.id, ContactPoint.kind == ContactKind.EMAIL)
        .order_by(ContactPoint.id)
        .limit(200)
    )
    return {str(value): str(name) for value, name in rows}


def left_out(ticket: Ticket, given: Collection[str]) -> list[str]:
    """Who had a copy of what came in last, and would get none of an answer to these addresses."""
    last = next((one for one in _newest(ticket) if one.direction is Direction.IN), None)
    if last is None:
        return []
    own = {point.value for point in ticket.requester.contact_points}
    told = {*own, *given, *watching(ticket), _plain(last.author_address)}
    return [one for one in _named(last) if one not in told and not is_our_address(one)]


def _newest(ticket: Ticket) -> Sequence[Message]:
    return db.session.scalars(public_words(ticket.id).limit(NEWEST)).all()


def _named(message: Message) -> list[str]:
    named = [
        *list(message.recipients.get("to") or ())[:MOST_OF_EACH],
        *list(message.recipients.get("cc") or ())[:MOST_OF_EACH],
    ]
    plain = (_plain(str(one)) for one in named)
    return list(dict.fromkeys(one for one in plain if one and not is_our_address(one)))


def _plain(address: str) -> str:
    try:
        return normalise_email(address)
    except Invalid:
        return ""
