"""How many tickets the views of the rail hold: on every page, so one short statement and no scan."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    ScalarSelect,
    Select,
    bindparam,
    cast,
    func,
    literal_column,
    null,
    select,
    union_all,
)

from helpdesk.core.db import db
from helpdesk.people.access import Actor
from helpdesk.people.models import Group
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.narrowing import (
    Filters,
    conditions_of,
    is_one_group,
    seen_on,
    shape_of,
    walks_of,
)

MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class _Part:
    """Tickets of one shape: counted on one walk, or for each of some groups on its own."""

    walk: str
    shape: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """Something else that is asked in the same query; `statement` gives one number and is made once."""

    name: str
    statement: ScalarSelect[int]
    values: Mapping[str, Any]
    is_capped: bool = True


@dataclass(frozen=True, slots=True)
class Several:
    """Many things of one kind counted in the same query; `statement` gives an id and a number for each, made once.

    Each is called by the prefix and its id.
    """

    prefix: str
    statement: Select[Any]
    values: Mapping[str, Any]


def capped_counts(
    actor: Actor,
    views: Mapping[str, Filters],
    *,
    beside: Sequence[Beside] = (),
    several: Sequence[Several] = (),
) -> dict[str, int]:
    """How many tickets each view holds, counted up to `MOST_COUNTED` so that no count costs a scan; one query.

    What several views are made of is counted once: all that is open is the sum of what is open in each group.
    """
    plan = _Plan()
    pieces = {name: plan.pieces_of(actor, filters) for name, filters in views.items()}
    if not plan.parts:
        return dict.fromkeys(views, 0)
    statement = _counting(
        tuple(plan.parts),
        tuple(one.statement for one in beside),
        tuple(one.statement for one in several),
    )
    values = {**plan.values}
    for given in (*(one.values for one in beside), *(one.values for one in several)):
        values |= given
    found = {
        (number, group): count for number, group, count in db.session.execute(statement, values)
    }
    counts = {
        name: min(sum(found.get(piece, 0) for piece in wanted), MOST_COUNTED)
        for name, wanted in pieces.items()
    }
    return {**counts, **_of_others(found, beside, several)}


def _of_others(
    found: Mapping[_Piece, int | None], beside: Sequence[Beside], several: Sequence[Several]
) -> dict[str, int]:
    """What was asked beside the views, by name."""
    counts = {}
    for place, one in enumerate(beside):
        count = found.get((_beside(place), None)) or 0
        counts[one.name] = min(count, MOST_COUNTED) if one.is_capped else count
    for place, many in enumerate(several):
        counts |= {
            f"{many.prefix}{key}": count or 0
            for (number, key), count in found.items()
            if number == _several(place)
        }
    return counts


ALL: Final = -1


def counts_by_group(
    shapes: Mapping[str, Filters], groups: Collection[int], *, with_all: bool
) -> dict[tuple[str, int | None], int]:
    """Of each shape how much is in each of these groups, in none (None), and with `with_all` in all together (`ALL`).

    Each counted up to `MOST_COUNTED`; one query, from which the counts of many people can be put together.
    """
    parts: list[_Part] = []
    names: list[tuple[str, int | None]] = []
    values: dict[str, Any] = {}
    for name, filters in shapes.items():
        shape = shape_of(filters)
        for walk, place in (("each group", 0), ("no group", None), ("all", ALL)):
            if walk == "all" and not with_all:
                continue
            number = len(parts)
            parts.append(_Part(walk, shape.names))
            names.append((name, place))
            values |= {f"{key}_{number}": value for key, value in shape.values.items()}
            values |= {f"groups_{number}": sorted(groups)} if walk == "each group" else {}
    rows = db.session.execute(_counting(tuple(parts), (), ()), values)
    return {
        (names[number][0], group if names[number][1] == 0 else names[number][1]): count
        for number, group, count in rows
    }


# The number of a part, and the group that is counted, if the part counts group by group.
_Piece = tuple[int, int | None]


class _Plan:
    """Which parts must be counted, and the values they are asked with."""

    def __init__(self) -> None:
        self.parts: list[_Part] = []
        self.values: dict[str, Any] = {}
        self._numbers: dict[tuple[str, Filters], int] = {}

    def pieces_of(self, actor: Actor, filters: Filters) -> list[_Piece]:
        """The pieces whose sum is the count of a view; a view that spans groups has one for each."""
        walks = walks_of(actor, filters)
        groups = [walks.values[walk] for walk in walks.names if is_one_group(walk)]
        others = [walk for walk in walks.names if not is_one_group(walk)]
        values = {name: value for name, value in walks.values.items() if not is_one_group(name)}
        return [
            *self._of_groups(replace(filters, group=None), groups),
            *((self._number(walk, filters, values), None) for walk in others),
        ]

    def _of_groups(self, filters: Filters, groups: Iterable[int]) -> list[_Piece]:
        wanted = list(groups)
        if not wanted:
            return []
        number = self._number("each group", filters, {})
        counted = self.values.setdefault(f"groups_{number}", [])
        counted.extend(group for group in wanted if group not in counted)
        return [(number, group) for group in wanted]

    def _number(self, walk: str, filters: Filters, values: Mapping[str, Any]) -> int:
        """The number of a part, which is new when nobody asked for it before."""
        known = self._numbers.setdefault((walk, filters), len(self.parts))
        if known == len(self.parts):
            shape = shape_of(filters)
            self.parts.append(_Part(walk, shape.names))
            self.values |= values
            self.values |= {f"{name}_{known}": value for name, value in shape.values.items()}
        return known


@lru_cache(maxsize=256)
def _counting(
    parts: tuple[_Part, ...],
    beside: tuple[ScalarSelect[int], ...],
    several: tuple[Select[Any], ...],
) -> Select[Any] | CompoundSelect[Any]:
    """The statement for these parts; it holds no value, so all who have such views share it."""
    statements: list[Select[Any]] = [_statement(number, part) for number, part in enumerate(parts)]
    statements += [_numbered(str(_beside(place)), one) for place, one in enumerate(beside)]
    for place, many in enumerate(several):
        counted = many.subquery()
        number: ColumnElement[int] = literal_column(str(_several(place)))
        statements.append(select(number, *counted.c))
    return statements[0] if len(statements) == 1 else union_all(*statements)


def _beside(place: int) -> int:
    """The number of what is counted beside the parts; those have the numbers from 0 on."""
    return -1 - place


def _several(place: int) -> int:
    """The number of what is counted in many; beneath those of what is counted beside."""
    return -1000 - place


def _numbered(number: str, count: ScalarSelect[int]) -> Select[Any]:
    part_number: ColumnElement[int] = literal_column(number)
    columns: list[ColumnElement[Any]] = [part_number, cast(null(), BigInteger), count]
    return select(*columns)


def _statement(number: int, part: _Part) -> Select[Any]:
    ticket, group = Ticket.__table__, Group.__table__
    each = part.walk == "each group"
    inner: Select[Any] = (
        select(literal_column("1"))
        .select_from(ticket)
        .where(
            ticket.c.group_id == group.c.id if each else seen_on(part.walk),
            *conditions_of(part.shape, f"_{number}"),
        )
        .limit(literal_column(str(MOST_COUNTED)))
    )
    if each:
        inner = inner.correlate(group)
    count = select(func.count()).select_from(inner.subquery()).scalar_subquery()
    if not each:
        return _numbered(str(number), count)
    part_number: ColumnElement[int] = literal_column(str(number))
    wanted = bindparam(f"groups_{number}", expanding=True, type_=BigInteger)
    return select(part_number, group.c.id, count).where(group.c.id.in_(wanted))
