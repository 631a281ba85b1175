"""The service levels of the demo council: its office hours, what it promises, and the clocks that the law sets it."""

from __future__ import annotations

from typing import Any

from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.sla import packs

CAUSE = "demo"
_HOUR = 3600
# A working day of the council has eight and a half hours.
_DAY = 8 * _HOUR + _HOUR // 2

OFFICE = {
    "title": "Office hours",
    "zone": "Europe/London",
    "weekly": {day: [["08:30", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    "public_holidays": [{"country": "GB", "region": "ENG"}],
}

_WAITING = ["waiting_requester", "waiting_third_party"]
_TOLD = [
    {"id": "answer-75", "metric": "first_response", "percent": 75},
    {"id": "solve-80", "metric": "resolution", "percent": 80, "notify": ["assignee", "leads"]},
]


def _policy(title: str, position: int, when: str, answer: list[int], solve: list[int]) -> Any:
    """A policy with seconds for p1 to p4, the last for what is lower still."""
    names = ("p1", "p2", "p3", "*")
    return {
        "title": title,
        "position": position,
        "when": when,
        "calendar": "office",
        "metrics": {
            "first_response": {"targets": dict(zip(names, answer, strict=True))},
            "next_response": {
                "targets": dict(zip(names, answer, strict=True)),
                "pause_in": ["waiting_requester"],
            },
            "resolution": {
                "targets": dict(zip(names, solve, strict=True)),
                "pause_in": _WAITING,
            },
        },
        "escalations": _TOLD,
    }


POLICIES = {
    "it-support": _policy(
        "IT support",
        10,
        'group:"IT support"',
        [_HOUR // 2, _HOUR, 4 * _HOUR, _DAY],
        [4 * _HOUR, _DAY, 3 * _DAY, 5 * _DAY],
    ),
    "residents": _policy(
        "Residents",
        20,
        "",
        [_HOUR, 4 * _HOUR, _DAY, 2 * _DAY],
        [_DAY, 3 * _DAY, 5 * _DAY, 10 * _DAY],
    ),
}


def set_up_levels() -> None:
    """Define them, inside the open unit of work; what is there already is not made anew."""
    store.save(Kind.CALENDAR, "office", OFFICE, by=None, cause=CAUSE)
    for name, body in POLICIES.items():
        store.save(Kind.POLICY, name, body, by=None, cause=CAUSE)
    packs.load_pack("uk-statutory", by=None, cause=CAUSE)
