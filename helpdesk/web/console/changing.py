"""What a form changes about a ticket, as the pages of the console name it; it is carried out by `operations`."""

from __future__ import annotations

from helpdesk.operations.changing import BY_MATRIX, CAUSE, NOBODY, Changes, apply

__all__ = ["BY_MATRIX", "CAUSE", "NOBODY", "Changes", "apply"]
