"""A rule held against the past: how far the test is, what the rule would have done, and stopping it."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import StringField

from helpdesk.automation import back_testing
from helpdesk.automation.models import BackTest, TestState
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.kinds import parse
from helpdesk.definitions.models import Kind
from helpdesk.definitions.store import Version
from helpdesk.tickets.queries import numbers_of
from helpdesk.web.admin.blueprint import admin
from helpdesk.web.admin.navigation import entry_of
from helpdesk.web.admin.rule_kinds import rule_kind_in
from helpdesk.web.admin.rule_words import said, words_of_condition
from helpdesk.web.auth import current_actor
from helpdesk.web.console.fields import id_in
from helpdesk.web.forms import Form, own_line


class PastForm(Form):
    since = StringField(filters=[own_line])


class StopForm(Form):
    """A button."""


@admin.route("/rules/<kind>/<name>/past", methods=["GET", "POST"])
def past_of_rule(kind: str, name: str) -> ResponseReturnValue:
    """The last test of a rule, or a new one over all that happened since a day."""
    chosen, found = _rule(kind, name)
    if request.method == "GET":
        asked = id_in(request.args.get("test"), field="test")
        return _page(chosen, found, {}, {}, test_id=asked)
    form = PastForm()
    try:
        if not form.is_valid():
            raise Invalid(next(iter(form.complaints.values())))
        with unit_of_work():
            test = back_testing.begin(
                chosen, name, found.body, since=_day(form.since.data), actor=current_actor()
            )
    except Invalid as error:
        form.refuse(error)
        return _page(chosen, found, form.values, form.complaints), error.status
    return redirect(url_for(".past_of_rule", kind=kind, name=name, test=test.id), code=303)


@admin.post("/rules/<kind>/<name>/past/<int:test_id>/stop")
def stop_past_of_rule(kind: str, name: str, test_id: int) -> ResponseReturnValue:
    """Stop a test; what was found stays."""
    chosen, _found = _rule(kind, name)
    if not StopForm().is_valid():
        raise Invalid(_("The form is not whole."), _("Open the page again."))
    with unit_of_work():
        back_testing.stop(back_testing.find(test_id, chosen, name), actor=current_actor())
    return redirect(url_for(".past_of_rule", kind=kind, name=name, test=test_id), code=303)


def _rule(kind: str, name: str) -> tuple[Kind, Version]:
    chosen = rule_kind_in(kind)
    if chosen not in back_testing.TESTED:
        raise NotFound(
            _("Only triggers and timed rules can be held against the past."),
            _("Try this one on a ticket instead."),
        )
    return chosen, store.version_by_id(store.versions_of(chosen, name)[0].id)


def _day(text: str | None) -> datetime:
    try:
        day = datetime.strptime(text or "", "%Y-%m-%d").date()  # noqa: DTZ007 - the zone is put to it below
        local = datetime.combine(day, time.min, tzinfo=ZoneInfo(current_actor().time_zone))
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid(_("This is no date."), _("For example: 2026-10-01."), field="since") from None


def _page(
    kind: Kind,
    found: Version,
    values: dict[str, Any],
    errors: dict[str, str],
    *,
    test_id: int | None = None,
) -> str:
    tests = back_testing.latest(kind, found.name)
    test = back_testing.find(test_id, kind, found.name) if test_id else next(iter(tests), None)
    return render_template(
        "admin/rule_past.html",
        kind=kind,
        entry=entry_of(kind.value),
        rule=found,
        values=values,
        errors=errors,
        findings=[one.words(said) for one in back_testing.findings(kind, found.name, found.body)],
        test=_shown(test) if test is not None else None,
        is_older=test is not None and dict(test.body) != dict(found.body),
    )


def _shown(test: BackTest) -> dict[str, Any]:
    rule, result = parse(test.kind, test.body), test.result
    deeds = result.get("deeds", {})
    examples = result.get("examples", [])
    numbers = numbers_of(current_actor(), {one["ticket"] for one in examples})
    return {
        "id": test.id,
        "state": test.state.value,
        "is_going": test.state in (TestState.WAITING, TestState.RUNNING),
        "since": test.since,
        "asked_at": test.asked_at,
        "done": test.done,
        "total": max(test.total, test.done),
        "runs": result.get("runs", 0),
        "tickets": result.get("tickets", 0),
        "moments": result.get("moments", 0),
        "deeds": [
            {"said": action.describe(said), "count": deeds.get(str(number), 0)}
            for number, action in enumerate(getattr(rule, "do", ()))
        ],
        "examples": [
            {
                "number": numbers[one["ticket"]],
                "at": datetime.fromisoformat(one["at"]),
                "held": words_of_condition(one["held"]),
                "runs": one["runs"],
            }
            for one in examples
            if one["ticket"] in numbers
        ],
    }
