"""give(): a ticket is given to an agent by the first routing that is for it, or waits for nobody and says why."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from helpdesk.core import clock
from helpdesk.core.db import db, is_postgresql
from helpdesk.core.unit_of_work import record
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.people.models import Group, Person
from helpdesk.routing.candidates import candidates_for, known_skills
from helpdesk.routing.events import TicketRouted
from helpdesk.routing.models import RoutingTurn
from helpdesk.routing.waiting import forget, note_wait
from helpdesk.tickets.commands import assign, lock
from helpdesk.tickets.facts import facts_of
from helpdesk.tickets.models import Ticket
from workflows.assignment import Choice, Match, Wanted, Why, choose_assignee
from workflows.assignment_reading import Occasion, Routing
from workflows.facts import TicketFacts
from workflows.faults import N_

log = logging.getLogger(__name__)

# Whoever gives out tickets holds this lock of PostgreSQL until the commit: so the counts that a choice was made by hold,
# and nobody is given more than they can bear. SQLite has one writer anyway.
_LOCK = 4_011_201_101
_NOT_CHOSEN_KEPT = 50
# What is opened with an older date is old mail that was taken in.
NEWS_FOR = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Given:
    """What became of an offer: by which routing, and the choice; `key` is equal for offers that must end alike."""

    routing: str
    choice: Choice
    key: tuple[Any, ...]


def give(
    ticket_id: int,
    occasion: Occasion | None = None,
    *,
    hopeless: Callable[[tuple[Any, ...]], bool] | None = None,
) -> Given | None:
    """Give a ticket to an agent, if a routing is for it and for this occasion; inside a unit of work.

    Without an occasion somebody asks for it, such as a rule, and any routing will do. `hopeless` says of a key whether nobody was found for it just now, so that the same need not be tried again.
    None where no routing is for it. Whoever is closed, given or without a group is not offered.
    """
    routings = active_routings()
    if not routings:
        return None
    ticket = lock(ticket_id)
    if not is_offered(ticket) or (occasion is Occasion.OPENED and _is_old(ticket)):
        forget(ticket.id)
        return None
    found = _routing_for(ticket, occasion, routings)
    if found is None:
        _let_wait(ticket, routings)
        return None
    name, routing = found
    wanted = _wanted(ticket, routing)
    key = (name, ticket.group_id, wanted.channel, wanted.skills)
    if hopeless is not None and hopeless(key):
        return None
    choice = _choose(ticket, name, routing, wanted)
    if choice.agent is None:
        note_wait(ticket, name, choice.why)
    else:
        _hand_over(ticket, name, choice)
    return Given(name, choice, key)


def _let_wait(ticket: Ticket, routings: list[tuple[str, Routing]]) -> None:
    """Where no routing runs now but one does when somebody becomes free, the ticket waits for that."""
    later = _routing_for(ticket, Occasion.AVAILABLE, routings)
    if later is not None:
        note_wait(ticket, later[0], Why("next", N_("waits for whoever becomes free next")))


def active_routings() -> list[tuple[str, Routing]]:
    """The routings that are switched on, by name, in their order."""
    return [
        (version.name, version.value)
        for version in store.current(Kind.ROUTING)
        if version.value.is_active
    ]


def _is_old(ticket: Ticket) -> bool:
    """Whether it was opened from mail of long ago, which somebody took in; nobody works on that by itself."""
    return clock.now() - ticket.created_at > NEWS_FOR


def is_offered(ticket: Ticket) -> bool:
    """Whether a ticket stands there for somebody to take."""
    return (
        ticket.is_open
        and ticket.assignee_id is None
        and ticket.group_id is not None
        and ticket.deleted_at is None
        and ticket.merged_into_id is None
    )


def rehearse(ticket: Ticket) -> tuple[str, Choice] | None:
    """Whom the ticket would be given to now, were it opened; changes nothing."""
    found = _routing_for(ticket, None, active_routings())
    if found is None or ticket.group_id is None:
        return None
    name, routing = found
    at = clock.now()
    candidates = candidates_for(ticket.group_id, routing, name=name, at=at)
    return name, choose_assignee(
        candidates, routing.strategy, wanted=_wanted(ticket, routing), at=at
    )


def why_as_json(why: Why) -> dict[str, Any]:
    """A reason as the journal keeps it; it is put into words when it is read."""
    return {"code": why.code, "text": why.text, "values": dict(why.values)}


def _routing_for(
    ticket: Ticket, occasion: Occasion | None, routings: list[tuple[str, Routing]]
) -> tuple[str, Routing] | None:
    group = db.session.get(Group, ticket.group_id)
    if group is None or not group.is_active:
        return None
    facts: TicketFacts | None = None
    for name, routing in routings:
        if occasion is not None and occasion not in routing.on:
            continue
        if routing.groups and group.name not in routing.groups:
            continue
        if not routing.when.is_always:
            # Reading all that a condition may ask takes several queries, so they wait until one asks.
            facts = facts or facts_of(ticket)
            if not routing.when.holds(facts, clock.now()):
                continue
        return name, routing
    return None


def _wanted(ticket: Ticket, routing: Routing) -> Wanted:
    skills = set(routing.skills)
    if routing.skills_of_tags and routing.strategy.match is not Match.IGNORED:
        skills |= {tag.name for tag in ticket.tags} & known_skills()
    return Wanted(ticket.channel, frozenset(skills))


def _choose(ticket: Ticket, name: str, routing: Routing, wanted: Wanted) -> Choice:
    if is_postgresql():
        db.session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    assert ticket.group_id is not None, "Only tickets of a group are offered."
    at = clock.now()
    candidates = candidates_for(ticket.group_id, routing, name=name, at=at)
    return choose_assignee(candidates, routing.strategy, wanted=wanted, at=at)


def _hand_over(ticket: Ticket, name: str, choice: Choice) -> None:
    assert choice.agent is not None, "Somebody was chosen."
    cause = f"routing: {name}"
    assign(ticket, db.session.get_one(Person, choice.agent), by=None, cause=cause)
    record(
        TicketRouted(
            cause=cause,
            subject_id=ticket.id,
            after={
                "routing": name,
                "given_to": choice.agent,
                "in_place_of": choice.in_place_of,
                "why": why_as_json(choice.why),
                "why_not": [
                    [agent, why_as_json(why)] for agent, why in choice.others[:_NOT_CHOSEN_KEPT]
                ],
            },
        )
    )
    _note_turn(name, choice)
    forget(ticket.id)
    db.session.flush()
    log.info(
        "A ticket was given to an agent.",
        extra={"ticket": ticket.id, "person": choice.agent, "routing": name},
    )


def _note_turn(name: str, choice: Choice) -> None:
    took = {choice.agent, choice.in_place_of} - {None}
    turn = 1 + (
        db.session.scalar(select(func.max(RoutingTurn.turn)).where(RoutingTurn.routing == name))
        or 0
    )
    rows = db.session.scalars(
        select(RoutingTurn).where(RoutingTurn.routing == name, RoutingTurn.person_id.in_(took))
    )
    known = {row.person_id: row for row in rows}
    for person in took:
        if person in known:
            known[person].turn = turn
        else:
            db.session.add(RoutingTurn(routing=name, person_id=person, turn=turn))
