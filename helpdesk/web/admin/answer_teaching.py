"""Trying what the desk would say, and the list of what it could not say, from which it is taught."""

from __future__ import annotations

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _lazy
from wtforms import StringField

from helpdesk.answers import known, unsaid
from helpdesk.answers.asking import LONGEST_QUESTION, try_out
from helpdesk.core import settings
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.people.models import Person
from helpdesk.web.admin.blueprint import admin
from helpdesk.web.admin.definitions import CAUSE
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, own_line
from helpdesk.web.languages import OF_THE_PUBLIC
from workflows.faults import Faulty

PAGE = 50
AS = [
    ("anybody", _lazy("anybody outside")),
    ("staff", _lazy("somebody of the staff")),
]


class TeachForm(Form):
    ids = StringField(filters=[own_line])
    phrase = StringField(filters=[own_line])
    service = StringField(filters=[own_line])
    language = StringField(filters=[own_line])
    do = StringField(filters=[own_line])


class ThresholdForm(Form):
    threshold = StringField(filters=[own_line])


@admin.get("/answers/try")
def try_answers() -> ResponseReturnValue:
    """What the desk would say to a question, and why; nothing is noted and no web service is asked."""
    text = request.args.get("question", "").strip()[:LONGEST_QUESTION]
    language = request.args.get("language", "en")
    language = language if language in OF_THE_PUBLIC else "en"
    who = request.args.get("who", "anybody")
    viewer = db.session.get(Person, current_actor().person_id) if who == "staff" else None
    tried = None
    if text:
        with unit_of_work(), force_locale(language):
            tried = try_out(text, viewer, language)
    return render_template(
        "admin/answers_try.html",
        tried=tried,
        values={"question": text, "language": language, "who": who},
        languages=list(OF_THE_PUBLIC.items()),
        people=AS,
        threshold=known.threshold(),
        errors={},
    )


@admin.post("/answers/try")
def set_threshold() -> ResponseReturnValue:
    """How sure an answer must be before it is said."""
    form = ThresholdForm()
    typed = (form.threshold.data or "").strip().removesuffix("%")
    whole = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 0
    if not form.is_valid() or not 40 <= whole <= 100:
        raise Invalid(_("Write a number from 40 to 100."), field="threshold")
    with unit_of_work():
        settings.write(known.THRESHOLD, whole / 100)
    flash(_("An answer is said from %(percent)s %% on.", percent=whole), "ok")
    return redirect(url_for(".try_answers"), code=303)


@admin.get("/answers/unsaid")
def unsaid_questions() -> ResponseReturnValue:
    """What people asked and we could not say, by similar wording."""
    found = unsaid.unsaid()
    return render_template(
        "admin/answers_unsaid.html",
        groups=found[:PAGE],
        more=max(0, len(found) - PAGE),
        services=[(one.name, one.title) for one in store.current(Kind.SERVICE)],
        languages=list(OF_THE_PUBLIC.items()),
        article_url=_article_url,
    )


@admin.post("/answers/unsaid")
def teach_answers() -> ResponseReturnValue:
    """Teach a service a phrase, or take questions off the list."""
    form = TeachForm()
    by = current_actor().person_id
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
    ids = _ids(form.ids.data or "")
    with unit_of_work():
        if form.do.data == "teach":
            _teach(form, by)
        count = unsaid.settle(ids, by=by)
    flash(
        _("Taught. It is matched from now on.")
        if form.do.data == "teach"
        else _("Taken off the list: %(count)s.", count=count),
        "ok",
    )
    return redirect(url_for(".unsaid_questions"), code=303)


def _teach(form: TeachForm, by: int) -> None:
    language = form.language.data or "en"
    if language not in OF_THE_PUBLIC:
        raise Invalid(_("Choose one of the list."))
    try:
        unsaid.teach(form.service.data or "", form.phrase.data or "", language, by=by, cause=CAUSE)
    except Faulty as faulty:
        fault = faulty.faults[0]
        raise Invalid(_(fault.text, **fault.values), field="phrase") from faulty


def _ids(text: str) -> list[int]:
    found = [int(one) for one in text.split(",")[:2_000] if one.isascii() and one.isdigit()]
    if not found or max(found) >= 2**62:
        raise Invalid(_("The form is too old."), _("Open the page again."))
    return found


def _article_url(wording: str) -> str:
    """Where an article on this is begun; nothing on a desk without the pages of articles."""
    if "console.new_article" not in current_app.view_functions:
        return ""
    return url_for("console.new_article", title=wording)
