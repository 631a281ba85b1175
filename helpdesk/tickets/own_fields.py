"""What tickets hold in the fields that an administrator added, as SQL: compared by what is held, and put in order."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Float,
    Integer,
    String,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
)

from helpdesk.core.db import JsonColumn, is_postgresql
from helpdesk.core.folding import folded
from helpdesk.tickets.models import Ticket
from workflows.condition_parts import How
from workflows.text_match import fold

# Kinds of field in whose order a list can be.
ORDERED: Final = ("number", "date", "choice", "boolean")
_COMPARED: Final[dict[How, Callable[[Any, Any], ColumnElement[bool]]]] = {
    How.IS: operator.eq,
    How.LESS: operator.lt,
    How.AT_MOST: operator.le,
    How.MORE: operator.gt,
    How.AT_LEAST: operator.ge,
}
_YES, _NO = ("yes", "true"), ("no", "false")


def holds(key: str, how: How, values: Sequence[str]) -> ColumnElement[bool]:
    """Whether `Ticket` has a field that compares so; the same as a condition says of its facts."""
    if how in (How.EMPTY, How.PRESENT):
        missing = func.coalesce(_plain(key), "").in_(["", "[]"])
        return missing if how is How.EMPTY else not_(missing)
    return or_(false(), *(_compares(key, how, value) for value in values))


def _compares(key: str, how: How, value: str) -> ColumnElement[bool]:
    compare, wanted = _COMPARED[how], fold(value)
    found = [
        and_(_is_text(key), compare(folded(_plain(key)), wanted)),
        exists(select(literal(1)).where(compare(folded(_each(key)), wanted))),
    ]
    number = _number_in(value)
    if number is not None:
        found.append(and_(_is_number(key), compare(_number(key), number)))
    if how is How.IS and value.lower() in (*_YES, *_NO):
        found.append(_is_flag(key, is_set=value.lower() in _YES))
    return or_(*found)


def _number_in(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _path(key: str) -> str:
    return f'$."{key}"'


def _plain(key: str) -> ColumnElement[Any]:
    """What is held as text; of a list its JSON."""
    if is_postgresql():
        held: ColumnElement[Any] = Ticket.custom[key].as_string()
        return held
    return cast(func.json_extract(Ticket.custom, _path(key)), String)


def _kind(key: str) -> ColumnElement[Any]:
    if is_postgresql():
        return func.jsonb_typeof(Ticket.custom[key])
    return func.json_type(Ticket.custom, _path(key))


def _is_text(key: str) -> ColumnElement[bool]:
    return _kind(key) == ("string" if is_postgresql() else "text")


def _is_number(key: str) -> ColumnElement[bool]:
    return _kind(key).in_(["number"] if is_postgresql() else ["integer", "real"])


def _number(key: str) -> ColumnElement[Any]:
    """Asked only where a number is held, for nothing else can be read as one."""
    return case((_is_number(key), cast(_plain(key), Float(53))))


def _is_flag(key: str, *, is_set: bool) -> ColumnElement[bool]:
    word = "true" if is_set else "false"
    if not is_postgresql():
        return _kind(key) == word
    return and_(_kind(key) == "boolean", _plain(key) == word)


def _each(key: str) -> ColumnElement[Any]:
    """Each of several choices, from a function that stands for a table."""
    if is_postgresql():
        held = case((_kind(key) == "array", Ticket.custom[key]), else_=cast([], JsonColumn))
        return func.jsonb_array_elements_text(held).column_valued("chosen")
    held = case((_kind(key) == "array", func.json_extract(Ticket.custom, _path(key))), else_="[]")
    return func.json_each(held).table_valued("value").c.value


@dataclass(frozen=True, slots=True)
class ByField:
    """The order of a list by a field that an administrator added; tickets without a value come last."""

    key: str
    kind: str
    options: tuple[str, ...] = ()
    falls: bool = False

    @property
    def value(self) -> str:
        """What addresses, views and files call it."""
        return f"{'-' if self.falls else ''}custom.{self.key}"

    @property
    def is_of_words(self) -> bool:
        """Whether what it compares is a text, and no number."""
        return self.kind == "date"

    def place(self) -> ColumnElement[Any]:
        """What tickets are compared by: a number, and of a date its text."""
        if self.kind == "date":
            return case((_is_text(self.key), folded(_plain(self.key))))
        if self.kind == "number":
            return _number(self.key)
        if self.kind == "boolean":
            ways = ((_is_flag(self.key, is_set=True), 1), (_is_flag(self.key, is_set=False), 0))
            return cast(case(*ways), Integer)
        if not self.options:
            return cast(literal(None), Integer)
        held = _plain(self.key)
        return cast(case(*((held == one, at) for at, one in enumerate(self.options))), Integer)
