"""How many tickets each view holds for a reader, asked in the one statement of the rail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    true,
    union_all,
)

from helpdesk.core.db import db
from helpdesk.people.access import Actor
from helpdesk.people.models import Group
from helpdesk.tickets.counting import MOST_COUNTED, Several
from helpdesk.views.models import Counting, SavedView, ViewTicket
from helpdesk.views.store import KEY_PREFIX, View


def counts_beside(actor: Actor, views: Iterable[View]) -> list[Several]:
    """What counts these views for a reader, each up to the cap; the names are the keys of the views.

    Only tickets of groups that they read are counted (S10): an index walk for each view, which ends at the cap.
    """
    counted = [one for one in views if _is_counted(one)]
    found = []
    for is_mine in (False, True):
        ids = [one.id for one in counted if one.is_mine is is_mine]
        if ids:
            found.append(_several(actor, ids, is_mine=is_mine))
    return found


def count_views(actor: Actor, views: Iterable[View]) -> dict[str, int]:
    """The same, asked by itself."""
    found: dict[str, int] = {}
    for one in counts_beside(actor, views):
        rows = db.session.execute(one.statement, one.values)
        found |= {f"{one.prefix}{view_id}": count for view_id, count in rows}
    return found


def counts_of_many(
    actors: Sequence[Actor], views_of: Callable[[Actor], Iterable[View]]
) -> list[dict[str, int]]:
    """The same for many readers at once, in as many statements as for one."""
    wanted = [[one for one in views_of(actor) if _is_counted(one)] for actor in actors]
    every = {one for mine in wanted for one in mine}
    others = sorted(one.id for one in every if not one.is_mine)
    places = {group for actor in actors if not actor.is_admin for group in actor.groups}
    counts = _counts_by_group(others, sorted(places), any(one.is_admin for one in actors))
    own = _counts_of_own(
        sorted(one.id for one in every if one.is_mine), sorted({one.person_id for one in actors})
    )
    return [
        {view.key: _seen_by(actor, view, own if view.is_mine else counts) for view in mine}
        for actor, mine in zip(actors, wanted, strict=True)
    ]


_ALL: Final = -1
# How many tickets of a group a view holds; of a view of one's own tickets, of a person and a group.
_Counts = Mapping[tuple[int, ...], int]


def _seen_by(actor: Actor, view: View, counts: _Counts) -> int:
    person = (actor.person_id,) if view.is_mine else ()
    groups = [_ALL] if actor.is_admin else [0, *sorted(actor.readable_group_ids)]
    if actor.is_admin and view.is_mine:
        groups = [key[-1] for key in counts if key[:-1] == (view.id, *person)]
    found = sum(counts.get((view.id, *person, group), 0) for group in groups)
    return min(found, MOST_COUNTED)


def _counts_by_group(
    ids: list[int], groups: list[int], with_all: bool
) -> dict[tuple[int, ...], int]:
    if not ids:
        return {}
    asked = [_capped_at(held_in=literal_column("0")), _capped_at(held_in=Group.__table__.c.id)]
    asked += [_capped_at(held_in=None)] if with_all else []
    rows = db.session.execute(union_all(*asked), {"ids": ids, "groups": groups or [0]})
    return {(view_id, group): count for view_id, group, count in rows}


def _capped_at(*, held_in: ColumnElement[Any] | None) -> Select[Any]:
    """For each view the tickets of one group, of each group or of all, up to the cap."""
    view, held, group = SavedView.__table__, ViewTicket.__table__, Group.__table__
    is_each = held_in is group.c.id
    inner: Select[Any] = (
        select(literal_column("1")).select_from(held).where(held.c.view_id == view.c.id)
    )
    if held_in is not None:
        inner = inner.where(held.c.group_id == held_in)
    walked = inner.limit(literal_column(str(MOST_COUNTED)))
    walked = walked.correlate(view, group) if is_each else walked.correlate(view)
    count = select(func.count()).select_from(walked.subquery()).scalar_subquery()
    ids = bindparam("ids", expanding=True, type_=BigInteger)
    place: ColumnElement[Any] = literal_column(str(_ALL)) if held_in is None else held_in
    asked = select(view.c.id, cast(place, BigInteger), count).where(view.c.id.in_(ids))
    if not is_each:
        return asked.select_from(view)
    groups = bindparam("groups", expanding=True, type_=BigInteger)
    return asked.select_from(view.join(group, true())).where(group.c.id.in_(groups))


def _counts_of_own(ids: list[int], people: list[int]) -> dict[tuple[int, ...], int]:
    if not ids:
        return {}
    held = ViewTicket.__table__.c
    rows = db.session.execute(
        select(held.view_id, held.assignee_id, held.group_id, func.count())
        .where(held.view_id.in_(ids), held.assignee_id.in_(people))
        .group_by(held.view_id, held.assignee_id, held.group_id)
    )
    return {(view_id, person, group): count for view_id, person, group, count in rows}


def _is_counted(view: View) -> bool:
    return view.is_counted and view.counting is not Counting.NEVER


def _several(actor: Actor, ids: Sequence[int], *, is_mine: bool) -> Several:
    of = "mine" if is_mine else "all"
    values: dict[str, Any] = {f"views_{of}": list(ids)}
    if not actor.is_admin:
        values["view_groups"] = [0, *sorted(actor.readable_group_ids)]
    if is_mine:
        values["view_reader"] = actor.person_id
    return Several(KEY_PREFIX, _statement(is_mine, actor.is_admin), values)


@cache
def _statement(is_mine: bool, sees_all: bool) -> Select[Any]:
    view, held = SavedView.__table__, ViewTicket.__table__
    inner: Select[Any] = (
        select(literal_column("1")).select_from(held).where(held.c.view_id == view.c.id)
    )
    if is_mine:
        inner = inner.where(held.c.assignee_id == bindparam("view_reader", type_=BigInteger))
    if not sees_all:
        groups = bindparam("view_groups", expanding=True, type_=BigInteger)
        inner = inner.where(held.c.group_id.in_(groups))
    walked = inner.limit(literal_column(str(MOST_COUNTED))).correlate(view).subquery()
    ids = bindparam(f"views_{'mine' if is_mine else 'all'}", expanding=True, type_=BigInteger)
    return select(view.c.id, select(func.count()).select_from(walked).scalar_subquery()).where(
        view.c.id.in_(ids)
    )
