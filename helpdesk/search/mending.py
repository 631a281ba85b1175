"""Where a query could not be understood as it was meant, and how it may be mended."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from helpdesk.search.query import DATE_FIELDS, FILTER_FIELDS, Fault, Note, end_of_piece
from workflows.fields import BY_NAME, LEVELS, SEARCHED_FLAGS, Search
from workflows.near import nearest

# The values that a field can have, where they are a closed set that the desk knows.
Values = Callable[[str], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A note, the stretch of the text it is about, and the whole query as it may have been meant; None for no idea."""

    note: Note
    start: int
    end: int
    mended: str | None


def troubles(text: str, notes: Iterable[Note], values: Values) -> list[Trouble]:
    """The notes of a query with their places, in the order of the text."""
    found = [_trouble(text, note, values) for note in dict.fromkeys(notes)]
    return sorted(found, key=lambda one: one.start)


def _trouble(text: str, note: Note, values: Values) -> Trouble:
    if note.fault in (Fault.TOO_LONG, Fault.TOO_MANY_PARTS, Fault.ONLY_NEGATIONS):
        return Trouble(note, 0, len(text), None)
    start, end = note.position, end_of_piece(text, note.position)
    piece = text[start:end]
    better = _better(piece, note.fault, values)
    if better is None or better == piece:
        return Trouble(note, start, end, None)
    return Trouble(note, start, end, " ".join((text[:start] + better + text[end:]).split()))


def _better(piece: str, fault: Fault, values: Values) -> str | None:
    name, _colon, value = piece.partition(":")
    plain = name.removeprefix("-")
    if fault is Fault.UNKNOWN_FIELD:
        near = nearest(plain.lower(), searched_fields())
        # Else the words without the colon: a link or a time that was pasted.
        return f'"{piece}"' if near is None else f"{name[: -len(plain)]}{near}:{value}"
    if fault is Fault.OPEN_QUOTE:
        return f'{piece.rstrip()}"'
    if fault is Fault.SHORT_PREFIX:
        return piece.replace("*", "")
    if fault is Fault.BAD_VALUE:
        near = nearest(value.lower().strip('"'), values(plain.lower()))
        return None if near is None else f"{name}:{near}"
    if fault in (Fault.NO_LOGIC, Fault.EMPTY_FIELD, Fault.NOT_SEARCHED):
        return ""
    return None


def searched_fields() -> list[str]:
    """The names that may stand before a colon in a search."""
    texts = {name for name, field in BY_NAME.items() if field.search is Search.TEXT}
    return sorted(FILTER_FIELDS | texts | DATE_FIELDS)


def closed_values(name: str) -> tuple[str, ...]:
    """What a field can be that is the same on every desk."""
    if name in ("impact", "urgency"):
        return LEVELS
    if name == "is":
        return SEARCHED_FLAGS
    field = BY_NAME.get(name)
    return field.values if field is not None else ()
