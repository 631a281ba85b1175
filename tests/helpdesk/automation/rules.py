"""Making rules for tests, and reading what they did."""

from __future__ import annotations

from typing import Any

from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.definitions.store import Version
from helpdesk.journal.models import Entry
from helpdesk.journal.reading import history_of
from helpdesk.tickets.models import Ticket


def make_rule(kind: Kind, name: str, **body: Any) -> Version:
    """A definition of a kind of rule, switched on."""
    with unit_of_work():
        return store.save(kind, name, {"title": name.capitalize(), **body}, by=None, cause="test")


def make_trigger(name: str, when: str, *do: dict[str, Any], **more: Any) -> Version:
    return make_rule(Kind.TRIGGER, name, when=when, do=list(do), **more)


def entries(ticket: Ticket, event: str) -> list[Entry]:
    """The entries of this event in the journal of a ticket."""
    return [one for one in history_of("ticket", ticket.id) if one.event == event]
