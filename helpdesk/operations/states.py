"""What an operation may change about a ticket, as plain values: read before and after, and compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from helpdesk.tickets.models import Ticket

State = dict[str, Any]
# Of these each entry counts by itself: what others put in or took out since stays.
SETS = ("tags", "watchers")


def state_of(ticket: Ticket) -> State:
    """The fields of a ticket that people change, as JSON holds them."""
    since = ticket.status_since
    return {
        "type": ticket.type,
        "status": {
            "status": ticket.status,
            "since": since.isoformat() if since else None,
            "process": dict(ticket.process),
            "reopened": ticket.reopened or 0,
        },
        "group": ticket.group_id,
        "assignee": ticket.assignee_id,
        "priority": {
            "priority": ticket.priority,
            "priority_overridden": bool(ticket.priority_overridden),
            "impact": ticket.impact,
            "urgency": ticket.urgency,
            "why": ticket.priority_why or "",
        },
        "subject": ticket.subject,
        "requester": ticket.requester_id,
        "tags": sorted(tag.name for tag in ticket.tags),
        "watchers": sorted(watcher.person_id for watcher in ticket.watchers),
        "custom": dict(ticket.custom),
    }


def difference(before: State, after: State) -> tuple[State, State]:
    """The fields in which two states differ, of each; of custom fields only those that do."""
    names = [name for name in before if before[name] != after[name]]
    was, became = {}, {}
    for name in names:
        was[name], became[name] = before[name], after[name]
    if "custom" in was:
        keys = {
            key
            for key in {*before["custom"], *after["custom"]}
            if before["custom"].get(key) != after["custom"].get(key)
        }
        was["custom"] = {key: before["custom"].get(key) for key in sorted(keys)}
        became["custom"] = {key: after["custom"].get(key) for key in sorted(keys)}
    return was, became


def is_still(name: str, now: Any, after: Any) -> bool:
    """Whether a field stands as the operation left it. Of a field with several facts, those count that were kept."""
    if isinstance(after, Mapping) and isinstance(now, Mapping):
        return all(now.get(key) == value for key, value in after.items())
    return bool(now == after)


def names_of(part: Mapping[str, Any]) -> Iterator[str]:
    """The names by which the fields of a part are told: custom fields each by its key."""
    for name, value in part.items():
        if name == "custom":
            yield from (f"custom.{key}" for key in value)
        else:
            yield name
