"""Two people found to be one, and parted again, as an operation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.identity import merging
from helpdesk.identity.details import Side
from helpdesk.identity.models import PersonMerge
from helpdesk.operations.models import Act, Operation, OperationPart
from helpdesk.operations.recording import keep
from helpdesk.operations.telling import cause_of
from helpdesk.people.access import Actor


def merge(
    kept_id: int, gone_id: int, *, choices: Mapping[str, Side], seen: str, actor: Actor
) -> tuple[PersonMerge, Operation]:
    """Merge two people as they were looked at. Raises Conflict, Invalid and Refused."""
    made = merging.merge(kept_id, gone_id, choices=choices, seen=seen, actor=actor)
    said = {"kept": made.kept_id, "gone": made.gone_id}
    kept = keep(Act.PEOPLE, [], by=actor.person_id, cause="console", said=said, ref_id=made.id)
    return made, kept


def merge_of(merge_id: int) -> Operation | None:
    """The operation that made a merge of people; None for one from before there were operations."""
    return db.session.scalars(
        select(Operation).where(Operation.act == Act.PEOPLE, Operation.ref_id == merge_id).limit(1)
    ).first()


def take_back(operation: Operation, _parts: Sequence[OperationPart], actor: Actor) -> None:
    """Part the two again; what came since stays. Raises Conflict and Refused."""
    merging.undo(operation.ref_id or 0, actor=actor, cause=cause_of(operation))
