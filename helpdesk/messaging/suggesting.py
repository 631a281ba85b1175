"""with_suggestion(): a receipt with a paragraph that points to an answer, if somebody above knows one."""

from __future__ import annotations

from collections.abc import Callable

from helpdesk.tickets.models import Message

_suggest: Callable[[Message], str] | None = None


def install(suggest: Callable[[Message], str]) -> None:
    """Hand over what finds answers; the application factory does this once."""
    global _suggest
    _suggest = suggest


def with_suggestion(text: str, first: Message) -> str:
    """The receipt, with what may answer its message above the name of the desk."""
    said = _suggest(first) if _suggest is not None else ""
    head, _break, name = text.rpartition("\n\n")
    return f"{head}\n\n{said}\n\n{name}" if said and head else text
