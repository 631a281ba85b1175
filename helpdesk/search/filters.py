"""The filters of a query as conditions on tickets; the database decides, never an index."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.people.models import ContactPoint, Group, Organisation, Person
from helpdesk.search.query import ME, Filter
from helpdesk.tickets import lives
from helpdesk.tickets.access import number_parts
from helpdesk.tickets.models import FIRST_NUMBER, Tag, Ticket, ticket_tag
from workflows.condition_parts import How
from workflows.fields import NOBODY
from workflows.lifecycle import Category
from workflows.spans import read_period, read_span

NO_GROUP = NOBODY
# `assignee:me` is written like this once it is known who asks; no person has such a name.
PERSON = "\x1fperson:"


def conditions(filters: Iterable[Filter]) -> list[ColumnElement[bool]]:
    """What `Ticket` must fulfil; all conditions must hold."""
    return [_condition(one) for one in filters]


def named(filters: Iterable[Filter], person_id: int) -> tuple[Filter, ...]:
    """The same filters with "me" replaced by the person who asks."""
    me = f"{PERSON}{person_id}"
    return tuple(
        replace(one, values=tuple(me if value == ME else value for value in one.values))
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
    wanted = _wanted(one)
    return not_(func.coalesce(wanted, false())) if one.negated else wanted


def _wanted(one: Filter) -> ColumnElement[bool]:
    if one.how in (How.EMPTY, How.PRESENT):
        missing = _MISSING[one.name]() if one.name in _MISSING else false()
        return missing if one.how is How.EMPTY else not_(missing)
    if one.name in _DEADLINES and read_span(one.values[0]) is not None:
        return _deadline(_DEADLINES[one.name], one.how, one.values[0])
    if one.name in _DAYS:
        return or_(*(_day(_DAYS[one.name], one.how, value) for value in one.values))
    if one.name in _SPANS:
        return _span(_SPANS[one.name], one.how, one.values[0])
    if one.how is not How.IS:
        return _COMPARED[one.how](_NUMBERS[one.name], int(one.values[0]))
    return or_(*(_CONDITIONS[one.name](value) for value in one.values))


def _day(column: Any, how: How, value: str) -> ColumnElement[bool]:
    period = read_period(value)
    if period is None:
        return false()
    bounded: dict[How, ColumnElement[bool]] = {
        How.IS: and_(column >= period.start, column < period.end),
        How.LESS: column < period.start,
        How.AT_MOST: column < period.end,
        How.MORE: column >= period.end,
        How.AT_LEAST: column >= period.start,
    }
    return bounded[how]


def _span(column: Any, how: How, value: str) -> ColumnElement[bool]:
    """Longer ago is earlier, so the comparison of instants goes the other way."""
    span = read_span(value)
    return false() if span is None else _TURNED[how](column, clock.now() - span)


def _deadline(column: Any, how: How, value: str) -> ColumnElement[bool]:
    span = read_span(value)
    return false() if span is None else _COMPARED[how](column, clock.now() + span)


def _status(value: str) -> ColumnElement[bool]:
    if value == "pending":
        return Ticket.category.in_(
            [Category.WAITING_REQUESTER, Category.WAITING_THIRD_PARTY, Category.WAITING_INTERNAL]
        )
    if value == "open":
        return Ticket.is_open.is_(True)
    wanted = lives.states_named(value)
    return Ticket.status.in_(wanted) if wanted else false()


def _is(value: str) -> ColumnElement[bool]:
    states: dict[str, ColumnElement[bool]] = {
        "open": Ticket.is_open.is_(True),
        "closed": Ticket.is_open.is_(False),
        "assigned": Ticket.assignee_id.is_not(None),
        "unassigned": Ticket.assignee_id.is_(None),
        "breached": Ticket.breach_at < clock.now(),
        "overridden": Ticket.priority_overridden.is_(True),
    }
    return states.get(value, false())


def _priority(value: str) -> ColumnElement[bool]:
    return Ticket.priority == int(value)


def _messages(value: str) -> ColumnElement[bool]:
    return Ticket.message_count == int(value)


def _category(value: str) -> ColumnElement[bool]:
    return Ticket.category.in_([one for one in Category if one.value == value])


def _impact(value: str) -> ColumnElement[bool]:
    return Ticket.impact == value


def _urgency(value: str) -> ColumnElement[bool]:
    return Ticket.urgency == value


def _organisation(value: str) -> ColumnElement[bool]:
    named = func.lower(Organisation.name).startswith(value, autoescape=True)
    members = (
        select(Person.id).join(Organisation, Organisation.id == Person.organisation_id).where(named)
    )
    return Ticket.requester_id.in_(members)


def _no_organisation() -> ColumnElement[bool]:
    return Ticket.requester_id.in_(select(Person.id).where(Person.organisation_id.is_(None)))


def _language(value: str) -> ColumnElement[bool]:
    return Ticket.requester_id.in_(select(Person.id).where(Person.locale == value))


def _untagged() -> ColumnElement[bool]:
    return Ticket.id.not_in(select(ticket_tag.c.ticket_id))


def _group(value: str) -> ColumnElement[bool]:
    if value in NO_GROUP:
        return Ticket.group_id.is_(None)
    return Ticket.group_id.in_(select(Group.id).where(_is_named(value)))


def _is_named(value: str) -> ColumnElement[bool]:
    return func.lower(Group.name).startswith(value, autoescape=True)


def _assignee(value: str) -> ColumnElement[bool]:
    return (
        Ticket.assignee_id.is_(None)
        if value in NOBODY
        else Ticket.assignee_id.in_(people_named(value))
    )


def _requester(value: str) -> ColumnElement[bool]:
    return Ticket.requester_id.in_(people_named(value))


def people_named(value: str) -> ColumnElement[int]:
    """The ids of the people whom a filter names, by a part of their name or the beginning of an address."""
    if value.startswith(PERSON):
        return select(Person.id).where(Person.id == int(value.removeprefix(PERSON)))  # type: ignore[return-value]
    by_address = select(ContactPoint.person_id).where(
        ContactPoint.value.startswith(value, autoescape=True)
    )
    by_name = func.lower(Person.name).contains(value, autoescape=True)
    return select(Person.id).where(or_(by_name, Person.id.in_(by_address)))  # type: ignore[return-value]


def _type(value: str) -> ColumnElement[bool]:
    wanted = lives.types_named(value)
    return Ticket.type.in_(wanted) if wanted else false()


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
    "category": _category,
    "impact": _impact,
    "urgency": _urgency,
    "organisation": _organisation,
    "language": _language,
    "messages": _messages,
}
_MISSING: dict[str, Callable[[], ColumnElement[bool]]] = {
    "group": lambda: Ticket.group_id.is_(None),
    "assignee": lambda: Ticket.assignee_id.is_(None),
    "organisation": _no_organisation,
    "tag": _untagged,
    "resolved": lambda: Ticket.resolved_at.is_(None),
    "closed": lambda: Ticket.closed_at.is_(None),
    "due": lambda: Ticket.due_at.is_(None),
    "breach": lambda: Ticket.breach_at.is_(None),
}
_DEADLINES: dict[str, Any] = {"due": Ticket.due_at, "breach": Ticket.breach_at}
_DAYS: dict[str, Any] = {
    **_DEADLINES,
    "created": Ticket.created_at,
    "updated": Ticket.updated_at,
    "resolved": Ticket.resolved_at,
    "closed": Ticket.closed_at,
}
_SPANS: dict[str, Any] = {
    "age": Ticket.created_at,
    "idle": Ticket.last_activity_at,
    "unchanged": Ticket.updated_at,
}
_NUMBERS: dict[str, Any] = {"priority": Ticket.priority, "messages": Ticket.message_count}
_COMPARED: dict[How, Callable[[Any, Any], ColumnElement[bool]]] = {
    How.LESS: operator.lt,
    How.AT_MOST: operator.le,
    How.MORE: operator.gt,
    How.AT_LEAST: operator.ge,
}
_TURNED = {
    How.LESS: operator.gt,
    How.AT_MOST: operator.ge,
    How.MORE: operator.lt,
    How.AT_LEAST: operator.le,
}
# Every field that a search answers from the tickets themselves.
ANSWERED = frozenset({*_CONDITIONS, *_DAYS, *_SPANS})
