"""Work that was given up after its last try: to be seen, and to be tried again when its cause is mended (P31)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.models import OutboxEntry, OutboxState


def given_up(limit: int = 200) -> Sequence[OutboxEntry]:
    """The entries that were given up, the oldest first."""
    return db.session.scalars(
        select(OutboxEntry)
        .where(OutboxEntry.state == OutboxState.DEAD)
        .order_by(OutboxEntry.id)
        .limit(limit)
    ).all()


def try_again(ids: Sequence[int] | None = None) -> int:
    """Let these entries, or all that were given up, be tried as if for the first time; returns how many.

    Inside the open unit of work.
    """
    chosen = [OutboxEntry.state == OutboxState.DEAD]
    if ids is not None:
        chosen.append(OutboxEntry.id.in_(ids))
    found = db.session.execute(
        update(OutboxEntry)
        .where(*chosen)
        .values(state=OutboxState.WAITING, attempts=0, failures=0, holder=None, due_at=clock.now())
        .returning(OutboxEntry.id),
        execution_options={"synchronize_session": False},
    )
    return len(found.all())
