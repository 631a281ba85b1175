"""What falls due on tickets, in the past tense; the journal keeps it with the ticket's other changes."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.core.events import Event, TracedEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlinesMoved(Event):
    """These tickets are due at another time though nothing happened to them, as after an edit of a policy."""

    ticket_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaFell(TracedEvent):
    """Something fell due on a timer of the ticket `subject_id`; `fired_id` is its row.

    `after` holds the metric, its cycle, the rule, the planned instant and how many seconds later it was noticed.
    """

    subject_kind: str = "ticket"
    fired_id: int
    metric: str
    cycle: int
    rule: str
    # False for a rule that fires because the ticket is late, which is said by itself.
    is_news: bool = True
    # The row of the policy's version, None when no policy is in force any more.
    policy_version_id: int | None = None

    @property
    def ticket_id(self) -> int:
        return self.subject_id


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaWarningReached(SlaFell):
    """A share of a target was used up, or the time before or after it has come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaBreached(SlaFell):
    """More than the target was counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaEscalated(TracedEvent):
    """What a policy wanted done when something fell due was done; `after` says what, and what could not be."""

    subject_kind: str = "ticket"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaExtended(TracedEvent):
    """A clock of the ticket `subject_id` was put off; `after` names it, `personal` says why."""

    subject_kind: str = "ticket"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaRecountOrdered(TracedEvent):
    """The open tickets under a policy are counted anew from their start; `after` says which policy, and why."""

    subject_kind: str = "definition"
