"""What may follow in a query where somebody types: names of fields, and the values of a field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from helpdesk.search.mending import searched_fields
from helpdesk.search.query import DATE_FIELDS
from workflows.fields import BY_NAME, Kind

MOST = 10
# The piece that ends at the cursor: a minus, a field, a comparison, a quotation mark that stands open, the beginning of a value.
_TOKEN = re.compile(
    r'(?:^|(?<=\s))(?P<minus>-)?(?:(?P<field>[^\W\d_][\w.-]{0,70}):(?P<how>[<>]=?)?)?(?P<typed>"[^"]*|[^\s"]*)$'
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A text to put in the place of a stretch of the query, and what it means."""

    text: str
    label: str
    start: int
    end: int


# The values of a field that begin so, each with what it means ("" where it says so itself).
Values = Callable[[str, str], Iterable[tuple[str, str]]]


def offers(text: str, cursor: int, values: Values) -> list[Offer]:
    """What may follow at the cursor, at the most `MOST`."""
    before = text[: max(0, min(cursor, len(text)))]
    token = _TOKEN.search(before)
    if token is None:
        return []
    start, typed = token.start("typed"), token["typed"]
    if token["field"] is None:
        return _names(typed, start, len(before)) if typed and not typed.startswith('"') else []
    name = token["field"].lower()
    wanted = typed.rpartition(",")[2] if not typed.startswith('"') else typed[1:]
    start += len(typed) - len(wanted) - (1 if typed.startswith('"') else 0)
    found = values(BY_NAME[name].name if name in BY_NAME else name, wanted.lower())
    return [Offer(f"{quoted(value)} ", label, start, len(before)) for value, label in found][:MOST]


def _names(typed: str, start: int, end: int) -> list[Offer]:
    wanted = typed.lower()
    return [
        Offer(f"{name}:", _label(name), start, end)
        for name in searched_fields()
        if name.startswith(wanted) and _is_first_name(name, wanted)
    ][:MOST]


def _is_first_name(name: str, wanted: str) -> bool:
    """Whether a field is offered by this name: its own, or another only if its own does not begin so."""
    field = BY_NAME.get(name)
    return field is None or field.name == name or not field.name.startswith(wanted)


def _label(name: str) -> str:
    field = BY_NAME.get(name)
    return field.label if field is not None else ""


def quoted(value: str) -> str:
    """A value as a query writes it."""
    plain = value.replace('"', " ")
    return f'"{plain}"' if re.search(r"[\s,]", plain) or plain[:1] in "<>" else plain


def is_person(name: str) -> bool:
    """Whether a field names people."""
    field = BY_NAME.get(name)
    return field is not None and field.kind is Kind.PERSON


def is_day(name: str) -> bool:
    """Whether a field names days."""
    field = BY_NAME.get(name)
    return name in DATE_FIELDS or (field is not None and field.kind is Kind.DAY)
