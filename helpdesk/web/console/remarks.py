"""Notes about a person and warnings: written, changed and ended, from their page or from beside a ticket of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import select
from wtforms import StringField

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people import remarks, representing
from helpdesk.people.access import Actor
from helpdesk.people.models import Person
from helpdesk.people.queries import access_person
from helpdesk.people.remark_models import PersonNote, PersonWarning, WarningKind
from helpdesk.tickets.access import access_ticket
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.fields import member_in
from helpdesk.web.forms import Form, own_line

Typed = TypeVar("Typed", bound=Form)


class NoteForm(Form):
    text = StringField()
    ticket = StringField(filters=[own_line])


class BareForm(Form):
    ticket = StringField(filters=[own_line])


class WarningForm(Form):
    kind = StringField(filters=[own_line])
    reason = StringField(filters=[own_line])
    review_on = StringField(filters=[own_line])
    ticket = StringField(filters=[own_line])


@console.post("/people/<int:person_id>/notes")
def write_remark(person_id: int) -> ResponseReturnValue:
    """Write a note about a person."""
    actor, found, form = _asked(person_id, NoteForm())
    with unit_of_work():
        remarks.write_note(_again(found), form.text.data or "", actor=actor)
    return _back(actor, found, form, _("The note is kept."))


@console.post("/people/<int:person_id>/notes/<int:remark_id>")
def change_remark(person_id: int, remark_id: int) -> ResponseReturnValue:
    """Write a note anew."""
    actor, found, form = _asked(person_id, NoteForm())
    with unit_of_work():
        row = remarks.access_note(found, remark_id)
        remarks.change_note(_again(found), row, form.text.data or "", actor=actor)
    return _back(actor, found, form, _("The note is kept."))


@console.post("/people/<int:person_id>/notes/<int:remark_id>/remove")
def remove_remark(person_id: int, remark_id: int) -> ResponseReturnValue:
    """Take a note away."""
    actor, found, form = _asked(person_id, BareForm())
    with unit_of_work():
        remarks.remove_note(_again(found), remarks.access_note(found, remark_id), actor=actor)
    return _back(actor, found, form, _("The note is gone."))


@console.post("/people/<int:person_id>/warnings")
def give_warning(person_id: int) -> ResponseReturnValue:
    """Warn colleagues about a person."""
    actor, found, form = _asked(person_id, WarningForm())
    kind = member_in(WarningKind, form.kind.data, field="kind")
    if kind is None:
        raise Invalid(_("Say of what colleagues are warned."), field="kind")
    with unit_of_work():
        remarks.give_warning(
            _again(found), kind, form.reason.data or "", _day(form.review_on.data), actor=actor
        )
    return _back(actor, found, form, _("Colleagues are warned."))


@console.post("/people/<int:person_id>/warnings/<int:warning_id>/end")
def end_warning(person_id: int, warning_id: int) -> ResponseReturnValue:
    """Let a warning hold no longer."""
    actor, found, form = _asked(person_id, BareForm())
    with unit_of_work():
        row = remarks.access_warning(found, warning_id)
        remarks.end_warning(_again(found), row, actor=actor)
    return _back(actor, found, form, _("The warning holds no longer."))


def remarks_context(actor: Actor, person: Person) -> dict[str, Any]:
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


def _asked(person_id: int, form: Typed) -> tuple[Actor, Person, Typed]:
    actor = current_actor()
    found = access_person(actor, person_id)
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
    return actor, found, form


def _again(found: Person) -> Person:
    return db.session.get_one(Person, found.id)


def _back(actor: Actor, found: Person, form: Any, said: str) -> ResponseReturnValue:
    """To the ticket beside which it was written, else to the person."""
    flash(said, "ok")
    if form.ticket.data:
        number = access_ticket(actor, form.ticket.data).number
        return redirect(url_for(".ticket", number=number), code=303)
    return redirect(url_for(".person", person_id=found.id), code=303)


def _day(text: str | None) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        raise Invalid(
            _("This is no date."), _("For example: 2027-01-31."), field="review_on"
        ) from None
