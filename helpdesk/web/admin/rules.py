"""Rules in their order: switched on and off, moved up and down; those that were set aside say why."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import StringField

from helpdesk.configuration.reading import sentence_of
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.store import Version
from helpdesk.web.admin import kinds
from helpdesk.web.admin.blueprint import admin
from helpdesk.web.admin.definitions import CAUSE
from helpdesk.web.admin.navigation import entry_of
from helpdesk.web.admin.rule_kinds import SHAPES, rule_kind_in
from helpdesk.web.admin.rule_standing import Trouble, settle_all, troubles_of
from helpdesk.web.admin.rule_words import words_of_condition
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, own_line
from workflows.faults import Faulty

# Positions are given in steps, so that a file may put one between.
STEP = 10


class MoveForm(Form):
    to = StringField(filters=[own_line])


class SettleForm(Form):
    """A button."""


class SwitchForm(Form):
    active = StringField(filters=[own_line])


@admin.get("/rules/<kind>")
def rules(kind: str) -> ResponseReturnValue:
    """All rules of a kind in the order in which they run."""
    chosen = rule_kind_in(kind)
    found = store.current(chosen)
    troubles = troubles_of(chosen, actor=current_actor())
    return render_template(
        "admin/rules.html",
        kind=chosen,
        entry=entry_of(chosen.value),
        shape=SHAPES[chosen],
        rules=[
            {
                **_row(one, troubles.get(one.name, [])),
                "first": place == 0,
                "last": place == len(found) - 1,
            }
            for place, one in enumerate(found)
        ],
    )


@admin.post("/rules/<kind>/<name>/move")
def move_rule(kind: str, name: str) -> ResponseReturnValue:
    """Let it run before the one above it, or after the one below."""
    chosen, form = rule_kind_in(kind), MoveForm()
    if not form.is_valid() or form.to.data not in ("up", "down"):
        raise Invalid(_("The form is not whole."), _("Open the page again."))
    with unit_of_work():
        store.find(chosen, name)
        order = store.current(chosen)
        place = next(number for number, one in enumerate(order) if one.name == name)
        other = place + (-1 if form.to.data == "up" else 1)
        if 0 <= other < len(order):
            order[place], order[other] = order[other], order[place]
            _number(order)
    flash(_("The order is changed. It counts from now on."), "ok")
    return redirect(url_for(".rules", kind=kind), code=303)


@admin.post("/rules/<kind>/<name>/switch")
def switch_rule(kind: str, name: str) -> ResponseReturnValue:
    """Switch a rule on or off; one that was set aside runs again once it is switched on."""
    chosen, form = rule_kind_in(kind), SwitchForm()
    if not form.is_valid() or form.active.data not in ("0", "1"):
        raise Invalid(_("The form is not whole."), _("Open the page again."))
    active = form.active.data == "1"
    with unit_of_work():
        one = store.find(chosen, name)
        body = {key: value for key, value in one.body.items() if key != "active"}
        _save(one, body if active else {**body, "active": False}, _switched(active))
        if active:
            settle_all(chosen, name, actor=current_actor())
    flash(_switched(active), "ok")
    return redirect(url_for(".rules", kind=kind), code=303)


@admin.post("/rules/<kind>/<name>/settle")
def settle_rule(kind: str, name: str) -> ResponseReturnValue:
    """Take note of what went wrong with a rule; one that was set aside runs again."""
    chosen, form = rule_kind_in(kind), SettleForm()
    if not form.is_valid():
        raise Invalid(_("The form is not whole."), _("Open the page again."))
    with unit_of_work():
        store.find(chosen, name)
        settle_all(chosen, name, actor=current_actor())
    flash(_("Noted. It runs as it stands."), "ok")
    return redirect(url_for(".rules", kind=kind), code=303)


def _switched(active: bool) -> str:
    return _("Switched on.") if active else _("Switched off.")


def _number(order: list[Version]) -> None:
    """Write the positions anew where they do not rise; what stands right is left alone."""
    before = 0
    for one in order:
        position = one.position if one.position > before else before + STEP
        if position != one.position:
            _save(one, {**one.body, "position": position}, _("Moved in the list"))
        before = position


def _save(one: Version, body: dict[str, Any], note: str) -> None:
    try:
        store.save(one.kind, one.name, body, by=current_actor().person_id, cause=CAUSE, note=note)
    except Faulty as faulty:
        raise Invalid(
            _(
                "%(title)s cannot be changed here, since it cannot be used any more.",
                title=one.title,
            ),
            sentence_of(faulty.faults[0]),
        ) from faulty


def _row(one: Version, troubles: list[Trouble]) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title,
        "is_active": one.body.get("active") is not False,
        "when": words_of_condition(one.body.get("when")),
        "words": list(kinds.words_of(one)),
        "aside": any(trouble.is_set_aside for trouble in troubles),
        "troubles": troubles,
    }
