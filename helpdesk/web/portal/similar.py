"""Requests of one's own that a new one may repeat; for who has proven their address, and never of anybody else."""

from __future__ import annotations

from sqlalchemy import select

from helpdesk.contact_forms.models import FormDraft
from helpdesk.contact_forms.usual import forms_of
from helpdesk.core.db import db
from helpdesk.people.access import Actor
from helpdesk.tickets.access import visible_tickets
from helpdesk.tickets.models import Ticket
from helpdesk.web.portal.following import Summary, summary_of
from helpdesk.web.portal.visitor import current_visit
from workflows.text_match import words_of

MOST_LOOKED_AT = 50
MOST_SHOWN = 3
SHORTEST_WORD = 4
# So much of the shorter of two texts stands in the other where they are likely about one thing.
SHARED = 0.6


def open_like(draft: FormDraft, words: str) -> list[Summary]:
    """The visitor's open requests that came by this form, or whose subject has the same words; the newest first."""
    visit = current_visit()
    if visit is None:
        return []
    own = _open_of(visit.actor)
    by_form = forms_of([ticket.id for ticket in own])
    alike = [
        ticket
        for ticket in own
        if by_form.get(ticket.id) == draft.form or are_alike(ticket.subject, words)
    ]
    return [summary_of(ticket) for ticket in alike[:MOST_SHOWN]]


def are_alike(one: str, other: str) -> bool:
    """Whether most words of the shorter of two texts stand in the other."""
    first, second = _words(one), _words(other)
    fewest = min(len(first), len(second))
    return fewest > 1 and len(first & second) >= SHARED * fewest


def _open_of(actor: Actor) -> list[Ticket]:
    found = db.session.scalars(
        select(Ticket)
        .where(
            visible_tickets(actor),
            Ticket.requester_id == actor.person_id,
            Ticket.is_open,
            Ticket.merged_into_id.is_(None),
        )
        .order_by(Ticket.id.desc())
        .limit(MOST_LOOKED_AT)
    )
    return list(found)


def _words(text: str) -> set[str]:
    return {word for word in words_of(text).split() if len(word) >= SHORTEST_WORD}
