"""fall(): what fell due on a ticket is written once, said once, and acted upon once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from helpdesk.core import clock
from helpdesk.core.db import db, is_postgresql
from helpdesk.core.unit_of_work import record
from helpdesk.sla.counting import BREACH, Count, Firing
from helpdesk.sla.events import SlaBreached, SlaFell, SlaWarningReached
from helpdesk.sla.facts import whole
from helpdesk.sla.models import SlaFired

CAUSE = "sla"
_FIRED = cast("Table", SlaFired.__table__)  # A mapped class's table is one, though typed wider.
_KEY = ("ticket_id", "metric", "cycle", "rule")


def fall(count: Count, firings: Sequence[Firing]) -> None:
    """Keep what fell due on a ticket; what the desk knew of in time is told.

    A rule fires once for a clock, whatever happens: one that is here already is left alone.
    """
    if not firings:
        return
    at = whole(clock.believed())
    rows = [_row(count, firing, at) for firing in firings]
    for row, firing in _written(rows, firings):
        if row.is_told:
            record(_event(count, firing, row.id, lag=row.lag))


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


def _written(rows: Sequence[dict[str, Any]], firings: Sequence[Firing]) -> list[tuple[Any, Firing]]:
    """The rows that are new, each with what it is of."""
    insert = postgresql.insert if is_postgresql() else sqlite.insert
    statement = (
        insert(_FIRED)
        .values(list(rows))
        .on_conflict_do_nothing(index_elements=_KEY)
        .returning(
            _FIRED.c.id,
            _FIRED.c.metric,
            _FIRED.c.cycle,
            _FIRED.c.rule,
            _FIRED.c.lag,
            _FIRED.c.is_told,
        )
    )
    new = {
        (row.metric, row.cycle, row.rule): row for row in db.session.connection().execute(statement)
    }
    return [
        (new[key], firing)
        for firing in firings
        if (key := (firing.metric, firing.cycle, firing.rule)) in new
    ]


def _event(count: Count, firing: Firing, fired_id: int, *, lag: int) -> SlaFell:
    kind = SlaBreached if firing.rule == BREACH else SlaWarningReached
    return kind(
        cause=CAUSE,
        subject_id=count.ticket_id,
        fired_id=fired_id,
        metric=firing.metric,
        cycle=firing.cycle,
        rule=firing.rule,
        policy_version_id=int(firing.policy) if firing.policy else None,
        after={
            "metric": firing.metric,
            "cycle": firing.cycle,
            "rule": firing.rule.removeprefix(":"),
            "planned_at": firing.planned_at.isoformat(),
            "lag": lag,
        },
    )
