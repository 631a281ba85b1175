"""Which facts of a ticket conditions ask for, so that what nobody asks for is not read."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from workflows.condition_parts import How, Test, field_of
from workflows.conditions import Condition


class Needs(enum.Flag):
    """What is read beside the ticket's own row."""

    NOTHING = 0
    PEOPLE = enum.auto()
    TAGS = enum.auto()
    MESSAGE = enum.auto()
    TALK = enum.auto()
    WAITING = enum.auto()
    STATUS_SINCE = enum.auto()
    ALL = PEOPLE | TAGS | MESSAGE | TALK | WAITING | STATUS_SINCE


_IN_ROW: Final = (
    *("status", "category", "type", "priority", "impact", "urgency", "group", "organisation"),
    *("channel", "language", "number", "subject", "event", "by", "changed", "was", "messages"),
    *("created", "updated", "resolved", "closed", "age", "idle", "unchanged", "due", "breach"),
)
_OF_FIELD: Final = {
    **dict.fromkeys(_IN_ROW, Needs.NOTHING),
    **dict.fromkeys(("assignee", "requester"), Needs.PEOPLE),
    **dict.fromkeys(("text", "from", "to", "has"), Needs.MESSAGE),
    **dict.fromkeys(("answers", "notes"), Needs.TALK),
    "tag": Needs.TAGS,
    "in_status": Needs.STATUS_SINCE,
    "unanswered": Needs.WAITING,
    "awaiting": Needs.WAITING | Needs.TALK,
}
_OF_FLAG: Final = {
    **dict.fromkeys(("open", "closed", "breached", "overridden"), Needs.NOTHING),
    **dict.fromkeys(("assigned", "unassigned"), Needs.PEOPLE),
    **dict.fromkeys(("automatic", "unverified"), Needs.MESSAGE),
    "reply": Needs.MESSAGE | Needs.TALK,
}


def needs_of(conditions: Iterable[Condition]) -> Needs:
    """All that these conditions ask for."""
    return _joined(map(_of_condition, conditions))


@lru_cache(maxsize=4096)
def _of_condition(condition: Condition) -> Needs:
    return _joined(map(_of_test, condition.tests()))


def _of_test(test: Test) -> Needs:
    if not test.field:
        return Needs.MESSAGE
    name = field_of(test).name
    if name == "is" and test.how is How.IS:
        return _joined(_OF_FLAG.get(value, Needs.ALL) for value in test.values)
    # An administrator's own fields stand in the row; what is new to this list is read to be safe.
    return Needs.NOTHING if name.startswith("custom.") else _OF_FIELD.get(name, Needs.ALL)


def _joined(some: Iterable[Needs]) -> Needs:
    found = Needs.NOTHING
    for one in some:
        found |= one
    return found
