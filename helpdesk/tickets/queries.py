"""What is read of tickets: lists, counts and one ticket, each from what the reader may see."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    bindparam,
    or_,
    select,
    true,
    type_coerce,
    union_all,
)

from helpdesk.core.db import db
from helpdesk.core.paging import Page, decode_cursor, encode_cursor
from helpdesk.people.access import Actor
from helpdesk.people.models import Group, Person
from helpdesk.tickets.access import visible_tickets
from helpdesk.tickets.counting import MOST_COUNTED, capped_counts
from helpdesk.tickets.models import FIRST_NUMBER, Tag, Ticket, TicketLink, ticket_tag
from helpdesk.tickets.narrowing import (
    NEVER,
    Filters,
    Leg,
    Sort,
    conditions_of,
    in_states,
    legs_of,
    narrowed,
    order_in,
    order_of,
    place_kinds,
    seen_on,
    shape_of,
    values_of_place,
    walks_of,
)

# What lists share with the counts of the rail is asked for here.
__all__ = ["MOST_COUNTED", "Filters", "Sort", "capped_counts"]

PAGE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list: plain values, no ORM object, since a list is read all day."""

    id: int
    number: str
    subject: str
    type: str
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
    due_at: datetime | None
    due_metric: str | None
    breach_at: datetime | None
    tags: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Brief:
    """A ticket in a line beside another."""

    number: str
    subject: str
    type: str
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
    where: ColumnElement[bool] | None = None,
) -> Page[Row]:
    """A page of the tickets this person may see, newest activity first unless sorted otherwise.

    `after` is the cursor of an earlier page; `where` narrows it further. Two queries, whatever the size of the desk.
    """
    walks, shape = walks_of(actor, filters), shape_of(filters)
    if not walks.names:
        return Page(rows=())
    values = {**walks.values, **shape.values}
    place = decode_cursor(after, place_kinds(sort)) if after else []
    values |= values_of_place(place)
    legs = legs_of(sort, place)
    if where is None:
        statement = _list_of(walks.names, shape.names, sort, legs, limit + 1)
    else:
        legs = in_states(legs) if filters.is_open is None else legs
        statement = _listing(walks.names, shape.names, sort, legs, limit + 1, where)
    wanted = list(db.session.scalars(statement, values))
    rows = rows_of(wanted[:limit])
    older = _cursor(rows[-1], sort) if len(wanted) > limit and rows else None
    return Page(rows=rows, older=older)


@lru_cache(maxsize=256)
def _list_of(
    walks: tuple[str, ...], shape: tuple[str, ...], sort: Sort, legs: tuple[Leg, ...], limit: int
) -> Select[Any]:
    """The statement of a list; it holds no value, so all who ask in the same way share it."""
    return _listing(walks, shape, sort, legs, limit, true())


def _listing(
    walks: tuple[str, ...],
    shape: tuple[str, ...],
    sort: Sort,
    legs: tuple[Leg, ...],
    limit: int,
    where: ColumnElement[bool],
) -> Select[Any]:
    branches = [
        narrowed(walk, (*shape, *leg.shape), after=sort if leg.after else None)
        .where(where)
        .order_by(*order_in(leg, sort, Ticket.__table__.c))
        .limit(limit)
        for walk in walks
        for leg in legs
    ]
    if len(branches) == 1:
        found = branches[0].subquery()
    else:
        found = union_all(*(select(one.subquery()) for one in branches)).subquery()
    return select(found.c.id).order_by(*order_of(sort, found.c)).limit(limit)


def rows_of(ids: Sequence[int]) -> list[Row]:
    """The lines of these tickets, in this order; the caller has made sure that the reader may see them."""
    if not ids:
        return []
    found = db.session.execute(_rows(), {"ids": ids})
    tags = tags_of(ids)
    by_id = {row.id: _row(row, tags.get(row.id, ())) for row in found}
    return [by_id[one] for one in ids if one in by_id]


@cache
def _rows() -> Select[Any]:
    """The columns of `Row` in their order, but for the number, which is made of the prefix and the id."""
    ticket, group, person = Ticket.__table__, Group.__table__, Person.__table__
    assignee, requester = person.alias(), person.alias()
    plain = {
        name: type_coerce(ticket.c[name], String)
        for name in ("type", "status", "category", "last_direction")
    }
    return (
        select(
            ticket.c.id,
            ticket.c.prefix,
            ticket.c.subject,
            *(plain[name] for name in ("type", "status", "category")),
            ticket.c.priority,
            ticket.c.channel,
            ticket.c.last_line,
            ticket.c.last_author,
            plain["last_direction"],
            ticket.c.last_activity_at,
            ticket.c.created_at,
            ticket.c.message_count,
            ticket.c.version,
            group.c.name,
            ticket.c.group_id,
            assignee.c.name,
            ticket.c.assignee_id,
            requester.c.name,
            ticket.c.requester_id,
            ticket.c.due_at,
            ticket.c.due_metric,
            ticket.c.breach_at,
        )
        .select_from(ticket)
        .join(requester, requester.c.id == ticket.c.requester_id)
        .outerjoin(assignee, assignee.c.id == ticket.c.assignee_id)
        .outerjoin(group, group.c.id == ticket.c.group_id)
        .where(ticket.c.id.in_(bindparam("ids", expanding=True)))
    )


def _row(values: Iterable[Any], tags: tuple[str, ...]) -> Row:
    ticket_id, prefix, *rest = values
    return Row(*(ticket_id, f"{prefix}-{FIRST_NUMBER + ticket_id}", *rest, tags))


def tags_of(ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The tags of these tickets by ticket id."""
    found: dict[int, tuple[str, ...]] = {}
    for ticket_id, name in db.session.execute(_tags(), {"ids": ids}):
        found[ticket_id] = (*found.get(ticket_id, ()), name)
    return found


@cache
def _tags() -> Select[Any]:
    tag = Tag.__table__
    return (
        select(ticket_tag.c.ticket_id, tag.c.name)
        .join(tag, tag.c.id == ticket_tag.c.tag_id)
        .where(ticket_tag.c.ticket_id.in_(bindparam("ids", expanding=True)))
        .order_by(tag.c.name)
    )


def other_tickets_of(
    actor: Actor, person_id: int, *, but: int | None = None, limit: int = 10
) -> list[Brief]:
    """The newest tickets of a requester that the reader may see; one query."""
    asked = Filters(is_open=None, requester=person_id)
    walks, shape = walks_of(actor, asked), shape_of(asked)
    values = {**walks.values, **shape.values, "most": limit + 1}
    rows = [
        Brief(f"{prefix}-{FIRST_NUMBER + id}", *rest)
        for id, prefix, *rest in db.session.execute(_others(walks.names[0], shape.names), values)
        if id != but
    ]
    return rows[:limit]


@cache
def _others(walk: str, shape: tuple[str, ...]) -> Select[Any]:
    ticket = Ticket.__table__
    return (
        select(
            ticket.c.id,
            ticket.c.prefix,
            ticket.c.subject,
            type_coerce(ticket.c.type, String),
            type_coerce(ticket.c.status, String),
            ticket.c.channel,
            ticket.c.is_open,
            ticket.c.last_activity_at,
        )
        .where(seen_on(walk), *conditions_of(shape))
        .order_by(ticket.c.id.desc())
        .limit(bindparam("most"))
    )


def links_of(actor: Actor, ticket: Ticket) -> list[tuple[str, bool, Row]]:
    """The tickets linked to this one that the reader may see: the kind, whether this one is the left, and the row."""
    found = [
        (kind, left == ticket.id, right if left == ticket.id else left)
        for left, right, kind in db.session.execute(_links(), {"ticket": ticket.id})
    ]
    rows = {row.id: row for row in rows_of(visible_ids(actor, [other for *_, other in found]))}
    return [(kind, is_left, rows[other]) for kind, is_left, other in found if other in rows]


@cache
def _links() -> Select[Any]:
    link = TicketLink.__table__
    own = bindparam("ticket", type_=link.c.left_id.type)
    return (
        select(link.c.left_id, link.c.right_id, type_coerce(link.c.kind, String))
        .where(or_(link.c.left_id == own, link.c.right_id == own))
        .limit(50)
    )


def numbers_of(actor: Actor, ids: Collection[int]) -> dict[int, str]:
    """The numbers of those of these tickets that the reader may see; no query for none."""
    if not ids:
        return {}
    found = db.session.execute(
        select(Ticket.id, Ticket.prefix).where(Ticket.id.in_(ids), visible_tickets(actor))
    )
    return {ticket_id: f"{prefix}-{FIRST_NUMBER + ticket_id}" for ticket_id, prefix in found}


def visible_ids(actor: Actor, ids: Sequence[int]) -> list[int]:
    """Those of these ticket ids that the reader may see, in the same order."""
    if not ids:
        return []
    seen = set(
        db.session.scalars(select(Ticket.id).where(Ticket.id.in_(ids), visible_tickets(actor)))
    )
    return [one for one in ids if one in seen]


def _cursor(row: Row, sort: Sort) -> str:
    if sort is Sort.PRIORITY:
        return encode_cursor([row.priority, row.id])
    if sort in (Sort.NEWEST, Sort.OLDEST):
        return encode_cursor([row.id])
    if sort is Sort.DUE:
        return encode_cursor([row.due_at or NEVER, row.id])
    return encode_cursor([row.last_activity_at, row.id])
