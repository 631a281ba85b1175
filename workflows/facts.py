"""All that a rule, a policy or a clock may look at of a ticket: plain values of one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

CustomValue = str | int | float | bool | tuple[str, ...]

_NOTHING: Mapping[str, CustomValue] = MappingProxyType({})
_UNCHANGED: Mapping[str, tuple[str, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Who:
    """A person as conditions know them: by name or by any address."""

    name: str
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFacts:
    """A ticket at one moment, and what just happened to it.

    Instants are aware; None means that there is none. `due_at` is the next deadline that runs, `breach_at` the last
    instant at which it is still kept. `text`, `sender`, `receivers`, `is_automatic`, `is_unverified`, `is_reply` and
    `files` are of the message that is looked at: the one just added, else the last. `unanswered_since` is when the
    requester first wrote after the last answer, `awaiting_since` when an agent last wrote if the requester has not
    written since. `events`, `by` and `changed` say what just happened; `before` has the values that changed fields had,
    by the names that conditions use, and an empty text for none.
    """

    number: str = ""
    type: str = ""
    status: str = ""
    category: str = "active"
    priority: int = 4
    impact: str = ""
    urgency: str = ""
    priority_overridden: bool = False
    group: str | None = None
    assignee: Who | None = None
    requester: Who = field(default=Who(""))
    organisation: str | None = None
    language: str = ""
    channel: str = ""
    tags: frozenset[str] = frozenset()
    custom: Mapping[str, CustomValue] = field(default_factory=lambda: _NOTHING, hash=False)

    subject: str = ""
    text: str = ""
    sender: str = ""
    receivers: tuple[str, ...] = ()
    is_automatic: bool = False
    is_unverified: bool = False
    is_reply: bool = False
    files: int = 0

    messages: int = 0
    answers: int = 0
    notes: int = 0

    created_at: datetime | None = None
    updated_at: datetime | None = None
    last_activity_at: datetime | None = None
    last_requester_at: datetime | None = None
    last_agent_at: datetime | None = None
    unanswered_since: datetime | None = None
    awaiting_since: datetime | None = None
    status_since: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    due_at: datetime | None = None
    breach_at: datetime | None = None
    is_breached: bool = False

    events: frozenset[str] = frozenset()
    by: str = ""
    changed: frozenset[str] = frozenset()
    before: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _UNCHANGED, hash=False)

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something, or wait for it."""
        return self.category not in ("resolved", "closed", "cancelled")
