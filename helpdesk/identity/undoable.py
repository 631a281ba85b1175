"""The merges that stand on a person's page, so that each can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased

from helpdesk.core.db import db
from helpdesk.identity.models import PersonMerge
from helpdesk.people.models import Person

MOST = 20


@dataclass(frozen=True, slots=True)
class Undoable:
    """A merge that stands: who went, by whom and when."""

    id: int
    gone: str
    by: str
    at: datetime


def merges_of(person_id: int) -> Sequence[Undoable]:
    """The merges into a person that were not undone, the newest first; one query."""
    gone, agent = aliased(Person), aliased(Person)
    rows = db.session.execute(
        select(PersonMerge.id, gone.name, agent.name, PersonMerge.made_at)
        .join(gone, gone.id == PersonMerge.gone_id)
        .outerjoin(agent, agent.id == PersonMerge.made_by)
        .where(PersonMerge.kept_id == person_id, PersonMerge.undone_at.is_(None))
        .order_by(PersonMerge.id.desc())
        .limit(MOST)
    )
    return [Undoable(id, name, by or "", at) for id, name, by, at in rows]
