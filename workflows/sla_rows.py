"""What the desk keeps between two events: where a ticket stands, and each of its timers; small, and fit for JSON."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from workflows.lifecycle import Category
from workflows.sla_policy import Terms


class Situation(enum.StrEnum):
    """What a timer does; whether the calendar is open is asked only when it would count."""

    COUNTED = "counted"
    OUT_OF_HOURS = "out_of_hours"
    PAUSED = "paused"
    RESOLVED = "resolved"
    NO_POLICY = "no_policy"


class Reason(enum.StrEnum):
    """Why a timer ended."""

    REPLIED = "replied"
    RESOLVED = "resolved"
    ASSIGNED = "assigned"
    HANDED_OVER = "handed_over"
    STOPPED = "stopped"
    RESTARTED = "restarted"
    MERGED = "merged"
    CANCELLED = "cancelled"


CANCELLING = frozenset({Reason.RESTARTED, Reason.MERGED, Reason.CANCELLED})


class Span(NamedTuple):
    """From when on a timer was in one situation; the next span ends it.

    `bank` is what had been counted before, `idle` for how long the office was open while it was paused. `cause` says
    what began it, `cause_id` which event.
    """

    at: int
    situation: Situation
    calendar: str | None
    bank: int
    idle: int
    cause: str
    cause_id: int | None


@dataclass(slots=True)
class TicketFacts:
    """Where a ticket stands after its last event. `calendars` says what references to calendars mean now."""

    at: int
    category: Category
    priority: str
    policy: str | None
    group: str | None
    calendars: dict[str, str] = field(default_factory=dict)
    # A public message of the requester came while it waited for them, and no state since.
    is_lifted: bool = False
    # The requester wrote while it was resolved, and nobody answered since.
    is_asked: bool = False
    has_ended: bool = False
    # Of free clocks: which policy has their terms, and which of them their conditions have paused.
    clocks: dict[str, str] = field(default_factory=dict)
    held: list[str] = field(default_factory=list)
    events: int = 0

    def to_json(self) -> dict[str, Any]:
        """What may be kept in a column; what says nothing is left out."""
        kept = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: value for name, value in kept.items() if not _says_nothing(value)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> TicketFacts:
        """What `to_json()` said."""
        values = dict(kept)
        values["category"] = Category(values["category"])
        for name in ("policy", "group"):
            values.setdefault(name, None)
        for name in ("calendars", "clocks"):
            values[name] = dict(values.get(name, {}))
        values["held"] = list(values.get("held", []))
        return cls(**{"at": 0, "priority": "", **values})


@dataclass(slots=True)
class TimerRow:
    """One timer in one of its cycles, as it stands since the last event that touched it.

    `since` is from when on its rules and its situation have been as they are; `spans` is its history, the last one the
    present. `due_at`, `breach_at` and `next_rule_at` are right until the next event. `fired` says at which instant each
    escalation fired. `is_final` says that a reopening does not take it up again. `stop_cause` is the event that ended it.
    """

    metric: str
    cycle: int
    started_at: int
    since: int
    group: str | None = None
    stopped_at: int | None = None
    reason: Reason | None = None
    stop_cause: int | None = None
    is_final: bool = False
    terms: Terms | None = None
    policy: str | None = None
    extension: int = 0
    spans: list[Span] = field(default_factory=list)
    breached_at: int | None = None
    fired: dict[str, int] = field(default_factory=dict)
    due_at: int | None = None
    breach_at: int | None = None
    next_rule_at: int | None = None

    @property
    def is_running(self) -> bool:
        """Whether it has not ended; it may be paused."""
        return self.stopped_at is None

    @property
    def is_cancelled(self) -> bool:
        """Whether it ended without a verdict."""
        return self.reason in CANCELLING

    @property
    def situation(self) -> Situation:
        """What it does now, or did when it ended."""
        return self.spans[-1].situation

    @property
    def target(self) -> int | None:
        """The seconds it is held against."""
        return self.terms.target if self.terms is not None else None

    def to_json(self) -> dict[str, Any]:
        """What may be kept in a column; what says nothing is left out."""
        kept = {name: getattr(self, name) for name in self.__dataclass_fields__}
        kept["spans"] = [list(span) for span in self.spans]
        if self.terms is not None:
            kept["terms"] = [*self.terms[:2], sorted(self.terms.pause_in), self.terms[3]]
        return {name: value for name, value in kept.items() if not _says_nothing(value)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> TimerRow:
        """What `to_json()` said."""
        values = dict(kept)
        values["spans"] = [_span(span) for span in values["spans"]]
        values["fired"] = dict(values.get("fired", {}))
        if values.get("terms") is not None:
            target, calendar, pauses, resumes = values["terms"]
            values["terms"] = Terms(target, calendar, frozenset(map(Category, pauses)), resumes)
        if values.get("reason") is not None:
            values["reason"] = Reason(values["reason"])
        return cls(**{"started_at": 0, "since": 0, **values})


def _says_nothing(value: object) -> bool:
    return value is None or value is False or value == {} or value == []


def _span(kept: list[Any]) -> Span:
    at, situation, *rest = kept
    return Span(at, Situation(situation), *rest)
