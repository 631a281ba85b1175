"""Policies: the list in its order, and one policy with its tester."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import StringField

from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.definitions.store import Version
from helpdesk.web.admin import policy_words
from helpdesk.web.admin.blueprint import admin
from helpdesk.web.admin.definitions import CAUSE
from helpdesk.web.admin.policy_recounting import edits_on_their_way
from helpdesk.web.admin.policy_tester import asked_by, beginning, test_options, tested
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, own_line
from workflows.faults import Faulty

# Positions are given in steps, so that a file may put one between.
STEP = 10


class MoveForm(Form):
    to = StringField(filters=[own_line])


@admin.get("/policies")
def policies() -> ResponseReturnValue:
    """The policies in the order in which they are asked."""
    found = store.current(Kind.POLICY)
    titles = policy_words.calendar_titles()
    return render_template(
        "admin/policies.html",
        policies=[
            {
                **policy_words.summary(one, titles),
                "first": place == 0,
                "last": place == len(found) - 1,
            }
            for place, one in enumerate(found)
        ],
        edits=edits_on_their_way(),
    )


@admin.get("/policies/<name>")
def policy(name: str) -> ResponseReturnValue:
    """One policy in words, and the tester."""
    found = store.find(Kind.POLICY, name)
    values: dict[str, Any] = beginning()
    errors: dict[str, str] = {}
    test = None
    if "test_at" in request.args:
        values = {**values, **{key: request.args.get(key, "") for key in values}}
        try:
            test = tested(found.value, asked_by(values))
        except Invalid as error:
            errors[error.field or ""] = " ".join(
                part for part in (error.title, error.advice) if part
            )
    page = render_template(
        "admin/policy.html",
        policy=policy_words.summary(found, policy_words.calendar_titles()),
        words=policy_words.sentences(found),
        number=found.number,
        since=found.effective_at,
        values=values,
        errors=errors,
        test=test,
        options=test_options(),
        groups=policy_words.groups_in(found.body),
    )
    return (page, 422) if errors else page


@admin.post("/policies/<name>/move")
def move_policy(name: str) -> ResponseReturnValue:
    """Ask it before the one above it, or after the one below."""
    form = MoveForm()
    if not form.is_valid() or form.to.data not in ("up", "down"):
        raise Invalid(_("The form is not whole."), _("Open the page again."))
    with unit_of_work():
        order = store.current(Kind.POLICY)
        store.find(Kind.POLICY, name)
        place = next(number for number, one in enumerate(order) if one.name == name)
        other = place + (-1 if form.to.data == "up" else 1)
        if 0 <= other < len(order):
            order[place], order[other] = order[other], order[place]
            _number(order)
    flash(_("The order is changed. It counts for tickets from now on."), "ok")
    return redirect(url_for(".policies"), code=303)


def _number(order: list[Version]) -> None:
    """Write the positions anew where they do not rise; what stands right is left alone."""
    before = 0
    for one in order:
        position = one.position if one.position > before else before + STEP
        if position != one.position:
            _place(one, position)
        before = position


def _place(one: Version, position: int) -> None:
    try:
        store.save(
            Kind.POLICY,
            one.name,
            {**one.body, "position": position},
            by=current_actor().person_id,
            cause=CAUSE,
            note=_("Moved in the list"),
        )
    except Faulty as faulty:
        raise Invalid(
            _("%(title)s cannot be moved, since it cannot be used any more.", title=one.title),
            str(faulty.faults[0]),
        ) from faulty
