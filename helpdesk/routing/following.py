"""When a ticket is offered: as it opens, enters a group or is put back, and when somebody comes back or frees up."""

from __future__ import annotations

import logging
from typing import Any

from helpdesk.core.unit_of_work import gather, owe, record, unit_of_work
from helpdesk.routing.events import RoutingWanted
from helpdesk.routing.giving import active_routings, give
from helpdesk.routing.waiting import anything_waits, forget_settled, ids_to_offer
from helpdesk.tickets.events import Assigned, GroupChanged, StatusChanged, TicketEvent, TicketOpened
from workflows.assignment_reading import Occasion

log = logging.getLogger(__name__)

OFFER_JOB = "offer_waiting"
# How many tickets are offered in one run; the rest follows in the next.
OFFERED_AT_ONCE = 500


def want_routing(event: TicketEvent) -> None:
    """Have a ticket offered once all that this event sets off has happened, since a trigger may give it to somebody."""
    occasion = _occasion_of(event)
    if occasion is not None and active_routings():
        record(RoutingWanted(ticket_id=event.subject_id, occasion=occasion.value))


def route(event: RoutingWanted) -> None:
    """Give the ticket to somebody, or let it wait."""
    give(event.ticket_id, Occasion(event.occasion))


def let_offers_follow(event: TicketEvent) -> None:
    """Whoever got rid of a ticket may be free for one that waits."""
    if _frees_somebody(event):
        gather(_owe_offers, event)


def offer_waiting() -> int:
    """Offer the tickets that wait to whoever is free now, each in a unit of its own; returns how many were given."""
    with unit_of_work():
        forget_settled()
    hopeless, given = set[tuple[Any, ...]](), 0
    for ticket_id in ids_to_offer(limit=OFFERED_AT_ONCE):
        with unit_of_work():
            outcome = give(ticket_id, Occasion.AVAILABLE, hopeless=hopeless.__contains__)
        if outcome is None:
            continue
        if outcome.choice.agent is None:
            hopeless.add(outcome.key)
        else:
            given += 1
    if given:
        log.info("Tickets that waited were given to agents.", extra={"count": given})
    return given


def offer_if_any() -> None:
    """Owe an offer of what waits; each minute, since hours begin and absences end without an event."""
    if anything_waits():
        owe(OFFER_JOB, 0)


def _occasion_of(event: TicketEvent) -> Occasion | None:
    match event:
        case TicketOpened():
            return Occasion.OPENED
        case GroupChanged():
            return Occasion.ENTERED
        case Assigned() if event.after.get("assignee") is None:
            return Occasion.RETURNED
    return None


def _frees_somebody(event: TicketEvent) -> bool:
    if isinstance(event, Assigned):
        return event.before.get("assignee") is not None
    return isinstance(event, StatusChanged)


def _owe_offers(_events: list[TicketEvent]) -> None:
    if anything_waits():
        owe(OFFER_JOB, 0)
