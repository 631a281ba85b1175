"""tell_of_…(): who is told of what; in which ways is theirs to choose, and a mail has fixed words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.journal.models import Entry
from helpdesk.messaging.models import Delivery
from helpdesk.notifications import mentions, recipients
from helpdesk.notifications.kinds import (
    ANSWERED_ASIDE,
    ASSIGNED,
    CALL_BACK,
    CHAT_WAITS,
    DELIVERY_FAILED,
    MENTION,
    MESSAGE,
    NEW_TICKET,
    NOTE,
    OPERATION,
    PLANNED,
    SLA_BREACH,
    SLA_WARNING,
    STATUS,
)
from helpdesk.notifications.preferences import Topic
from helpdesk.notifications.saying import tell
from helpdesk.people.models import Person
from helpdesk.sla.counting import BREACH
from helpdesk.sla.fired import told_of
from helpdesk.sla.models import SlaFired
from helpdesk.tickets.models import Direction, Message, Ticket, Visibility


def tell_of_message(message_id: int, *, waits: Callable[[int], bool] | None = None) -> None:
    """Tell staff of a message: whoever has the ticket, whoever watches it, and of a new one its group.

    `waits` says of a new ticket whether a visitor waits in a chat, which is another thing to be told of.
    """
    message = db.session.get(Message, message_id)
    if message is None:
        return
    ticket = message.ticket
    kind = _kind_of(ticket, message)
    if kind == NEW_TICKET and waits is not None and waits(ticket.id):
        for person in recipients.of_chat(ticket):
            tell(person, ticket, Topic.CHAT, CHAT_WAITS, message_id, may_be_many=True)
        return
    named = {one.id for one in _tell_named(ticket, message)} if kind == NOTE else set()
    for person in recipients.of_message(ticket, message):
        if person.id not in named:
            topic = _topic_of(kind, message, is_theirs=_has(person, ticket))
            tell(person, ticket, topic, kind, message_id, may_be_many=kind == NEW_TICKET)


def _tell_named(ticket: Ticket, message: Message) -> Sequence[Person]:
    """Tell those whom a note names, as far as they may read the ticket now (S13); a note moved on names nobody anew."""
    told = [
        person
        for person in mentions.named_in(message.text, ticket).people
        if person.id != message.author_id
    ]
    for person in told:
        tell(person, ticket, Topic.MENTION, MENTION, message.id)
    return told


def _has(person: Person, ticket: Ticket) -> bool:
    """Whether a ticket is this person's to answer: their own, or that of somebody away for whom they stand in."""
    return person.id in {one.id for one in recipients.responsible(ticket)}


def tell_of_assignment(ticket_id: int) -> None:
    """Tell an agent that they have a ticket now, unless they took it themselves."""
    ticket = db.session.get(Ticket, ticket_id)
    if ticket is None:
        return
    by = _who_did("Assigned", ticket_id)
    for person in recipients.of_assignment(ticket, by):
        # A colleague gives one ticket after the other; a rule may give hundreds.
        tell(person, ticket, Topic.ASSIGNED, ASSIGNED, may_be_many=by is None)


def tell_of_status(ticket_id: int) -> None:
    """Tell whoever follows a ticket that somebody of the staff, or the desk, changed its status."""
    ticket = db.session.get(Ticket, ticket_id)
    if ticket is None or ticket.deleted_at is not None:
        return
    by = _who_did("StatusChanged", ticket_id)
    who = db.session.get(Person, by) if by is not None else None
    if who is not None and not who.is_staff:
        # The words of the requester did it, and those are told.
        return
    for person in recipients.of_status(ticket, by):
        tell(person, ticket, Topic.STATUS, STATUS, may_be_many=True)


def tell_of_operation(person: Person, ticket: Ticket, how: str) -> None:
    """Tell an agent how what they began and did not wait for has ended; `ticket` is one of many."""
    tell(person, ticket, Topic.OPERATION, f"{OPERATION}{how}")


def tell_of_failure(delivery_id: int) -> None:
    """Tell whoever wrote a message that it did not arrive, and whoever has the ticket."""
    delivery = db.session.get(Delivery, delivery_id)
    ticket = db.session.get(Ticket, delivery.ticket_id) if delivery and delivery.ticket_id else None
    if delivery is None or ticket is None:
        return
    for person in recipients.of_failure(ticket, delivery):
        tell(person, ticket, Topic.TROUBLE, DELIVERY_FAILED, delivery.message_id)


def tell_of_deadlines(fired_ids: Sequence[int]) -> None:
    """Tell those concerned that tickets will be late soon, or are; once for each thing that fell due."""
    fallen = db.session.scalars(select(SlaFired).where(SlaFired.id.in_(fired_ids))).all()
    for one in sorted(fallen, key=lambda fired: fired.id):
        ticket = db.session.get(Ticket, one.ticket_id)
        if ticket is None or ticket.deleted_at is not None:
            continue
        is_late = one.rule == BREACH
        topic, kind = (Topic.LATE, SLA_BREACH) if is_late else (Topic.SOON, SLA_WARNING)
        for person in recipients.of_deadline(ticket, told_of(one)):
            tell(person, ticket, topic, kind)


def tell_of_call_back(person: Person, ticket: Ticket) -> None:
    """Remind an agent that they promised to ring somebody, shortly before they should."""
    tell(person, ticket, Topic.CALL, CALL_BACK)


def tell_of_planned(person: Person, ticket: Ticket, why: str) -> None:
    """Tell an agent that a reply which they had planned did not leave as planned, and why."""
    tell(person, ticket, Topic.TROUBLE, f"{PLANNED}{why}")


def _kind_of(ticket: Ticket, message: Message) -> str:
    if message.visibility is Visibility.INTERNAL:
        return NOTE
    if message.visibility is Visibility.ASIDE:
        return ANSWERED_ASIDE
    return NEW_TICKET if recipients.is_first(ticket, message) else MESSAGE


def _topic_of(kind: str, message: Message, *, is_theirs: bool) -> Topic:
    if kind == NEW_TICKET:
        return Topic.NEW
    if not is_theirs:
        return Topic.WATCHED
    if kind == ANSWERED_ASIDE:
        return Topic.ASIDE
    wrote = kind == MESSAGE and message.direction is Direction.IN
    return Topic.REPLY if wrote else Topic.COLLEAGUE


def _who_did(event: str, ticket_id: int) -> int | None:
    return db.session.scalar(
        select(Entry.actor_id)
        .where(
            Entry.subject_kind == "ticket",
            Entry.subject_id == ticket_id,
            Entry.event == event,
        )
        .order_by(Entry.seq.desc())
        .limit(1)
    )
