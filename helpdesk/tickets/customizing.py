"""Custom fields: what an administrator adds to tickets, and how their values are checked."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import record
from helpdesk.tickets.events import FieldAdded, FieldChanged, TicketChanged
from helpdesk.tickets.models import CustomField, Ticket
from helpdesk.tickets.naming import single_line

KINDS = ("text", "number", "date", "choice", "multi", "boolean")
LONGEST_TEXT = 2000

_IN_USE = (
    select(CustomField)
    .where(CustomField.is_active)
    .order_by(CustomField.position, CustomField.id)
    .limit(200)
)
_KEY = re.compile(r"^[a-z][a-z0-9_]{0,58}$")


def add_field(
    *,
    key: str,
    label: str,
    kind: str,
    options: list[str] | None = None,
    ticket_types: list[str] | None = None,
    by: int | None = None,
    cause: str = "console",
) -> CustomField:
    """Add a field to tickets. Raises Invalid for a key or kind that cannot be."""
    check_field(key=key, kind=kind, options=options or [])
    field = CustomField(
        key=key, label=label, kind=kind, options=options or [], ticket_types=ticket_types or []
    )
    db.session.add(field)
    db.session.flush()
    record(FieldAdded(actor_id=by, cause=cause, subject_id=field.id, after=_facts(field)))
    return field


def check_field(*, key: str, kind: str, options: Collection[str]) -> None:
    """Raise Invalid for a field that cannot be."""
    if not _KEY.match(key):
        raise Invalid(
            _("A field's key is lower-case letters, digits and underscores."),
            _("For example: asset_tag."),
            field="key",
        )
    if kind not in KINDS:
        raise Invalid(
            _("There is no such kind of field."),
            _("Choose one of: %(all)s.", all=", ".join(KINDS)),
            field="kind",
        )
    if kind in ("choice", "multi") and not options:
        raise Invalid(
            _("A list needs at least one choice."),
            _("Type the choices, one a line."),
            field="options",
        )


def edit_field(
    field: CustomField,
    *,
    label: str,
    options: list[str],
    ticket_types: list[str],
    position: int,
    is_active: bool,
    by: int | None,
    cause: str = "console",
) -> None:
    """Change a field. Its key and kind stay, and what tickets hold stays too, also of a choice that is gone."""
    check_field(key=field.key, kind=field.kind, options=options)
    before = _facts(field)
    field.label, field.options, field.ticket_types = label, options, ticket_types
    field.position, field.is_active = position, is_active
    db.session.flush()
    if _facts(field) != before:
        record(
            FieldChanged(
                actor_id=by, cause=cause, subject_id=field.id, before=before, after=_facts(field)
            )
        )


def _facts(field: CustomField) -> dict[str, Any]:
    return {
        "key": field.key,
        "label": field.label,
        "kind": field.kind,
        "options": list(field.options),
        "ticket_types": list(field.ticket_types),
        "position": field.position or 0,
        "is_active": field.is_active is not False,
    }


def fields_of(type: str) -> list[CustomField]:
    """The fields in use for a type of ticket, in the administrator's order."""
    return [row for row in fields_in_use() if is_for(row, type)]


def fields_in_use() -> list[CustomField]:
    """The fields in use for tickets of any type, in the administrator's order."""
    return list(db.session.scalars(_IN_USE))


def is_for(field: CustomField, type: str) -> bool:
    """Whether tickets of a type have a field."""
    return not field.ticket_types or type in field.ticket_types


def labels_of(keys: Collection[str]) -> dict[str, str]:
    """The labels of these fields by key, of those no longer in use too; no query for no keys."""
    if not keys:
        return {}
    wanted = select(CustomField.key, CustomField.label).where(CustomField.key.in_(keys))
    return dict(db.session.execute(wanted).all())


def set_custom(ticket: Ticket, values: Mapping[str, Any], *, by: int | None, cause: str) -> None:
    """Set some custom fields, given as typed in; an empty value clears one. Raises Invalid, naming the field."""
    known = {field.key: field for field in fields_of(ticket.type)}
    read = {key: read_value(known[key], value) for key, value in values.items() if key in known}
    changed = {key: value for key, value in read.items() if ticket.custom.get(key) != value}
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise Invalid(
            _("There is no field %(key)s on this ticket.", key=unknown[0]),
            _("Reload the page."),
            field=unknown[0],
        )
    if not changed:
        return
    ticket.custom = {
        key: value for key, value in {**ticket.custom, **changed}.items() if value is not None
    }
    ticket.version += 1
    record(
        TicketChanged(
            actor_id=by,
            cause=cause,
            subject_id=ticket.id,
            personal={
                f"custom.{key}": "" if value is None else str(value)
                for key, value in changed.items()
            },
        )
    )


def read_value(field: CustomField, value: Any) -> Any:
    """A value as it is stored, from what was typed in; None for nothing. Raises Invalid."""
    if value is None or value == "" or value == []:
        return None
    try:
        return _READERS[field.kind](field, value)
    except ValueError as error:
        raise Invalid(
            f"{field.label}: {error}", _("Put it right and save again."), field=field.key
        ) from None


def _read_text(_field: CustomField, value: Any) -> str:
    if len(str(value)) > LONGEST_TEXT:
        raise ValueError(_("at most %(most)d characters.", most=LONGEST_TEXT))
    return single_line(str(value), LONGEST_TEXT)


def _read_number(_field: CustomField, value: Any) -> int | float:
    try:
        number = float(str(value).replace(",", "."))
    except ValueError:
        raise ValueError(_("this must be a number, such as 12 or 3.5.")) from None
    if number != number or abs(number) > 1e15:
        raise ValueError(_("this number is too large."))
    return int(number) if number.is_integer() else number


def _read_date(_field: CustomField, value: Any) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise ValueError(_("this must be a date, such as 2026-11-21.")) from None


def _read_choice(field: CustomField, value: Any) -> str:
    if value not in field.options:
        raise ValueError(_("this is none of the choices."))
    return str(value)


def _read_multi(field: CustomField, value: Any) -> list[str]:
    chosen = [value] if isinstance(value, str) else list(value)
    return [_read_choice(field, one) for one in dict.fromkeys(chosen)]


def _read_boolean(_field: CustomField, value: Any) -> bool:
    return str(value).lower() in ("1", "true", "yes", "on")


_READERS = {
    "text": _read_text,
    "number": _read_number,
    "date": _read_date,
    "choice": _read_choice,
    "multi": _read_multi,
    "boolean": _read_boolean,
}
