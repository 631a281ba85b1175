"""Writing a definition as text: faults at their lines, nothing typed lost, and no version saved over an unseen one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import StringField

from helpdesk.configuration.differences import Line, lines
from helpdesk.configuration.editing import ChangedMeanwhile, Saved, read_body, save_over, text_of
from helpdesk.configuration.reading import Complaint, Unreadable
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import DefinitionVersion, Kind
from helpdesk.definitions.queries import find_definition
from helpdesk.people.queries import names_of
from helpdesk.web.admin import kinds
from helpdesk.web.admin.beginnings import beginning_of
from helpdesk.web.admin.blueprint import admin
from helpdesk.web.admin.definitions import CAUSE, kind_in
from helpdesk.web.admin.navigation import entry_of
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, own_line
from helpdesk.web.moments import read_local

# How many lines around a faulty one are shown with it.
AROUND = 2


class DefinitionForm(Form):
    name = StringField(filters=[own_line])
    text = StringField()
    effective_at = StringField(filters=[own_line])
    note = StringField(filters=[own_line])
    seen = StringField(filters=[own_line])


@dataclass(frozen=True, slots=True)
class Numbered:
    """A line of what was typed, with what is wrong in it."""

    number: int
    text: str
    complaints: Sequence[Complaint]


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What somebody else saved while this was written."""

    last: DefinitionVersion
    by: str
    changed: Sequence[Line]


@admin.route("/definitions/<kind>/new", methods=["GET", "POST"])
def new_definition(kind: str) -> ResponseReturnValue:
    """Write a definition of a new name."""
    chosen = kind_in(kind)
    if request.method == "GET":
        return _page(chosen, None, {"text": beginning_of(chosen), "seen": 0}, {})
    return _save(chosen, None, DefinitionForm())


@admin.route("/definitions/<kind>/<name>/edit", methods=["GET", "POST"])
def edit_definition(kind: str, name: str) -> ResponseReturnValue:
    """Write the next version of a definition."""
    chosen = kind_in(kind)
    find_definition(chosen, name)
    if request.method == "GET":
        newest = store.versions_of(chosen, name)[0]
        values = {"text": text_of(newest.body), "seen": newest.number, "name": name}
        return _page(chosen, name, values, {})
    return _save(chosen, name, DefinitionForm())


def _save(kind: Kind, name: str | None, form: DefinitionForm) -> ResponseReturnValue:
    text = (form.text.data or "").replace("\r\n", "\n")
    form.text.data = text
    chosen_name = name or form.name.data or ""
    try:
        if not form.is_valid():
            raise Invalid(next(iter(form.complaints.values())))
        saved = _saved(kind, chosen_name, form)
    except Unreadable as unreadable:
        return _page(kind, name, form.values, {}, complaints=unreadable.complaints), 422
    except ChangedMeanwhile as changed:
        seen = {**form.values, "seen": changed.last.number}
        meanwhile = _meanwhile(kind, chosen_name, form, changed)
        return _page(kind, name, seen, {}, meanwhile=meanwhile), changed.status
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return _page(kind, name, form.values, form.complaints), error.status
    flash(_told(saved), "ok")
    return redirect(url_for(".definition", kind=kind.value, name=chosen_name), code=303)


def _saved(kind: Kind, name: str, form: DefinitionForm) -> Saved:
    seen = _number(form.seen.data)
    effective_at = _instant(form.effective_at.data)
    document = read_body(kind, name, form.text.data or "")
    with unit_of_work():
        return save_over(
            kind,
            name,
            document.body,
            seen=seen,
            by=current_actor().person_id,
            cause=CAUSE,
            note=form.note.data or "",
            effective_at=effective_at,
        )


def _told(saved: Saved) -> str:
    if not saved.is_new:
        return _("That is what it says already; no new version was made.")
    return _("Saved as version %(number)s.", number=saved.version.number)


def _number(text: str | None) -> int:
    plain = (text or "").strip()
    if not (plain.isascii() and plain.isdigit()) or len(plain) > 9:
        raise Invalid(_("The form is too old."), _("Open the page again."))
    return int(plain)


def _instant(text: str | None) -> datetime | None:
    """A moment of the reader's wall clock; None for now."""
    plain = (text or "").strip()
    if not plain:
        return None
    try:
        return read_local(plain)
    except ValueError:
        raise Invalid(
            _("This is no date with a time."),
            _("For example: 2027-01-04T08:00."),
            field="effective_at",
        ) from None


def _meanwhile(
    kind: Kind, name: str, form: DefinitionForm, changed: ChangedMeanwhile
) -> Meanwhile | None:
    versions = {one.number: one for one in store.versions_of(kind, name)}
    last = versions[max(versions)]
    seen = versions.get(_number(form.seen.data))
    by = names_of({last.made_by}) if last.made_by is not None else {}
    return Meanwhile(
        last, by.get(last.made_by or 0, ""), lines(seen.body if seen else {}, last.body)
    )


def marked(text: str, complaints: Sequence[Complaint]) -> list[Numbered]:
    """The lines around each fault, with what is wrong below them."""
    rows = text.split("\n")
    wrong: dict[int, list[Complaint]] = {}
    for one in complaints:
        wrong.setdefault(min(one.place.line, len(rows)), []).append(one)
    shown = sorted(
        {
            number
            for line in wrong
            for number in range(max(1, line - AROUND), min(len(rows), line + AROUND) + 1)
        }
    )
    return [Numbered(number, rows[number - 1], wrong.get(number, [])) for number in shown]


def _page(
    kind: Kind,
    name: str | None,
    values: dict[str, Any],
    errors: dict[str, str],
    *,
    complaints: Sequence[Complaint] = (),
    meanwhile: Meanwhile | None = None,
) -> str:
    return render_template(
        "admin/definition_form.html",
        kind=kind,
        name=name,
        values=values,
        errors=errors,
        complaints=complaints,
        marked=marked(str(values.get("text") or ""), complaints),
        meanwhile=meanwhile,
        singular=kinds.SINGULAR[kind],
        entry=entry_of(kind.value),
    )
