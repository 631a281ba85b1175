"""Free clocks: those there are, in words, and the statutory packs that come with the desk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _lazy
from flask_babel import ngettext
from wtforms import StringField

from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.definitions.store import Version
from helpdesk.sla.packs import load_pack as load
from helpdesk.sla.packs import packs
from helpdesk.web.admin.blueprint import admin
from helpdesk.web.admin.definitions import CAUSE
from helpdesk.web.admin.policy_words import length_in_words, priority_title
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, own_line
from workflows.statutory import statutory_clocks

NATIONS: Final[Mapping[str, Any]] = {
    "england-and-wales": _lazy("England and Wales"),
    "scotland": _lazy("Scotland"),
    "northern-ireland": _lazy("Northern Ireland"),
}


class PackForm(Form):
    pack = StringField(filters=[own_line])


@admin.get("/clocks")
def clocks() -> ResponseReturnValue:
    """The clocks in use, and the packs."""
    found = store.current(Kind.CLOCK)
    there = {one.name for one in found}
    return render_template(
        "admin/clocks.html",
        clocks=[_shown(one) for one in found],
        packs=[
            _pack(name, nation, there) for name, nation in packs().items() if name.endswith(nation)
        ],
    )


@admin.post("/clocks/packs")
def load_pack() -> ResponseReturnValue:
    """Take over the clocks of a pack that are not there yet."""
    form = PackForm()
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
    with unit_of_work():
        made = load(form.pack.data or "", by=current_actor().person_id, cause=CAUSE)
    if made:
        flash(ngettext("%(num)s clock was added.", "%(num)s clocks were added.", len(made)), "ok")
    else:
        flash(_("They are all there; nothing was changed."), "info")
    return redirect(url_for(".clocks"), code=303)


def _pack(name: str, nation: str, there: set[str]) -> dict[str, Any]:
    bodies = statutory_clocks(nation)
    return {
        "name": name,
        "title": str(NATIONS.get(nation, nation)),
        "clocks": [
            {"title": str(body.get("title") or key), "there": key in there}
            for key, body in bodies.items()
        ],
        "missing": sum(key not in there for key in bodies),
    }


def _shown(version: Version) -> dict[str, Any]:
    body = version.body
    return {
        "name": version.name,
        "title": version.title,
        "law": str(body.get("law") or ""),
        "description": str(body.get("description") or ""),
        "target": _target(body),
        "is_active": body.get("active", True) is not False,
        "conditions": [
            (str(label), str(body[key])) for key, label in _CONDITIONS.items() if body.get(key)
        ],
        "extension": _amount(body.get("extension")),
        "reminders": _reminders(body),
    }


_CONDITIONS: Final[Mapping[str, Any]] = {
    "start": _lazy("Starts when"),
    "pause": _lazy("Pauses while"),
    "stop": _lazy("Stops when"),
    "cancel": _lazy("Void when"),
}


def _reminders(body: Mapping[str, Any]) -> list[str]:
    """When those concerned are reminded of a clock that counts days, the earliest first."""
    rules = body.get("escalations") or []
    days = {int(rule["days_before"]) for rule in rules if "days_before" in rule}
    return [
        str(ngettext("%(num)s working day before", "%(num)s working days before", number))
        if number
        else _("on the last day")
        for number in sorted(days, reverse=True)
    ]


def _target(body: Mapping[str, Any]) -> str:
    if isinstance(body.get("target"), Mapping):
        return _amount(body["target"])
    targets = body.get("targets") or {}
    return ", ".join(
        f"{priority_title(name)} {length_in_words(seconds)}" for name, seconds in targets.items()
    )


def _amount(written: object) -> str:
    """ "20 working days", "1 month"; "" for none."""
    if isinstance(written, int) and written and not isinstance(written, bool):
        return length_in_words(written)
    if not isinstance(written, Mapping):
        return ""
    if "working_days" in written:
        number = int(written["working_days"])
        return str(ngettext("%(num)s working day", "%(num)s working days", number))
    if "months" in written:
        return str(ngettext("%(num)s month", "%(num)s months", int(written["months"])))
    if "days" in written:
        return str(ngettext("%(num)s day", "%(num)s days", int(written["days"])))
    return ""
