"""What fell due on one clock: warnings and the breach, as planned and as acted upon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.sla.counting import BREACH
from helpdesk.sla.library import Library
from helpdesk.sla.models import SlaFired, SlaTimer
from workflows.clock_reminders import rule_of

MOST_FIRED = 100


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule that fell due: `planned_at` is the instant that counts, `lag` how much later it was acted upon.

    `is_told` is False for what was over before the desk counted the ticket, which nobody was told of.
    """

    rule: str
    is_breach: bool
    planned_at: datetime
    fired_at: datetime
    lag: timedelta
    is_told: bool


def fired_on(ticket_id: int, metric: str, cycle: int) -> list[Fired]:
    """What fell due on a clock, in order; the caller has made sure that the reader may see the ticket."""
    rows = db.session.scalars(
        select(SlaFired)
        .where(SlaFired.ticket_id == ticket_id, SlaFired.metric == metric, SlaFired.cycle == cycle)
        .order_by(SlaFired.planned_at, SlaFired.id)
        .limit(MOST_FIRED)
    )
    return [
        Fired(
            rule=row.rule.removeprefix(":"),
            is_breach=row.rule == BREACH,
            planned_at=row.planned_at,
            fired_at=row.fired_at,
            lag=timedelta(seconds=row.lag),
            is_told=row.is_told,
        )
        for row in rows
    ]


def policy_version_of(ticket_id: int, metric: str, cycle: int) -> int | None:
    """The row of the policy's version that a clock goes by; None where none ever held."""
    return db.session.scalar(
        select(SlaTimer.policy_version_id).where(
            SlaTimer.ticket_id == ticket_id, SlaTimer.metric == metric, SlaTimer.cycle == cycle
        )
    )


def told_of(fired: SlaFired) -> frozenset[str]:
    """Who is told of something that fell due: whom its policy names, else whoever has the ticket, and the leads when late."""
    version_id = db.session.scalar(
        select(SlaTimer.policy_version_id).where(
            SlaTimer.ticket_id == fired.ticket_id,
            SlaTimer.metric == fired.metric,
            SlaTimer.cycle == fired.cycle,
        )
    )
    usual = frozenset({"assignee", "leads"} if fired.rule == BREACH else {"assignee"})
    if version_id is None:
        return usual
    rules = Library().version(str(version_id)).body.get("escalations") or ()
    mine = [rule for rule in rules if rule.get("metric", fired.metric) == fired.metric]
    named = [
        rule.get("notify")
        for rule in mine
        if rule.get("id") == rule_of(fired.rule) or (fired.rule == BREACH and rule.get("breach"))
    ]
    return frozenset(named[0]) if named and named[0] else usual
