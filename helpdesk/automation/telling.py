"""Who of the staff a rule tells, and of what; each at most so often."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.automation.models import RuleTrouble
from helpdesk.core import throttle
from helpdesk.core.db import db
from helpdesk.messaging.preparing import prepare_notice
from helpdesk.people.models import ContactKind, Membership, Person, Right, Role
from helpdesk.people.queries import find_by_contact_point
from helpdesk.tickets.models import FIRST_NUMBER, Ticket

# A rule that runs wild fills nobody's mailbox.
MOST_AN_HOUR = 60
HOUR = timedelta(hours=1)
MOST_TOLD = 50


def tell(ticket: Ticket, who: str, text: str) -> int:
    """Tell staff by mail what a rule says of a ticket; returns how many are told."""
    told = 0
    for person in _people(ticket, who):
        if not throttle.hit(f"told-by-rules/{person.id}", MOST_AN_HOUR, HOUR):
            continue
        with force_locale(person.locale):
            subject = _("About %(number)s", number=ticket.number)
        told += prepare_notice(person, subject=subject, text=text, ticket_id=ticket.id) is not None
    return told


def tell_of_trouble(trouble_id: int) -> None:
    """Tell every administrator once that a rule broke or runs in a ring."""
    trouble = db.session.get(RuleTrouble, trouble_id)
    if trouble is None:
        return
    for person in _administrators():
        with force_locale(person.locale):
            subject, text = _trouble_said(trouble)
        prepare_notice(person, subject=subject, text=text, ticket_id=trouble.ticket_id)


def _trouble_said(trouble: RuleTrouble) -> tuple[str, str]:
    number = trouble.ticket_id + FIRST_NUMBER if trouble.ticket_id else ""
    if trouble.is_set_aside:
        subject = _("The rule %(name)s was set aside", name=trouble.name)
        text = _(
            "The rule %(name)s broke on the ticket %(number)s and runs no more:\n\n%(why)s\n\n"
            "The ticket was kept as it was. Mend the rule, or put it back on its page.",
            name=trouble.name,
            number=number,
            why=trouble.text,
        )
        return subject, text
    subject = _("Rules set each other off")
    text = _(
        "These rules set each other off on the ticket %(number)s and were stopped:\n\n%(why)s\n\n"
        "Change one of them so that it no longer undoes what another does.",
        number=number,
        why=trouble.text,
    )
    return subject, text


def _people(ticket: Ticket, who: str) -> Sequence[Person]:
    if who == "assignee":
        return [ticket.assignee] if ticket.assignee is not None else []
    if who == "group":
        return _members(ticket.group_id, (Right.WORK, Right.LEAD))
    if who == "leads":
        return _members(ticket.group_id, (Right.LEAD,))
    if who == "admins":
        return _administrators()
    person = find_by_contact_point(ContactKind.EMAIL, who)
    return [person] if person is not None and person.is_staff else []


def _members(group_id: int | None, rights: Iterable[Right]) -> Sequence[Person]:
    return db.session.scalars(
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.group_id == group_id, Membership.right.in_(list(rights)), Person.is_active
        )
        .order_by(Person.id)
        .limit(MOST_TOLD)
    ).all()


def _administrators() -> Sequence[Person]:
    return db.session.scalars(
        select(Person)
        .where(Person.role == Role.ADMIN, Person.is_active)
        .order_by(Person.id)
        .limit(MOST_TOLD)
    ).all()
