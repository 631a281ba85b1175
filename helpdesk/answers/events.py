"""What happens to tables of answers, in the past tense; the journal keeps it."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.core.events import TracedEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class TableEvent(TracedEvent):
    """Something happened to the table `subject_id`."""

    subject_kind: str = "answer_table"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSetUp(TableEvent):
    """A table was made, or its settings changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableUploaded(TableEvent):
    """A version was uploaded; it answers nobody yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePublished(TableEvent):
    """Another version is live."""
