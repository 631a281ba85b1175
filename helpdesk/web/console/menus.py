"""The choices of menus and filters: statuses, priorities, who may be assigned, and the tags there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from flask_babel import gettext
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, bindparam, func, literal, select, true, union_all

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.people.access import Actor
from helpdesk.people.models import Membership, Person, Right, Role
from helpdesk.people.queries import is_staff
from helpdesk.routing.hours import away_until, back_at, hours_by, known_calendars
from helpdesk.routing.models import AgentAbsence, AgentProfile
from helpdesk.tickets import lives, moves, prioritizing
from helpdesk.tickets.models import LinkKind, Tag, Ticket
from helpdesk.tickets.tag_names import on_seen_tickets
from helpdesk.web import words
from helpdesk.web.console.own_hours import back_words
from helpdesk.web.console.seen import Choices
from helpdesk.web.viewer import once_a_language
from workflows.lifecycle import Facts, Occasion, automatic

NOBODY = "0"
MOST_AGENTS = 500
MOST_TAGS = 300


@dataclass(frozen=True, slots=True)
class Menus:
    """What the list offers: agents by id, and names of tags."""

    agents: Choices
    tags: list[str]


def menus_of_list(actor: Actor) -> Menus:
    """The agents of the groups this person reads, and the tags; one query."""
    values = {} if actor.is_admin else _readable_by(actor)
    found = db.session.execute(_menus(of_all=actor.is_admin), values).all()
    return Menus(
        agents=[(str(row.id), row.name) for row in found if row.kind == "agent"],
        tags=[row.name for row in found if row.kind == "tag"],
    )


def agents_for(group_id: int | None, *, also: Iterable[tuple[int, str]] = ()) -> Choices:
    """Who may be given tickets of a group, and whoever has the ticket now, by name; with when they are back, if not there."""
    at = clock.now()
    values = {"at": at} if group_id is None else {"at": at, "group": group_id}
    found = db.session.execute(_agents(of_group=group_id is not None), values).all()
    calendars = known_calendars() if any(row.calendar for row in found) else {}
    choices = [(str(row.id), _agent_words(row, calendars, at)) for row in found]
    known = {value for value, _name in choices}
    return [*choices, *((str(id), name) for id, name in also if str(id) not in known)]


def _agent_words(row: Any, calendars: Mapping[str, Any], at: datetime) -> str:
    """The name of an agent, and when they work again if that is not now."""
    if row.hours is None and row.calendar is None and row.away_until is None:
        return str(row.name)
    hours = hours_by(row.hours, row.time_zone, row.calendar, calendars)
    back = back_at(hours, row.away_until, at)
    return f"{row.name} – {back_words(back)}" if back is not None else str(row.name)


def statuses() -> Choices:
    """Every status of every type, each once."""
    return lives.state_choices()


def statuses_after(ticket: Ticket, actor: Actor, *, answered: bool = False) -> Choices:
    """The statuses that may follow for somebody; `answered` is after an answer, which may move the ticket on."""
    state = moves.standing(ticket)
    if answered:
        life = lives.lifecycle_of(ticket.type)
        takes_up = automatic(life, Occasion.AGENT_MESSAGE, Facts(state=state, roles=frozenset()))
        state = takes_up.target if takes_up else state
    ways = moves.ways_on(ticket, moves.roles_of(actor, ticket), state=state)
    return [(way.status, way.label) for way in ways if way.status != ticket.status]


@once_a_language
def priorities() -> Choices:
    return [(str(one), f"P{one} {words.priority_word(one)}") for one in range(1, 6)]


def impacts() -> Choices:
    """How far something may reach, as the desk's matrix has it."""
    return [(step.name, gettext(step.label)) for step in prioritizing.matrix().impacts]


def urgencies() -> Choices:
    """How soon something may hurt, as the desk's matrix has it."""
    return [(step.name, gettext(step.label)) for step in prioritizing.matrix().urgencies]


def with_own(choices: Choices, value: str) -> Choices:
    """The choices, and what a ticket has that is none of them any more."""
    known = any(choice == value for choice, _label in choices)
    return choices if known else [*choices, (value, words.level_word(value))]


def types() -> Choices:
    """The types that a ticket may be given."""
    return [(one, words.type_word(one)) for one in lives.types()]


@once_a_language
def channels() -> Choices:
    names = ("email", "web", "phone", "chat", "slack", "sms", "api")
    return [(name, words.channel_word(name)) for name in names]


@once_a_language
def sorts() -> Choices:
    return [
        ("activity", _("Last activity")),
        ("priority", _("Priority")),
        ("newest", _("Newest")),
        ("due", _("Due first")),
        ("quiet", _("Longest quiet")),
        ("oldest", _("Oldest")),
    ]


@once_a_language
def link_kinds() -> Choices:
    return [(kind.value, words.link_word(kind.value)) for kind in LinkKind]


def _works() -> ColumnElement[bool]:
    return Person.is_active & is_staff()


def _readable_by(actor: Actor) -> dict[str, Any]:
    return {"groups": sorted(actor.readable_group_ids), "reader": actor.person_id}


@cache
def _menus(*, of_all: bool) -> Select[Any]:
    members = select(Membership.person_id).where(
        Membership.group_id.in_(bindparam("groups", expanding=True)),
        Membership.right.in_((Right.WORK, Right.LEAD)),
    )
    reads_with = Person.id.in_(members) | (Person.id == bindparam("reader"))
    agents = (
        select(literal("agent").label("kind"), Person.id, Person.name)
        .where(_works(), true() if of_all else reads_with)
        .order_by(func.lower(Person.name), Person.id)
        .limit(MOST_AGENTS)
    )
    tags = select(literal("tag"), Tag.id, Tag.name).order_by(Tag.name).limit(MOST_TAGS)
    if not of_all:
        tags = tags.where(on_seen_tickets(bindparam("groups", expanding=True)))
    both = union_all(select(agents.subquery()), select(tags.subquery())).subquery()
    return select(both)


@cache
def _agents(*, of_group: bool) -> Select[Any]:
    members = select(Membership.person_id).where(
        Membership.group_id == bindparam("group"), Membership.right.in_((Right.WORK, Right.LEAD))
    )
    in_group = Person.id.in_(members) | (Person.role == Role.ADMIN)
    return (
        select(
            Person.id,
            Person.name,
            Person.time_zone,
            AgentProfile.hours,
            AgentProfile.calendar,
            away_until(bindparam("at", type_=AgentAbsence.until.type)).label("away_until"),
        )
        .outerjoin(AgentProfile, AgentProfile.person_id == Person.id)
        .where(_works(), in_group if of_group else true())
        .order_by(func.lower(Person.name), Person.id)
        .limit(MOST_AGENTS)
    )
