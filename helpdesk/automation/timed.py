"""Timed rules at work: whoever takes a row first runs it, once, and says for when it was planned."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import select

from helpdesk.automation.instants import active_timed_rules, as_of, hours_of, reckon
from helpdesk.automation.models import RuleInstant
from helpdesk.automation.running import run_rule
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import owe, unit_of_work
from helpdesk.definitions.store import Version
from helpdesk.tickets.commands import lock
from helpdesk.tickets.facts import facts_of
from helpdesk.tickets.models import Ticket

log = logging.getLogger(__name__)

JOB = "run_timed_rules"
AT_ONCE = 500


def owe_if_due() -> None:
    """Owe a run where a row is due; one look into an index."""
    if _due(limit=1):
        owe(JOB, 0)


def run_due(*, most: int = AT_ONCE) -> int:
    """Run what is due now, each in a unit of its own; returns how many rules ran."""
    ran = 0
    for row_id, planned in _due(limit=most):
        with unit_of_work():
            ran += _run(row_id, planned)
    if ran:
        log.info("Timed rules ran.", extra={"count": ran})
    return ran


def _due(*, limit: int) -> list[tuple[int, datetime]]:
    rows = db.session.execute(
        select(RuleInstant.id, RuleInstant.at)
        .where(RuleInstant.at <= clock.now())
        .order_by(RuleInstant.at, RuleInstant.id)
        .limit(limit)
    )
    return [(row_id, at) for row_id, at in rows if at is not None]


def _run(row_id: int, planned: datetime) -> bool:
    """Run one row, if nobody else took it; the effect and the claim are one transaction."""
    row = db.session.get(RuleInstant, row_id, with_for_update=True, populate_existing=True)
    if row is None or row.at != planned:
        return False
    row.at = None
    version = next(
        (one for one in active_timed_rules() if one.definition_id == row.definition_id), None
    )
    if version is None:
        return False
    ticket = lock(row.ticket_id)
    ran = _is_there(ticket) and _run_on(version, ticket, row, planned)
    reckon([ticket.id], [version])
    return ran


def _run_on(version: Version, ticket: Ticket, row: RuleInstant, planned: datetime) -> bool:
    at = clock.now()
    hours = hours_of(version.value)
    facts = as_of(facts_of(ticket), at)
    when = version.value.when
    if not when.holds(facts, at, between=hours.between):
        return False
    row.ran_at = at
    db.session.flush()
    held = when.that_held(facts, at, between=hours.between)
    lag = int((at - planned).total_seconds())
    return run_rule(version, held, ticket, {"planned": planned.isoformat(), "lag": lag})


def _is_there(ticket: Ticket) -> bool:
    return ticket.deleted_at is None and ticket.merged_into_id is None
