"""What happens to tickets; each is kept by the journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from helpdesk.core.events import TracedEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketEvent(TracedEvent):
    """Something that happened to the ticket `subject_id`."""

    subject_kind: str = "ticket"

    @property
    def ticket_id(self) -> int:
        return self.subject_id


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketOpened(TicketEvent):
    """A new ticket stands; `after` holds all its fields."""

    is_first: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageAdded(TicketEvent):
    """A message joined the conversation; `after` holds its direction and visibility, `personal` its text."""

    message_id: int
    direction: str
    visibility: str
    # False for what a machine wrote, so that nobody is told and nothing is answered.
    by_person: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SideOpened(TicketEvent):
    """A side conversation with a third party began; `after` holds its id as "side", `personal` its subject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SideChanged(TicketEvent):
    """A side conversation waits, was answered or is closed; `before` and `after` hold its "side_state"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SideMessageAdded(TicketEvent):
    """A message joined a side conversation.

    No `MessageAdded`: neither a rule, a chat nor a clock of the requester's takes it for theirs. `after` holds what
    that would, and the "side"; `personal` its text.
    """

    message_id: int
    direction: str
    by_person: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRedacted(TicketEvent):
    """Something was taken out of a message for good.

    `after` holds the message as "redacted", a keyed digest of what was taken out, and as "lost" for each message that
    lost files its id and their digests; `personal` why.
    """

    redaction_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAttached(TicketEvent):
    """A file of a message was fetched after the message; `personal` holds its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketChanged(TicketEvent):
    """Fields changed; `before` and `after` hold them by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChanged(TicketChanged):
    """The ticket went to another status; `category` is what that means to clocks and lists.

    `before` and `after` hold both, and `after` the move that was made.
    """

    category: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned(TicketChanged):
    """Another agent has the ticket, or nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequesterChanged(TicketChanged):
    """The ticket is for somebody else now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupChanged(TicketChanged):
    """Another group has the ticket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityChanged(TicketChanged):
    """Priority, impact or urgency changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagsChanged(TicketChanged):
    """Tags were put on or taken off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchersChanged(TicketChanged):
    """Somebody watches the ticket, or no longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketsLinked(TicketEvent):
    """The ticket was linked to another; `after` holds the other and the kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketsUnlinked(TicketEvent):
    """A link was taken away; `before` holds the other and the kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesTaken(TicketEvent):
    """Messages went to another ticket; `after` holds their ids as "taken" and the ticket as "moved_to"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesBrought(TicketEvent):
    """Messages came from another ticket, "moved_from".

    `after` holds for each, as "brought", its id and the entry that first told of it: ticket, number and digest. So the
    journal proves a message wherever it stands, and its text is salted once.
    """

    message_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketsMerged(TicketChanged):
    """All messages of the ticket stand on another now, which also gets the answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeUndone(TicketChanged):
    """The ticket stands for itself again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketDeleted(TicketChanged):
    """The ticket is hidden; `personal` holds why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRestored(TicketChanged):
    """The ticket is seen again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRated(TicketEvent):
    """The requester said how it went; `after` holds the rating, `personal` the words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldEvent(TracedEvent):
    """Something happened to the custom field `subject_id`; `before` and `after` hold its facts."""

    subject_kind: str = "field"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldAdded(FieldEvent):
    """Tickets have one field more."""

    is_first: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChanged(FieldEvent):
    """Its label, choices, place or use changed."""
