"""One of several: what is asked each time for a group, such as each car or each child."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from helpdesk.contact_forms import drafts
from helpdesk.contact_forms.models import FormDraft
from helpdesk.core.errors import NotFound
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.web.languages import public_language
from helpdesk.web.portal import places
from helpdesk.web.portal.blueprint import portal
from helpdesk.web.portal.questions import Typed, in_words, typed_fields
from workflows.contact_answers import read_several, typed_of
from workflows.contact_form import AnswerKind, Question, asked


@portal.route("/ask/<form>/<key>/<name>/item", methods=["GET", "POST"], defaults={"at": None})
@portal.route("/ask/<form>/<key>/<name>/item/<int:at>", methods=["GET", "POST"])
def item(form: str, key: str, name: str, at: int | None) -> ResponseReturnValue:
    """The questions of one more, or of one that is there."""
    draft = places.own_draft(form, key)
    if draft.raw_id is not None:
        return redirect(places.sent_url(draft), code=303)
    one = _group_of(draft, name)
    held = draft.answers.get(one.name) or []
    if at is not None and at >= len(held):
        raise NotFound(_("There is no such entry."), _("Choose one from the list."))
    if at is None and len(held) >= one.most:
        return redirect(places.question_url(draft, one), code=303)
    if request.method == "GET":
        return _page(draft, one, at, _typed(one, held[at] if at is not None else {}), {})
    typed = typed_fields(request.form)
    read = read_several(one.questions, typed)
    if read.problems:
        return _page(draft, one, at, typed, in_words(read.problems)), 422
    with unit_of_work():
        drafts.put_item(drafts.lock(draft.key), one, at, read.value)
    return redirect(places.question_url(draft, one), code=303)


def _group_of(draft: FormDraft, name: str) -> Question:
    questions = asked(drafts.form_of(draft), draft.answers)
    found = next((one for one in questions if one.name == name), None)
    if found is None or found.kind is not AnswerKind.GROUP:
        raise NotFound(_("This form does not ask that."), _("Go on from the list of your answers."))
    return found


def _typed(one: Question, held: dict[str, Any]) -> Typed:
    return {
        name: values
        for question in one.questions
        for name, values in typed_of(question, held.get(question.name)).items()
    }


def _page(
    draft: FormDraft, one: Question, at: int | None, typed: Typed, errors: dict[str, str]
) -> str:
    count = len(draft.answers.get(one.name) or [])
    return render_template(
        "portal/item.html",
        form=drafts.form_of(draft),
        draft=draft,
        question=one,
        number=(at if at is not None else count) + 1,
        typed=typed,
        errors=errors,
        language=public_language(),
        back_url=places.question_url(draft, one) if count else places.back_url(draft, one),
        here=url_for("portal.item", form=draft.form, key=draft.key, name=one.name, at=at),
    )
