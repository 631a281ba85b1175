"""The fields that an administrator added, as views name them: whether they are there, and what may be asked of them."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, Final

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.tickets.customizing import labels_of
from helpdesk.tickets.models import CustomField, Ticket
from helpdesk.tickets.narrowing import Sort
from helpdesk.tickets.own_fields import ORDERED, ByField
from helpdesk.views.asking import Question, refused
from workflows.condition_parts import How, Test
from workflows.faults import N_
from workflows.fields import CUSTOM
from workflows.near import nearest

YES_OR_NO: Final = ("yes", "no", "true", "false")
# Each column of a list is read on a screen, which has room for so many.
MOST_COLUMNS: Final = 6

_MISSING = N_("There is no field “%(key)s”; choose one that tickets have.")
_NEAR = N_("There is no field “%(key)s”; did you mean “%(near)s”?")
_RETIRED = N_("The field “%(label)s” (%(key)s) is out of use; take it out of the query.")
_NUMBER = N_("“%(label)s” is a number; write one, such as %(key)s:12 or %(key)s:>=3.5.")
_DAY = N_("“%(label)s” is a day; write one, such as %(key)s:>=2026-11-21.")
_CHOICE = N_("“%(value)s” is no choice of “%(label)s”; choose of: %(all)s.")
_FLAG = N_("“%(label)s” is yes or no; write %(key)s:yes or %(key)s:no.")
_EQUAL = N_("“%(label)s” has no order; write %(key)s: and what it is.")


def named_in(question: Question) -> set[str]:
    """The keys of the added fields that a query asks for."""
    tests = question.condition.tests()
    return {key for key in (key_of(test.field) for test in tests) if key}


def key_of(name: str) -> str:
    """The key in a name such as custom.floor; "" for all other names."""
    return name.removeprefix(CUSTOM) if name.startswith(CUSTOM) else ""


def fields_by_key(keys: Collection[str]) -> dict[str, CustomField]:
    """Those of these fields that are in use; no query for none."""
    if not keys:
        return {}
    rows = select(CustomField).where(CustomField.key.in_(keys), CustomField.is_active)
    return {row.key: row for row in db.session.scalars(rows)}


def check_fields(question: Question, text: str) -> None:
    """Refuse a query that asks for a field which is not there, or what it cannot be. Raises BadCondition."""
    keys = named_in(question)
    known = fields_by_key(keys)
    for test in question.condition.tests():
        key = key_of(test.field)
        if key and key not in known:
            raise _unknown(test, text)
        if key:
            _check_values(test, text, known[key])


def _unknown(test: Test, text: str) -> Exception:
    retired = labels_of([key_of(test.field)])
    if retired:
        return refused(test, text, _RETIRED, key=test.field, label=retired[key_of(test.field)])
    every = select(CustomField.key).where(CustomField.is_active).order_by(CustomField.key)
    near = nearest(key_of(test.field), list(db.session.scalars(every.limit(200))))
    if near:
        return refused(test, text, _NEAR, key=test.field, near=f"{CUSTOM}{near}")
    return refused(test, text, _MISSING, key=test.field)


def _check_values(test: Test, text: str, field: CustomField) -> None:
    said = {"key": test.field, "label": field.label}
    if test.how in (How.EMPTY, How.PRESENT):
        return
    if test.how is not How.IS and field.kind not in ("number", "date"):
        raise refused(test, text, _FLAG if field.kind == "boolean" else _EQUAL, **said)
    for value in test.values:
        if field.kind == "number" and not _is_number(value):
            raise refused(test, text, _NUMBER, **said)
        if field.kind == "date" and not _is_day(value):
            raise refused(test, text, _DAY, **said)
        if field.kind == "boolean" and value.lower() not in YES_OR_NO:
            raise refused(test, text, _FLAG, **said)
        if field.kind in ("choice", "multi") and not _is_choice(value, field):
            every = ", ".join(map(str, field.options))
            raise refused(test, text, _CHOICE, **said, value=value, all=every)


def _is_number(value: str) -> bool:
    try:
        return math.isfinite(float(value))
    except ValueError:
        return False


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_choice(value: str, field: CustomField) -> bool:
    return value.casefold() in {str(one).casefold() for one in field.options}


def columns_among(names: Iterable[str]) -> tuple[str, ...]:
    """Those of these names that are columns of added fields, each once and no more than a list has room for."""
    found = dict.fromkeys(one for one in names if key_of(one))
    return tuple(found)[:MOST_COLUMNS]


def order_named(name: str) -> ByField | None:
    """The order of this name, such as -custom.floor; None if there is no such field, or it has no order."""
    key = key_of(name.removeprefix("-"))
    field = fields_by_key({key}).get(key) if key else None
    if field is None or field.kind not in ORDERED:
        return None
    return ByField(key, field.kind, tuple(map(str, field.options)), name.startswith("-"))


def check_shown(sort: str, columns: Iterable[str], *, is_open: bool) -> None:
    """Refuse an order or a column that a view cannot have; `is_open` says that it holds open tickets only. Raises Invalid."""
    wanted = {key_of(one) for one in columns} - {""}
    if wanted - set(fields_by_key(wanted)):
        raise Invalid(_("There is no such column."), _("Choose one of the list."), field="columns")
    if sort in {one.value for one in Sort}:
        return
    if order_named(sort) is None:
        raise Invalid(_("There is no such order."), _("Choose one of the list."), field="sort")
    if not is_open:
        raise Invalid(
            _("Only views of open tickets can be sorted by an added field."),
            _("Add is:open to the query, or choose another order."),
            field="sort",
        )


def values_of(ids: Collection[int]) -> Mapping[int, Mapping[str, Any]]:
    """What tickets hold in added fields, by id; the caller has made sure that the reader may see them."""
    if not ids:
        return {}
    rows = db.session.execute(select(Ticket.id, Ticket.custom).where(Ticket.id.in_(ids)))
    return {ticket_id: custom or {} for ticket_id, custom in rows}
