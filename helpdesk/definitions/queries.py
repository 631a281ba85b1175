"""What pages and files ask of definitions: lists with what holds now and what begins later, and the last version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.definitions.models import Definition, DefinitionVersion, Kind

MOST_LISTED = 2000


@dataclass(frozen=True, slots=True)
class Listed:
    """A definition as a list shows it. `number` and `since` are those of the version in force, None before the first;
    `planned` is when the next version begins to hold; `last` is the number of the newest version."""

    kind: Kind
    name: str
    title: str
    position: int
    is_active: bool
    number: int | None
    since: datetime | None
    planned: datetime | None
    last: int
    retired_at: datetime | None


def listed(kind: Kind) -> list[Listed]:
    """Every definition of a kind, retired ones too, by position and name; two queries."""
    now = clock.now()
    rows = _versions_of(kind)
    by_name: dict[str, list[Any]] = {}
    for row in rows:
        by_name.setdefault(row.name, []).append(row)
    shown = {name: _shown(held, now) for name, held in by_name.items()}
    bodies = _bodies([row.id for row in shown.values()])
    found = [
        _listed(kind, name, held, bodies[shown[name].id], now) for name, held in by_name.items()
    ]
    return sorted(found, key=lambda one: (one.position, one.name))


def find_definition(kind: Kind, name: str) -> Definition:
    """The definition of this name, retired or not. Raises NotFound."""
    found = db.session.scalars(
        select(Definition).where(Definition.kind == kind, Definition.name == name)
    ).first()
    if found is None:
        raise NotFound(
            _("There is no definition named %(name)s.", name=name), _("Choose one of the list.")
        )
    return found


def lock_last(kind: Kind, name: str) -> DefinitionVersion | None:
    """The newest version, with its definition locked until the unit of work ends; None if there is none."""
    definition = db.session.scalars(
        select(Definition)
        .where(Definition.kind == kind, Definition.name == name)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if definition is None:
        return None
    return db.session.scalars(
        select(DefinitionVersion)
        .where(DefinitionVersion.definition_id == definition.id)
        .order_by(DefinitionVersion.number.desc())
        .limit(1)
    ).one()


def in_force(versions: Sequence[DefinitionVersion], at: datetime) -> DefinitionVersion | None:
    """Which of a definition's versions holds at a moment; None before the first."""
    begun = [one for one in versions if one.effective_at <= at]
    return max(begun, key=lambda one: (one.effective_at, one.number), default=None)


def _versions_of(kind: Kind) -> list[Any]:
    found = db.session.execute(
        select(
            Definition.name,
            Definition.retired_at,
            DefinitionVersion.id,
            DefinitionVersion.number,
            DefinitionVersion.effective_at,
        )
        .join(DefinitionVersion, DefinitionVersion.definition_id == Definition.id)
        .where(Definition.kind == kind)
        .order_by(DefinitionVersion.effective_at, DefinitionVersion.number)
    ).all()
    return list(found)


def _bodies(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    chosen = list(ids)[:MOST_LISTED]
    rows = db.session.execute(
        select(DefinitionVersion.id, DefinitionVersion.body).where(DefinitionVersion.id.in_(chosen))
    )
    found: dict[int, dict[str, Any]] = {row.id: row.body for row in rows}
    return {one: found.get(one, {}) for one in ids}


def _shown(held: Sequence[Any], now: datetime) -> Any:
    """The version whose title a list shows: the one in force, else the first that will be."""
    begun = [row for row in held if row.effective_at <= now]
    return begun[-1] if begun else held[0]


def _listed(
    kind: Kind, name: str, held: Sequence[Any], body: dict[str, Any], now: datetime
) -> Listed:
    shown = _shown(held, now)
    has_begun = shown.effective_at <= now
    return Listed(
        kind=kind,
        name=name,
        title=str(body.get("title") or name),
        position=_whole(body.get("position")),
        is_active=body.get("active") is not False,
        number=shown.number if has_begun else None,
        since=shown.effective_at if has_begun else None,
        planned=next((row.effective_at for row in held if row.effective_at > now), None),
        last=max(row.number for row in held),
        retired_at=shown.retired_at,
    )


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
