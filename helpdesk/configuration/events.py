"""What happens to the configuration as a whole; each thing that was changed has its own entry beside it."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.core.events import TracedEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationEvent(TracedEvent):
    """Something happened to the run `subject_id`; `after` holds its digest and what it wrote."""

    subject_kind: str = "configuration"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationApplied(ConfigurationEvent):
    """Files were applied as one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationUndone(ConfigurationEvent):
    """What stood before a run stands again."""
