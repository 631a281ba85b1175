"""Where the pages of a form lie, and which of them comes next."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from helpdesk.contact_forms import drafts
from helpdesk.contact_forms.models import FormDraft
from helpdesk.core.errors import NotFound
from helpdesk.web.portal.visitor import current_visit, knows_draft
from workflows.contact_form import Question, asked, first_open, following, preceding


def own_draft(form: str, key: str) -> FormDraft:
    """The draft, for the browser that began it or followed the link to it. Raises NotFound for all others."""
    if not knows_draft(key):
        raise NotFound(
            _("This form was begun in another browser."),
            _("Follow the link we mailed you, or begin again."),
        )
    draft = drafts.find(key)
    if draft.form != form:
        raise NotFound(_("There is no such form any more."), _("Choose another from the list."))
    return draft


def question_url(draft: FormDraft, question: Question) -> str:
    return url_for("portal.question", form=draft.form, key=draft.key, name=question.name)


def contact_url(draft: FormDraft) -> str:
    return url_for("portal.contact", form=draft.form, key=draft.key)


def check_url(draft: FormDraft) -> str:
    return url_for("portal.check", form=draft.form, key=draft.key)


def sent_url(draft: FormDraft) -> str:
    return url_for("portal.sent", form=draft.form, key=draft.key)


def next_url(draft: FormDraft, question: Question | None = None) -> str:
    """The page after a question: what is still open comes first, then who asks, then the answers to check."""
    if draft.raw_id is not None:
        return sent_url(draft)
    form = drafts.form_of(draft)
    lacking = first_open(form, draft.answers)
    after = following(asked(form, draft.answers), question.name) if question else None
    if after is not None and after.name not in draft.answers:
        return question_url(draft, after)
    if lacking is not None:
        return question_url(draft, lacking)
    if not draft.contact and current_visit() is None:
        return contact_url(draft)
    return check_url(draft)


def back_url(draft: FormDraft, question: Question | None) -> str:
    """The page before a question; before who asks, the last question; before the first, the beginning."""
    form = drafts.form_of(draft)
    questions = asked(form, draft.answers)
    last = questions[-1] if questions else None
    before = preceding(questions, question.name) if question else last
    if before is None:
        return url_for("portal.ask", form=draft.form)
    return question_url(draft, before)
