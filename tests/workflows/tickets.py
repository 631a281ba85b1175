"""Random policies, tickets and events for property tests, on whole minutes from a moment near a change of clocks."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from tests.workflows.calendars import DAYS, ZONES
from tests.workflows.walking import WEEKDAYS
from workflows import sla
from workflows.lifecycle import Category

CATEGORIES = tuple(category.value for category in Category)
WAITING = CATEGORIES[1:4]
# How long a ticket lives, and how far it is looked ahead.
LIFE, HORIZON = 1500, 4500


def calendar(chance: Random) -> dict[str, Any]:
    """The body of a calendar whose times are whole minutes: some nights, some breaks, a holiday or two."""
    days = [day for day in WEEKDAYS if chance.random() < 0.8]
    holidays = []
    for _ in range(chance.randint(0, 2)):
        day = chance.choice(DAYS) + timedelta(days=chance.randint(-1, 1))
        hours = chance.choice(({}, {"closed": [_inside(chance)]}, {"open": [_inside(chance)]}))
        holidays.append({"date": day.isoformat(), **hours})
    return {
        "zone": chance.choice(ZONES),
        "weekly": {day: [_window(chance) for _ in range(chance.randint(1, 2))] for day in days},
        "breaks": {day: [_inside(chance)] for day in days if chance.random() < 0.3},
        "holidays": holidays,
    }


def _window(chance: Random) -> list[str]:
    return [_clock(chance.choice((0, 150, 480, 540, 1320))), _clock(chance.randint(30, 1440))]


def _inside(chance: Random) -> list[str]:
    begin = chance.choice((0, 120, 600, 720))
    return [_clock(begin), _clock(begin + chance.randint(10, 600))]


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def policy(chance: Random) -> dict[str, Any]:
    """A policy whose targets are minutes; one in eight metrics is missing."""
    return {
        "calendar": chance.choice((None, "a", "b")),
        "on_change": chance.choice(("carry", "retroactive", "restart")),
        "resume_on_requester_message": chance.random() < 0.5,
        "metrics": {name: _metric(chance, name) for name in sla.METRICS if chance.random() < 0.88},
        "escalations": _escalations(chance),
    }


def _metric(chance: Random, name: str) -> dict[str, Any]:
    names = ("desk", "net") if name == "ownership" else ("p1", "p2")
    key = "targets_by_group" if name == "ownership" else "targets"
    # Of such targets every escalation in percent falls on a whole minute.
    targets = {one: 4 * chance.randint(1, 120) for one in names if chance.random() < 0.85}
    metric = {key: targets, "pause_in": chance.sample(WAITING, chance.randint(0, 3))}
    if chance.random() < 0.25:
        metric["calendar"] = chance.choice((None, "a", "b"))
    if name == "resolution":
        metric["reopen"] = chance.choice(("resume", "restart", "ignore"))
    return metric


def _escalations(chance: Random) -> list[dict[str, Any]]:
    kinds: tuple[dict[str, Any], ...] = (
        {"percent": 50},
        {"percent": 75},
        {"percent": 100},
        {"before": 8},
        {"after": 30},
        {"breach": True},
    )
    known = {}
    for number in range(chance.randint(0, 8)):
        metric, name = chance.choice(sla.METRICS), f"r{number % 3}"
        known[metric, name] = {"id": name, "metric": metric, **chance.choice(kinds)}
    return list(known.values())


def ticket(chance: Random) -> dict[str, Any]:
    """How a ticket begins."""
    return {
        "at": 0,
        "by": chance.choice(("requester", "requester", "agent")),
        "priority": chance.choice(("p1", "p2")),
        "state": chance.choice(("active", "active", "waiting_internal")),
        "policy": chance.choice(("x", "x", "y", None)),
        "group": chance.choice(("desk", "net", None)),
        "assignee": chance.choice((None, None, "ada")),
    }


def history(chance: Random, events: int) -> list[dict[str, Any]]:
    """Events in order, many of them in one instant."""
    return sorted((_event(chance) for _ in range(events)), key=lambda event: event["at"])


_STATES = ("active", *WAITING, "resolved", "resolved", "active", "closed")
_KINDS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    *((("state", _STATES),) * 5),
    *((("message", ("requester", "agent", "system")),) * 4),
    ("priority", ("p1", "p2")),
    ("policy", ("x", "y", "z", None)),
    ("policy", ("x", "y", "z")),
    ("group", ("desk", "net", None)),
    ("assignee", ("ada", None)),
    ("calendar", (("a", "b"), ("b", "a"), ("a", "c"))),
)


def _event(chance: Random) -> dict[str, Any]:
    at = chance.choice((0, 60, 120, 480, 960, *(chance.randint(0, LIFE) for _ in range(5))))
    kind, values = chance.choice(_KINDS)
    if chance.random() < 0.02:
        kind, values = chance.choice((("merged", ("other",)), ("state", ("cancelled",))))
    value = chance.choice(values)
    if kind == "message":
        return {"at": at, "kind": kind, "by": value, "public": chance.random() < 0.8}
    if kind == "calendar":
        return {"at": at, "kind": kind, "from": value[0], "to": value[1]}
    return {"at": at, "kind": kind, "to": value}


def in_seconds(policy: dict[str, Any]) -> dict[str, Any]:
    """The same policy as the desk reads it."""
    metrics = {}
    for name, metric in policy["metrics"].items():
        key = "targets_by_group" if name == "ownership" else "targets"
        metrics[name] = metric | {key: {of: 60 * wanted for of, wanted in metric[key].items()}}
    rules = [
        rule | {key: 60 * rule[key] for key in ("before", "after") if key in rule}
        for rule in policy["escalations"]
    ]
    return policy | {"metrics": metrics or {"update": {"targets": {}}}, "escalations": rules}


def opening_of(ticket: dict[str, Any], base: int) -> sla.Opening:
    """The ticket as the desk opens it."""
    return sla.Opening(
        at=base + 60 * ticket["at"],
        by=sla.By(ticket["by"]),
        priority=ticket["priority"],
        category=Category(ticket["state"]),
        policy=ticket["policy"],
        group=ticket["group"],
        assignee=ticket["assignee"],
        id=0,
    )


def event_of(event: dict[str, Any], base: int, number: int) -> sla.Event:
    """The event as the desk notes it."""
    return sla.Event(
        at=base + 60 * event["at"],
        kind=sla.Kind(event["kind"]),
        to=event.get("to"),
        calendar=event.get("from"),
        by=sla.By(event["by"]) if "by" in event else None,
        is_public=event.get("public", False),
        id=number,
    )
