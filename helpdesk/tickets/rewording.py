"""What people wrote on a ticket beside its messages and its subject: read by name, and put in other words."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import record
from helpdesk.tickets.commands import touch
from helpdesk.tickets.events import TicketChanged
from helpdesk.tickets.lives import lifecycle_of
from helpdesk.tickets.models import CustomField, Ticket
from helpdesk.tickets.processing import is_text

CUSTOM, PROCESS, WHY = "custom.", "process.", "priority_why"
# Kinds of custom fields with words and figures of people, and not with one of a list.
_WRITTEN = ("text", "number")


def written_keys() -> frozenset[str]:
    """The keys of custom fields that people fill in their own words, those no longer in use too."""
    found = db.session.scalars(select(CustomField.key).where(CustomField.kind.in_(_WRITTEN)))
    return frozenset(found)


def words_of(ticket: Ticket) -> dict[str, str]:
    """These words by the names that the journal has for them."""
    written, life = written_keys(), lifecycle_of(ticket.type)
    custom = {f"{CUSTOM}{key}": str(ticket.custom[key]) for key in ticket.custom if key in written}
    process = {
        f"{PROCESS}{key}": str(value) for key, value in ticket.process.items() if is_text(life, key)
    }
    why = {WHY: ticket.priority_why} if ticket.priority_why else {}
    return {**custom, **process, **why}


def reword(ticket: Ticket, words: Mapping[str, str], *, by: int | None, cause: str) -> None:
    """Put other words in the place of some of these, on a locked ticket; "" takes a value away."""
    if not words:
        return
    ticket.custom = _with(ticket.custom, CUSTOM, words)
    ticket.process = _with(ticket.process, PROCESS, words)
    ticket.priority_why = words.get(WHY, ticket.priority_why)
    touch(ticket)
    told = TicketChanged(actor_id=by, cause=cause, subject_id=ticket.id, personal=dict(words))
    record(told)


def _with(values: Mapping[str, object], prefix: str, words: Mapping[str, str]) -> dict[str, object]:
    new = {
        name.removeprefix(prefix): text for name, text in words.items() if name.startswith(prefix)
    }
    return {key: value for key, value in {**values, **new}.items() if value != ""}
