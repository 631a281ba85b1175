"""Which policy a ticket is under: the first that fits, by position; and what its calendars mean."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from helpdesk.core.db import db
from helpdesk.definitions.models import Kind as Defined
from helpdesk.definitions.store import Version
from helpdesk.people.models import Organisation
from helpdesk.sla.counting import Count
from helpdesk.sla.facts import Fact, Names
from helpdesk.sla.library import Library
from helpdesk.tickets.facts import facts_of as read_all
from helpdesk.tickets.models import Ticket
from workflows.conditions import Condition
from workflows.facts import TicketFacts
from workflows.sla import Kind
from workflows.sla_agreement import read_when

CAUSE = "policy choice"
# What stands in the ticket's own row, or is near; a condition that asks for more costs more.
_NEAR = {
    "type",
    "status",
    "category",
    "priority",
    "impact",
    "urgency",
    "group",
    "channel",
    "organisation",
    "tag",
}


def choice_for(count: Count, ticket: Ticket, names: Names, *, at: datetime) -> dict[str, Any]:
    """The policy for a ticket that is opened, and what its calendars mean; as the data of a fact."""
    library = count.library
    chosen = choose(library, ticket, names, at=at)
    if chosen is None:
        return {"policy": None, "calendars": {}}
    reference = str(chosen.id)
    return {
        "policy": reference,
        "name": chosen.name,
        "calendars": library.meant(library.policy(reference)),
    }


def choose_anew(count: Count, ticket: Ticket, names: Names, *, at: datetime) -> None:
    """Put a ticket under another policy if another fits it now; a newer version of the same comes by its edit."""
    if count.has_ended:
        return
    library = count.library
    chosen = choose(library, ticket, names, at=at)
    present = count.state.policy
    name = library.version(present).name if present else None
    if (chosen.name if chosen else None) != name:
        put_under(count, chosen, at=at, cause=CAUSE, by=None)


def choose_edited(count: Count, ticket: Ticket, names: Names, *, at: datetime) -> None:
    """Bring a ticket that was resolved up to the policies and calendars as they are now."""
    chosen = choose(count.library, ticket, names, at=at)
    if (str(chosen.id) if chosen else None) != count.state.policy:
        put_under(count, chosen, at=at, cause=CAUSE, by=None)
    elif chosen is not None:
        take_calendars(count, str(chosen.id), at=at, cause=CAUSE, by=None)


def no_choice(*_asked: object, **_more: object) -> dict[str, Any]:
    """Of a time when there were no policies."""
    return {"policy": None, "calendars": {}}


def put_under(
    count: Count, chosen: Version | None, *, at: datetime, cause: str, by: int | None
) -> None:
    """Write that a ticket is under a policy from now on, and what the names of its calendars mean."""
    reference = str(chosen.id) if chosen else None
    if reference is not None:
        take_calendars(count, reference, at=at, cause=cause, by=by)
    data = {"to": reference, "name": chosen.name if chosen else None}
    count.take(at, Fact(Kind.POLICY, data), cause=cause, by=by)


def take_calendars(
    count: Count, reference: str, *, at: datetime, cause: str, by: int | None
) -> None:
    """Write what the calendars of a policy or clock mean now, where the ticket does not know it yet."""
    library = count.library
    for name, version in library.meant(library.policy(reference)).items():
        if count.state.calendars.get(name) != version:
            data = {"calendar": name, "to": version}
            count.take(at, Fact(Kind.CALENDAR, data), cause=cause, by=by)


def choose(library: Library, ticket: Ticket, names: Names, *, at: datetime) -> Version | None:
    """The first policy that fits a ticket; None when none does."""
    facts = Looked(ticket, names)
    for version in library.current(Defined.POLICY):
        condition = read_when(version.body)
        if condition.is_always or condition.holds(facts.for_(condition), at):
            return version
    return None


class Looked:
    """What conditions look at, read only as far as they ask."""

    def __init__(self, ticket: Ticket, names: Names) -> None:
        self._ticket, self._names = ticket, names
        self._near: TicketFacts | None = None
        self._all: TicketFacts | None = None

    def for_(self, condition: Condition) -> TicketFacts:
        if {test.field for test in condition.tests()} <= _NEAR:
            self._near = self._near or self._read_near()
            return self._near
        self._all = self._all or read_all(self._ticket)
        return self._all

    def _read_near(self) -> TicketFacts:
        ticket = self._ticket
        requester = ticket.requester
        organisation = None
        if requester.organisation_id is not None:
            found = db.session.get(Organisation, requester.organisation_id)
            organisation = found.name if found else None
        return TicketFacts(
            type=str(ticket.type),
            status=str(ticket.status),
            category=str(ticket.category),
            priority=ticket.priority,
            impact=str(ticket.impact),
            urgency=str(ticket.urgency),
            group=self._names.group(ticket.group_id),
            organisation=organisation,
            channel=ticket.channel,
            tags=frozenset(tag.name for tag in ticket.tags),
        )
