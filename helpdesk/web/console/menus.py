"""The choices of menus and filters: statuses, priorities, who may be assigned, and the tags there are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, literal, select, true, union_all

from helpdesk.core.db import db
from helpdesk.people.access import Actor
from helpdesk.people.models import Membership, Person, Right, Role
from helpdesk.tickets.models import LinkKind, Tag, TicketType
from helpdesk.web import words
from helpdesk.web.console.seen import Choices
from helpdesk.web.viewer import once_a_language
from workflows.lifecycle import FOLLOWING, Status
from workflows.priority import Level

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
    agents = (
        select(literal("agent").label("kind"), Person.id, Person.name)
        .where(_works(), _in_groups_of(actor))
        .order_by(func.lower(Person.name), Person.id)
        .limit(MOST_AGENTS)
    )
    tags = select(literal("tag"), Tag.id, Tag.name).order_by(Tag.name).limit(MOST_TAGS)
    found = db.session.execute(union_all(select(agents.subquery()), select(tags.subquery()))).all()
    return Menus(
        agents=[(str(row.id), row.name) for row in found if row.kind == "agent"],
        tags=[row.name for row in found if row.kind == "tag"],
    )


def agents_for(group_id: int | None, *, also: Iterable[tuple[int, str]] = ()) -> Choices:
    """Who may be given tickets of a group, and whoever has the ticket now, by name."""
    found = db.session.execute(
        select(Person.id, Person.name)
        .where(_works(), _in_group(group_id))
        .order_by(func.lower(Person.name), Person.id)
        .limit(MOST_AGENTS)
    )
    choices = [(str(row.id), row.name) for row in found]
    known = {value for value, _name in choices}
    return [*choices, *((str(id), name) for id, name in also if str(id) not in known)]


@once_a_language
def statuses() -> Choices:
    return [(status.value, words.status_word(status.value)) for status in Status]


def statuses_after(status: Status) -> Choices:
    """The statuses that may follow one."""
    return [
        (after.value, words.status_word(after.value))
        for after in FOLLOWING[status]
        if after is not status
    ]


@once_a_language
def priorities() -> Choices:
    return [(str(one), f"P{one} {words.priority_word(one)}") for one in range(1, 6)]


@once_a_language
def levels() -> Choices:
    return [(level.value, words.level_word(level.value)) for level in Level]


@once_a_language
def types() -> Choices:
    return [(one.value, words.type_word(one.value)) for one in TicketType]


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
    ]


@once_a_language
def link_kinds() -> Choices:
    return [(kind.value, words.link_word(kind.value)) for kind in LinkKind]


def _works() -> ColumnElement[bool]:
    return Person.is_active & Person.role.in_((Role.AGENT, Role.ADMIN))


def _in_groups_of(actor: Actor) -> ColumnElement[bool]:
    if actor.is_admin:
        return true()
    members = select(Membership.person_id).where(
        Membership.group_id.in_(sorted(actor.readable_group_ids)),
        Membership.right.in_((Right.WORK, Right.LEAD)),
    )
    return Person.id.in_(members) | (Person.id == actor.person_id)


def _in_group(group_id: int | None) -> ColumnElement[bool]:
    if group_id is None:
        return true()
    members = select(Membership.person_id).where(
        Membership.group_id == group_id, Membership.right.in_((Right.WORK, Right.LEAD))
    )
    return Person.id.in_(members) | (Person.role == Role.ADMIN)
