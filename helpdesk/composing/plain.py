"""Whether somebody writes replies in plain text, without the editor."""

from __future__ import annotations

from helpdesk.people.models import Person
from helpdesk.people.preferences import choose_part

PART = "writes_plain"


def choose_plain(person: Person, *, on: bool) -> None:
    """Keep what a person chose among what pages are given of them; with marks where nothing was."""
    choose_part(person, PART, True if on else None)
