"""What happens to definitions, in the past tense; the journal keeps every version whole."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.core.events import TracedEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionEvent(TracedEvent):
    """Something happened to the definition `subject_id`, of this kind and name."""

    subject_kind: str = "definition"
    kind: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionSaved(DefinitionEvent):
    """A new version stands; `before` and `after` hold number, body and the instant from which it holds."""

    version_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionRetired(DefinitionEvent):
    """It is used no longer; what it did stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionRevived(DefinitionEvent):
    """It is used again."""
