"""fall(): what fell due on a ticket is written once, said once, and acted upon once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from helpdesk.core import clock
from helpdesk.core.db import db, is_postgresql
from helpdesk.core.unit_of_work import react, record
from helpdesk.sla.counting import BREACH, Count, Firing
from helpdesk.sla.events import SlaBreached, SlaFell, SlaWarningReached
from helpdesk.sla.facts import whole
from helpdesk.sla.models import SlaFired
from workflows.sla import Trigger

CAUSE = "sla"
_FIRED = cast("Table", SlaFired.__table__)  # A mapped class's table is one, though typed wider.
_KEY = ("ticket_id", "metric", "cycle", "rule")


def fall(fallen: Iterable[tuple[Count, Firing]]) -> None:
    """Keep what fell due on tickets; what the desk knew of in time is told.

    A rule fires once for a clock, whatever happens: one that is here already is left alone.
    """
    at = whole(clock.believed())
    by_key = {_key(count, firing): (count, firing) for count, firing in fallen}
    if not by_key:
        return
    for row in _written([_row(count, firing, at) for count, firing in by_key.values()]):
        count, firing = by_key[row.ticket_id, row.metric, row.cycle, row.rule]
        if row.is_told:
            record(_event(count, firing, row.id, lag=row.lag))
            # What one thing sets off is done before the next is said, so that many are no flood.
            react()


def _key(count: Count, firing: Firing) -> tuple[int, str, int, str]:
    return count.ticket_id, firing.metric, firing.cycle, firing.rule


def _row(count: Count, firing: Firing, at: datetime) -> dict[str, Any]:
    assert count.known_since is not None  # Every count knows since when it is one.
    return {
        "ticket_id": count.ticket_id,
        "metric": firing.metric,
        "cycle": firing.cycle,
        "rule": firing.rule,
        "planned_at": firing.planned_at,
        "fired_at": at,
        "lag": max(0, int((at - firing.planned_at).total_seconds())),
        "is_told": firing.planned_at >= whole(count.known_since),
    }


def _written(rows: Sequence[dict[str, Any]]) -> list[Any]:
    """The rows that are new, in order."""
    insert = postgresql.insert if is_postgresql() else sqlite.insert
    statement = (
        insert(_FIRED)
        .values(list(rows))
        .on_conflict_do_nothing(index_elements=_KEY)
        .returning(*(_FIRED.c[name] for name in ("id", *_KEY, "lag", "is_told")))
    )
    return sorted(db.session.connection().execute(statement), key=lambda row: row.id)


def _event(count: Count, firing: Firing, fired_id: int, *, lag: int) -> SlaFell:
    kind = SlaBreached if firing.rule == BREACH else SlaWarningReached
    return kind(
        cause=CAUSE,
        subject_id=count.ticket_id,
        fired_id=fired_id,
        metric=firing.metric,
        cycle=firing.cycle,
        rule=firing.rule,
        is_news=not _says_late(count, firing),
        policy_version_id=int(firing.policy) if firing.policy else None,
        after={
            "metric": firing.metric,
            "cycle": firing.cycle,
            "rule": firing.rule.removeprefix(":"),
            "planned_at": firing.planned_at.isoformat(),
            "lag": lag,
        },
    )


def _says_late(count: Count, firing: Firing) -> bool:
    """Whether this is a rule of the policy for the moment at which the ticket is late."""
    if firing.rule == BREACH or firing.policy is None:
        return False
    policy = count.library.policy_of(count.library.version(firing.policy))
    rules = policy.metrics.get(firing.metric) if policy else None
    found = [one for one in rules.escalations if one.id == firing.rule] if rules else []
    return any(one.trigger is Trigger.BREACH for one in found)
