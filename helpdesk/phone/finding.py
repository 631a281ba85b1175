"""Who is on the line: people by a number as it is being typed, however it is spelled, or by their name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import selectinload

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.messaging.models import ChannelAccount
from helpdesk.people import numbers
from helpdesk.people.access import Actor, Deed, may
from helpdesk.people.models import ContactKind, ContactPoint, Person
from helpdesk.people.queries import search_people
from helpdesk.tickets.queries import Brief, other_tickets_of

MOST_FOUND = 6
MOST_TICKETS = 6
MOST_ACCOUNTS = 50
SHORTEST_NAME = 2


@dataclass(frozen=True, slots=True)
class Found:
    """Who may be meant. `number` is the normal form of what was typed, None where that is no whole number.

    `is_certain` says that the whole number belongs to the one person in `people`.
    """

    number: str | None
    people: Sequence[Person]
    is_certain: bool = False


def find_caller(actor: Actor, typed: str) -> Found:
    """The people whom a number or a name may mean; nobody but staff finds anybody."""
    text = " ".join(typed.split())[: numbers.LONGEST_TYPED]
    if not text or not may(actor, Deed.SEE_PEOPLE):
        return Found(None, ())
    if not numbers.looks_like_number(text):
        named = search_people(actor, text, limit=MOST_FOUND) if len(text) >= SHORTEST_NAME else ()
        return Found(None, named)
    number = _whole(text)
    owner = owner_of(text)
    if owner is not None:
        return Found(number, [owner], is_certain=True)
    return Found(number, _by_beginning(text))


def owner_of(number: str) -> Person | None:
    """The person who is reached at this number, by telephone or at a service that names people by their numbers."""
    forms = numbers.spellings(number)
    if not forms:
        return None
    wanted = [and_(ContactPoint.kind == ContactKind.PHONE, ContactPoint.value.in_(forms))]
    handles = _handles(forms)
    if handles:
        wanted.append(
            and_(ContactPoint.kind == ContactKind.HANDLE, ContactPoint.value.in_(handles))
        )
    found = db.session.scalars(
        select(ContactPoint)
        .where(or_(*wanted))
        .order_by(ContactPoint.is_proven.desc(), ContactPoint.id)
        .limit(1)
    ).first()
    return None if found is None else _read([found.person_id])[0]


def open_tickets(actor: Actor, person_id: int) -> list[Brief]:
    """The newest open tickets of a caller that this agent may see."""
    newest = other_tickets_of(actor, person_id, limit=4 * MOST_TICKETS)
    return [one for one in newest if one.is_open][:MOST_TICKETS]


def _whole(text: str) -> str | None:
    try:
        return numbers.normalise_phone(text)
    except Invalid:
        return None


def _handles(forms: Sequence[str]) -> list[str]:
    """The names that accounts would give people of these numbers (see `messaging.talking.contact_value`)."""
    accounts = db.session.execute(
        select(ChannelAccount.id, ChannelAccount.kind)
        .where(ChannelAccount.kind != "email")
        .order_by(ChannelAccount.id)
        .limit(MOST_ACCOUNTS)
    ).all()
    return [
        f"{kind}/{account_id}/{spelled}"
        for account_id, kind in accounts
        for form in forms
        for spelled in (form, form.removeprefix("+"))
    ]


def _by_beginning(text: str) -> Sequence[Person]:
    beginning = numbers.beginning_of(text)
    if beginning is None:
        return ()
    ids = db.session.scalars(
        select(ContactPoint.person_id)
        .where(
            ContactPoint.kind == ContactKind.PHONE,
            ContactPoint.value.startswith(beginning, autoescape=True),
        )
        .order_by(ContactPoint.value)
        .limit(MOST_FOUND)
    ).all()
    return _read(list(dict.fromkeys(ids)))


def _read(ids: Sequence[int]) -> Sequence[Person]:
    """These people in this order, with what a page shows of them."""
    if not ids:
        return ()
    found = db.session.scalars(
        select(Person)
        .where(Person.id.in_(ids))
        .options(selectinload(Person.contact_points), selectinload(Person.organisation))
    )
    by_id = {one.id: one for one in found}
    return [by_id[one] for one in ids if one in by_id]
