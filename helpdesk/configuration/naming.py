"""Stable names for what people name freely: a group or a channel keeps the name its file was first given."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from helpdesk.configuration.models import ConfiguredName
from helpdesk.core.db import db

LONGEST = 60


@dataclass(frozen=True, slots=True)
class Named:
    """A thing with the id of its row and what people call it."""

    id: int
    title: str


def stable_names(kind: str, things: Sequence[Named]) -> dict[int, str]:
    """The stable name of each, by id: the one kept, else one made of its title, the same each time it is asked for."""
    kept = dict(
        db.session.execute(
            select(ConfiguredName.subject_id, ConfiguredName.name).where(
                ConfiguredName.kind == kind
            )
        ).all()
    )
    taken = set(kept.values())
    found: dict[int, str] = {}
    for thing in sorted(things, key=lambda one: one.id):
        name = kept.get(thing.id) or _free(slug(thing.title, kind), taken)
        taken.add(name)
        found[thing.id] = name
    return found


def keep_names(kind: str, names: dict[int, str]) -> None:
    """Write down the names that were made, so that renaming a thing does not change them. In a unit of work."""
    kept = set(
        db.session.scalars(select(ConfiguredName.subject_id).where(ConfiguredName.kind == kind))
    )
    for subject_id, name in names.items():
        if subject_id not in kept:
            db.session.add(ConfiguredName(kind=kind, name=name, subject_id=subject_id))
    db.session.flush()


def slug(title: str, otherwise: str) -> str:
    """A title as the name of a file: "Höhere Gewalt & Co" is hohere-gewalt-co."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    made = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: LONGEST - 5].strip("-")
    return made or otherwise


def _free(name: str, taken: set[str]) -> str:
    made, number = name, 2
    while made in taken:
        made, number = f"{name}-{number}", number + 1
    return made
