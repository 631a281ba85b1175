"""lines_for(): how the asking person's own requests stand. Nobody learns of a request that is not theirs (S08).

A reference alone opens nothing: who is not signed in is told the same words whether there is such a request or not, and
follows it through the link that goes to the address it was made with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.people.access import Actor, actor_of
from helpdesk.people.models import Person
from helpdesk.tickets.access import number_parts, visible_tickets
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.naming import beginning
from workflows.lifecycle import Category

MOST_SAID = 5
# Where a person follows a request by its reference and the link in a mail.
FOLLOW = "/follow"
_NUMBER = re.compile(r"\b([A-Za-z]{1,8})[- ]?([0-9]{4,12})\b")


def number_in(text: str) -> str:
    """The number of a ticket that stands in a text, or nothing."""
    found = _NUMBER.search(text)
    return f"{found[1].upper()}-{found[2]}" if found else ""


def lines_for(viewer: Person | None, given: Mapping[str, str]) -> str:
    """The open requests of a person, one a line, or the one they named; in the language that is set."""
    if viewer is None:
        return _(
            "We show how a request stands only to the person who made it. Follow it with its reference: "
            "we send a link to the address it was made with."
        )
    found = _theirs(actor_of(viewer), next(iter(given.values()), ""))
    if not found:
        return _("We find no open request of yours under this reference or name.")
    return "\n".join(_line(ticket) for ticket in found)


def _theirs(actor: Actor, number: str) -> list[Ticket]:
    wanted = select(Ticket).where(visible_tickets(actor))
    parts = number_parts(number) or number_parts(number_in(number))
    if parts is not None:
        wanted = wanted.where(Ticket.prefix == parts[0], Ticket.id == parts[1])
    else:
        wanted = wanted.where(Ticket.requester_id == actor.person_id, Ticket.is_open)
    return list(db.session.scalars(wanted.order_by(Ticket.id.desc()).limit(MOST_SAID)))


def _line(ticket: Ticket) -> str:
    return _(
        "%(number)s, %(subject)s: %(state)s (since %(day)s)",
        number=ticket.number,
        subject=beginning(ticket.subject),
        state=_state(ticket.category),
        # Not when it was last touched: what colleagues write to each other is nobody's business, and nor is when.
        day=format_date((ticket.status_since or ticket.created_at).date(), "d MMMM y"),
    )


def _state(category: Category) -> str:
    """How a state is said to the person who asked."""
    if category is Category.WAITING_REQUESTER:
        return _("we wait for your answer")
    if category in (Category.RESOLVED, Category.CLOSED):
        return _("done")
    if category is Category.CANCELLED:
        return _("cancelled")
    return _("we are working on it")
