"""When tickets are due, as their lists show it; whoever counts says so here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.orm.attributes import set_committed_value

from helpdesk.core.db import db
from helpdesk.tickets.models import Ticket

_COLUMNS = ("due_at", "due_metric", "breach_at")
_PUT = (
    update(Ticket.__table__)  # type: ignore[arg-type]  # A mapped class's table is one, though typed wider.
    .where(Ticket.__table__.c.id == bindparam("of"))
    .values({name: bindparam(f"new_{name}") for name in _COLUMNS})
)


@dataclass(frozen=True, slots=True)
class Deadline:
    """The next of the running clocks of a ticket: when it is due, which it is, when the next of them is late."""

    ticket_id: int
    due_at: datetime | None
    due_metric: str | None
    breach_at: datetime | None


def put_deadlines(deadlines: Iterable[Deadline]) -> list[int]:
    """Note when these tickets are due; no change of a ticket in the sense of its version or its journal.

    Returns for which tickets something changed, or may have.

    One statement, whatever their number; none where nothing changes for a ticket that was read already.
    """
    changed = [one for one in deadlines if _is_news(one)]
    if not changed:
        return []
    db.session.connection().execute(
        _PUT,
        [
            {"of": one.ticket_id, **{f"new_{name}": getattr(one, name) for name in _COLUMNS}}
            for one in changed
        ],
    )
    for one in changed:
        _tell(one)
    return [one.ticket_id for one in changed]


def _is_news(deadline: Deadline) -> bool:
    ticket = _known(deadline.ticket_id)
    return ticket is None or any(
        getattr(ticket, name) != getattr(deadline, name) for name in _COLUMNS
    )


def _tell(deadline: Deadline) -> None:
    """Let the ticket say it too where it was read already."""
    ticket = _known(deadline.ticket_id)
    if ticket is not None:
        for name in _COLUMNS:
            set_committed_value(ticket, name, getattr(deadline, name))


def _known(ticket_id: int) -> Any:
    return db.session.identity_map.get(
        Ticket.__mapper__.identity_key_from_primary_key((ticket_id,))
    )
