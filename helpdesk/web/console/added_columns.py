"""Fields that an administrator added, in lists: their columns, the orders they give, and what stands in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from flask_babel import format_date, format_decimal
from flask_babel import gettext as _

from helpdesk.tickets.customizing import is_for
from helpdesk.tickets.models import CustomField
from helpdesk.tickets.own_fields import ORDERED, ByField
from helpdesk.tickets.queries import Row, Sort
from helpdesk.views import own_fields
from helpdesk.web.console.seen import Choices
from workflows.fields import CUSTOM

# An order and its contrary.
Header = Callable[[tuple[str, ...]], dict[str, str]]


def drawn(rows: Sequence[Row], names: Iterable[str], header: Header) -> dict[str, Any]:
    """The columns of these fields and what tickets hold in them; two queries, and none where there is no such column."""
    fields = fields_named(names)
    held = held_by(rows, fields)
    return {
        "columns": [
            {
                "key": one.key,
                "label": one.label,
                "header": header((f"{CUSTOM}{one.key}", f"-{CUSTOM}{one.key}"))
                if one.kind in ORDERED
                else None,
            }
            for one in fields
        ],
        "held": {
            row.id: {one.key: shown(held[row.id].get(one.key), one.kind) for one in fields}
            for row in rows
        },
    }


def fields_named(names: Iterable[str]) -> list[CustomField]:
    """The fields in use behind columns of these names, in their order."""
    keys = [own_fields.key_of(one) for one in names]
    known = own_fields.fields_by_key(keys)
    return [known[key] for key in keys if key in known]


def held_by(rows: Sequence[Row], fields: Sequence[CustomField]) -> dict[int, dict[str, Any]]:
    """What tickets hold in these fields, by id; nothing in those that tickets of their type do not have."""
    held = own_fields.values_of([row.id for row in rows]) if fields else {}
    return {
        row.id: {
            one.key: held.get(row.id, {}).get(one.key) for one in fields if is_for(one, row.type)
        }
        for row in rows
    }


def shown(value: Any, kind: str) -> str:
    """A value as the reader reads it."""
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(format_decimal(value))
    return _day(str(value)) if kind == "date" and not isinstance(value, bool) else str(plain(value))


def plain(value: Any) -> str | float:
    """A value as a file has it: numbers as numbers, days as they are kept."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int | float):
        return value
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _day(text: str) -> str:
    try:
        return str(format_date(date.fromisoformat(text), "d MMM y"))
    except ValueError:
        return text


def choices(fields: Iterable[CustomField]) -> Choices:
    """The columns that a view may have of them."""
    return [(f"{CUSTOM}{one.key}", one.label) for one in fields]


def orders(fields: Iterable[CustomField]) -> Choices:
    """The orders that a view may have by them."""
    ordered = [one for one in fields if one.kind in ORDERED]
    return [
        pair
        for one in ordered
        for pair in (
            (f"{CUSTOM}{one.key}", _("%(field)s, rising", field=one.label)),
            (f"-{CUSTOM}{one.key}", _("%(field)s, falling", field=one.label)),
        )
    ]


def with_own_order(usual: Choices, *sorts: Sort | ByField) -> Choices:
    """The orders that a list offers, and those by fields that it has anyway; no query where it has none."""
    own = {one.key for one in sorts if isinstance(one, ByField)}
    return [*usual, *orders(own_fields.fields_by_key(own).values())]
