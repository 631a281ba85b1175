"""The desk itself: how it stands, help, and the reader's own theme."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import StringField

from helpdesk.checking.alarms import ringing
from helpdesk.checking.desk import check_desk
from helpdesk.checking.finding import Finding
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.models import Person
from helpdesk.people.preferences import choose_theme, switch_keys
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.forms import Form
from helpdesk.web.navigation import own_path

_PAGES = {
    "mailbox": "console.mailboxes",
    "quarantine": "console.quarantine",
    "deliveries": "console.sent_mail",
}


class ThemeForm(Form):
    theme = StringField()


class KeysForm(Form):
    keys = StringField()


@console.get("/keys")
def help() -> ResponseReturnValue:
    """The keys, and how the desk works."""
    return render_template("console/help.html", version=None, docs_url=None)


@console.get("/health")
def health() -> ResponseReturnValue:
    """How each part of the desk stands, and what to do where it does not."""
    checks = [_check(finding) for finding in check_desk()]
    return render_template(
        "console/health.html", checks=checks, at=clock.now(), figures=[], alarms=ringing()
    )


@console.post("/me/theme")
def set_theme() -> ResponseReturnValue:
    """Choose light, dark or what the system has."""
    form = ThemeForm()
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
    actor = current_actor()
    with unit_of_work():
        choose_theme(db.session.get_one(Person, actor.person_id), form.theme.data or "")
    return _back()


@console.post("/me/shortcuts")
def set_keys() -> ResponseReturnValue:
    """Switch single keys on or off for oneself."""
    form = KeysForm()
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
    if form.keys.data not in ("on", "off"):
        raise Invalid(_("Single keys are on or off."), _("Choose one of the two."), field="keys")
    with unit_of_work():
        person = db.session.get_one(Person, current_actor().person_id)
        switch_keys(person, on=form.keys.data == "on")
    return _back()


def _back() -> ResponseReturnValue:
    """To the page where this was chosen."""
    came_from = own_path(urlsplit(request.referrer or "").path)
    return redirect(came_from or url_for("console.tickets"), code=303)


def _check(finding: Finding) -> dict[str, str | None]:
    endpoint = _PAGES.get(finding.part)
    return {
        "title": _title(finding.part),
        "state": "good" if finding.is_well else "bad",
        "value": finding.what,
        "advice": finding.advice or None,
        "url": url_for(endpoint) if endpoint else None,
    }


def _title(part: str) -> str:
    titles = {
        "database": _("Database"),
        "mailbox": _("Mailbox"),
        "quarantine": _("Quarantine"),
        "outbox": _("Work owed"),
        "schedule": _("Scheduler"),
        "deliveries": _("Outgoing mail"),
        "routing": _("Routing"),
        "search": _("Search"),
        "durability": _("Durability"),
        "hold": _("Outgoing mail on hold"),
        "filing": _("Filing"),
        "jobs": _("Work given up"),
        "redis": _("Redis"),
        "disk": _("Disk"),
        "clock": _("Clock"),
        "backup": _("Backup"),
    }
    return titles.get(part, part)
