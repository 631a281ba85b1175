"""Forms of the portal: the list, and the page on which one is written without knowing its file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from helpdesk.configuration.editing import ChangedMeanwhile
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.definitions.queries import find_definition, listed
from helpdesk.people.models import Group
from helpdesk.tickets import lives
from helpdesk.tickets.customizing import fields_in_use
from helpdesk.web.admin import portal_form_fields as fields
from helpdesk.web.admin.blueprint import admin
from helpdesk.web.admin.saving import save_and_tell
from workflows.contact_form_reading import MOST_QUESTIONS, read_contact_form
from workflows.faults import Faulty

KINDS = (
    ("text", _l("One line of text")),
    ("long_text", _l("Long text")),
    ("choice", _l("One of several answers")),
    ("several", _l("Several of several answers")),
    ("yes_no", _l("Yes or no")),
    ("date", _l("Date")),
    ("address", _l("Postal address")),
    ("email", _l("E-mail address")),
    ("phone", _l("Telephone number")),
    ("number", _l("Number")),
    ("files", _l("Files")),
    ("group", _l("Group that can be added again")),
)
_FLAGS = ("required", "remove")


@admin.get("/portal-forms")
def portal_forms() -> ResponseReturnValue:
    """All forms, with their place and whether they are offered."""
    return render_template("admin/portal_forms.html", forms=listed(Kind.FORM))


@admin.route("/portal-forms/new", methods=["GET", "POST"])
def new_portal_form() -> ResponseReturnValue:
    """Write a new form."""
    if request.method == "POST":
        return _answer(None, {})
    return _page(None, fields.values_of({}), {}, seen=0)


@admin.route("/portal-forms/<name>", methods=["GET", "POST"])
def edit_portal_form(name: str) -> ResponseReturnValue:
    """Write the next version of a form."""
    find_definition(Kind.FORM, name)
    last = store.versions_of(Kind.FORM, name)[0]
    if request.method == "POST":
        return _answer(name, last.body)
    return _page(name, fields.values_of(last.body), {}, seen=last.number)


def _answer(name: str | None, before: Mapping[str, Any]) -> ResponseReturnValue:
    typed = _typed()
    seen = int(typed["seen"]) if typed["seen"].isdecimal() and len(typed["seen"]) < 9 else 0
    body, numbers = fields.body_of(typed, before)
    try:
        read_contact_form(body)
        own = name or fields.name_for(body["title"]).replace("_", "-")
        if name is None and any(one.name == own for one in listed(Kind.FORM)):
            raise Invalid(_("There is a form of this title."), _("Choose another."), field="title")
        save_and_tell(Kind.FORM, own, body, seen=seen, note=typed["note"])
    except Faulty as faulty:
        return _page(name, typed, _errors(faulty, numbers), seen=seen), 422
    except (Invalid, Conflict) as error:
        newest = error.last.number if isinstance(error, ChangedMeanwhile) else seen
        where = (error.field if isinstance(error, Invalid) else None) or ""
        errors = {where: f"{error.title} {error.advice}".strip()}
        return _page(name, typed, errors, seen=newest), error.status
    return redirect(url_for(".edit_portal_form", name=own), code=303)


def _typed() -> dict[str, Any]:
    form = request.form
    texts = ("title", "title_cy", "ticket_type", "group", "tags", "position", "note", "seen")
    found: dict[str, Any] = {name: form.get(name, "").strip() for name in texts}
    for name in fields.TEXTS:
        found[name], found[f"{name}_cy"] = form.get(name, ""), form.get(f"{name}_cy", "")
    found["active"], found["signed_in_only"] = "active" in form, "signed_in_only" in form
    count = form.get("count", "0")
    many = min(int(count), MOST_QUESTIONS + 1) if count.isdecimal() and len(count) < 4 else 0
    found["questions"] = [_typed_question(number) for number in range(many)]
    return found


def _typed_question(number: int) -> dict[str, Any]:
    names = (*fields.PARTS, *fields.PARTS_OF_GROUPS, "place")
    texts = {name: request.form.get(f"q{number}_{name}", "") for name in names}
    return {**texts, **{name: f"q{number}_{name}" in request.form for name in _FLAGS}}


def _errors(faulty: Faulty, numbers: list[int]) -> dict[str, str]:
    """A sentence at each field: those of questions at the fields of the question they speak of."""
    found: dict[str, str] = {}
    for fault in faulty.faults:
        said = str(_(fault.text, **fault.values))
        path = fault.path
        if path[:1] == ("questions",) and len(path) > 1 and isinstance(path[1], int):
            part = str(path[2]) if len(path) > 2 else "label"
            part = "parts" if part == "questions" else part
            found.setdefault(f"q{numbers[path[1]]}_{part}", said)
        else:
            found.setdefault(str(path[0]) if path else "", said)
    return found


def _page(name: str | None, values: Mapping[str, Any], errors: dict[str, str], *, seen: int) -> str:
    questions = [*values.get("questions", ())]
    if not questions or str(questions[-1].get("label") or "").strip():
        # One more that is empty, for what is to be added.
        questions.append({"kind": "text", "required": True})
    groups = db.session.scalars(
        select(Group.name).where(Group.is_active).order_by(Group.name).limit(500)
    ).all()
    return render_template(
        "admin/portal_form.html",
        name=name,
        values=values,
        errors=errors,
        seen=seen,
        questions=questions,
        kinds=KINDS,
        groups=[("", _("Nobody in particular")), *((one, one) for one in groups)],
        types=[(one, lives.type_label(one)) for one in lives.types()],
        fields=[("", _("None")), *((one.key, one.label) for one in fields_in_use())],
    )
