"""Who is told of what: only staff who may read the ticket now, and never the author (S13)."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.messaging.models import Delivery
from helpdesk.messaging.rights import may_read
from helpdesk.people.models import Person, Right
from helpdesk.people.queries import agents_of
from helpdesk.routing.models import AgentAbsence
from helpdesk.tickets.models import Message, Ticket, Watcher


def of_message(ticket: Ticket, message: Message) -> list[Person]:
    """The assignee and the watching staff; of a new ticket that nobody has, the members of its group."""
    told = [*_assignee(ticket), *_watching_staff(ticket)]
    if is_first(ticket, message) and ticket.assignee_id is None and ticket.group_id is not None:
        told += agents_of([ticket.group_id])
    return _allowed(told, ticket, but=message.author_id)


def of_assignment(ticket: Ticket, by: int | None) -> list[Person]:
    """The assignee, unless they took the ticket themselves."""
    return _allowed(_assignee(ticket), ticket, but=by)


def of_status(ticket: Ticket, by: int | None) -> list[Person]:
    """Whoever watches the ticket; and its assignee, where somebody else of the staff did it and not the desk."""
    told = _assignee(ticket) if by is not None else []
    return _allowed([*told, *_watching_staff(ticket)], ticket, but=by)


def of_chat(ticket: Ticket) -> list[Person]:
    """The members of the group for which a visitor waits."""
    members = agents_of([ticket.group_id]) if ticket.group_id is not None else []
    return _allowed(members, ticket, but=None)


def of_failure(ticket: Ticket, delivery: Delivery) -> list[Person]:
    """Whoever wrote the message that did not arrive, and the assignee."""
    message = db.session.get(Message, delivery.message_id) if delivery.message_id else None
    author = message.author if message is not None else None
    return _allowed([*([author] if author else []), *_assignee(ticket)], ticket, but=None)


def of_deadline(ticket: Ticket, told: Collection[str]) -> list[Person]:
    """Those who are to be told: "assignee" (its group while nobody has it), "group", "leads"."""
    found = _assignee(ticket) if "assignee" in told else []
    group = [ticket.group_id] if ticket.group_id is not None else []
    if "group" in told or ("assignee" in told and not found):
        found += agents_of(group)
    if "leads" in told:
        found += agents_of(group, right=Right.LEAD)
    return _allowed(found, ticket, but=None)


def responsible(ticket: Ticket) -> list[Person]:
    """Whoever has the ticket and stands in for them, as far as they may read it."""
    return _allowed(_assignee(ticket), ticket, but=None)


def is_first(ticket: Ticket, message: Message) -> bool:
    """Whether this message opened the ticket."""
    earlier = select(Message.id).where(Message.ticket_id == ticket.id, Message.id < message.id)
    return db.session.scalar(earlier.limit(1)) is None


def _assignee(ticket: Ticket) -> list[Person]:
    """Whoever has the ticket, and their substitute while they are away; `_allowed` asks whether that one may read it."""
    if ticket.assignee is None:
        return []
    return [ticket.assignee, *_substitutes(ticket.assignee)]


def _substitutes(person: Person) -> list[Person]:
    now = clock.now()
    away = (
        select(AgentAbsence.substitute_id)
        .where(
            AgentAbsence.person_id == person.id,
            AgentAbsence.since <= now,
            AgentAbsence.until > now,
            AgentAbsence.substitute_id.is_not(None),
        )
        .order_by(AgentAbsence.id)
        .limit(5)
    )
    found = db.session.scalars(select(Person).where(Person.id.in_(away)).order_by(Person.id))
    return [one for one in found if one.is_staff and one.is_active]


def _watching_staff(ticket: Ticket) -> list[Person]:
    watching = (
        select(Person)
        .join(Watcher, Watcher.person_id == Person.id)
        .where(Watcher.ticket_id == ticket.id)
        .order_by(Person.id)
        .limit(200)
    )
    return [person for person in db.session.scalars(watching) if person.is_staff]


def _allowed(people: Iterable[Person], ticket: Ticket, *, but: int | None) -> list[Person]:
    each_once = {person.id: person for person in people if person.id != but}
    return [person for person in each_once.values() if may_read(person, ticket)]
