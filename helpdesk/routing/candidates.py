"""Who could be given a ticket of a group, with all that decides it: read anew for every choice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.people.models import Membership, Person, Right, Role
from helpdesk.routing.hours import working_of
from helpdesk.routing.models import AgentAbsence, AgentProfile, RoutingTurn
from helpdesk.tickets.models import Ticket
from workflows.assignment import Absence, Candidate, Hours
from workflows.assignment_reading import Routing
from workflows.lifecycle import Category


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database knows of some agents, by their ids."""

    profiles: Mapping[int, AgentProfile]
    absences: Mapping[int, tuple[Absence, ...]]
    open_on: Mapping[int, Mapping[str, int]]
    turns: Mapping[int, int]
    hours: Mapping[int, Hours | None]


def candidates_for(group_id: int, routing: Routing, *, name: str, at: datetime) -> list[Candidate]:
    """The agents who may work in a group, as the routing of this name sees them now. Six queries."""
    people = _workers(group_id, routing)
    if not people:
        return []
    known = _Known(
        profiles=_profiles(people),
        hours={one: hours for one, (hours, _back) in working_of(people, at).items()},
        absences=_absences(people, at),
        open_on=open_counts(people),
        turns=_turns(people, name),
    )
    return [_candidate(person, known) for person in people]


def open_counts(people: Sequence[int]) -> dict[int, dict[str, int]]:
    """How many tickets each has on which there is something to do now, by channel.

    What waits for the requester or a supplier costs nobody time, and does not count.
    """
    rows = db.session.execute(
        select(Ticket.assignee_id, Ticket.channel, func.count())
        .where(
            Ticket.assignee_id.in_(people),
            Ticket.is_open,
            Ticket.category == Category.ACTIVE,
            Ticket.deleted_at.is_(None),
            Ticket.merged_into_id.is_(None),
        )
        .group_by(Ticket.assignee_id, Ticket.channel)
    )
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for person, channel, count in rows:
        if person is not None:
            found[person][channel] = count
    return found


def known_skills() -> frozenset[str]:
    """Every skill that some agent has."""
    rows = db.session.scalars(select(AgentProfile.skills).limit(5000))
    return frozenset(skill for skills in rows for skill in skills)


def _candidate(person: int, known: _Known) -> Candidate:
    profile = known.profiles.get(person)
    counts = known.open_on.get(person, {})
    plain = Candidate(
        agent=person,
        absences=known.absences.get(person, ()),
        open=sum(counts.values()),
        open_on=counts,
        last_turn=known.turns.get(person, 0),
    )
    if profile is None:
        return plain
    return Candidate(
        agent=person,
        is_available=profile.is_available,
        absences=plain.absences,
        hours=known.hours.get(person),
        skills=frozenset(profile.skills),
        open=plain.open,
        capacity=profile.capacity,
        open_on=counts,
        limits=dict(profile.limits),
        last_turn=plain.last_turn,
    )


def _workers(group_id: int, routing: Routing) -> list[int]:
    rights = [Right.WORK, Right.LEAD] if routing.with_leads else [Right.WORK]
    return list(
        db.session.scalars(
            select(Person.id)
            .join(Membership, Membership.person_id == Person.id)
            .where(
                Membership.group_id == group_id,
                Membership.right.in_(rights),
                Person.is_active,
                Person.role.in_([Role.AGENT, Role.ADMIN]),
            )
            .order_by(Person.id)
        )
    )


def _profiles(people: Sequence[int]) -> dict[int, AgentProfile]:
    rows = db.session.scalars(
        select(AgentProfile)
        .where(AgentProfile.person_id.in_(people))
        # Another worker may have changed one while this one waited for its turn.
        .execution_options(populate_existing=True)
    )
    return {row.person_id: row for row in rows}


def _absences(people: Sequence[int], at: datetime) -> dict[int, tuple[Absence, ...]]:
    rows = db.session.scalars(
        select(AgentAbsence).where(
            AgentAbsence.person_id.in_(people), AgentAbsence.since <= at, AgentAbsence.until > at
        )
    )
    found: dict[int, tuple[Absence, ...]] = {}
    for row in rows:
        absence = Absence(row.since, row.until, row.substitute_id)
        found[row.person_id] = (*found.get(row.person_id, ()), absence)
    return found


def _turns(people: Sequence[int], name: str) -> dict[int, int]:
    rows = db.session.execute(
        select(RoutingTurn.person_id, RoutingTurn.turn).where(
            RoutingTurn.routing == name, RoutingTurn.person_id.in_(people)
        )
    )
    return {row.person_id: row.turn for row in rows}
