"""Asking: a form begins, and each of its questions is a page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from helpdesk.contact_forms import drafts, queries
from helpdesk.contact_forms.models import FormDraft
from helpdesk.core.errors import Invalid, NotFound, TooMany
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.limits import allow, source_key
from helpdesk.web.auth import source_address
from helpdesk.web.languages import public_language
from helpdesk.web.portal import places
from helpdesk.web.portal.blueprint import portal
from helpdesk.web.portal.questions import Shown, in_words, shown_answer, typed_fields
from helpdesk.web.portal.visitor import current_visit, remember_draft
from workflows.contact_answers import read_answer
from workflows.contact_form import AnswerKind, Question, asked

BEGUN_AN_HOUR = 120
FILES = "files"


@portal.route("/ask/<form>", methods=["GET", "POST"])
def ask(form: str) -> ResponseReturnValue:
    """What a form is for, and the button to begin it."""
    offered, visit = queries.offered_form(form), current_visit()
    if offered.form.signed_in_only and visit is None:
        return redirect(url_for("portal.sign_in", next=url_for("portal.ask", form=form)), code=303)
    if request.method == "GET":
        return render_template(
            "portal/ask.html", name=form, form=offered.form, language=public_language()
        )
    source = source_key(source_address())
    if not allow("form-begun", source, BEGUN_AN_HOUR, timedelta(hours=1)):
        raise TooMany(
            _("Too many forms were begun from where you are."), _("Wait an hour, or ring us.")
        )
    with unit_of_work():
        draft = drafts.begin(
            offered.version,
            person_id=visit.person.id if visit else None,
            locale=public_language(),
        )
    remember_draft(draft.key)
    return redirect(places.next_url(draft), code=303)


@portal.route("/ask/<form>/<key>/<name>", methods=["GET", "POST"])
def question(form: str, key: str, name: str) -> ResponseReturnValue:
    """One question, and what was answered to it before."""
    draft = places.own_draft(form, key)
    if draft.raw_id is not None:
        return redirect(places.sent_url(draft), code=303)
    one = _question(draft, name)
    if one.kind is AnswerKind.GROUP:
        return _group(draft, one)
    if request.method == "GET":
        return _page(draft, shown_answer(one, draft.answers.get(one.name)))
    if one.kind is AnswerKind.FILES:
        return _take_files(draft, one)
    typed = typed_fields(request.form)
    read = read_answer(one, typed)
    if read.problems:
        return _page(draft, Shown(one, typed, in_words(read.problems))), 422
    return _keep(draft, one, read.value)


def _question(draft: FormDraft, name: str) -> Question:
    form = drafts.form_of(draft)
    found = next((one for one in asked(form, draft.answers) if one.name == name), None)
    if found is None:
        raise NotFound(_("This form does not ask that."), _("Go on from the list of your answers."))
    return found


def _page(draft: FormDraft, shown: Shown) -> str:
    form = drafts.form_of(draft)
    questions = asked(form, draft.answers)
    return render_template(
        "portal/question.html",
        form=form,
        draft=draft,
        shown=shown,
        errors=shown.errors,
        language=public_language(),
        files=drafts.files_in(draft.answers.get(shown.question.name))
        if shown.question.kind is AnswerKind.FILES
        else [],
        at=[one.name for one in questions].index(shown.question.name) + 1,
        back_url=places.back_url(draft, shown.question),
    )


def _keep(draft: FormDraft, one: Question, value: Any) -> ResponseReturnValue:
    with unit_of_work():
        locked = drafts.lock(draft.key)
        drafts.put_answer(locked, one, value)
    if request.form.get("again") == "check":
        return redirect(_check_or_next(locked, one), code=303)
    return redirect(places.next_url(locked, one), code=303)


def _check_or_next(draft: FormDraft, one: Question) -> str:
    """Whoever came from their answers goes back there, unless the change opened further questions."""
    return places.next_url(draft) if drafts.next_open(draft) else places.check_url(draft)


def _take_files(draft: FormDraft, one: Question) -> ResponseReturnValue:
    """Keep what was chosen at once, so that an error of one file loses none of the others."""
    out = request.form.get("take", "")
    errors: dict[str, str] = {}
    with unit_of_work():
        locked = drafts.lock(draft.key)
        if out:
            drafts.take_file(locked, one, out)
        for upload in request.files.getlist(one.name):
            if upload.filename:
                _add(locked, one, upload, errors)
    held = drafts.files_in(locked.answers.get(one.name))
    if not errors and not out and not held and one.required:
        errors[one.name] = _("Add at least one file.")
    if errors:
        return _page(locked, Shown(one, {}, errors)), 422
    if out or request.form.get("more"):
        return redirect(places.question_url(locked, one), code=303)
    return _keep(locked, one, locked.answers.get(one.name) or None)


def _add(draft: FormDraft, one: Question, upload: FileStorage, errors: dict[str, str]) -> None:
    body = upload.stream.read(drafts.MOST_FILE_BYTES + 1)
    try:
        drafts.add_file(draft, one, upload.filename or "", upload.mimetype or "", body)
    except Invalid as unfit:
        errors[one.name] = " ".join(part for part in (unfit.title, unfit.advice) if part)


def _group(draft: FormDraft, one: Question) -> ResponseReturnValue:
    """The list of what was added so far; the question of each has a page of its own."""
    items = draft.answers.get(one.name) or []
    if request.method == "POST":
        out = request.form.get("take", "")
        if out.isdecimal():
            with unit_of_work():
                drafts.take_item(drafts.lock(draft.key), one, int(out))
            return redirect(places.question_url(draft, one), code=303)
        if items or not one.required:
            return _keep(draft, one, items or None)
    if not items and one.required and request.method == "GET":
        return redirect(
            url_for("portal.item", form=draft.form, key=draft.key, name=one.name), code=303
        )
    return render_template(
        "portal/group.html",
        form=drafts.form_of(draft),
        draft=draft,
        question=one,
        items=items,
        language=public_language(),
        back_url=places.back_url(draft, one),
    )
