"""What who leads groups wants to know: who is on, what each bears, what waits longest and what is about to be late.

Everything is counted within the groups that are asked for; what an agent has elsewhere is not part of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.people.access import Actor
from helpdesk.people.models import Group, Membership, Person, Right, Role, WebSession
from helpdesk.routing.hours import working_of
from helpdesk.routing.models import AgentAbsence, AgentProfile
from helpdesk.tickets.access import visible_tickets
from helpdesk.tickets.models import Ticket
from workflows.lifecycle import Category

MOST_AGENTS = 200
MOST_TICKETS = 30
# A session is marked as used every five minutes; who was seen since is at the desk.
SEEN_WITHIN = timedelta(minutes=15)
NEXT_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent of the groups: whether they are there, and what they have to do in these groups."""

    id: int
    name: str
    is_available: bool
    away_until: datetime | None
    seen_at: datetime | None
    open: int
    late: int
    oldest: datetime | None
    capacity: int | None
    # When they work again, where it is outside their hours now.
    back_at: datetime | None = None

    @property
    def is_on(self) -> bool:
        """Whether they can be given work now: they say so, are not absent, and were at the desk lately."""
        at_desk = self.seen_at is not None and clock.now() - self.seen_at <= SEEN_WITHIN
        return self.is_available and self.away_until is None and at_desk

    @property
    def is_full(self) -> bool:
        """Whether they bear as much as they can."""
        return self.capacity is not None and self.open >= self.capacity


@dataclass(frozen=True, slots=True)
class Figures:
    """What stands open in a group, or in several."""

    open: int = 0
    nobody: int = 0
    late: int = 0
    next_hour: int = 0
    today: int = 0
    oldest: datetime | None = None

    def plus(self, other: Figures) -> Figures:
        """Both together."""
        known = [one for one in (self.oldest, other.oldest) if one is not None]
        return Figures(
            self.open + other.open,
            self.nobody + other.nobody,
            self.late + other.late,
            self.next_hour + other.next_hour,
            self.today + other.today,
            min(known, default=None),
        )


def together(figures: Iterable[Figures]) -> Figures:
    """Several groups as one."""
    total = Figures()
    for one in figures:
        total = total.plus(one)
    return total


def led_groups(actor: Actor) -> Sequence[Group]:
    """The active groups that this person leads; all of them for an administrator."""
    led = [group for group in actor.groups if actor.holds(group, Right.LEAD)]
    mine = true() if actor.is_admin else Group.id.in_(sorted(led))
    return db.session.scalars(
        select(Group).where(Group.is_active, mine).order_by(func.lower(Group.name)).limit(500)
    ).all()


def agents_of(groups: Collection[int]) -> list[Agent]:
    """The agents of these groups by name, those who are on first. Six queries."""
    people = _people(groups)
    ids = [person.id for person in people]
    profiles = {
        row.person_id: row
        for row in db.session.scalars(select(AgentProfile).where(AgentProfile.person_id.in_(ids)))
    }
    away, seen, loads = _away(ids), _seen(ids), _loads(ids, groups)
    working = working_of(ids, clock.now())
    found = []
    for person in people:
        profile = profiles.get(person.id)
        count, late, oldest = loads.get(person.id, (0, 0, None))
        found.append(
            Agent(
                person.id,
                person.name,
                profile.is_available if profile else True,
                away.get(person.id),
                seen.get(person.id),
                count,
                late,
                oldest,
                profile.capacity if profile else None,
                back_at=working[person.id][1] if person.id in working else None,
            )
        )
    return sorted(found, key=lambda one: (not one.is_on, one.name.lower(), one.id))


def figures_of(groups: Collection[int], *, ends: datetime) -> dict[int, Figures]:
    """What stands open in each of these groups; `ends` is when today does. One query, by the index of queues."""
    at = clock.now()
    late_at = func.coalesce(Ticket.breach_at, Ticket.due_at)
    is_late = and_(Ticket.due_at < at, late_at < at)
    rows = db.session.execute(
        select(
            Ticket.group_id,
            func.count(),
            _how_many(Ticket.assignee_id.is_(None)),
            _how_many(is_late),
            _how_many(and_(late_at >= at, late_at <= at + NEXT_HOUR)),
            _how_many(and_(late_at >= at, late_at <= ends)),
            func.min(case((_waits(), Ticket.created_at))),
        )
        .where(Ticket.group_id.in_(sorted(groups)), Ticket.is_open, Ticket.deleted_at.is_(None))
        .group_by(Ticket.group_id)
    )
    return {
        group: Figures(count, nobody, late, hour, today, oldest)
        for group, count, nobody, late, hour, today, oldest in rows
        if group is not None
    }


def waiting_longest(actor: Actor, groups: Collection[int]) -> list[int]:
    """The ids of the tickets that nobody has, the oldest first."""
    return _ids(actor, groups, Ticket.assignee_id.is_(None), Ticket.created_at)


def about_to_be_late(actor: Actor, groups: Collection[int], *, until: datetime) -> list[int]:
    """The ids of the tickets that are late or will be by then, the next first; those that wait for others are left out."""
    due = and_(Ticket.due_at.is_not(None), Ticket.due_at <= until, _works())
    return _ids(actor, groups, due, Ticket.due_at)


def held_by(actor: Actor, groups: Collection[int], person_id: int) -> list[int]:
    """The ids of the open tickets of an agent in these groups, the oldest first."""
    return _ids(actor, groups, Ticket.assignee_id == person_id, Ticket.created_at)


def _ids(
    actor: Actor, groups: Collection[int], condition: ColumnElement[bool], order: Any
) -> list[int]:
    return list(
        db.session.scalars(
            select(Ticket.id)
            .where(
                visible_tickets(actor),
                Ticket.group_id.in_(sorted(groups)),
                Ticket.is_open,
                Ticket.merged_into_id.is_(None),
                condition,
            )
            .order_by(order, Ticket.id)
            .limit(MOST_TICKETS)
        )
    )


def _works() -> ColumnElement[bool]:
    return Ticket.category == Category.ACTIVE


def _waits() -> ColumnElement[bool]:
    return and_(_works(), Ticket.assignee_id.is_(None))


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _people(groups: Collection[int]) -> Sequence[Person]:
    members = select(Membership.person_id).where(
        Membership.group_id.in_(sorted(groups)), Membership.right.in_([Right.WORK, Right.LEAD])
    )
    return db.session.scalars(
        select(Person)
        .where(Person.id.in_(members), Person.is_active, Person.role.in_([Role.AGENT, Role.ADMIN]))
        .order_by(func.lower(Person.name), Person.id)
        .limit(MOST_AGENTS)
    ).all()


def _away(ids: Sequence[int]) -> dict[int, datetime]:
    at = clock.now()
    rows = db.session.execute(
        select(AgentAbsence.person_id, func.max(AgentAbsence.until))
        .where(AgentAbsence.person_id.in_(ids), AgentAbsence.since <= at, AgentAbsence.until > at)
        .group_by(AgentAbsence.person_id)
    )
    return {row[0]: row[1] for row in rows}


def _seen(ids: Sequence[int]) -> Mapping[int, datetime]:
    rows = db.session.execute(
        select(WebSession.person_id, func.max(WebSession.last_seen_at))
        .where(WebSession.person_id.in_(ids))
        .group_by(WebSession.person_id)
    )
    return {row[0]: row[1] for row in rows}


def _loads(
    ids: Sequence[int], groups: Collection[int]
) -> Mapping[int, tuple[int, int, datetime | None]]:
    """For each how much there is to do in these groups, how much of it is late, and since when the oldest stands open."""
    at = clock.now()
    late = or_(Ticket.breach_at < at, and_(Ticket.breach_at.is_(None), Ticket.due_at < at))
    rows = db.session.execute(
        select(Ticket.assignee_id, func.count(), _how_many(late), func.min(Ticket.created_at))
        .where(
            Ticket.assignee_id.in_(ids),
            Ticket.group_id.in_(sorted(groups)),
            Ticket.is_open,
            Ticket.merged_into_id.is_(None),
            _works(),
        )
        .group_by(Ticket.assignee_id)
    )
    found: dict[int, tuple[int, int, datetime | None]] = defaultdict(lambda: (0, 0, None))
    found.update(
        {person: (count, late_, oldest) for person, count, late_, oldest in rows if person}
    )
    return found
