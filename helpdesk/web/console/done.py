"""Saying that something was done, with the button that undoes it."""

from __future__ import annotations

from flask import flash

from helpdesk.operations.access import why_not
from helpdesk.operations.models import Operation
from helpdesk.web.auth import current_actor

DONE = "done-"


def flash_done(text: str, operation: Operation | None) -> None:
    """Say what was done on the next page; with "Undo" where there is something that its reader may take back."""
    may_undo = operation is not None and why_not(current_actor(), operation) is None
    flash(text, f"{DONE}{operation.id}" if operation is not None and may_undo else "ok")
