"""The configuration as files, on a page: give files, see the plan, apply it, take it back, fetch what stands."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.file import FileField
from wtforms import BooleanField, StringField

from helpdesk.configuration.applying import (
    CannotUndo,
    ChangedSincePlan,
    apply,
    run_of,
    runs,
    undo,
    undoable,
)
from helpdesk.configuration.bundles import Bundle, from_text, from_upload, to_zip
from helpdesk.configuration.differences import Line, lines
from helpdesk.configuration.exporting import export_bundle, keep_all_names
from helpdesk.configuration.models import ConfigurationRun
from helpdesk.configuration.planning import Plan, plan
from helpdesk.core.errors import Conflict, DomainError, Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.queries import names_of
from helpdesk.web.admin.blueprint import admin
from helpdesk.web.admin.editing import Numbered, marked
from helpdesk.web.admin.navigation import entry_of
from helpdesk.web.auth import current_actor
from helpdesk.web.console.downloads import download
from helpdesk.web.forms import Form, own_line

CAUSE = "page: configuration"
PASTED = "pasted text"


class FilesForm(Form):
    text = StringField()
    file = FileField()
    prune = BooleanField()


class ApplyForm(Form):
    bundle = StringField()
    digest = StringField(filters=[own_line])
    note = StringField(filters=[own_line])
    prune = BooleanField()


class Button(Form):
    """A button."""


@dataclass(frozen=True, slots=True)
class FaultyFile:
    """A file with what is wrong in it, and the lines around."""

    path: str
    complaints: Sequence[Any]
    marked: Sequence[Numbered]


@admin.get("/configuration")
def configuration() -> ResponseReturnValue:
    """Where files are given, and what was applied so far."""
    return _front({}, {})


@admin.post("/configuration/plan")
def plan_configuration() -> ResponseReturnValue:
    """What the files would change; changes nothing."""
    form = FilesForm()
    values = {"text": form.text.data or "", "prune": bool(form.prune.data)}
    try:
        if not form.is_valid():
            raise Invalid(next(iter(form.complaints.values())))
        bundle = _given(form)
        made = plan(bundle, prune=bool(form.prune.data))
    except Invalid as error:
        form.refuse(error)
        return _front(values, form.complaints), error.status
    if made.complaints:
        return _front(values, {}, _faulty_files(bundle, made)), 422
    return _plan_page(made, bundle, prune=bool(form.prune.data))


@admin.post("/configuration/apply")
def apply_configuration() -> ResponseReturnValue:
    """Apply the plan that was shown, and no other."""
    form = ApplyForm()
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
    bundle = _carried(form.bundle.data or "")
    prune, note = bool(form.prune.data), form.note.data or ""
    try:
        with unit_of_work():
            run = apply(
                bundle,
                digest=form.digest.data or "",
                actor=current_actor(),
                cause=CAUSE,
                note=note,
                prune=prune,
            )
            number = run.id if run is not None else None
    except ChangedSincePlan as changed:
        again = plan(bundle, prune=prune)
        return _plan_page(again, bundle, prune=prune, note=note, changed=changed), changed.status
    except (Invalid, Conflict) as error:
        again = plan(bundle, prune=prune)
        return _plan_page(again, bundle, prune=prune, note=note, changed=error), error.status
    if number is None:
        flash(_("There was nothing to do."), "info")
    else:
        flash(_("Applied as run %(number)s.", number=number), "ok")
    return redirect(url_for(".configuration"), code=303)


@admin.get("/configuration/runs/<int:run_id>")
def configuration_run(run_id: int) -> ResponseReturnValue:
    """What one run wrote, with what stood before."""
    run = run_of(run_id)
    return render_template(
        "admin/configuration_run.html",
        run=run,
        steps=[_shown(each) for each in run.steps],
        names=_names([run]),
        can_undo=_is_undoable(run),
    )


@admin.post("/configuration/runs/<int:run_id>/undo")
def undo_configuration(run_id: int) -> ResponseReturnValue:
    """Bring back what stood before it."""
    form = Button()
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
    try:
        with unit_of_work():
            undo(run_id, actor=current_actor(), cause=CAUSE)
    except CannotUndo as refusal:
        flash(f"{refusal.title} {refusal.advice}", "warn")
        return redirect(url_for(".configuration_run", run_id=run_id), code=303)
    flash(_("What stood before run %(number)s stands again.", number=run_id), "ok")
    return redirect(url_for(".configuration"), code=303)


@admin.get("/configuration/export.zip")
def export_configuration() -> ResponseReturnValue:
    """Everything that stands, as a zip of files."""
    with unit_of_work():
        keep_all_names()
    return download(
        to_zip(export_bundle()), "configuration.zip", kind="application/zip", inline=False
    )


def _given(form: FilesForm) -> Bundle:
    """The files that were uploaded or pasted."""
    upload = request.files.get("file")
    if upload is not None and upload.filename:
        return from_upload(upload.filename, upload.stream.read())
    return from_text(form.text.data or "", PASTED)


def _carried(text: str) -> Bundle:
    """The files of the plan that was shown, as the page carried them; they are checked again as any others."""
    try:
        carried = json.loads(text)
    except ValueError:
        carried = None
    if not isinstance(carried, dict) or not all(isinstance(one, str) for one in carried.values()):
        raise Invalid(_("The form is too old."), _("Give the files again."))
    return carried


def _front(
    values: Mapping[str, Any],
    errors: Mapping[str, str],
    faulty: Sequence[FaultyFile] = (),
) -> str:
    found = runs()
    newest = undoable()
    return render_template(
        "admin/configuration.html",
        values=values,
        errors=errors,
        faulty=faulty,
        faults=sum(len(one.complaints) for one in faulty),
        runs=found,
        names=_names(found),
        undoable=newest.id if newest else None,
    )


def _plan_page(
    made: Plan,
    bundle: Bundle,
    *,
    prune: bool,
    note: str = "",
    changed: DomainError | None = None,
) -> str:
    return render_template(
        "admin/configuration_plan.html",
        plan=made,
        faulty=_faulty_files(bundle, made),
        counts={
            act: sum(step.act.value == act for step in made.steps)
            for act in ("create", "change", "retire")
        },
        kinds={kind: _kind_label(kind) for kind in {step.key.kind for step in made.steps}},
        bundle=json.dumps(bundle, ensure_ascii=False),
        prune=prune,
        note=note,
        changed=changed,
    )


def _kind_label(kind: str) -> str:
    own = {"field": _("Custom fields"), "group": _("Groups"), "channel": _("Channels")}
    return own.get(kind) or str(entry_of(kind).label)


def _faulty_files(bundle: Bundle, made: Plan) -> list[FaultyFile]:
    by_file: dict[str, list[Any]] = {}
    for one in made.complaints:
        by_file.setdefault(one.file, []).append(one)
    return [
        FaultyFile(path, complaints, marked(bundle[path], complaints) if path in bundle else ())
        for path, complaints in by_file.items()
    ]


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A thing that a run wrote."""

    kind: str
    name: str
    act: str
    before_version: int | None
    after_version: int | None
    lines: Sequence[Line]


def _shown(each: Mapping[str, Any]) -> ShownStep:
    return ShownStep(
        kind=each["kind"],
        name=each["name"],
        act=each["act"],
        before_version=each["before_version"],
        after_version=each["after_version"],
        lines=lines(each["before"] or {}, each["after"] or {}),
    )


def _names(found: Sequence[ConfigurationRun]) -> dict[int, str]:
    return names_of({run.made_by for run in found if run.made_by is not None})


def _is_undoable(run: ConfigurationRun) -> bool:
    newest = undoable()
    return newest is not None and newest.id == run.id
