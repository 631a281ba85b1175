"""The words of lists: columns, orders, groupings and densities; and a page of a list under the heads of its groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from helpdesk.tickets.queries import Row
from helpdesk.views import showing
from helpdesk.web import words
from helpdesk.web.console.seen import Choices
from helpdesk.web.viewer import once_a_language

_COLUMNS: dict[str, Any] = {
    "channel": _l("Channel"),
    "number": _l("Number"),
    "requester": _l("Requester"),
    "assignee": _l("Assignee"),
    "group": _l("Group"),
    "priority": _l("Priority"),
    "status": _l("Status"),
    "due": _l("Next due"),
    "type": _l("Type"),
    "created": _l("Opened"),
    "activity": _l("Last activity"),
}
_DENSITIES: dict[str, Any] = {"comfortable": _l("Comfortable"), "compact": _l("Compact")}


# What makes a group: two people may have one name.
_BY = {
    "status": "status",
    "priority": "priority",
    "group": "group_id",
    "assignee": "assignee_id",
    "type": "type",
    "channel": "channel",
    "requester": "requester_id",
}


@dataclass(frozen=True, slots=True)
class Section:
    """The tickets of a page that belong under one head; "" for a page without heads."""

    head: str
    rows: Sequence[Row]


def column_word(name: str) -> str:
    """A column as pages name it."""
    return str(_COLUMNS[name])


@once_a_language
def columns() -> Choices:
    return [(name, column_word(name)) for name in showing.COLUMNS]


@once_a_language
def groupings() -> Choices:
    return [("", _("Not grouped")), *((one, column_word(one)) for one in showing.GROUPINGS)]


@once_a_language
def densities() -> Choices:
    return [(one, str(_DENSITIES[one])) for one in showing.DENSITIES]


def sections_of(rows: Sequence[Row], grouping: str) -> list[Section]:
    """The rows of a page under heads, in the order in which each head comes first; within a head as they were."""
    if not grouping:
        return [Section("", rows)] if rows else []
    found: dict[Any, list[Row]] = {}
    for row in rows:
        found.setdefault(getattr(row, _BY[grouping]), []).append(row)
    return [Section(_head(some[0], grouping), some) for some in found.values()]


def _head(row: Row, grouping: str) -> str:
    if grouping == "status":
        return words.status_word(row.status, row.type)
    if grouping == "priority":
        return f"P{row.priority} {words.priority_word(row.priority)}"
    if grouping == "type":
        return words.type_word(row.type)
    if grouping == "channel":
        return words.channel_word(row.channel)
    if grouping == "group":
        return row.group or _("No group")
    if grouping == "assignee":
        return row.assignee or _("Nobody")
    return row.requester
