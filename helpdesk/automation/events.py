"""What rules did, in the past tense; the journal of each ticket keeps it."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.core.events import Event, TracedEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesWanted(Event):
    """Something happened to a ticket upon which triggers may run, once all of it has happened."""

    ticket_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleEvent(TracedEvent):
    """A rule did something on the ticket `subject_id`, or could not; `after` holds which and why."""

    subject_kind: str = "ticket"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRan(RuleEvent):
    """A rule ran: `after` holds "rule", its title, the condition that "held", and what it "did".

    Of a timed rule also the instant for which it was "planned" and the "lag" in seconds.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRefused(RuleEvent):
    """What a rule wanted may not be done to this ticket now; nothing of it was, and `after` says "why_not"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MacroUsed(RuleEvent):
    """An agent used a macro: `after` holds "macro", its title and what it "did"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesStopped(RuleEvent):
    """Rules set each other off, or too many one after the other; `after` names them as "chain"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSetAside(TracedEvent):
    """A rule broke and runs no more until it is mended or put back."""

    subject_kind: str = "definition"


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePutBack(TracedEvent):
    """A rule that was set aside runs again."""

    subject_kind: str = "definition"
