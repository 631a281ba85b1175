"""Writing a lifecycle in a form: its states and moves as rows, faults at their fields, and where tickets go."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import SelectMultipleField, StringField

from helpdesk.configuration.editing import save_over
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions.models import Kind
from helpdesk.tickets import lives, settling
from helpdesk.tickets.moves import role_word
from helpdesk.web.admin.blueprint import admin
from helpdesk.web.admin.definitions import CAUSE
from helpdesk.web.admin.lifecycle_form import (
    body_of_form,
    errors_of,
    form_names,
    rows_in,
    values_of,
)
from helpdesk.web.admin.lifecycles import access_life, category_word, number_in, seen_of
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, own_line
from workflows.faults import Faulty
from workflows.lifecycle import AfterResolved, Category, Role, Unit
from workflows.lifecycle_reading import read_lifecycle
from workflows.lifecycle_shipped import shipped_body

_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")


@admin.route("/lifecycles/new", methods=["GET", "POST"])
def new_lifecycle() -> ResponseReturnValue:
    """Write a type of one's own, beginning with what a question has."""
    before = {**shipped_body("question"), "title": "", "prefix": "", "position": 100}
    if request.method == "GET":
        return _page(None, values_of(before), {}, seen=0)
    return _answer(None, before)


@admin.route("/lifecycles/<name>/edit", methods=["GET", "POST"])
def edit_lifecycle(name: str) -> ResponseReturnValue:
    """Write the next version of a lifecycle."""
    access_life(name)
    before = lives.body_of(name)
    if request.method == "GET":
        return _page(name, values_of(before), {}, seen=seen_of(name))
    return _answer(name, before)


def _answer(name: str | None, before: Mapping[str, Any]) -> ResponseReturnValue:
    form = _form()
    values = form.values
    seen = number_in(values.get("seen"))
    try:
        if not form.is_valid():
            raise Invalid(next(iter(form.complaints.values())))
        body = body_of_form(values, before)
        life = read_lifecycle(body)
        homeless = _homeless(name, body) if name else {}
        if values.get("do") == "add":
            return _page(name, values, {}, seen=seen, more=True)
        if homeless:
            return _page(name, values, {}, seen=seen, homeless=homeless), 422
        chosen = name or _name_for(values)
        with unit_of_work():
            save_over(
                Kind.LIFECYCLE, chosen, body, seen=seen, by=current_actor().person_id, cause=CAUSE
            )
    except Faulty as faulty:
        if values.get("do") == "add":
            return _page(name, values, {}, seen=seen, more=True)
        return _page(name, values, errors_of(faulty), seen=seen), 422
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return _page(name, values, form.complaints, seen=seen), error.status
    flash(_("%(title)s was saved.", title=_(life.title)), "ok")
    return redirect(url_for(".lifecycle", name=chosen), code=303)


def _homeless(name: str, body: Mapping[str, Any]) -> dict[str, int]:
    """States that open tickets stand in and that there would be no more, without a word where to."""
    kept = {state["name"] for state in body["states"]}
    moved = body.get("moved", {})
    counts = settling.open_by_status(name)
    return {one: count for one, count in counts.items() if one not in kept and one not in moved}


def _form() -> Form:
    names = form_names(request.form)
    fields: dict[str, Any] = {name: StringField(filters=[own_line]) for name in names.single}
    fields |= {name: SelectMultipleField(validate_choice=False) for name in names.several}
    kind: type[Form] = type("LifecycleForm", (Form,), fields)
    return kind()


def _name_for(values: Mapping[str, Any]) -> str:
    typed = str(values.get("name") or values.get("title") or "").lower()
    name = _NOT_IN_NAMES.sub("_", typed).strip("_")[:30]
    if lives.lately().by_type.get(name):
        raise Invalid(
            _("There is a type of this name already."), _("Choose another name."), field="name"
        )
    return name


def _page(
    name: str | None,
    values: Mapping[str, Any],
    errors: Mapping[str, str],
    *,
    seen: int,
    homeless: Mapping[str, int] | None = None,
    more: bool = False,
) -> str:
    states, moves = rows_in(values, more=more)
    named = [(str(values.get(f"s{row}_name") or ""), values.get(f"s{row}_label")) for row in states]
    choices = [(one, str(label or one)) for one, label in named if one]
    return render_template(
        "admin/lifecycle_form.html",
        name=name,
        title=str(values.get("title") or ""),
        values=values,
        errors=errors,
        seen=seen,
        states=states,
        moves=moves,
        homeless=[
            (state, lives.state_label(state, name or ""), count)
            for state, count in (homeless or {}).items()
        ],
        options={
            "category": [(one.value, category_word(one)) for one in Category],
            "state": choices,
            "role": [(role.value, role_word(role)) for role in Role],
            "unit": [(Unit.DAYS.value, _("Days")), (Unit.WORKING_DAYS.value, _("Working days"))],
            "after_resolved": [
                (AfterResolved.REOPEN.value, _("Reopens it")),
                (AfterResolved.ASK.value, _("Is left for an agent to judge")),
                (AfterResolved.APPEND.value, _("Is only kept on it")),
            ],
        },
    )
