"""What-if: try a draft of a policy, calendar or free clock on the tickets of the last months, and look at what comes out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import StringField

from helpdesk.configuration.editing import read_body, text_of
from helpdesk.configuration.reading import Complaint, Unreadable
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.people.queries import names_of
from helpdesk.sla import what_if as runs
from helpdesk.sla.what_if_models import RunState, SlaWhatIf
from helpdesk.web.admin import kinds
from helpdesk.web.admin.blueprint import admin
from helpdesk.web.admin.editing import marked
from helpdesk.web.admin.what_if_words import flip_rows, tables
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, own_line
from workflows.what_if import Tally

USUAL_MONTHS = 3
# How often a page without scripts looks again while a run goes on.
LOOK_AGAIN = timedelta(seconds=4)
MOST_FLIPS_SHOWN = 200


class DraftForm(Form):
    text = StringField()
    months = StringField(filters=[own_line])


@admin.get("/what-if")
def what_if() -> ResponseReturnValue:
    """What can be tried on the past, and what was tried."""
    found = runs.recent()
    return render_template(
        "admin/what_if.html",
        choices=[
            {"kind": kind.value, "label": kinds.SINGULAR[kind], "versions": store.current(kind)}
            for kind in runs.KINDS
        ],
        runs=[_summary(run) for run in found],
        names=names_of({run.made_by for run in found if run.made_by is not None}),
    )


@admin.route("/what-if/<kind>/<name>", methods=["GET", "POST"])
def new_what_if(kind: str, name: str) -> ResponseReturnValue:
    """Write a draft, beginning with what holds now, and begin to try it."""
    chosen = _kind(kind)
    version = store.find(chosen, name)
    if request.method == "GET":
        values = {"text": text_of(version.body), "months": str(USUAL_MONTHS)}
        return _draft_page(version, values, {})
    form = DraftForm()
    form.text.data = (form.text.data or "").replace("\r\n", "\n")
    try:
        if not form.is_valid():
            raise Invalid(next(iter(form.complaints.values())))
        run = _begun(chosen, name, form)
    except Unreadable as unreadable:
        return _draft_page(version, form.values, {}, unreadable.complaints), 422
    except Invalid as error:
        form.refuse(error)
        return _draft_page(version, form.values, form.complaints), error.status
    return redirect(url_for(".what_if_run", run_id=run.id), code=303)


@admin.get("/what-if/<int:run_id>")
def what_if_run(run_id: int) -> ResponseReturnValue:
    """How far a run has come, and what it found."""
    run = runs.find(run_id)
    tally = Tally.from_json(run.result)
    is_live = run.state in (RunState.WAITING, RunState.RUNNING) and not runs.is_left(run)
    page = render_template(
        "admin/what_if_run.html",
        run=_summary(run),
        draft=text_of(run.body),
        tally=tally,
        tables=tables(tally),
        flips=flip_rows(runs.flips_of(run_id, MOST_FLIPS_SHOWN), current_actor()),
        is_live=is_live,
        look_again=int(LOOK_AGAIN.total_seconds()),
    )
    response = make_response(page)
    if is_live:
        response.headers["Refresh"] = str(int(LOOK_AGAIN.total_seconds()))
    return response


@admin.post("/what-if/<int:run_id>/stop")
def stop_what_if(run_id: int) -> ResponseReturnValue:
    """Stop a run; what it found so far stays."""
    with unit_of_work():
        runs.stop(run_id)
    return redirect(url_for(".what_if_run", run_id=run_id), code=303)


@admin.post("/what-if/<int:run_id>/go-on")
def go_on_with_what_if(run_id: int) -> ResponseReturnValue:
    """Let a run go on where it stopped."""
    with unit_of_work():
        runs.hand_over(runs.go_on(run_id))
    return redirect(url_for(".what_if_run", run_id=run_id), code=303)


def _kind(kind: str) -> Kind:
    if kind not in runs.KINDS:
        raise NotFound(_("There is no such page."), _("Choose one of the list."))
    return Kind(kind)


def _begun(kind: Kind, name: str, form: DraftForm) -> SlaWhatIf:
    written = (form.months.data or "").strip()
    if not (written.isascii() and written.isdigit() and len(written) < 4):
        raise Invalid(_("This is no number of months."), _("For example: 3."), field="months")
    document = read_body(kind, name, form.text.data or "")
    with unit_of_work():
        run = runs.begin(
            kind, name, document.body, months=int(written), by=current_actor().person_id
        )
        runs.hand_over(run)
    return run


def _draft_page(
    version: store.Version,
    values: dict[str, Any],
    errors: dict[str, str],
    complaints: tuple[Complaint, ...] = (),
) -> str:
    return render_template(
        "admin/what_if_draft.html",
        kind=version.kind,
        version=version,
        singular=kinds.SINGULAR[version.kind],
        values=values,
        errors=errors,
        complaints=complaints,
        marked=marked(str(values.get("text") or ""), complaints),
        most_months=runs.MOST_MONTHS,
    )


def _summary(run: SlaWhatIf) -> dict[str, Any]:
    return {
        "id": run.id,
        "title": str(run.body.get("title") or run.name),
        "kind": kinds.SINGULAR[Kind(run.kind)],
        "kind_key": run.kind,
        "name": run.name,
        "state": "left" if runs.is_left(run) else run.state.value,
        "months": run.months,
        "since": run.since,
        "until": run.until,
        "made_by": run.made_by,
        "of": run.of,
        "done": run.done,
        "share": 100 * run.done // run.of if run.of else 0,
        "flips": run.flips,
        "unread": run.unread,
        "ended_at": run.ended_at,
    }
