"""Did this help? One answer a visitor, without a cookie; and what else they want to say."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from wtforms import StringField

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, TooMany
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.knowledge import feedback, languages, queries
from helpdesk.knowledge.models import ArticleText, ArticleVerdict
from helpdesk.people.limits import allow, source_key
from helpdesk.web.forms import Form, own_line
from helpdesk.web.help.blueprint import address_of, help_pages, viewer
from helpdesk.web.languages import public_language

MOST_ANSWERS = 60
PER = timedelta(hours=1)
# Nobody reads, thinks and writes in less; a machine that fills in every field does.
TRAP = "website"


class VerdictForm(Form):
    helped = StringField(filters=[own_line])
    comment = StringField()
    language = StringField(filters=[own_line])
    website = StringField()


@help_pages.post("/<int:article_id>/helped")
def helped(article_id: int) -> ResponseReturnValue:
    """Keep what a visitor says of an article, and go back to it."""
    form, reader = VerdictForm(), viewer()
    if not form.is_valid() or form.helped.data not in ("yes", "no", ""):
        raise Invalid(_("The form is not whole."), _("Open the page again."))
    wanted = form.language.data or ""
    asked = wanted if wanted in languages.NAMES else public_language()
    text = queries.access_text(reader, article_id, asked)
    if not allow("article-verdict", source_key(request.remote_addr or ""), MOST_ANSWERS, PER):
        raise TooMany(_("That was very often."), _("Try again in an hour."), retry_after=3600)
    if not (form.website.data or "").strip():
        _keep(text, form, reader.id if reader else None)
    flash(_("Thank you."), "ok")
    language = text.language if text.language != public_language() else None
    return redirect(address_of(article_id, text.slug, language) + "#helped", code=303)


def given_by(text: ArticleText) -> ArticleVerdict | None:
    """What this visitor said of a text."""
    return db.session.scalars(
        select(ArticleVerdict).where(
            ArticleVerdict.text_id == text.id, ArticleVerdict.visitor == _visitor(text.id)
        )
    ).one_or_none()


def _keep(text: ArticleText, form: VerdictForm, person_id: int | None) -> None:
    visitor = _visitor(text.id)
    with unit_of_work():
        if form.helped.data:
            feedback.give_verdict(
                text, visitor, helped=form.helped.data == "yes", person_id=person_id
            )
        if form.comment.data:
            feedback.add_comment(text, visitor, form.comment.data)


def _visitor(text_id: int) -> str:
    # The month is part of it, so that no line of answers follows anybody for longer.
    return feedback.visitor_of(
        text_id,
        f"{clock.now():%Y-%m}",
        source_key(request.remote_addr or ""),
        request.user_agent.string,
    )
