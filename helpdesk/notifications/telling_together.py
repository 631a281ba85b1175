"""Several tickets that were assigned to somebody in one act: one line and one mail, whatever their number."""

from __future__ import annotations

from collections.abc import Sequence

from flask import current_app
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from helpdesk.core.db import db
from helpdesk.messaging.sending import prepare_notice
from helpdesk.notifications.noting import claim_mail, note
from helpdesk.notifications.preferences import preferences_of
from helpdesk.people.access import actor_of
from helpdesk.people.models import Person, Right
from helpdesk.tickets.models import Ticket

ASSIGNED_TOGETHER = "assigned_together"


def tell_of_assignments(person_id: int, ticket_ids: Sequence[int]) -> None:
    """Tell an agent that they were given these tickets; rights are asked again (S13)."""
    person, ticket = (
        db.session.get_one(Person, person_id),
        db.session.get_one(Ticket, ticket_ids[0]),
    )
    if not person.is_active or not actor_of(person).holds(ticket.group_id, Right.READ):
        return
    line = note(person, ticket, ASSIGNED_TOGETHER, times=len(ticket_ids))
    if preferences_of(person.id).assigned and claim_mail(line):
        _mail(person, ticket, len(ticket_ids))


def _mail(person: Person, ticket: Ticket, count: int) -> None:
    """Fixed words, a number and a link: a mailbox is no place for what tickets say (S12)."""
    link = f"{str(current_app.config['DESK_BASE_URL']).rstrip('/')}/views/mine"
    with force_locale(person.locale):
        subject = ngettext("You have %(num)s ticket more", "You have %(num)s tickets more", count)
        said = ngettext(
            "%(num)s ticket was assigned to you.",
            "%(num)s tickets were assigned to you together.",
            count,
        )
        rest = _("Read and answer it in the desk; an answer to this mail reaches nobody.")
    prepare_notice(
        person, subject=subject, text=f"{said}\n\n{link}\n\n{rest}\n", ticket_id=ticket.id
    )
