"""What is done to an article besides writing it: its place and audience, languages, files, versions, reviews."""

from __future__ import annotations

import difflib
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from wtforms import FileField, StringField

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.knowledge import (
    arranging,
    attaching,
    feedback,
    languages,
    queries,
    reviewing,
    writing,
)
from helpdesk.knowledge.access import access_article
from helpdesk.knowledge.arranging import Arrangement
from helpdesk.knowledge.models import Article, ArticleMiss, Audience
from helpdesk.knowledge.open_questions import open_questions
from helpdesk.people.queries import names_of
from helpdesk.tickets.access import access_ticket
from helpdesk.tickets.models import Message
from helpdesk.web.auth import current_actor
from helpdesk.web.console.articles import text_of
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.fields import id_in, member_in
from helpdesk.web.forms import Form, own_line

MOST_MISSES = 100
MOST_OFFERED = 6
LONGEST_QUESTION = 1_000


class ArrangeForm(Form):
    category = StringField(filters=[own_line])
    audience = StringField(filters=[own_line])
    owner = StringField(filters=[own_line])
    review_months = StringField(filters=[own_line])
    review_on = StringField(filters=[own_line])
    version = StringField(filters=[own_line])


class LanguageForm(Form):
    language = StringField(filters=[own_line])


class FileForm(Form):
    file = FileField()


class StateForm(Form):
    state = StringField(filters=[own_line])


class RestoreForm(Form):
    lock = StringField(filters=[own_line])


@console.post("/articles/<int:article_id>/arrange")
def arrange_article(article_id: int) -> ResponseReturnValue:
    """Change its category, audience, owner and review."""
    actor, form = current_actor(), ArrangeForm()
    found = access_article(actor, article_id)
    _require(form)
    wanted = Arrangement(
        category_id=id_in(form.category.data, field="category") or 0,
        audience=member_in(Audience, form.audience.data, field="audience") or Audience.INTERNAL,
        owner_id=id_in(form.owner.data, field="owner"),
        review_months=id_in(form.review_months.data, field="review_months") or 0
        if form.review_months.data != "0"
        else 0,
        review_on=_day(form.review_on.data),
    )
    with unit_of_work():
        version = id_in(form.version.data, field="version") or 0
        arranging.arrange(found, wanted, version=version, actor=actor)
    flash(_("Saved."), "ok")
    return redirect(url_for(".article", article_id=article_id), code=303)


@console.post("/articles/<int:article_id>/languages")
def translate_article(article_id: int) -> ResponseReturnValue:
    """Begin a translation."""
    actor, form = current_actor(), LanguageForm()
    found = access_article(actor, article_id)
    _require(form)
    language = form.language.data or ""
    with unit_of_work():
        writing.add_language(found, language, actor=actor)
    return redirect(url_for(".edit_article", article_id=article_id, language=language), code=303)


@console.post("/articles/<int:article_id>/files")
def attach_to_article(article_id: int) -> ResponseReturnValue:
    """Keep a picture or a file with it."""
    actor, form = current_actor(), FileForm()
    found = access_article(actor, article_id)
    _require(form)
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise Invalid(_("Choose a file that is not empty."), field="file")
    body = upload.stream.read(attaching.LARGEST_BYTES + 1)
    with unit_of_work():
        attaching.attach(found, upload.filename, upload.mimetype or "", body, actor=actor)
    flash(_("The file is kept. Its line says how to show it."), "ok")
    return redirect(url_for(".article", article_id=article_id), code=303)


@console.post("/articles/<int:article_id>/state")
def settle_article(article_id: int) -> ResponseReturnValue:
    """Say that it was read again, take it away, or bring it back."""
    actor, form = current_actor(), StateForm()
    found = access_article(actor, article_id)
    _require(form)
    deeds = {
        "reviewed": arranging.mark_reviewed,
        "retired": arranging.retire,
        "revived": arranging.revive,
    }
    deed = deeds.get(form.state.data or "")
    if deed is None:
        raise Invalid(_("The form is not whole."), _("Open the page again."))
    with unit_of_work():
        deed(found, actor=actor)
    flash(_("Saved."), "ok")
    return redirect(url_for(".article", article_id=article_id), code=303)


@console.get("/articles/<int:article_id>/<language>/versions")
def article_versions(article_id: int, language: str) -> ResponseReturnValue:
    """Its versions, and what one changed."""
    text = text_of(current_actor(), article_id, language)
    versions = writing.versions_of(text)
    asked = request.args.get("number", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else None
    chosen = writing.access_version(text, number) if number else (versions[0] if versions else None)
    before = next((one for one in versions if chosen and one.number < chosen.number), None)
    return render_template(
        "console/article_versions.html",
        text=text,
        versions=versions,
        chosen=chosen,
        before=before,
        lines=_differences(before.body if before else "", chosen.body if chosen else ""),
        people=names_of({one.made_by for one in versions if one.made_by}),
        lock=text.draft.lock if text.draft else 0,
        language_name=languages.NAMES[text.language],
    )


@console.post("/articles/<int:article_id>/<language>/versions/<int:version_number>")
def restore_article(article_id: int, language: str, version_number: int) -> ResponseReturnValue:
    """Make an earlier version the draft."""
    actor, form = current_actor(), RestoreForm()
    text = text_of(actor, article_id, language)
    _require(form)
    with unit_of_work():
        writing.restore(
            text, version_number, lock=id_in(form.lock.data, field="lock") or 0, actor=actor
        )
    flash(
        _("Version %(number)s is the draft now. Publish it to show it.", number=version_number),
        "ok",
    )
    return redirect(url_for(".edit_article", article_id=article_id, language=language), code=303)


@console.get("/articles/gaps")
def article_gaps() -> ResponseReturnValue:
    """What was asked and looked for in vain, what does not help, and what grew old."""
    misses = db.session.scalars(
        select(ArticleMiss)
        .order_by(ArticleMiss.times.desc(), ArticleMiss.last_at.desc())
        .limit(MOST_MISSES)
    ).all()
    ids = list(
        db.session.scalars(select(Article.id).where(Article.retired_at.is_(None)).limit(500))
    )
    due = db.session.scalars(
        select(Article.id)
        .where(reviewing.is_due(clock.now().date()))
        .order_by(Article.review_on, Article.id)
        .limit(MOST_MISSES)
    ).all()
    uses = feedback.uses_of(ids)
    unhelpful = [one for one in ids if uses[one].not_helped and not uses[one].helped]
    return render_template(
        "console/article_gaps.html",
        questions=open_questions(current_actor()),
        misses=misses,
        names=languages.NAMES,
        due=due,
        unhelpful=unhelpful,
        uses=uses,
        titles=reviewing.titles_of([*due, *unhelpful]),
    )


@console.get("/tickets/<number>/articles")
def ticket_articles(number: str) -> ResponseReturnValue:
    """Articles that may answer a ticket, by its subject and first message or by other words."""
    actor = current_actor()
    ticket = access_ticket(actor, number)
    asked = " ".join(request.args.get("q", "")[:200].split())
    first = db.session.scalar(
        select(Message.text).where(Message.ticket_id == ticket.id).order_by(Message.id).limit(1)
    )
    question = asked or f"{ticket.subject} {(first or '')[:LONGEST_QUESTION]}"
    return render_template(
        "console/ticket_articles.html",
        ticket=ticket,
        q=asked,
        found=queries.find(question, actor, ticket.requester.locale, MOST_OFFERED),
        names=languages.NAMES,
    )


def _differences(before: str, after: str) -> list[tuple[str, str]]:
    """Lines as they were and are: ("+", text), ("-", text) or (" ", text); what stayed is cut to its edges."""
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    return [(line[:1], line[1:]) for line in found if not line.startswith(("+++", "---", "@@"))]


def _day(said: str | None) -> date | None:
    if not said:
        return None
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise Invalid(_("Write the day like 2026-11-21."), field="review_on") from None


def _require(form: Form) -> None:
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
