"""Saying that something was done, with the button that undoes it."""

from __future__ import annotations

from flask import flash

from helpdesk.operations.models import Operation

DONE = "done-"


def flash_done(text: str, operation: Operation | None) -> None:
    """Say what was done on the next page; with "Undo" where there is something to take back."""
    flash(text, f"{DONE}{operation.id}" if operation is not None else "ok")
