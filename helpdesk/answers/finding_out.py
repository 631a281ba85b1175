"""find_out(): what a service's source says to what was given; each kind of source has its way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from helpdesk.answers import hours, standing, tables, web_source
from helpdesk.answers.models import WhenOld
from helpdesk.people.models import Person
from workflows.faults import Faulty
from workflows.service_fields import tidy
from workflows.services import (
    FieldKind,
    FromHours,
    FromStatus,
    FromTable,
    FromText,
    FromWeb,
    Service,
    fill,
    text_in,
)


@dataclass(frozen=True, slots=True)
class Asking:
    """A service that is asked: by what name, with which tidied values, by whom, and in which language."""

    name: str
    service: Service
    given: Mapping[str, str]
    viewer: Person | None
    language: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What a source said: values for the text, and the day they are of, where that matters.

    `choices` are what a person must choose from first, in the field `choose`.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    as_of: date | None = None
    is_old: bool = False
    choose: str = ""
    choices: tuple[str, ...] = ()


class NothingFound(Exception):
    """The source has no answer: `reason` says why, for those who look after it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def find_out(asking: Asking) -> Facts:
    """What the source of a service says. Raises NothingFound."""
    return _WAYS[type(asking.service.source)](asking)


def _of_text(_asking: Asking) -> Facts:
    return Facts()


def _of_table(asking: Asking) -> Facts:
    source = asking.service.source
    assert isinstance(source, FromTable)
    found = tables.look_up(source.table, asking.given[asking.service.needs[0].name])
    if found is None:
        raise NothingFound(f"table {source.table} is not live")
    if found.is_old and found.when_old is WhenOld.WITHHOLD:
        raise NothingFound(f"table {source.table} is older than it may be")
    rows = found.rows
    if source.choose and rows:
        chosen = _chosen(rows, source.choose, asking.given)
        if not chosen:
            return Facts(choose=source.choose, choices=_choices(rows, source.choose))
        rows = chosen
    if not rows:
        raise NothingFound("no row has this key")
    values = dict(rows[0])
    line = text_in(source.line, asking.language)
    if line:
        values["lines"] = "\n".join(fill(line, hours.spoken(row, asking.language)) for row in rows)
    return Facts(hours.spoken(values, asking.language), found.as_of, found.is_old)


def _chosen(
    rows: Sequence[dict[str, str]], column: str, given: Mapping[str, str]
) -> tuple[dict[str, str], ...]:
    """The rows that a person chose by a column; all of them where there is nothing to choose."""
    if any(column not in row for row in rows):
        raise NothingFound(f"the table has no column {column}")
    if column in given:
        return tuple(row for row in rows if _same(row[column], given[column]))
    return tuple(rows) if len(_choices(rows, column)) == 1 else ()


def _same(one: str, other: str) -> bool:
    try:
        return tidy(FieldKind.TEXT, one) == tidy(FieldKind.TEXT, other)
    except Faulty:
        return False


def _choices(rows: Sequence[dict[str, str]], column: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row[column] for row in rows))


def _of_web(asking: Asking) -> Facts:
    source = asking.service.source
    assert isinstance(source, FromWeb)
    try:
        said = web_source.ask(asking.name, source, asking.given)
    except web_source.Silent as silent:
        raise NothingFound(str(silent)) from silent
    return Facts(hours.spoken(said.values, asking.language), said.at.date(), said.is_old)


def _of_hours(asking: Asking) -> Facts:
    source = asking.service.source
    assert isinstance(source, FromHours)
    values = hours.values_of(source.calendar)
    if values is None:
        raise NothingFound(f"there is no calendar {source.calendar}")
    return Facts(values)


def _of_status(asking: Asking) -> Facts:
    return Facts({"lines": standing.lines_for(asking.viewer, asking.given)})


_WAYS: Mapping[type[Any], Callable[[Asking], Facts]] = {
    FromText: _of_text,
    FromTable: _of_table,
    FromWeb: _of_web,
    FromHours: _of_hours,
    FromStatus: _of_status,
}
