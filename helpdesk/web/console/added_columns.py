"""Fields that an administrator added, in lists: their columns, the orders they give, and what stands in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from flask_babel import format_date, format_decimal
from flask_babel import gettext as _

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
    keys = [own_fields.key_of(one) for one in names]
    known = own_fields.fields_by_key(keys)
    fields = [known[key] for key in keys if key in known]
    held = own_fields.values_of([row.id for row in rows]) if fields else {}
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
            row.id: {one.key: shown(held.get(row.id, {}).get(one.key), one.kind) for one in fields}
            for row in rows
        },
    }


def shown(value: Any, kind: str) -> str:
    """A value as the reader reads it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int | float):
        return str(format_decimal(value))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return _day(str(value)) if kind == "date" else str(value)


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
