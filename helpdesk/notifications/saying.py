"""tell(): one thing to one person in the ways that they chose; what comes by the dozen is one line and one mail."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy import func, select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.messaging.sending import prepare_notice
from helpdesk.notifications import kinds
from helpdesk.notifications.models import Notification
from helpdesk.notifications.noting import claim_mail, note
from helpdesk.notifications.preferences import Topic, Way, preferences_of
from helpdesk.notifications.wording import words_of
from helpdesk.people.models import Person
from helpdesk.tickets.models import Ticket

# What no colleague did, such as tickets that a rule gives or an outage brings: so many are told each by itself,
# and the others of that time in one line.
MOST_BY_THEMSELVES = 5
AT_ONCE = timedelta(minutes=10)


def tell(
    person: Person,
    ticket: Ticket,
    topic: Topic,
    kind: str,
    message_id: int | None = None,
    *,
    times: int = 1,
    may_be_many: bool = False,
) -> None:
    """Tell somebody of a ticket, in the ways that they chose for it, or not at all."""
    ways = preferences_of(person.id).ways_of(topic)
    if not ways:
        return
    if may_be_many and _told_lately(person, kind) >= MOST_BY_THEMSELVES:
        kind, message_id = f"{kind}{kinds.TOGETHER}", None
        ticket = _gathered_at(person, kind) or ticket
    line = note(person, ticket, kind, message_id, times=times, ways=ways)
    if Way.MAIL in ways and claim_mail(line):
        _mail(person, ticket, kind, times)


def _told_lately(person: Person, kind: str) -> int:
    """How many tickets this person was told of by themselves in the last minutes."""
    lately = (
        select(Notification.id)
        .where(
            Notification.person_id == person.id,
            Notification.kind == kind,
            Notification.created_at > clock.now() - AT_ONCE,
        )
        .limit(MOST_BY_THEMSELVES)
    )
    return db.session.scalar(select(func.count()).select_from(lately.subquery())) or 0


def _gathered_at(person: Person, kind: str) -> Ticket | None:
    """The ticket at which the line for many stands, while it is unread."""
    return db.session.scalar(
        select(Ticket)
        .join(Notification, Notification.ticket_id == Ticket.id)
        .where(
            Notification.person_id == person.id,
            Notification.kind == kind,
            Notification.read_at.is_(None),
        )
        .order_by(Notification.id)
        .limit(1)
    )


def _mail(person: Person, ticket: Ticket, kind: str, times: int) -> None:
    """Fixed words, the number and a link: a mailbox is no place for what a ticket says (S12)."""
    base = str(current_app.config["DESK_BASE_URL"]).rstrip("/")
    place = kinds.PLACES.get(kind, f"/tickets/{ticket.number}")
    with force_locale(person.locale):
        subject, said = _words(kind, ticket.number, times)
        rest = _("Read and answer it in the desk; an answer to this mail reaches nobody.")
        choice = _("What you are told of, and how: %(link)s", link=f"{base}/me#told-title")
    text = f"{said}\n\n{base}{place}\n\n{rest}\n{choice}\n"
    prepare_notice(person, subject=subject, text=text, ticket_id=ticket.id)


def _words(kind: str, number: str, times: int) -> tuple[str, str]:
    """The subject of a mail, and its first sentence."""
    if kind == kinds.ASSIGNED_TOGETHER:
        return _assigned_together(times)
    said = {
        kinds.ASSIGNED: (
            _("You have a ticket: %(number)s", number=number),
            _("The ticket %(number)s was assigned to you.", number=number),
        ),
        kinds.NEW_TICKET: (
            _("New ticket: %(number)s", number=number),
            _("There is a new ticket for your group: %(number)s.", number=number),
        ),
        kinds.NEW_TOGETHER: (
            _("Many new tickets"),
            _("There are many new tickets for your groups."),
        ),
        kinds.MENTION: (
            _("You are named on %(number)s", number=number),
            _("A colleague named you in a note on the ticket %(number)s.", number=number),
        ),
        kinds.NOTE: (
            _("New note on %(number)s", number=number),
            _("A colleague wrote a note on the ticket %(number)s.", number=number),
        ),
        kinds.ANSWERED_ASIDE: (
            _("A third party answered: %(number)s", number=number),
            _("There is an answer in a side conversation of the ticket %(number)s.", number=number),
        ),
    }
    return said.get(kind) or _urgent(kind, number, times)


def _urgent(kind: str, number: str, times: int) -> tuple[str, str]:
    if kind in kinds.PLACES and kind != kinds.CHAT_WAITS:
        said = words_of(kind, times)
        return said, f"{said}."
    if kind.startswith(kinds.PLANNED):
        return (
            _("Your planned reply: %(number)s", number=number),
            _("A reply that you had planned on the ticket %(number)s needs you.", number=number),
        )
    return _of_one(number).get(kind) or (
        _("New message on %(number)s", number=number),
        _("There is a new message on the ticket %(number)s.", number=number),
    )


def _of_one(number: str) -> dict[str, tuple[str, str]]:
    return {
        kinds.SLA_WARNING: (
            _("Due soon: %(number)s", number=number),
            _("The ticket %(number)s will be late if nothing is done.", number=number),
        ),
        kinds.SLA_BREACH: (
            _("Late: %(number)s", number=number),
            _("The ticket %(number)s is late: its target was missed.", number=number),
        ),
        kinds.CALL_BACK: (
            _("A call to make: %(number)s", number=number),
            _("You promised to ring back; see the ticket %(number)s.", number=number),
        ),
        kinds.DELIVERY_FAILED: (
            _("Not delivered: %(number)s", number=number),
            _("A mail of the ticket %(number)s could not be delivered.", number=number),
        ),
        kinds.STATUS: (
            _("Status changed: %(number)s", number=number),
            _("The status of the ticket %(number)s was changed.", number=number),
        ),
        kinds.CHAT_WAITS: (
            _("A visitor waits in the chat: %(number)s", number=number),
            _("A visitor waits for somebody of your group: %(number)s.", number=number),
        ),
    }


def _assigned_together(times: int) -> tuple[str, str]:
    if times < 2:
        return _("You have more tickets"), _("Several tickets were assigned to you.")
    return (
        ngettext("You have %(num)s ticket more", "You have %(num)s tickets more", times),
        ngettext(
            "%(num)s ticket was assigned to you.",
            "%(num)s tickets were assigned to you together.",
            times,
        ),
    )
