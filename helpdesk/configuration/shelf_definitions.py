"""Definitions as things of the configuration: what is in force now, written as new versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from helpdesk.configuration.items import Key, Standing, Work
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.definitions import store
from helpdesk.definitions.kinds import parse
from helpdesk.definitions.models import Definition, DefinitionVersion, Kind


@dataclass(frozen=True)
class DefinitionShelf:
    """The definitions of one kind."""

    kind: str

    def standing(self) -> dict[str, Standing]:
        return {key.name: one for key, one in standing_definitions(Kind(self.kind)).items()}

    def check(self, name: str, body: Mapping[str, Any]) -> None:
        parse(Kind(self.kind), body)

    def put(self, name: str, body: Mapping[str, Any], work: Work) -> int | None:
        return store.save(
            Kind(self.kind), name, body, by=work.by, cause=work.cause, note=work.note
        ).number

    def retire(self, name: str, work: Work) -> None:
        store.retire(Kind(self.kind), name, by=work.by, cause=work.cause)


def standing_definitions(*kinds: Kind) -> dict[Key, Standing]:
    """The definitions in use as they hold now, those that only begin later as they will; two queries for all kinds."""
    now = clock.now()
    rows = db.session.execute(
        select(
            Definition.kind,
            Definition.name,
            DefinitionVersion.id,
            DefinitionVersion.number,
            DefinitionVersion.effective_at,
        )
        .join(DefinitionVersion, DefinitionVersion.definition_id == Definition.id)
        .where(Definition.kind.in_(kinds), Definition.retired_at.is_(None))
        .order_by(DefinitionVersion.effective_at, DefinitionVersion.number)
    )
    chosen: dict[Key, tuple[int, int]] = {}
    planned: dict[Key, datetime] = {}
    for kind, name, version_id, number, effective_at in rows:
        key = Key(str(kind), name)
        if effective_at > now:
            planned.setdefault(key, effective_at)
        if effective_at <= now or key not in chosen:
            chosen[key] = (version_id, number)
    bodies = _bodies([version_id for version_id, _number in chosen.values()])
    return {
        key: Standing(bodies[version_id], number, planned.get(key))
        for key, (version_id, number) in chosen.items()
    }


def _bodies(ids: list[int]) -> dict[int, dict[str, Any]]:
    wanted = select(DefinitionVersion.id, DefinitionVersion.body).where(
        DefinitionVersion.id.in_(ids)
    )
    return dict(db.session.execute(wanted).all())
