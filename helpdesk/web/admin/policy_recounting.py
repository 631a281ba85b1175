"""Counting the open tickets of a policy anew from their start, after its effect was seen; and edits on their way."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import StringField

from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.sla import spreading
from helpdesk.sla.models import SlaSpread, SpreadState
from helpdesk.sla.recounting import effect_of_recount, recount
from helpdesk.web.admin.blueprint import admin
from helpdesk.web.admin.definitions import CAUSE
from helpdesk.web.admin.policy_effect import effect_in_words
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, own_line

_SHOWN = 10


class RecountForm(Form):
    why = StringField(filters=[own_line])


class StopForm(Form):
    do = StringField(filters=[own_line])


@admin.get("/policies/<name>/recount")
def recount_policy(name: str) -> ResponseReturnValue:
    """What counting anew would change."""
    return _page(name, {}, {})


@admin.post("/policies/<name>/recount")
def order_recount(name: str) -> ResponseReturnValue:
    """Have them counted anew, with a reason."""
    form = RecountForm()
    try:
        if not form.is_valid():
            raise Invalid(next(iter(form.complaints.values())))
        with unit_of_work():
            by = current_actor().person_id
            recount(name, by=by, cause=CAUSE, why=form.why.data or "")
    except Invalid as error:
        form.refuse(error)
        return _page(name, form.values, form.complaints), error.status
    flash(_("The open tickets are counted anew, one after the other."), "ok")
    return redirect(url_for(".policies"), code=303)


def _page(name: str, values: dict[str, Any], errors: dict[str, str]) -> str:
    version = store.find(Kind.POLICY, name)
    return render_template(
        "admin/policy_recount.html",
        name=name,
        title=version.title,
        effect=effect_in_words(effect_of_recount(name)),
        values=values,
        errors=errors,
    )


@admin.post("/policies/edits/<int:spread_id>")
def steer_edit(spread_id: int) -> ResponseReturnValue:
    """Let an edit rest, or go on with it."""
    form = StopForm()
    if not form.is_valid() or form.do.data not in ("stop", "go_on"):
        raise Invalid(_("The form is not whole."), _("Open the page again."))
    with unit_of_work():
        (spreading.stop if form.do.data == "stop" else spreading.go_on)(spread_id)
    return redirect(url_for(".policies"), code=303)


def edits_on_their_way() -> list[dict[str, Any]]:
    """The edits that have not reached every ticket yet, and the last that have."""
    return [_shown(one) for one in spreading.spreads(limit=_SHOWN)]


def _shown(row: SlaSpread) -> dict[str, Any]:
    words = {
        SpreadState.WAITING: _("waits"),
        SpreadState.RUNNING: _("on its way"),
        SpreadState.DONE: _("done"),
        SpreadState.STOPPED: _("stopped"),
    }
    titles = {
        spreading.RECOUNT: _("%(name)s counted anew", name=row.name),
        spreading.CATCH_UP: _("Tickets from before"),
    }
    return {
        "id": row.id,
        "title": titles.get(row.what, row.name),
        "state": words[row.state],
        "is_done": row.state is SpreadState.DONE,
        "can_stop": row.state in (SpreadState.WAITING, SpreadState.RUNNING),
        "can_go_on": row.state is SpreadState.STOPPED,
        "done": row.done,
        "of": max(row.of, row.done),
        "changed": row.changed,
        "at": row.ended_at or row.began_at or row.begins_at,
    }
