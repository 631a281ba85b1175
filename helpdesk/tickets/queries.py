"""What is read of tickets: lists, counts and one ticket, each from what the reader may see."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, tuple_, union_all
from sqlalchemy.orm import aliased

from helpdesk.core.db import db
from helpdesk.core.paging import Page, decode_cursor, encode_cursor
from helpdesk.people.access import Actor
from helpdesk.people.models import Group, Person
from helpdesk.tickets.access import visible_tickets
from helpdesk.tickets.models import FIRST_NUMBER, Tag, Ticket, TicketLink, ticket_tag

PAGE = 50
MOST_COUNTED = 100
# Up to this many groups a list is put together from one short index walk a group.
MOST_BRANCHES = 24


class Sort(enum.StrEnum):
    """The orders of a list; each is an index."""

    ACTIVITY = "activity"
    PRIORITY = "priority"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; None or empty means everything. `assignee` 0 means nobody."""

    is_open: bool | None = True
    statuses: tuple[str, ...] = ()
    group: int | None = None
    assignee: int | None = None
    priority: int | None = None
    channel: str = ""
    tag: str = ""
    type: str = ""
    requester: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list: plain values, no ORM object, since a list is read all day."""

    id: int
    number: str
    subject: str
    status: str
    category: str
    priority: int
    channel: str
    last_line: str
    last_author: str
    last_direction: str
    last_activity_at: datetime
    created_at: datetime
    message_count: int
    version: int
    group: str | None
    group_id: int | None
    assignee: str | None
    assignee_id: int | None
    requester: str
    requester_id: int
    tags: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Brief:
    """A ticket in a line beside another."""

    number: str
    subject: str
    status: str
    channel: str
    is_open: bool
    at: datetime


def list_tickets(
    actor: Actor,
    filters: Filters,
    *,
    sort: Sort = Sort.ACTIVITY,
    after: str | None = None,
    limit: int = PAGE,
) -> Page[Row]:
    """A page of the tickets this person may see, newest activity first unless sorted otherwise.

    `after` is the cursor of an earlier page. Two queries, whatever the size of the desk.
    """
    place = decode_cursor(after, _KINDS[sort]) if after else None
    branches = [
        _branch(where, filters, sort=sort, place=place, limit=limit + 1)
        for where in _scopes(actor, filters)
    ]
    if not branches:
        return Page(rows=())
    ids = (
        branches[0]
        if len(branches) == 1
        else union_all(*(select(one.subquery()) for one in branches))
    )
    found = ids.subquery()
    ordered = select(found.c.id).order_by(*_order(sort, found.c)).limit(limit + 1)
    wanted = list(db.session.scalars(ordered))
    rows = rows_of(wanted[:limit])
    older = _cursor(rows[-1], sort) if len(wanted) > limit and rows else None
    return Page(rows=rows, older=older)


def rows_of(ids: Sequence[int]) -> list[Row]:
    """The lines of these tickets, in this order; the caller has made sure that the reader may see them."""
    if not ids:
        return []
    assignee, requester = aliased(Person), aliased(Person)
    columns = (
        Ticket.id,
        Ticket.prefix,
        Ticket.subject,
        Ticket.status,
        Ticket.category,
        Ticket.priority,
        Ticket.channel,
        Ticket.last_line,
        Ticket.last_author,
        Ticket.last_direction,
        Ticket.last_activity_at,
        Ticket.created_at,
        Ticket.message_count,
        Ticket.version,
        Ticket.group_id,
        Ticket.assignee_id,
        Ticket.requester_id,
        Group.name.label("group"),
        assignee.name.label("assignee"),
        requester.name.label("requester"),
    )
    found = db.session.execute(
        select(*columns)
        .join(requester, requester.id == Ticket.requester_id)
        .outerjoin(assignee, assignee.id == Ticket.assignee_id)
        .outerjoin(Group, Group.id == Ticket.group_id)
        .where(Ticket.id.in_(ids))
    ).mappings()
    tags = tags_of(ids)
    by_id = {row["id"]: _row(dict(row), tags.get(row["id"], ())) for row in found}
    return [by_id[one] for one in ids if one in by_id]


def tags_of(ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The tags of these tickets by ticket id."""
    found: dict[int, tuple[str, ...]] = {}
    for ticket_id, name in db.session.execute(
        select(ticket_tag.c.ticket_id, Tag.name)
        .join(Tag, Tag.id == ticket_tag.c.tag_id)
        .where(ticket_tag.c.ticket_id.in_(ids))
        .order_by(Tag.name)
    ):
        found[ticket_id] = (*found.get(ticket_id, ()), name)
    return found


def capped_counts(actor: Actor, views: Mapping[str, Filters]) -> dict[str, int]:
    """How many tickets each view holds, counted up to `MOST_COUNTED` so that no count costs a scan; one query."""
    parts = []
    for name, filters in views.items():
        scopes = [
            _branch(where, filters, sort=Sort.ACTIVITY, place=None, limit=MOST_COUNTED)
            for where in _scopes(actor, filters)
        ]
        for scope in scopes:
            counted = (
                select(func.count()).select_from(scope.order_by(None).subquery()).scalar_subquery()
            )
            parts.append(select(literal(name).label("view"), counted.label("count")))
    if not parts:
        return dict.fromkeys(views, 0)
    counts = dict.fromkeys(views, 0)
    for view, count in db.session.execute(union_all(*parts)):
        counts[view] = min(counts[view] + count, MOST_COUNTED)
    return counts


def other_tickets_of(
    actor: Actor, person_id: int, *, but: int | None = None, limit: int = 10
) -> list[Brief]:
    """The newest tickets of a requester that the reader may see; one query."""
    found = db.session.execute(
        select(
            Ticket.id,
            Ticket.prefix,
            Ticket.subject,
            Ticket.status,
            Ticket.channel,
            Ticket.is_open,
            Ticket.last_activity_at,
        )
        .where(Ticket.requester_id == person_id, visible_tickets(actor))
        .order_by(Ticket.id.desc())
        .limit(limit + 1)
    )
    rows = [
        Brief(f"{prefix}-{FIRST_NUMBER + id}", subject, status.value, channel, is_open, at)
        for id, prefix, subject, status, channel, is_open, at in found
        if id != but
    ]
    return rows[:limit]


def links_of(actor: Actor, ticket: Ticket) -> list[tuple[str, bool, Row]]:
    """The tickets linked to this one that the reader may see: the kind, whether this one is the left, and the row."""
    found = db.session.scalars(
        select(TicketLink)
        .where(or_(TicketLink.left_id == ticket.id, TicketLink.right_id == ticket.id))
        .limit(50)
    ).all()
    others = [link.right_id if link.left_id == ticket.id else link.left_id for link in found]
    rows = {row.id: row for row in rows_of(visible_ids(actor, others))}
    return [
        (link.kind.value, link.left_id == ticket.id, rows[other])
        for link, other in zip(found, others, strict=True)
        if other in rows
    ]


def visible_ids(actor: Actor, ids: Sequence[int]) -> list[int]:
    """Those of these ticket ids that the reader may see, in the same order."""
    if not ids:
        return []
    seen = set(
        db.session.scalars(select(Ticket.id).where(Ticket.id.in_(ids), visible_tickets(actor)))
    )
    return [one for one in ids if one in seen]


def _scopes(actor: Actor, filters: Filters) -> list[ColumnElement[bool] | None]:
    """The conditions of access, one for each index walk; together they are what this person may see."""
    if actor.is_admin:
        return [Ticket.group_id == filters.group if filters.group is not None else None]
    if not actor.is_staff:
        return [Ticket.requester_id == actor.person_id]
    groups = sorted(actor.readable_group_ids)
    if filters.group is not None:
        return [Ticket.group_id == filters.group] if filters.group in groups else []
    if filters.requester is not None or filters.assignee or len(groups) > MOST_BRANCHES:
        return [or_(Ticket.group_id.is_(None), Ticket.group_id.in_(groups))]
    return [Ticket.group_id.is_(None), *(Ticket.group_id == one for one in groups)]


def _branch(
    where: ColumnElement[bool] | None,
    filters: Filters,
    *,
    sort: Sort,
    place: list[Any] | None,
    limit: int,
) -> Select[int, datetime, int]:
    query = select(Ticket.id, Ticket.last_activity_at, Ticket.priority)
    if where is not None:
        query = query.where(where)
    for condition in _conditions(filters):
        query = query.where(condition)
    if place is not None:
        query = query.where(_beyond(sort, place))
    return query.order_by(*_order(sort, Ticket)).limit(limit)


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.is_open is not None:
        conditions.append(Ticket.is_open == filters.is_open)
    if not filters.is_open:
        # A deleted ticket is never open, so the lists of open ones need not ask.
        conditions.append(Ticket.deleted_at.is_(None))
    if filters.statuses:
        conditions.append(Ticket.status.in_(filters.statuses))
    if filters.assignee is not None:
        conditions.append(
            Ticket.assignee_id == filters.assignee
            if filters.assignee
            else Ticket.assignee_id.is_(None)
        )
    for column, value in (
        (Ticket.priority, filters.priority),
        (Ticket.channel, filters.channel or None),
        (Ticket.type, filters.type or None),
        (Ticket.requester_id, filters.requester),
    ):
        if value is not None:
            conditions.append(column == value)
    if filters.tag:
        tagged = (
            select(ticket_tag.c.ticket_id)
            .join(Tag, Tag.id == ticket_tag.c.tag_id)
            .where(Tag.name == filters.tag)
        )
        conditions.append(Ticket.id.in_(tagged))
    return conditions


_KINDS: dict[Sort, tuple[type, ...]] = {
    Sort.ACTIVITY: (datetime, int),
    Sort.PRIORITY: (int, int),
    Sort.NEWEST: (int,),
}


def _order(sort: Sort, columns: Any) -> tuple[Any, ...]:
    if sort is Sort.PRIORITY:
        return columns.priority.asc(), columns.id.asc()
    if sort is Sort.NEWEST:
        return (columns.id.desc(),)
    return columns.last_activity_at.desc(), columns.id.desc()


def _beyond(sort: Sort, place: list[Any]) -> ColumnElement[bool]:
    if sort is Sort.PRIORITY:
        return tuple_(Ticket.priority, Ticket.id) > tuple_(*place)
    if sort is Sort.NEWEST:
        return and_(Ticket.id < place[0])
    return tuple_(Ticket.last_activity_at, Ticket.id) < tuple_(*place)


def _cursor(row: Row, sort: Sort) -> str:
    if sort is Sort.PRIORITY:
        return encode_cursor([row.priority, row.id])
    if sort is Sort.NEWEST:
        return encode_cursor([row.id])
    return encode_cursor([row.last_activity_at, row.id])


def _row(values: dict[str, Any], tags: tuple[str, ...]) -> Row:
    prefix = values.pop("prefix")
    for name in ("status", "category", "last_direction"):
        values[name] = values[name].value
    return Row(number=f"{prefix}-{FIRST_NUMBER + values['id']}", tags=tags, **values)
