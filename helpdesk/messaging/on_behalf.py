"""Who somebody is by the address they write from, and whether they may speak for the requester of a ticket."""

from __future__ import annotations

from dataclasses import replace

from flask_babel import gettext as _
from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import aliased

from helpdesk.core.db import db
from helpdesk.people import representing
from helpdesk.people.models import ContactKind, ContactPoint, Person
from helpdesk.people.representing import Word
from helpdesk.tickets.commands import watch
from helpdesk.tickets.conversation import NewMessage
from helpdesk.tickets.models import Ticket


def owner_of(address: str) -> Select[int]:
    """The statement for whom an address stands for: proven to be theirs, or all that is known of them.

    A further address that somebody noted for a person, and that nobody has proven, stands for nobody.
    """
    other = aliased(ContactPoint)
    is_further = exists().where(
        other.person_id == ContactPoint.person_id, other.id != ContactPoint.id
    )
    return select(ContactPoint.person_id).where(
        ContactPoint.kind == ContactKind.EMAIL,
        ContactPoint.value == address,
        or_(ContactPoint.is_proven, ~is_further),
    )


def doubt_of_point(point: ContactPoint) -> str:
    """Why who writes from here may not be the person for whom it is noted; "" when nothing is better proven."""
    if point.is_proven:
        return ""
    better = [one for one in point.person.contact_points if one.is_proven]
    if not better:
        return ""
    return str(_("It came from %(where)s, which is not proven to be theirs.", where=point.value))[
        :200
    ]


def may_speak(address: str, ticket_id: int) -> bool:
    """Whether this address stands for somebody who may speak for the requester of the ticket now."""
    person_id = db.session.scalar(owner_of(address))
    ticket = db.session.get(Ticket, ticket_id) if person_id is not None else None
    if person_id is None or ticket is None:
        return False
    word = word_on(person_id, ticket)
    return word is not None and word.may


def word_on(author_id: int, ticket: Ticket) -> Word | None:
    """What an author's word is worth for the requester of a ticket; None where they were never named for them."""
    if author_id == ticket.requester_id:
        return None
    return representing.word_for(
        author_id, ticket.requester_id, type=ticket.type, ticket_id=ticket.id
    )


def said_for(new: NewMessage, author: Person, ticket: Ticket, *, doubt: str) -> NewMessage:
    """A message with whom its author speaks for, or why they may not."""
    word = word_on(author.id, ticket)
    if word is None:
        return new
    may = word.may and not doubt
    return replace(new, for_person_id=ticket.requester_id if may else None, for_why=word.why)


def let_take_part(ticket: Ticket, author: Person, new: NewMessage, *, cause: str) -> None:
    """Let a representative who wrote have the answers; until their word ends (see `preparing`)."""
    if new.for_person_id is not None:
        watch(ticket, author, by=None, cause=cause)
