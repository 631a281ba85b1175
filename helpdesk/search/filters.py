"""The filters of a query as conditions on tickets; the database decides, never an index."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import ColumnElement, false, func, not_, or_, select

from helpdesk.core.db import db
from helpdesk.people.models import ContactPoint, Group, Person
from helpdesk.search.query import Filter
from helpdesk.tickets.access import number_parts
from helpdesk.tickets.models import FIRST_NUMBER, Tag, Ticket, ticket_tag
from workflows.lifecycle import Category, Status

NOBODY = frozenset({"nobody", "none", "unassigned"})
NO_GROUP = frozenset({"none", "nobody"})
# `assignee:me` is written like this once it is known who asks; no person has such a name.
PERSON = "\x1fperson:"


def conditions(filters: Iterable[Filter]) -> list[ColumnElement[bool]]:
    """What `Ticket` must fulfil; all conditions must hold."""
    return [_condition(one) for one in filters]


def named(filters: Iterable[Filter], person_id: int) -> tuple[Filter, ...]:
    """The same filters with "me" replaced by the person who asks."""
    me = f"{PERSON}{person_id}"
    return tuple(
        Filter(one.name, tuple(me if value == "me" else value for value in one.values), one.negated)
        if one.name in ("assignee", "requester")
        else one
        for one in filters
    )


def groups_named(values: Iterable[str]) -> set[int | None]:
    """The ids of the groups that a filter names; None stands for tickets without a group."""
    wanted = set(values)
    plain = wanted - NO_GROUP
    found: set[int | None] = {None} if wanted & NO_GROUP else set()
    if plain:
        found.update(db.session.scalars(select(Group.id).where(or_(*map(_is_named, plain)))))
    return found


def _condition(one: Filter) -> ColumnElement[bool]:
    wanted = or_(*(_CONDITIONS[one.name](value) for value in one.values))
    return not_(func.coalesce(wanted, false())) if one.negated else wanted


def _status(value: str) -> ColumnElement[bool]:
    if value == "pending":
        return Ticket.category.in_(
            [Category.WAITING_REQUESTER, Category.WAITING_THIRD_PARTY, Category.WAITING_INTERNAL]
        )
    if value == "open":
        return Ticket.is_open.is_(True)
    wanted = [
        status for status in Status if status.value == value.replace(" ", "_").replace("-", "_")
    ]
    return Ticket.status.in_(wanted) if wanted else false()


def _is(value: str) -> ColumnElement[bool]:
    states: dict[str, ColumnElement[bool]] = {
        "open": Ticket.is_open.is_(True),
        "closed": Ticket.is_open.is_(False),
        "assigned": Ticket.assignee_id.is_not(None),
        "unassigned": Ticket.assignee_id.is_(None),
    }
    return states.get(value, false())


def _priority(value: str) -> ColumnElement[bool]:
    digits = value.removeprefix("p")
    return (
        Ticket.priority == int(digits)
        if digits.isascii() and digits.isdigit() and len(digits) < 3
        else false()
    )


def _group(value: str) -> ColumnElement[bool]:
    if value in NO_GROUP:
        return Ticket.group_id.is_(None)
    return Ticket.group_id.in_(select(Group.id).where(_is_named(value)))


def _is_named(value: str) -> ColumnElement[bool]:
    return func.lower(Group.name).startswith(value, autoescape=True)


def _assignee(value: str) -> ColumnElement[bool]:
    return (
        Ticket.assignee_id.is_(None) if value in NOBODY else Ticket.assignee_id.in_(_people(value))
    )


def _requester(value: str) -> ColumnElement[bool]:
    return Ticket.requester_id.in_(_people(value))


def _people(value: str) -> ColumnElement[int]:
    if value.startswith(PERSON):
        return select(Person.id).where(Person.id == int(value.removeprefix(PERSON)))  # type: ignore[return-value]
    by_address = select(ContactPoint.person_id).where(
        ContactPoint.value.startswith(value, autoescape=True)
    )
    by_name = func.lower(Person.name).contains(value, autoescape=True)
    return select(Person.id).where(or_(by_name, Person.id.in_(by_address)))  # type: ignore[return-value]


def _type(value: str) -> ColumnElement[bool]:
    return func.lower(Ticket.type) == value


def _channel(value: str) -> ColumnElement[bool]:
    return Ticket.channel == value


def _tag(value: str) -> ColumnElement[bool]:
    tagged = (
        select(ticket_tag.c.ticket_id)
        .join(Tag, Tag.id == ticket_tag.c.tag_id)
        .where(Tag.name == value)
    )
    return Ticket.id.in_(tagged)


def _number(value: str) -> ColumnElement[bool]:
    parts = number_parts(value)
    if parts is not None:
        return Ticket.id == parts[1]
    plain = value.isascii() and value.isdigit() and len(value) < 13
    return Ticket.id == int(value) - FIRST_NUMBER if plain else false()


_CONDITIONS: dict[str, Callable[[str], ColumnElement[bool]]] = {
    "status": _status,
    "is": _is,
    "priority": _priority,
    "group": _group,
    "assignee": _assignee,
    "requester": _requester,
    "type": _type,
    "channel": _channel,
    "tag": _tag,
    "number": _number,
}
