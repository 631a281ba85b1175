"""offer_of(): by how much a clock of a ticket may still be put off, and for which reasons."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.sla.day_clocks import DayClock, is_day_clock
from helpdesk.sla.library import Library
from helpdesk.sla.models import SlaTimer
from workflows.dates import ClockDefinition, replay
from workflows.sla import TimerRow
from workflows.sla_agreement import read_free_clock

SECONDS = "seconds"


@dataclass(frozen=True, slots=True)
class Offer:
    """The one extension that is allowed: `amount` of `unit` (working_days, days, months, seconds), and usual reasons."""

    amount: int
    unit: str
    reasons: tuple[str, ...]


def offer_of(ticket_id: int, name: str, cycle: int) -> Offer | None:
    """What a clock allows; None where it allows nothing, was put off already, or has ended."""
    row = db.session.execute(
        select(SlaTimer.state, SlaTimer.policy_version_id).where(
            SlaTimer.ticket_id == ticket_id,
            SlaTimer.metric == name,
            SlaTimer.cycle == cycle,
            SlaTimer.stopped_at.is_(None),
            SlaTimer.breached_at.is_(None),
        )
    ).first()
    if row is None or row.policy_version_id is None:
        return None
    version = Library().version(str(row.policy_version_id))
    if is_day_clock(row.state):
        return _of_days(DayClock.from_json(name, cycle, row.state), version.value)
    if TimerRow.from_json(row.state).extension or "start" not in version.body:
        return None
    seconds = read_free_clock(name, version.body).extension
    return Offer(seconds, SECONDS, ()) if seconds else None


def _of_days(clock: DayClock, definition: ClockDefinition) -> Offer | None:
    allowed = definition.extension
    if allowed is None or replay(definition, clock.signals).extended is not None:
        return None
    return Offer(allowed.target.amount, allowed.target.unit.value, allowed.reasons)
