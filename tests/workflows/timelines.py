"""Reads the timelines of the SLA vectors: tickets with their events, and what their timers must show."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.workflows.vectors import calendar_of
from workflows import sla
from workflows.calendar import ALWAYS, BusinessCalendar
from workflows.lifecycle import Category


class Timelines:
    """The policies, calendars and states of a file of timelines; the book in which timers look them up."""

    def __init__(self, file: dict[str, Any]) -> None:
        self.cases: list[dict[str, Any]] = file["cases"]
        self._categories = {name: Category(value) for name, value in file["states"].items()}
        self._policies = {name: sla.read_policy(body) for name, body in file["policies"].items()}
        self._hours = {name: calendar_of(body) for name, body in file["calendars"].items()}

    def policy(self, reference: str) -> sla.Policy:
        return self._policies[reference]

    def hours(self, reference: str | None) -> BusinessCalendar:
        return ALWAYS if reference is None else self._hours[reference]

    def opening(self, ticket: dict[str, Any]) -> sla.Opening:
        """How a ticket of the vectors begins."""
        return sla.Opening(
            at=seconds(ticket["created_at"]),
            by=sla.By(ticket["opened_by"]),
            priority=ticket["priority"],
            category=self._categories[ticket["state"]],
            policy=ticket["policy"],
            group=ticket.get("group"),
            assignee=ticket.get("assignee"),
            id=0,
        )

    def event(self, written: dict[str, Any], number: int) -> sla.Event:
        """An event of the vectors."""
        kind = sla.Kind(written["kind"])
        to = written.get("to", written.get("into"))
        return sla.Event(
            at=seconds(written["at"]),
            kind=kind,
            to=self._categories[to] if kind is sla.Kind.STATE else to,
            calendar=written.get("from"),
            by=sla.By(written["by"]) if "by" in written else None,
            is_public=written.get("public", False),
            id=number,
        )


def seconds(text: str) -> int:
    """An instant as the vectors write it, in seconds since 1970."""
    return int(datetime.fromisoformat(text).timestamp())


def written(at: int | None) -> str | None:
    """An instant as the vectors expect it."""
    return None if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def clock(reading: sla.Reading, stretches: list[sla.Stretch]) -> dict[str, Any]:
    """A timer in the form of the vectors."""
    shown = {
        "metric": reading.metric,
        "cycle": reading.cycle,
        "status": reading.status,
        "started_at": written(reading.started_at),
        "stopped_at": written(reading.stopped_at),
        "stop_reason": reading.reason,
        "elapsed": reading.elapsed,
        "paused_working": reading.paused_working,
        "target": reading.target,
        "remaining": reading.remaining,
        "due_at": written(reading.due_at),
        "breached": reading.is_breached,
        "breached_at": written(reading.breached_at),
        "outcome": reading.outcome,
        "counting": reading.is_counting,
        "intervals": [
            [written(int(start.timestamp())), written(int(end.timestamp())), situation]
            for start, end, situation in sla.merged(stretches)
        ],
    }
    return shown | ({"group": reading.group} if reading.group is not None else {})


def fired(firing: sla.Firing) -> dict[str, Any]:
    """An escalation in the form of the vectors."""
    return {
        "metric": firing.metric,
        "cycle": firing.cycle,
        "rule": firing.rule,
        "at": written(firing.at),
    }
