"""What happens to shared views; the journal keeps it. A person's own views are their own affair."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.core.events import TracedEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewEvent(TracedEvent):
    """Something happened to the shared view `subject_id`."""

    subject_kind: str = "view"


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewSaved(ViewEvent):
    """A shared view was made or changed; `after` says what it is now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewRemoved(ViewEvent):
    """A shared view is gone; `before` says what it was."""
