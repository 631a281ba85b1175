"""The clocks of a ticket for programs: as they stand, and each with every stretch that it is made of."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Response, jsonify

from helpdesk.api.blueprint import acting, api
from helpdesk.sla.explaining import Ledger, counted_of, ledger_of
from helpdesk.sla.fired import Fired, fired_on, policy_version_of
from helpdesk.sla.queries import Timer, timers_of
from helpdesk.tickets.access import access_ticket


@api.get("/api/v1/tickets/<number>/clocks")
def clocks(number: str) -> Response:
    """Each clock of a ticket, those that have ended too. Durations are whole seconds, instants UTC."""
    found = access_ticket(acting("tickets:read"), number)
    timers = timers_of([found.id])[found.id]
    return jsonify(
        {
            "number": found.number,
            "next_due_at": _instant(found.due_at),
            "clocks": [clock_line(one) for one in timers],
        }
    )


@api.get("/api/v1/tickets/<number>/clocks/<metric>/<int:cycle>/ledger")
def clock_ledger(number: str, metric: str, cycle: int) -> Response:
    """One clock with its stretches, which follow each other without gaps; those that counted make its elapsed time."""
    found = access_ticket(acting("tickets:read"), number)
    ledger = ledger_of(found.id, metric, cycle)
    return jsonify(
        {
            "number": found.number,
            "clock": clock_line(ledger.timer),
            "policy_version_id": policy_version_of(found.id, metric, cycle),
            "total": _seconds(ledger.total),
            "stretches": _stretches(ledger),
            "escalations": [_escalation(one) for one in fired_on(found.id, metric, cycle)],
        }
    )


def clock_line(timer: Timer) -> dict[str, Any]:
    """A clock as it stands."""
    return {
        "metric": timer.metric,
        "cycle": timer.cycle,
        "name": timer.name or None,
        "group": timer.group_name,
        "policy": timer.policy_title or None,
        "status": timer.status,
        "paused_by": timer.pause or None,
        "counting": timer.counting,
        "unit": "days" if timer.in_days else "seconds",
        "started_at": _instant(timer.started_at),
        "stopped_at": _instant(timer.stopped_at),
        "stop_reason": timer.stop_reason,
        "target": _seconds(timer.target),
        "elapsed": _seconds(timer.elapsed),
        "remaining": _seconds(timer.remaining),
        "paused_working": _seconds(timer.paused_working),
        "due_at": _instant(timer.due_at),
        "breach_at": _instant(timer.breach_at),
        "breached_at": _instant(timer.breached_at),
        "outcome": timer.outcome,
    }


def _stretches(ledger: Ledger) -> list[dict[str, Any]]:
    counted, found = timedelta(0), []
    for one in ledger.stretches:
        counted += counted_of(one, in_days=ledger.timer.in_days)
        found.append(
            {
                "from": _instant(one.start),
                "to": _instant(one.end),
                "seconds": one.seconds,
                "situation": one.situation.value,
                "cause": one.cause,
                "cause_name": one.name or None,
                "event": one.cause_id,
                "calendar": ledger.calendars.get(one.calendar or "") or None,
                "counted_so_far": _seconds(counted),
            }
        )
    return found


def _escalation(fired: Fired) -> dict[str, Any]:
    return {
        "rule": fired.rule,
        "breach": fired.is_breach,
        "planned_at": _instant(fired.planned_at),
        "fired_at": _instant(fired.fired_at),
        "lag": _seconds(fired.lag),
        "told": fired.is_told,
    }


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _seconds(length: timedelta | None) -> int | None:
    return None if length is None else int(length.total_seconds())
