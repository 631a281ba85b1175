"""What happens to a ticket, as far as its timers are concerned: the facts from which everything else is worked out."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from workflows.lifecycle import Category

# The states in which nobody owes anything; a ticket that leaves them is reopened.
RESOLVED = frozenset({Category.RESOLVED, Category.CLOSED})


class Kind(enum.StrEnum):
    """What an event says."""

    STATE = "state"
    PRIORITY = "priority"
    POLICY = "policy"
    CALENDAR = "calendar"
    GROUP = "group"
    ASSIGNEE = "assignee"
    MESSAGE = "message"
    MERGED = "merged"
    # Of free clocks: `clock` names one; its terms, what its conditions say of it, and an extension.
    TERMS = "terms"
    SIGNAL = "signal"
    EXTENSION = "extension"
    # The rules as they stand hold from the start of every timer that is still running.
    RECOUNT = "recount"


class By(enum.StrEnum):
    """Who opened a ticket or wrote a message."""

    REQUESTER = "requester"
    AGENT = "agent"
    THIRD_PARTY = "third_party"
    SYSTEM = "system"


class Signal(enum.StrEnum):
    """What the conditions of a free clock say of it."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Opening:
    """How a ticket began. `at` is in seconds since 1970 in UTC; `policy` and the calendars are references.

    `calendars` says what a policy's references to calendars mean, where they do not mean themselves: the version of a
    calendar that was in force.
    """

    at: int
    by: By
    priority: str = ""
    category: Category = Category.ACTIVE
    policy: str | None = None
    group: str | None = None
    assignee: str | None = None
    calendars: Mapping[str, str] = field(default_factory=dict)
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; `id` is the caller's and comes back in explanations.

    `to` is the category of the new state, the priority, the reference of a policy or calendar, the name of a group, the
    assignee; of a signal what it says, of terms the reference of the policy that has the clock. None takes it away.
    """

    at: int
    kind: Kind
    to: str | None = None
    calendar: str | None = None
    by: By | None = None
    is_public: bool = False
    clock: str | None = None
    seconds: int = 0
    id: int | None = None
