"""Shared views as things of the configuration. A person's own views are theirs, and stand in no file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select

from helpdesk.configuration.items import VIEW, Standing, Work
from helpdesk.configuration.refusals import as_faults
from helpdesk.configuration.schemas import schema_of
from helpdesk.configuration.shapes import check_shape
from helpdesk.configuration.shelf_groups import groups_by_name
from helpdesk.core.db import db
from helpdesk.views.asking import read_query
from helpdesk.views.commands import Wanted, create_view, edit_view, remove_view
from helpdesk.views.models import Audience, SavedView
from workflows.faults import Fault, Faulty, Gatherer

# What a file says by saying nothing.
USUAL: Final[dict[str, Any]] = {"audience": "all", "sort": "activity", "position": 0}
_MOST = 2000


class ViewShelf:
    """The shared views of the desk."""

    kind = VIEW

    def standing(self) -> dict[str, Standing]:
        groups = {group.id: name for name, group in groups_by_name().items()}
        return {str(row.name): Standing(_body(row, groups)) for row in _rows()}

    def check(self, name: str, body: Mapping[str, Any]) -> None:
        gatherer = Gatherer()
        with gatherer.part():
            check_shape(body, schema_of(VIEW))
        if isinstance(body.get("query"), str):
            with gatherer.part():
                _check_query(body["query"])
        gatherer.raise_if_any()

    def put(self, name: str, body: Mapping[str, Any], work: Work) -> int | None:
        held = _row(name)
        wanted = _wanted(body)
        with as_faults({}):
            if held is None:
                create_view(wanted, actor=work.actor, name=name, cause=work.cause)
            else:
                edit_view(held, wanted, actor=work.actor, cause=work.cause)
        return None

    def retire(self, name: str, work: Work) -> None:
        held = _row(name)
        if held is not None:
            remove_view(held, actor=work.actor, cause=work.cause)


def _check_query(text: str) -> None:
    try:
        read_query(text, is_own=False)
    except Faulty as faulty:
        first = faulty.faults[0]
        at = ("query",)
        raise Faulty(Fault(at, first.text, first.values, position=first.position)) from faulty


def _rows() -> list[SavedView]:
    shared = select(SavedView).where(
        SavedView.audience != Audience.OWN, SavedView.name.is_not(None)
    )
    return list(db.session.scalars(shared.order_by(SavedView.id).limit(_MOST)))


def _row(name: str) -> SavedView | None:
    return db.session.scalars(select(SavedView).where(SavedView.name == name)).first()


def _body(row: SavedView, groups: Mapping[int, str]) -> dict[str, Any]:
    said = {
        "title": row.title,
        "query": row.query,
        "audience": row.audience.value,
        "group": groups.get(row.group_id or 0),
        "columns": list(row.columns),
        "sort": row.sort,
        "grouping": row.grouping,
        "density": row.density,
        "letter": row.letter,
        "position": row.position,
    }
    return {
        name: value
        for name, value in said.items()
        if name == "query" or (value not in (None, "", []) and value != USUAL.get(name))
    }


def _wanted(body: Mapping[str, Any]) -> Wanted:
    group = groups_by_name().get(str(body.get("group") or "")) or _group_called(body.get("group"))
    return Wanted(
        title=str(body["title"]),
        query=str(body.get("query") or ""),
        audience=Audience(body.get("audience") or USUAL["audience"]),
        group_id=group.id if group else None,
        columns=tuple(map(str, body.get("columns") or ())),
        sort=str(body.get("sort") or USUAL["sort"]),
        grouping=str(body.get("grouping") or ""),
        density=str(body.get("density") or ""),
        letter=str(body.get("letter") or ""),
        position=int(body.get("position") or 0),
    )


def _group_called(title: object) -> Any:
    """People may write a group's title for its name."""
    wanted = str(title or "").casefold()
    return next((one for one in groups_by_name().values() if one.name.casefold() == wanted), None)
