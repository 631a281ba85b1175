"""Notes about a person and warnings, as the page of the person and the panel beside a ticket show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.people import remarks, representing
from helpdesk.people.access import Actor
from helpdesk.people.models import Person
from helpdesk.people.remark_models import PersonNote, PersonWarning, WarningKind

NEW_NOTE, WARN = "note-new", "warn"


@dataclass(frozen=True, slots=True)
class TypedRemark:
    """What was typed into one of the forms and could not be kept; `form` names it, `ticket` where it stood."""

    form: str = ""
    ticket: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


NOTHING = TypedRemark()


def remarks_context(actor: Actor, person: Person, typed: TypedRemark = NOTHING) -> dict[str, Any]:
    """Notes about a person and warnings, as their page and the panel beside a ticket show them; three queries."""
    notes, warnings = remarks.notes_of(person.id), remarks.warnings_of(person.id)
    names = _names([*notes, *warnings])
    return {
        "notes": [
            {
                "id": row.id,
                "text": row.text,
                "by": names.get(row.noted_by or 0, ""),
                "at": row.created_at,
                "changed_by": names.get(row.saved_by or 0, ""),
                "changed_at": row.saved_at,
            }
            for row in notes
        ],
        "warnings": [_shown(row, names) for row in warnings],
        "warning_kinds": [(kind.value, warning_word(kind)) for kind in WarningKind],
        "may_warn": remarks.may_warn(actor),
        "typed": typed,
    }


def warning_word(kind: WarningKind) -> str:
    """Of what a warning warns."""
    return {
        WarningKind.AGGRESSIVE: _("May be aggressive"),
        WarningKind.VULNERABLE: _("Vulnerable"),
        WarningKind.OTHER: _("Take care"),
    }[kind]


def _shown(row: PersonWarning, names: dict[int, str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "word": warning_word(row.kind),
        "reason": row.reason,
        "by": names.get(row.made_by or 0, ""),
        "at": row.created_at,
        "review_on": format_date(row.review_on, representing.DAY),
        "is_due": row.review_on <= representing.today(),
    }


def _names(rows: Sequence[PersonNote | PersonWarning]) -> dict[int, str]:
    ids = {row.noted_by if isinstance(row, PersonNote) else row.made_by for row in rows}
    ids |= {row.saved_by for row in rows if isinstance(row, PersonNote)}
    ids.discard(None)
    if not ids:
        return {}
    found = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    return {row.id: row.name for row in found}
