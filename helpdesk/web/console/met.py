"""Two people at one ticket: what somebody chose, held against what others changed meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from helpdesk.core.events import Event
from helpdesk.journal.models import Entry
from helpdesk.tickets.events import MessageAdded, MessagesBrought, MessagesTaken, TicketChanged
from helpdesk.tickets.models import Ticket
from helpdesk.web import words
from helpdesk.web.console.history import label_of
from helpdesk.web.console.seen import Choices

_NAMES = ("status", "assignee", "group", "priority", "impact", "urgency", "type", "tags")
_BY_MATRIX = "0"


@dataclass(frozen=True, slots=True)
class Met:
    """A field that somebody chose a value for and that has another now."""

    what: str
    mine: str
    now: str


def newer_than(version: int, now: int, entries: Sequence[Entry]) -> Sequence[Entry]:
    """The entries since a version: each change and each message counted one (see `Ticket.version`)."""
    counted = [one for one in entries if one.event in _counted()]
    missed = max(0, now - version)
    return counted[-missed:] if missed else []


def own_choices(values: Mapping[str, Any], newer: Iterable[Entry]) -> dict[str, Any]:
    """What was typed without the fields that its writer left as they found them, and that only others changed.

    A form holds every field. Sent again as it was, it would take back what others did.
    """
    found = dict(values)
    for name, value in _first_values(newer).items():
        if name in found and _plain(found[name]) == _plain(value):
            del found[name]
    return found


def met_in(
    ticket: Ticket, values: Mapping[str, Any], options: Mapping[str, Choices], tags: str
) -> list[Met]:
    """The fields of a form that were chosen and differ from the ticket as it is now, in words."""
    now = {**_now(ticket), "tags": tags}
    found = []
    for name in _NAMES:
        if name not in values or _plain(values[name]) == _plain(now[name]):
            continue
        known = dict(options.get(name, ()))
        mine = str(values[name] or "")
        if name == "status":
            known.setdefault(mine, words.status_word(mine, ticket.type))
        found.append(Met(label_of(name), known.get(mine, mine), known.get(now[name], now[name])))
    return found


@cache
def _counted() -> frozenset[str]:
    """The events that go with a new version of their ticket."""
    kinds: list[type[Event]] = [TicketChanged, MessageAdded, MessagesBrought, MessagesTaken]
    found = set()
    while kinds:
        kind = kinds.pop()
        found.add(kind.__name__)
        kinds += kind.__subclasses__()
    return frozenset(found)


def _now(ticket: Ticket) -> dict[str, str]:
    return {
        "status": ticket.status,
        "assignee": str(ticket.assignee_id or 0),
        "group": str(ticket.group_id or 0),
        "priority": str(ticket.priority) if ticket.priority_overridden else _BY_MATRIX,
        "impact": ticket.impact,
        "urgency": ticket.urgency,
        "type": ticket.type,
    }


def _first_values(newer: Iterable[Entry]) -> dict[str, Any]:
    """What stood in each field before the first of these entries changed it."""
    found: dict[str, Any] = {}
    for entry in newer:
        for name, value in entry.before.items():
            if name in _NAMES and name != "priority":
                found.setdefault(name, value)
        if "priority_overridden" in entry.before:
            chosen = entry.before["priority"] if entry.before["priority_overridden"] else 0
            found.setdefault("priority", chosen)
    return found


def _plain(value: Any) -> str:
    """A value as a form holds it; tags in one order."""
    if isinstance(value, list):
        return ",".join(sorted(value))
    text = str(value if value is not None else "")
    if "," in text:
        return ",".join(sorted(one.strip().lower() for one in text.split(",") if one.strip()))
    return "" if text == "0" else text
