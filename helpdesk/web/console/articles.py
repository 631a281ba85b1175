"""The articles of the desk: their list, and writing one beside what is published."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload
from wtforms import StringField

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.knowledge import feedback, languages, markup, queries, writing
from helpdesk.knowledge.access import access_article, may_deed
from helpdesk.knowledge.models import Article, ArticleText, Audience
from helpdesk.knowledge.writing import Content, DraftChanged
from helpdesk.people.access import Actor
from helpdesk.people.queries import all_agents
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.fields import id_in, member_in
from helpdesk.web.forms import Form, own_line
from helpdesk.web.help.blueprint import resolver

MOST_LISTED = 500
SAVE, PREVIEW, PUBLISH, DISCARD, WITHDRAW = "save", "preview", "publish", "discard", "withdraw"


class ArticleForm(Form):
    title = StringField(filters=[own_line])
    summary = StringField(filters=[own_line])
    keywords = StringField(filters=[own_line])
    body = StringField()
    note = StringField(filters=[own_line])
    lock = StringField(filters=[own_line])
    base = StringField(filters=[own_line])
    action = StringField(filters=[own_line])


class NewArticleForm(Form):
    title = StringField(filters=[own_line])
    category = StringField(filters=[own_line])
    audience = StringField(filters=[own_line])
    language = StringField(filters=[own_line])
    body = StringField()


@console.get("/articles")
def articles() -> ResponseReturnValue:
    """Every article with its state, its languages and how it is used."""
    rows = db.session.scalars(
        select(Article)
        .options(
            joinedload(Article.category),
            selectinload(Article.texts).selectinload(ArticleText.draft),
        )
        .order_by(Article.id.desc())
        .limit(MOST_LISTED)
    ).all()
    uses = feedback.uses_of([one.id for one in rows])
    shown = [_row(one, uses[one.id]) for one in rows]
    state = request.args.get("state", "")
    return render_template(
        "console/articles.html",
        articles=[one for one in shown if not state or state in one["states"]],
        due=sum("due" in one["states"] for one in shown),
        state=state,
        can_write=may_deed(current_actor(), "write"),
        can_settle=current_actor().is_admin,
    )


@console.route("/articles/new", methods=["GET", "POST"])
def new_article() -> ResponseReturnValue:
    """Begin an article."""
    actor, form = current_actor(), NewArticleForm()
    if request.method == "GET":
        values = {"audience": "internal", "language": "en", "title": request.args.get("title", "")}
        return _new_page(values, {})
    try:
        _check(form)
        category_id = id_in(form.category.data, field="category")
        if category_id is None:
            raise Invalid(_("Choose a category."), field="category")
        with unit_of_work():
            article = writing.begin_article(
                Content(form.title.data or "", form.body.data or ""),
                category_id=category_id,
                language=form.language.data or "en",
                audience=member_in(Audience, form.audience.data, field="audience")
                or Audience.INTERNAL,
                actor=actor,
            )
    except Invalid as error:
        form.refuse(error)
        return _new_page(form.values, form.complaints), error.status
    flash(_("The draft is kept. Nobody reads it before it is published."), "ok")
    return _to(article.id, article.language)


@console.get("/articles/<int:article_id>")
def article(article_id: int) -> ResponseReturnValue:
    """The article in its own language."""
    found = access_article(current_actor(), article_id)
    return redirect(
        url_for(".edit_article", article_id=article_id, language=found.language), code=303
    )


@console.route("/articles/<int:article_id>/<language>", methods=["GET", "POST"])
def edit_article(article_id: int, language: str) -> ResponseReturnValue:
    """Write one language of an article; who saves second sees both texts."""
    actor = current_actor()
    text = text_of(actor, article_id, language)
    if request.method == "GET":
        return editor(actor, text, _values(text), {})
    form = ArticleForm()
    try:
        _check(form)
        if form.action.data == PREVIEW:
            return editor(actor, text, form.values, {}, preview=form.body.data or "")
        with unit_of_work():
            said = _do(actor, text, form)
    except DraftChanged as changed:
        db.session.refresh(text)
        values = {**form.values, "lock": changed.lock, "base": text.live_number or 0}
        return editor(actor, text, values, {}, theirs=changed), changed.status
    except Invalid as error:
        form.refuse(error)
        return editor(actor, text, form.values, form.complaints), error.status
    flash(said, "ok")
    return _to(article_id, language)


def text_of(actor: Actor, article_id: int, language: str) -> ArticleText:
    """One language of an article, for staff. Raises NotFound."""
    found = access_article(actor, article_id)
    for text in found.texts:
        if text.language == language:
            return text
    raise NotFound(_("There is no such article."), _("Look for it in the list of articles."))


def editor(
    actor: Actor,
    text: ArticleText,
    values: dict[str, Any],
    errors: dict[str, str],
    *,
    preview: str | None = None,
    theirs: DraftChanged | None = None,
) -> str:
    """The page on which an article is written."""
    found, source = text.article, writing.source_of(text.article)
    shown = preview if preview is not None else str(values.get("body") or "")
    return render_template(
        "console/article.html",
        article=found,
        text=text,
        values=values,
        errors=errors,
        theirs=theirs,
        # Cleaned by the one function for articles.
        preview=Markup(markup.render(shown, resolver(text, actor)).html),  # noqa: S704 - cleaned by markup.render
        behind=writing.is_behind(text, source),
        source=source if source is not text else None,
        texts=found.texts,
        names=languages.NAMES,
        addable=[
            (code, name)
            for code, name in languages.NAMES.items()
            if code not in {one.language for one in found.texts}
        ],
        draft=text.draft,
        can_write=may_deed(actor, "write"),
        can_publish=may_deed(actor, "publish"),
        arranged=_arranged(found),
        options=_options(),
        use=feedback.uses_of([found.id])[found.id],
        comments=feedback.comments(found.id),
        is_due=bool(found.review_on and found.review_on <= clock.now().date()),
    )


def _do(actor: Actor, text: ArticleText, form: ArticleForm) -> str:
    lock = id_in(form.lock.data, field="lock") or 0
    if form.action.data == DISCARD:
        writing.discard_draft(text, lock=lock, actor=actor)
        return _("The draft was discarded.")
    if form.action.data == WITHDRAW:
        writing.withdraw(text, actor=actor)
        return _("Readers do not see it any more. What it said is a draft now.")
    content = Content(
        form.title.data or "",
        form.body.data or "",
        form.summary.data or "",
        form.keywords.data or "",
    )
    base = id_in(form.base.data, field="base") or 0
    saved = writing.save_draft(text, content, lock=lock, base=base, actor=actor)
    if form.action.data != PUBLISH:
        return _("The draft is kept. Nobody reads it before it is published.")
    writing.publish(text, lock=saved, note=form.note.data or "", actor=actor)
    return _("Published.")


def _check(form: Form) -> None:
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))


def _values(text: ArticleText) -> dict[str, Any]:
    row = text.draft or text
    content = writing.content_of(row)
    return {
        "title": content.title,
        "summary": content.summary,
        "keywords": content.keywords,
        "body": content.body,
        "lock": text.draft.lock if text.draft else 0,
        "base": text.live_number or 0,
    }


def _arranged(found: Article) -> dict[str, Any]:
    return {
        "category": str(found.category_id),
        "audience": found.audience.value,
        "owner": str(found.owner_id or ""),
        "review_months": str(found.review_months),
        "review_on": found.review_on.isoformat() if found.review_on else "",
    }


def _options() -> dict[str, list[tuple[str, str]]]:
    return {
        "category": [
            (str(one.id), queries.in_language(one.names, "en")) for one in queries.categories()
        ],
        "audience": [
            ("internal", _("Staff of the desk")),
            ("signed_in", _("Whoever is signed in")),
            ("public", _("Everybody")),
        ],
        "language": list(languages.NAMES.items()),
        "owner": [("", _("Nobody")), *((str(one.id), one.name) for one in all_agents())],
        "review_months": [
            ("3", _("every 3 months")),
            ("6", _("every 6 months")),
            ("12", _("every year")),
            ("24", _("every 2 years")),
            ("0", _("never")),
        ],
    }


def _new_page(values: dict[str, Any], errors: dict[str, str]) -> str:
    return render_template(
        "console/article_new.html", values=values, errors=errors, options=_options()
    )


def _row(one: Article, use: feedback.Use) -> dict[str, Any]:
    source = writing.source_of(one)
    states = []
    if one.retired_at is not None:
        states.append("retired")
    elif source.live_number is None:
        states.append("unpublished")
    else:
        states.append("live")
    if any(text.draft for text in one.texts):
        states.append("draft")
    if one.review_on and one.review_on <= clock.now().date() and one.retired_at is None:
        states.append("due")
    if any(writing.is_behind(text, source) and text.live_number for text in one.texts):
        states.append("behind")
    return {"article": one, "title": source.title, "states": states, "use": use}


def _to(article_id: int, language: str) -> ResponseReturnValue:
    return redirect(url_for(".edit_article", article_id=article_id, language=language), code=303)
