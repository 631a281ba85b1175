"""What happened with operations; the journal keeps it, by operation and by ticket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from helpdesk.core.events import TracedEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationEvent(TracedEvent):
    """Something that happened to the operation `subject_id`."""

    subject_kind: str = "operation"


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationBegun(OperationEvent):
    """Something was done that can be taken back; `after` holds what, and to how many or which tickets."""

    is_first: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationStopped(OperationEvent):
    """Somebody stopped it, or it broke; what it did stays done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationUndone(OperationEvent):
    """It was taken back; `after` holds on how many tickets, and on how many something was left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack(TracedEvent):
    """On the ticket `subject_id` an operation was taken back.

    `after` holds which ("operation", "act"), the fields that went back and those that stayed as they were since.
    """

    subject_kind: str = "ticket"
