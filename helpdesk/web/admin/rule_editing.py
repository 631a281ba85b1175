"""Writing a rule in a form: what it asks in plain words, faults at their fields, rows added without a script."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import BooleanField, SelectMultipleField, StringField

from helpdesk.configuration.editing import ChangedMeanwhile, save_over
from helpdesk.configuration.reading import sentence_of
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.kinds import parse
from helpdesk.definitions.models import Kind
from helpdesk.definitions.queries import find_definition
from helpdesk.web.admin import rule_fields as fields
from helpdesk.web.admin.blueprint import admin
from helpdesk.web.admin.definitions import CAUSE
from helpdesk.web.admin.navigation import entry_of
from helpdesk.web.admin.rule_fields import Draft, Row
from helpdesk.web.admin.rule_kinds import ACTIONS, SHAPES, asked_of, rule_kind_in
from helpdesk.web.admin.rule_options import field_help, options_of
from helpdesk.web.admin.rule_words import words_of_condition
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, own_line
from workflows.faults import Fault, Faulty

_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")
_LONGEST_NAME = 60


class RuleForm(Form):
    """Every field of every kind; a rule's rows come as three lists, and the button pressed as `step`."""

    name = StringField(filters=[own_line])
    title = StringField(filters=[own_line])
    description = StringField()
    when = StringField()
    calendar = StringField(filters=[own_line])
    again = StringField(filters=[own_line])
    pick = StringField(filters=[own_line])
    match = StringField(filters=[own_line])
    skills = StringField(filters=[own_line])
    on = SelectMultipleField(validate_choice=False)
    groups = SelectMultipleField(validate_choice=False)
    hide = SelectMultipleField(validate_choice=False)
    require = SelectMultipleField(validate_choice=False)
    active = BooleanField()
    last = BooleanField()
    skills_of_tags = BooleanField()
    working_hours = BooleanField()
    with_leads = BooleanField()
    note = StringField(filters=[own_line])
    seen = StringField(filters=[own_line])
    row_kind = SelectMultipleField(validate_choice=False)
    row_extra = SelectMultipleField(validate_choice=False)
    row_value = SelectMultipleField(validate_choice=False)
    new_kind = StringField(filters=[own_line])
    step = StringField(filters=[own_line])


@admin.route("/rules/<kind>/new", methods=["GET", "POST"])
def new_rule(kind: str) -> ResponseReturnValue:
    """Write a rule of a new name."""
    chosen = rule_kind_in(kind)
    # Whether it can run is tried first; a new rule is switched on when it is ready.
    first: dict[str, Any] = {"position": _last_position(chosen), "active": False}
    if request.method == "GET":
        return _page(chosen, None, fields.draft_of(chosen, first), {}, seen="0")
    return _answer(chosen, None, RuleForm(), first)


@admin.route("/rules/<kind>/<name>/edit", methods=["GET", "POST"])
def edit_rule(kind: str, name: str) -> ResponseReturnValue:
    """Write the next version of a rule."""
    chosen = rule_kind_in(kind)
    find_definition(chosen, name)
    newest = store.versions_of(chosen, name)[0]
    if request.method == "GET":
        draft = fields.draft_of(chosen, newest.body)
        return _page(chosen, name, draft, {}, seen=str(newest.number))
    return _answer(chosen, name, RuleForm(), newest.body)


def _answer(
    kind: Kind, name: str | None, form: RuleForm, before: Mapping[str, Any]
) -> ResponseReturnValue:
    draft, seen = _draft(form), form.seen.data or ""
    try:
        if not form.is_valid():
            raise Invalid(next(iter(form.complaints.values())))
        step = form.step.data or "save"
        if step not in ("save", "check"):
            changed = fields.step_in(draft, step, form.new_kind.data or "")
            return _page(kind, name, changed, {}, seen=seen, at_rows=True)
        body = fields.body_of(kind, draft, before)
        parse(kind, body)
        if step == "check":
            return _page(kind, name, draft, {}, seen=seen, is_checked=True)
        saved_name = name or _name_for(draft)
        _save(kind, saved_name, body, seen, form.note.data or "")
    except Faulty as faulty:
        return _page(kind, name, draft, _errors(faulty, draft), seen=seen), 422
    except (Invalid, Conflict) as error:
        if isinstance(error, ChangedMeanwhile):
            seen = str(error.last.number)
        field = (error.field if isinstance(error, Invalid) else None) or ""
        said = " ".join(part for part in (error.title, error.advice) if part)
        return _page(kind, name, draft, {field: said}, seen=seen), error.status
    flash(_("Saved."), "ok")
    return redirect(url_for(".definition", kind=kind.value, name=saved_name), code=303)


def _save(kind: Kind, name: str, body: Mapping[str, Any], seen: str, note: str) -> None:
    if not (seen.isascii() and seen.isdigit()) or len(seen) > 9:
        raise Invalid(_("The form is too old."), _("Open the page again."))
    with unit_of_work():
        save_over(
            kind,
            name,
            body,
            seen=int(seen),
            by=current_actor().person_id,
            cause=CAUSE,
            note=note,
        )


def _draft(form: RuleForm) -> Draft:
    values = {name: form.values[name] for name in (*fields.LINES, *fields.LISTS, *fields.FLAGS)}
    values |= {name: list(values[name] or []) for name in fields.LISTS}
    rows = zip(
        request.form.getlist("row_kind"),
        request.form.getlist("row_extra"),
        request.form.getlist("row_value"),
        strict=False,
    )
    kept = [
        Row(kind, extra, value.replace("\r\n", "\n"))
        for kind, extra, value in list(rows)[: fields.MOST_ROWS]
    ]
    return Draft({**values, "name": form.name.data, "note": form.note.data}, kept)


def _errors(faulty: Faulty, draft: Draft) -> dict[str, str]:
    """The faults by the fields of the form that they are about."""
    found: dict[str, str] = {}
    for fault in faulty.faults:
        found.setdefault(_field_of(fault, draft), _sentence(fault))
    return found


def _field_of(fault: Fault, draft: Draft) -> str:
    match fault.path:
        case ("do", int(place), *_rest):
            return f"row-{place}"
        case ("fill", str(name), *_rest):
            return next(
                (f"row-{n}" for n, row in enumerate(draft.rows) if row.extra == name), "fill"
            )
        case (str(key), *_rest):
            return key
    return ""


def _sentence(fault: Fault) -> str:
    said = sentence_of(fault)
    if fault.position is None:
        return said
    return _("At character %(position)s: %(said)s", position=fault.position, said=said)


def _name_for(draft: Draft) -> str:
    """The name that was typed, else one made of the title."""
    typed = str(draft.values.get("name") or "")
    made = _NOT_IN_NAMES.sub("-", str(draft.values.get("title") or "").lower()).strip("-")
    return typed or made[:_LONGEST_NAME]


def _last_position(kind: Kind) -> int:
    return max((one.position for one in store.current(kind)), default=0) + 10


def _page(
    kind: Kind,
    name: str | None,
    draft: Draft,
    errors: Mapping[str, str],
    *,
    seen: str,
    at_rows: bool = False,
    is_checked: bool = False,
) -> str:
    return render_template(
        "admin/rule_form.html",
        kind=kind,
        name=name,
        title=draft.values.get("title") or name,
        entry=entry_of(kind.value),
        shape=SHAPES[kind],
        values=draft.values,
        rows=[{"row": row, "asked": asked_of(row.kind)} for row in draft.rows],
        errors=errors,
        seen=seen,
        at_rows=at_rows,
        is_checked=is_checked,
        said="" if "when" in errors else words_of_condition(draft.values.get("when")),
        actions=[(key, asked.label) for key, asked in ACTIONS.items()],
        options=options_of(kind),
        fields=field_help(),
    )
