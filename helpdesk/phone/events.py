"""What happens to calls; the journal keeps it with the ticket."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.core.events import TracedEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEvent(TracedEvent):
    """Something about a call of this ticket; it changes nothing of the ticket itself."""

    subject_kind: str = "ticket"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackPromised(CallEvent):
    """An agent will ring somebody by a certain time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackDone(CallEvent):
    """The promised call was made, or is not needed any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionChanged(TracedEvent):
    """An agent answers at another extension."""

    subject_kind: str = "person"
