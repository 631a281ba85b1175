"""Which tickets a list walks through: what its reader may see, narrowed to what they asked for.

Statements are put together from names, and their values come at the time of asking. Building one takes longer than
PostgreSQL needs to answer it, so those who ask in the same way share a statement; see `narrowed`.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Select,
    SmallInteger,
    and_,
    bindparam,
    false,
    func,
    or_,
    select,
    true,
    tuple_,
)

from helpdesk.core import clock
from helpdesk.core.db import UTCDateTime
from helpdesk.people.access import Actor
from helpdesk.tickets.models import Tag, Ticket, ticket_tag

# Up to this many groups a list is put together from one short index walk a group.
MOST_BRANCHES = 24

_GROUP: Final = "group_"

# A target that runs out within this is due soon.
DUE_SOON: Final = timedelta(hours=4)
# One that ran out at a closing time is not late before work begins again, which is this long away at most for the list.
LONGEST_CLOSED: Final = timedelta(days=4)


class Sort(enum.StrEnum):
    """The orders of a list; each is an index."""

    ACTIVITY = "activity"
    PRIORITY = "priority"
    NEWEST = "newest"
    DUE = "due"
    QUIET = "quiet"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; None or empty means everything. `assignee` 0 means nobody; `due` is "soon" or "late"."""

    is_open: bool | None = True
    statuses: tuple[str, ...] = ()
    group: int | None = None
    assignee: int | None = None
    priority: int | None = None
    channel: str = ""
    tag: str = ""
    type: str = ""
    requester: int | None = None
    due: str = ""


# In a cursor the place of a ticket without a due instant, which comes after all that have one.
NEVER: Final = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Leg:
    """A stretch of a list that one index walk serves: conditions of its own, and whether the page begins within it."""

    shape: tuple[str, ...] = ()
    after: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """Conditions by their names, and the values they are asked with."""

    names: tuple[str, ...]
    values: dict[str, Any]


def walks_of(actor: Actor, filters: Filters) -> Named:
    """The index walks that together are what this person may see of a list; none for what they may not see."""
    if actor.is_admin:
        if filters.group is None:
            return Named(("all",), {})
        return Named((f"{_GROUP}0",), {f"{_GROUP}0": filters.group})
    if not actor.is_staff:
        return Named(("own",), {"reader": actor.person_id})
    groups = sorted(actor.readable_group_ids)
    if filters.group is not None:
        groups = [filters.group] if filters.group in groups else []
    elif filters.requester is not None or filters.assignee or len(groups) > MOST_BRANCHES:
        return Named(("readable",), {"readable": groups})
    of_groups = {f"{_GROUP}{place}": group for place, group in enumerate(groups)}
    nobodys = ("no group",) if filters.group is None else ()
    return Named((*nobodys, *of_groups), of_groups)


def is_one_group(walk: str) -> bool:
    """Whether a walk goes through the tickets of one group, which is then the value of that name."""
    return walk.startswith(_GROUP)


def shape_of(filters: Filters) -> Named:
    """The conditions beside access that these filters set; `group` is one of the walks."""
    values: dict[str, Any] = {}
    names = []
    if filters.is_open is not None:
        names.append("open" if filters.is_open else "ended")
    if not filters.is_open:
        # A deleted ticket is never open, so the lists of open ones need not ask.
        names.append("there")
    if filters.assignee == 0:
        names.append("nobody")
    for name, value in (
        ("statuses", filters.statuses),
        ("assignee", filters.assignee),
        ("priority", filters.priority),
        ("channel", filters.channel),
        ("type", filters.type),
        ("requester", filters.requester),
        ("tag", filters.tag),
    ):
        if value:
            names.append(name)
            values[name] = value
    if filters.due:
        at = clock.now()
        names.append(filters.due)
        values |= {"now": at, "soon": at + DUE_SOON, "since": at - LONGEST_CLOSED}
    return Named(tuple(names), values)


def narrowed(walk: str, shape: Sequence[str], *, after: Sort | None = None) -> Select[Any]:
    """One walk through what is asked for, with the columns that lists are sorted by, in no order yet.

    `after` is the order of a list that begins behind a place. Whoever asks gives the values of the walk, the shape and
    the place.
    """
    ticket = Ticket.__table__
    query = select(ticket.c.id, ticket.c.last_activity_at, ticket.c.priority, ticket.c.due_at)
    query = query.where(seen_on(walk), *conditions_of(shape))
    return query if after is None else query.where(_beyond(after, shape))


def conditions_of(shape: Sequence[str], suffix: str = "") -> list[ColumnElement[bool]]:
    """The conditions of a shape; their values have the names of the filters, and a suffix."""
    return [CONDITIONS[name](suffix) for name in shape]


def seen_on(walk: str) -> ColumnElement[bool]:
    """The condition of access of one walk."""
    columns = Ticket.__table__.c
    if is_one_group(walk):
        return columns.group_id == bindparam(walk, type_=BigInteger)
    readable = bindparam("readable", expanding=True, type_=BigInteger)
    return {
        "all": true(),
        "own": columns.requester_id == bindparam("reader", type_=BigInteger),
        "no group": columns.group_id.is_(None),
        "readable": or_(columns.group_id.is_(None), columns.group_id.in_(readable)),
    }[walk]


def _equals(name: str, column: str) -> Callable[[str], ColumnElement[bool]]:
    return lambda suffix: (
        Ticket.__table__.c[column]
        == bindparam(name + suffix, type_=Ticket.__table__.c[column].type)
    )


def _has_status(suffix: str) -> ColumnElement[bool]:
    column = Ticket.__table__.c.status
    return column.in_(bindparam("statuses" + suffix, expanding=True, type_=column.type))


def _has_tag(suffix: str) -> ColumnElement[bool]:
    tag = Tag.__table__
    tagged = (
        select(ticket_tag.c.ticket_id)
        .join(tag, tag.c.id == ticket_tag.c.tag_id)
        .where(tag.c.name == bindparam("tag" + suffix, type_=tag.c.name.type))
    )
    return Ticket.__table__.c.id.in_(tagged)


def _is_late(suffix: str) -> ColumnElement[bool]:
    columns, at = Ticket.__table__.c, _moment("now", suffix)
    return and_(columns.due_at < at, func.coalesce(columns.breach_at, columns.due_at) < at)


def _is_due_soon(suffix: str) -> ColumnElement[bool]:
    columns = Ticket.__table__.c
    return and_(
        columns.due_at > _moment("since", suffix),
        columns.due_at <= _moment("soon", suffix),
        func.coalesce(columns.breach_at, columns.due_at) >= _moment("now", suffix),
    )


def _moment(name: str, suffix: str) -> BindParameter[Any]:
    return bindparam(name + suffix, type_=UTCDateTime())


# Each makes a condition whose value has the name of the filter and a suffix, so that one statement may hold several.
CONDITIONS: Final[dict[str, Callable[[str], ColumnElement[bool]]]] = {
    "open": lambda _suffix: Ticket.__table__.c.is_open == true(),
    "ended": lambda _suffix: Ticket.__table__.c.is_open == false(),
    "there": lambda _suffix: Ticket.__table__.c.deleted_at.is_(None),
    "nobody": lambda _suffix: Ticket.__table__.c.assignee_id.is_(None),
    "statuses": _has_status,
    "assignee": _equals("assignee", "assignee_id"),
    "priority": _equals("priority", "priority"),
    "channel": _equals("channel", "channel"),
    "type": _equals("type", "type"),
    "requester": _equals("requester", "requester_id"),
    "tag": _has_tag,
    "late": _is_late,
    "soon": _is_due_soon,
    "timed": lambda _suffix: Ticket.__table__.c.due_at.is_not(None),
    "untimed": lambda _suffix: Ticket.__table__.c.due_at.is_(None),
}


def legs_of(sort: Sort, place: Sequence[Any]) -> tuple[Leg, ...]:
    """The legs of a list that begins at a place, or at its start.

    Databases put what is not due first or last as they like, so those tickets are a leg of their own.
    """
    if sort is not Sort.DUE:
        return (Leg(after=bool(place)),)
    if place and place[0] >= NEVER:
        return (Leg(("untimed",), after=True),)
    return Leg(("timed",), after=bool(place)), Leg(("untimed",))


def in_states(legs: Sequence[Leg]) -> tuple[Leg, ...]:
    """The same legs for open tickets and for ended ones apart, since every index has them apart."""
    return tuple(Leg((*leg.shape, state), leg.after) for leg in legs for state in ("open", "ended"))


def order_in(leg: Leg, sort: Sort, columns: Any) -> tuple[Any, ...]:
    """The order within one leg; the index has it."""
    if sort is Sort.DUE:
        return (columns.id,) if "untimed" in leg.shape else (columns.due_at, columns.id)
    return order_of(sort, columns)


def order_of(sort: Sort, columns: Any) -> tuple[Any, ...]:
    """The order of a list, by these columns."""
    if sort is Sort.PRIORITY:
        return columns.priority.asc(), columns.id.asc()
    if sort is Sort.NEWEST:
        return (columns.id.desc(),)
    if sort is Sort.DUE:
        return columns.due_at.asc().nulls_last(), columns.id.asc()
    if sort is Sort.OLDEST:
        return (columns.id.asc(),)
    if sort is Sort.QUIET:
        return columns.last_activity_at.asc(), columns.id.asc()
    return columns.last_activity_at.desc(), columns.id.desc()


def place_kinds(sort: Sort) -> tuple[type, ...]:
    """What a cursor of this order holds."""
    return {
        Sort.ACTIVITY: (datetime, int),
        Sort.PRIORITY: (int, int),
        Sort.NEWEST: (int,),
        Sort.DUE: (datetime, int),
        Sort.QUIET: (datetime, int),
        Sort.OLDEST: (int,),
    }[sort]


def values_of_place(place: Sequence[Any]) -> dict[str, Any]:
    """The values of a cursor, as a statement that begins behind it wants them."""
    return {f"place_{number}": value for number, value in enumerate(place)}


def _beyond(sort: Sort, shape: Sequence[str]) -> ColumnElement[bool]:
    columns = Ticket.__table__.c
    if sort is Sort.DUE and "untimed" in shape:
        return columns.id > _place(1, BigInteger())
    if sort is Sort.DUE:
        place = tuple_(_place(0, UTCDateTime()), _place(1, BigInteger()))
        return tuple_(columns.due_at, columns.id) > place
    if sort is Sort.PRIORITY:
        place = tuple_(_place(0, SmallInteger()), _place(1, BigInteger()))
        return tuple_(columns.priority, columns.id) > place
    if sort is Sort.NEWEST:
        return columns.id < _place(0, BigInteger())
    if sort is Sort.OLDEST:
        return columns.id > _place(0, BigInteger())
    place = tuple_(_place(0, UTCDateTime()), _place(1, BigInteger()))
    if sort is Sort.QUIET:
        return tuple_(columns.last_activity_at, columns.id) > place
    return tuple_(columns.last_activity_at, columns.id) < place


def _place(number: int, kind: Any) -> BindParameter[Any]:
    return bindparam(f"place_{number}", type_=kind)
