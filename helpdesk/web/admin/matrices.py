"""The matrix of priorities: a number for each impact and urgency, with the steps' own names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import StringField

from helpdesk.configuration.editing import save_over
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.web import words
from helpdesk.web.admin.blueprint import admin
from helpdesk.web.admin.definitions import CAUSE
from helpdesk.web.admin.lifecycles import number_in
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, own_line
from workflows.faults import Faulty
from workflows.priority import DEFAULT_BODY, HIGHEST, LARGEST, LOWEST

# The desk has one; it is the first of its kind, and this one while there is none.
NAME = "priority"
_SIDES = {"i": "impacts", "u": "urgencies"}


def _form_of_all() -> type[Form]:
    steps = [
        f"{side}{place}_{key}"
        for side in _SIDES
        for place in range(LARGEST)
        for key in ("name", "label")
    ]
    cells = [f"p{row}_{column}" for row in range(LARGEST) for column in range(LARGEST)]
    names = ("title", "seen", "do", *steps, *cells)
    return type("MatrixForm", (Form,), {one: StringField(filters=[own_line]) for one in names})


_MatrixForm = _form_of_all()


@admin.route("/priorities", methods=["GET", "POST"])
def priorities() -> ResponseReturnValue:
    """The matrix as it stands, to be changed in place."""
    name, body = _standing()
    if request.method == "GET":
        return _page(
            _values_of(body),
            {},
            seen=_seen(name),
            height=len(body["impacts"]),
            width=len(body["urgencies"]),
        )
    form = _MatrixForm()
    values = form.values
    try:
        if not form.is_valid():
            raise Invalid(next(iter(form.complaints.values())))
        if values.get("do") in ("row", "column"):
            return _larger(values)
        with unit_of_work():
            save_over(
                Kind.MATRIX,
                name,
                {**body, **_body_of(values)},
                seen=number_in(values.get("seen")),
                by=current_actor().person_id,
                cause=CAUSE,
            )
    except Faulty as faulty:
        errors = {_field(one.path): _(one.text) % one.values for one in reversed(faulty.faults)}
        return _again(values, errors), 422
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return _again(values, form.complaints), error.status
    flash(
        _(
            "The priorities were saved. They count for tickets whose impact or urgency changes from now on."
        ),
        "ok",
    )
    return redirect(url_for(".priorities"), code=303)


def _standing() -> tuple[str, dict[str, Any]]:
    found = next(iter(store.current(Kind.MATRIX)), None)
    return (found.name, dict(found.body)) if found else (NAME, DEFAULT_BODY)


def _seen(name: str) -> int:
    try:
        return store.versions_of(Kind.MATRIX, name)[0].number
    except NotFound:
        return 0


def _values_of(body: Mapping[str, Any]) -> dict[str, str]:
    found = {"title": str(body["title"])}
    for side, key in _SIDES.items():
        for place, step in enumerate(body[key]):
            found[f"{side}{place}_name"] = step["name"]
            found[f"{side}{place}_label"] = step.get("label", "")
    for row, line in enumerate(body["priorities"]):
        found |= {f"p{row}_{column}": str(one) for column, one in enumerate(line)}
    return found


def _body_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the form says; a row or a column without a name is left out."""
    rows = [place for place in range(LARGEST) if values.get(f"i{place}_name")]
    columns = [place for place in range(LARGEST) if values.get(f"u{place}_name")]
    return {
        "title": values.get("title") or "",
        "impacts": [_step(values, f"i{place}") for place in rows],
        "urgencies": [_step(values, f"u{place}") for place in columns],
        "priorities": [
            [number_in(values.get(f"p{row}_{column}")) for column in columns] for row in rows
        ],
    }


def _step(values: Mapping[str, Any], start: str) -> dict[str, str]:
    label = values.get(f"{start}_label")
    return {"name": values[f"{start}_name"], **({"label": label} if label else {})}


def _field(path: tuple[str | int, ...]) -> str:
    sides = {"impacts": "i", "urgencies": "u"}
    if len(path) > 1 and path[0] in sides:
        return f"{sides[str(path[0])]}{path[1]}_{'label' if path[-1] == 'label' else 'name'}"
    if len(path) == 3 and path[0] == "priorities":
        return f"p{path[1]}_{path[2]}"
    return "title" if path == ("title",) else ""


def _size(values: Mapping[str, Any], side: str) -> int:
    return max(
        (place + 1 for place in range(LARGEST) if values.get(f"{side}{place}_name") is not None),
        default=1,
    )


def _again(values: Mapping[str, Any], errors: Mapping[str, str]) -> str:
    return _page(
        values,
        errors,
        seen=number_in(values.get("seen")),
        height=_size(values, "i"),
        width=_size(values, "u"),
    )


def _larger(values: Mapping[str, Any]) -> str:
    more = values.get("do")
    return _page(
        values,
        {},
        seen=number_in(values.get("seen")),
        height=min(_size(values, "i") + (more == "row"), LARGEST),
        width=min(_size(values, "u") + (more == "column"), LARGEST),
    )


def _page(
    values: Mapping[str, Any], errors: Mapping[str, str], *, seen: int, height: int, width: int
) -> str:
    numbers = range(HIGHEST, LOWEST + 1)
    return render_template(
        "admin/priorities.html",
        values=values,
        errors=errors,
        seen=seen,
        rows=list(range(height)),
        columns=list(range(width)),
        largest=LARGEST,
        numbers=[(str(one), f"P{one} {words.priority_word(one)}") for one in numbers],
    )
