"""Writing a policy in a form: faults at their fields with all that was typed, tried before it is saved."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import BooleanField, SelectMultipleField, StringField

from helpdesk.configuration.editing import ChangedMeanwhile
from helpdesk.core import clock
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.definitions import store
from helpdesk.definitions.kinds import parse
from helpdesk.definitions.models import Kind
from helpdesk.definitions.queries import find_definition
from helpdesk.web.admin import policy_fields as fields
from helpdesk.web.admin import policy_words
from helpdesk.web.admin.blueprint import admin
from helpdesk.web.admin.policy_effect import effect_of_saving
from helpdesk.web.admin.policy_fields import Draft
from helpdesk.web.admin.policy_tester import FIELDS, asked_by, beginning, test_options, tested
from helpdesk.web.admin.saving import save_and_tell
from helpdesk.web.admin.typed_durations import day_of
from helpdesk.web.forms import Form, own_line
from workflows.calendar import BusinessCalendar
from workflows.faults import Faulty
from workflows.sla_policy import METRICS, Metric

_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")
_LONGEST_NAME = 60
_OF_TEXT = ("title", "name", "position", "calendar", "on_change", "note", "seen", "do", *FIELDS)


class _Fields(Form):
    """What every policy's form has; the fields of its metrics and warnings are added below."""

    when = StringField()
    description = StringField()
    active = BooleanField()
    resumes = BooleanField()


def _form_of_all() -> type[Form]:
    lines = {name: StringField(filters=[own_line]) for name in (*_OF_TEXT, *fields.field_names())}
    lines["ownership_groups"] = StringField()
    ticks = {f"{metric}_on": BooleanField() for metric in METRICS}
    pauses = {f"{metric}_pause": SelectMultipleField(validate_choice=False) for metric in METRICS}
    told = {
        f"e{number}_notify": SelectMultipleField(validate_choice=False)
        for number in range(fields.MOST_ESCALATIONS)
    }
    return type("PolicyForm", (_Fields,), {**lines, **ticks, **pauses, **told})


if TYPE_CHECKING:
    PolicyForm = _Fields
else:
    PolicyForm = _form_of_all()


@admin.route("/policies/new", methods=["GET", "POST"])
def new_policy() -> ResponseReturnValue:
    """Write a policy of a new name."""
    if request.method == "GET":
        values = {**fields.values_of(_FIRST), **beginning(), "position": str(_last_position())}
        return _page(None, values, {}, seen=0)
    return _answer(None, PolicyForm(), _FIRST)


@admin.route("/policies/<name>/edit", methods=["GET", "POST"])
def edit_policy(name: str) -> ResponseReturnValue:
    """Write the next version of a policy."""
    find_definition(Kind.POLICY, name)
    newest = store.versions_of(Kind.POLICY, name)[0]
    if request.method == "GET":
        values = {**fields.values_of(newest.body), **beginning()}
        return _page(name, values, {}, seen=newest.number)
    return _answer(name, PolicyForm(), newest.body)


# A new policy measures what every desk promises first; people fill in how long.
_FIRST: Mapping[str, Any] = {
    "resume_on_requester_message": True,
    "metrics": {
        "first_response": {"targets": {}},
        "resolution": {
            "targets": {},
            "pause_in": ["waiting_requester", "waiting_third_party"],
        },
    },
}


def _last_position() -> int:
    return max((one.position for one in store.current(Kind.POLICY)), default=0) + 10


def _answer(name: str | None, form: Form, before: Mapping[str, Any]) -> ResponseReturnValue:
    draft: Draft | None = None
    values = form.values
    seen = _number(values.get("seen"))
    try:
        if not form.is_valid():
            raise Invalid(next(iter(form.complaints.values())))
        draft = fields.draft_of(values, before, _day_of())
        _check_calendars(draft)
        policy = parse(Kind.POLICY, draft.body)
        if values.get("do") == "test":
            test = tested(policy, asked_by(values))  # type: ignore[arg-type]  # What the kind's parser returns.
            return _page(name, values, {}, seen=seen, test=test)
        if values.get("do") == "preview":
            return _page(name, values, {}, seen=seen, effect=effect_of_saving(name, draft.body))
        return _saved(name or _name_for(values), draft, values, seen)
    except Faulty as faulty:
        return _page(name, values, _errors(faulty, draft), seen=seen), 422
    except (Invalid, Conflict) as error:
        newest = error.last.number if isinstance(error, ChangedMeanwhile) else seen
        form.refuse(error)
        return _page(name, values, form.complaints, seen=newest), error.status


def _saved(name: str, draft: Draft, values: Mapping[str, Any], seen: int) -> ResponseReturnValue:
    note = str(values.get("note") or "")
    save_and_tell(Kind.POLICY, name, draft.body, seen=seen, note=note)
    return redirect(url_for(".policy", name=name), code=303)


def _name_for(values: Mapping[str, Any]) -> str:
    """The name that was typed, or one made of the title."""
    typed = str(values.get("name") or "").strip()
    if typed:
        return typed
    made = _NOT_IN_NAMES.sub("-", str(values.get("title") or "").lower()).strip("-")
    if not made:
        raise Invalid(_("Give it a title."), field="title")
    return made[:_LONGEST_NAME]


def _number(text: object) -> int:
    plain = str(text or "0")
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 9 else 0


def _day_of() -> fields.DayOf:
    """How long a day of each calendar is; each is worked out once."""
    calendars = {one.name: one for one in store.current(Kind.CALENDAR)}
    now: datetime = clock.now()
    known: dict[str | None, int | None] = {None: day_of(None, now)}

    def day(name: str | None) -> int | None:
        if name not in known:
            found: BusinessCalendar | None = calendars[name].value if name in calendars else None
            known[name] = day_of(found, now) if found is not None else None
        return known[name]

    return day


def _check_calendars(draft: Draft) -> None:
    """Only calendars that there are. Raises Invalid at the field."""
    there = {one.name for one in store.current(Kind.CALENDAR)}
    if draft.body["calendar"] is not None and draft.body["calendar"] not in there:
        raise Invalid(_("There is no such calendar."), field="calendar")
    for metric, rules in draft.body["metrics"].items():
        if rules.get("calendar") is not None and rules["calendar"] not in there:
            raise Invalid(_("There is no such calendar."), field=f"{metric}_calendar")


def _errors(faulty: Faulty, draft: Draft | None) -> dict[str, str]:
    found = fields.fields_of(faulty, draft)
    return {name: _(text) % dict(values) for name, (text, values) in found.items()}


def _page(
    name: str | None,
    values: Mapping[str, Any],
    errors: Mapping[str, str],
    *,
    seen: int,
    test: dict[str, Any] | None = None,
    effect: dict[str, Any] | None = None,
) -> str:
    return render_template(
        "admin/policy_form.html",
        name=name,
        title=str(values.get("title") or name or ""),
        values=values,
        errors=errors,
        seen=seen,
        metrics=[_metric(metric, values, errors) for metric in METRICS],
        suffixes=[
            (suffix, policy_words.priority_title(one)) for one, suffix in fields.SUFFIXES.items()
        ],
        rows=_rows(values),
        options=_options(),
        test=test,
        effect=effect,
        groups=[],
    )


def _metric(metric: str, values: Mapping[str, Any], errors: Mapping[str, str]) -> dict[str, Any]:
    return {
        "key": metric,
        "label": policy_words.metric_title(metric),
        "sentence": str(policy_words.METRIC_SENTENCES[metric]),
        "of_groups": metric == Metric.OWNERSHIP,
        "reopens": metric == Metric.RESOLUTION,
        "is_open": bool(values.get(f"{metric}_on"))
        or any(one.startswith(f"{metric}_") for one in errors),
    }


def _rows(values: Mapping[str, Any]) -> list[int]:
    """The warnings that have something in them, and a few empty ones."""
    used = [
        number
        for number in range(fields.MOST_ESCALATIONS)
        if any(values.get(f"e{number}_{key}") for key in ("id", "when", "value"))
    ]
    last = used[-1] if used else -1
    return list(range(min(last + 1 + fields.BLANK_ROWS, fields.MOST_ESCALATIONS)))


def _options() -> dict[str, Any]:
    calendars = sorted(policy_words.calendar_titles().items(), key=lambda one: one[1].lower())
    return {
        **test_options(),
        "calendar": [("", _("Round the clock")), *calendars],
        "own_calendar": [
            (fields.SAME_CALENDAR, _("As the policy")),
            ("", _("Round the clock")),
            *calendars,
        ],
        "on_change": list(policy_words.ON_CHANGE.items()),
        "pauses": [(one, policy_words.PAUSE_WORDS[one]) for one in fields.PAUSES],
        "reopen": list(policy_words.REOPEN.items()),
        "metric": [(one, policy_words.metric_title(one)) for one in METRICS],
        "told": [
            ("assignee", _("the assignee")),
            ("group", _("the group")),
            ("leads", _("its leads")),
        ],
        "when": [
            ("", _("Never")),
            ("percent", _("At a share of the target, in percent")),
            ("before", _("Before it is due")),
            ("after", _("After it was due")),
            ("breach", _("When it is exceeded")),
        ],
    }
