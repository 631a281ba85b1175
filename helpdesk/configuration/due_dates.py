"""Which due dates of open tickets would move under other policies, calendars and free clocks; counted, never written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from helpdesk.configuration.effects import (
    MOST_SHOWN,
    MOST_TICKETS,
    DueDates,
    MovedDueDate,
    Written,
)
from helpdesk.configuration.items import Key, World
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.definitions.models import Kind
from helpdesk.definitions.store import Version
from helpdesk.sla import keeping
from helpdesk.sla.counting import Count
from helpdesk.sla.facts import Names
from helpdesk.sla.library import Library
from helpdesk.sla.models import SlaTicket
from helpdesk.sla.spreading import try_edit
from helpdesk.tickets.models import Ticket

TOGETHER = 100
# Far beyond any row: the ids of versions that are not written yet.
_DRAFTS_FROM = 2**60
_KINDS = (Kind.POLICY, Kind.CALENDAR, Kind.CLOCK)


class DraftLibrary(Library):
    """What stands, with versions in their place that nobody has written yet."""

    def __init__(self, written: Written) -> None:
        super().__init__()
        self._drafts = {
            (Kind(key.kind), key.name): None if body is None else _draft(number, key, body)
            for number, (key, body) in enumerate(sorted(written.items()))
            if key.kind in _KINDS
        }

    def _read_current(self) -> Mapping[tuple[Kind, str], Version]:
        if self._current is None:
            held = dict(super()._read_current())
            for key, draft in self._drafts.items():
                held.pop(key, None)
                if draft is not None:
                    self._versions[str(draft.id)] = draft
                if draft is not None and draft.body.get("active", True):
                    held[key] = draft
            self._current = held
        return self._current


def moved_due_dates(before: World, _after: World, written: Written) -> DueDates | None:
    """How the next due instants of open tickets move when this is written; None when it concerns no clock.

    What is new moves nothing: tickets come under it as they change. The newest tickets are looked at first.
    """
    edits = [key for key in written if key.kind in _KINDS and key in before.bodies]
    if not edits:
        return None
    library, names, now = DraftLibrary(written), Names(), clock.believed()
    ids = list(
        db.session.scalars(
            select(SlaTicket.ticket_id)
            .where(SlaTicket.is_open)
            .order_by(SlaTicket.ticket_id.desc())
            .limit(MOST_TICKETS)
        )
    )
    moved: dict[int, tuple[datetime | None, datetime | None]] = {}
    for start in range(0, len(ids), TOGETHER):
        some = ids[start : start + TOGETHER]
        # Held, so that the conditions of policies find them in the session.
        _tickets = _read_tickets(some)
        for ticket_id, count in keeping.look_at(some, library).items():
            due = _moved(count, edits, names, now)
            if due is not None:
                moved[ticket_id] = due
    return DueDates(_open_tickets(), len(ids), len(moved), _sample(moved))


def _moved(
    count: Count, edits: list[Key], names: Names, now: datetime
) -> tuple[datetime | None, datetime | None] | None:
    before = count.deadline().due_at
    for key in edits:
        if key.kind == Kind.POLICY and _policy_of(count) != key.name:
            # An edit of a policy goes into the tickets that are under it, and no others.
            continue
        try_edit(count, Kind(key.kind), key.name, names, at=now)
    after = count.deadline().due_at
    return None if before == after else (before, after)


def _policy_of(count: Count) -> str | None:
    reference = count.state.policy
    return count.library.version(reference).name if reference else None


def _read_tickets(ids: Sequence[int]) -> Sequence[Ticket]:
    return db.session.scalars(
        select(Ticket)
        .where(Ticket.id.in_(ids))
        .options(joinedload(Ticket.requester), selectinload(Ticket.tags))
    ).all()


def _open_tickets() -> int:
    counted = select(func.count()).select_from(SlaTicket).where(SlaTicket.is_open)
    return db.session.scalar(counted) or 0


def _sample(
    moved: Mapping[int, tuple[datetime | None, datetime | None]],
) -> list[MovedDueDate]:
    shown = list(moved)[:MOST_SHOWN]
    tickets = {
        ticket.id: ticket
        for ticket in db.session.scalars(select(Ticket).where(Ticket.id.in_(shown)))
    }
    return [
        MovedDueDate(tickets[one].number, tickets[one].subject, *moved[one])
        for one in shown
        if one in tickets
    ]


def _draft(number: int, key: Key, body: Mapping[str, Any]) -> Version:
    return Version(
        id=_DRAFTS_FROM + number,
        definition_id=0,
        kind=Kind(key.kind),
        name=key.name,
        number=0,
        body=body,
        effective_at=clock.now(),
    )
