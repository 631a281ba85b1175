"""What happens in routing, in the past tense."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.core.events import Event, TracedEvent
from helpdesk.tickets.events import TicketEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingWanted(Event):
    """Something happened to a ticket upon which it may be given to an agent; see `Occasion`."""

    ticket_id: int
    occasion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRouted(TicketEvent):
    """A routing gave the ticket to an agent; `after` holds which, why, and of everybody else why not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentEvent(TracedEvent):
    """Something that routing knows of the agent `subject_id` changed."""

    subject_kind: str = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChanged(AgentEvent):
    """Skills, limits or hours changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityChanged(AgentEvent):
    """An agent switched to away, or back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsencePlanned(AgentEvent):
    """An agent will be away for a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceCancelled(AgentEvent):
    """An agent will not be away after all, or came back early."""
