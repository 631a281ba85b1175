"""tell_of_…(): a line in the desk for each who is told, and a mail in fixed words for who wants one."""

from __future__ import annotations

from collections.abc import Sequence

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.journal.models import Entry
from helpdesk.messaging.models import Delivery
from helpdesk.messaging.sending import prepare_notice
from helpdesk.notifications import mentions, recipients
from helpdesk.notifications.noting import claim_mail, note
from helpdesk.notifications.preferences import preferences_of
from helpdesk.people.models import Person
from helpdesk.sla.counting import BREACH
from helpdesk.sla.fired import told_of
from helpdesk.sla.models import SlaFired
from helpdesk.tickets.models import Direction, Message, Ticket, Visibility

NEW_TICKET = "new_ticket"
MESSAGE = "message"
NOTE = "note"
MENTION = "mention"
ASSIGNED = "assigned"
DELIVERY_FAILED = "delivery_failed"
SLA_WARNING = "sla_warning"
SLA_BREACH = "sla_breach"
CALL_BACK = "call_back"
# Before the word for what came between an agent and a reply that they had planned.
PLANNED = "planned_"
ANSWERED_ASIDE = "answered_aside"


def tell_of_message(message_id: int) -> None:
    """Tell staff of a message; whoever has the ticket gets a mail too when somebody outside wrote."""
    message = db.session.get(Message, message_id)
    if message is None:
        return
    ticket = message.ticket
    kind = _kind_of(ticket, message)
    named = {one.id for one in _tell_named(ticket, message)} if kind == NOTE else set()
    for person in recipients.of_message(ticket, message):
        if person.id in named:
            continue
        line = note(person, ticket, kind, message_id)
        wrote = kind in (MESSAGE, ANSWERED_ASIDE) and message.direction is Direction.IN
        if wrote and _has(person, ticket) and preferences_of(person.id).message:
            _mail(person, ticket, kind, line)


def _tell_named(ticket: Ticket, message: Message) -> Sequence[Person]:
    """Tell those whom a note names, as far as they may read the ticket now (S13); a note moved on names nobody anew."""
    told = [
        person
        for person in mentions.named_in(message.text, ticket).people
        if person.id != message.author_id
    ]
    for person in told:
        line = note(person, ticket, MENTION, message.id)
        if preferences_of(person.id).message:
            _mail(person, ticket, MENTION, line)
    return told


def _has(person: Person, ticket: Ticket) -> bool:
    """Whether a ticket is this person's to answer: their own, or that of somebody away for whom they stand in."""
    return person.id in {one.id for one in recipients.responsible(ticket)}


def tell_of_assignment(ticket_id: int) -> None:
    """Tell an agent that they have a ticket now, unless they took it themselves."""
    ticket = db.session.get(Ticket, ticket_id)
    if ticket is None:
        return
    for person in recipients.of_assignment(ticket, _who_assigned(ticket_id)):
        line = note(person, ticket, ASSIGNED)
        if preferences_of(person.id).assigned:
            _mail(person, ticket, ASSIGNED, line)


def tell_of_failure(delivery_id: int) -> None:
    """Tell whoever wrote a message that it did not arrive, and whoever has the ticket."""
    delivery = db.session.get(Delivery, delivery_id)
    ticket = db.session.get(Ticket, delivery.ticket_id) if delivery and delivery.ticket_id else None
    if delivery is None or ticket is None:
        return
    for person in recipients.of_failure(ticket, delivery):
        note(person, ticket, DELIVERY_FAILED, delivery.message_id)


def tell_of_deadlines(fired_ids: Sequence[int]) -> None:
    """Tell those concerned that tickets will be late soon, or are; once for each thing that fell due."""
    fallen = db.session.scalars(select(SlaFired).where(SlaFired.id.in_(fired_ids))).all()
    for one in sorted(fallen, key=lambda fired: fired.id):
        ticket = db.session.get(Ticket, one.ticket_id)
        if ticket is None or ticket.deleted_at is not None:
            continue
        kind = SLA_BREACH if one.rule == BREACH else SLA_WARNING
        for person in recipients.of_deadline(ticket, told_of(one)):
            line = note(person, ticket, kind)
            if preferences_of(person.id).deadline:
                _mail(person, ticket, kind, line)


def tell_of_call_back(person: Person, ticket: Ticket) -> None:
    """Remind an agent that they promised to ring somebody, shortly before they should."""
    line = note(person, ticket, CALL_BACK)
    if preferences_of(person.id).deadline:
        _mail(person, ticket, CALL_BACK, line)


def tell_of_planned(person: Person, ticket: Ticket, why: str) -> None:
    """Tell an agent that a reply which they had planned did not leave as planned, and why."""
    note(person, ticket, f"{PLANNED}{why}")


def _kind_of(ticket: Ticket, message: Message) -> str:
    if message.visibility is Visibility.INTERNAL:
        return NOTE
    if message.visibility is Visibility.ASIDE:
        return ANSWERED_ASIDE
    return NEW_TICKET if recipients.is_first(ticket, message) else MESSAGE


def _who_assigned(ticket_id: int) -> int | None:
    return db.session.scalar(
        select(Entry.actor_id)
        .where(
            Entry.subject_kind == "ticket",
            Entry.subject_id == ticket_id,
            Entry.event == "Assigned",
        )
        .order_by(Entry.seq.desc())
        .limit(1)
    )


def _mail(person: Person, ticket: Ticket, kind: str, line: int) -> None:
    """Fixed words, the number and a link: a mailbox is no place for what a ticket says (S12)."""
    if not claim_mail(line):
        return
    link = f"{str(current_app.config['DESK_BASE_URL']).rstrip('/')}/tickets/{ticket.number}"
    with force_locale(person.locale):
        subject, said = _words(kind, ticket.number)
        rest = _("Read and answer it in the desk; an answer to this mail reaches nobody.")
    prepare_notice(
        person, subject=subject, text=f"{said}\n\n{link}\n\n{rest}\n", ticket_id=ticket.id
    )


def _words(kind: str, number: str) -> tuple[str, str]:
    """The subject of a mail, and its first sentence."""
    if kind == ASSIGNED:
        return (
            _("You have a ticket: %(number)s", number=number),
            _("The ticket %(number)s was assigned to you.", number=number),
        )
    if kind == MENTION:
        return (
            _("You are named on %(number)s", number=number),
            _("A colleague named you in a note on the ticket %(number)s.", number=number),
        )
    if kind == SLA_WARNING:
        return (
            _("Due soon: %(number)s", number=number),
            _("The ticket %(number)s will be late if nothing is done.", number=number),
        )
    if kind == CALL_BACK:
        return (
            _("A call to make: %(number)s", number=number),
            _("You promised to ring back; see the ticket %(number)s.", number=number),
        )
    if kind == ANSWERED_ASIDE:
        return (
            _("A third party answered: %(number)s", number=number),
            _(
                "There is an answer in a side conversation of your ticket %(number)s.",
                number=number,
            ),
        )
    if kind == SLA_BREACH:
        return (
            _("Late: %(number)s", number=number),
            _("The ticket %(number)s is late: its target was missed.", number=number),
        )
    return (
        _("New message on %(number)s", number=number),
        _("There is a new message on your ticket %(number)s.", number=number),
    )
