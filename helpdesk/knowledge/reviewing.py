"""Keeping articles true: when each is read again, and telling its owner; telling translators that a source went on."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date
from functools import cache

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Date, ScalarSelect, and_, bindparam, func, or_, select

from helpdesk.core import clock
from helpdesk.core.db import BigKey, db
from helpdesk.core.unit_of_work import owe
from helpdesk.knowledge import languages
from helpdesk.knowledge.models import Article, ArticleText, ArticleVersion
from helpdesk.messaging.preparing import prepare_notice
from helpdesk.people.models import Person
from helpdesk.tickets.counting import Beside

REVIEW_JOB = "tell_of_review"
BEHIND_JOB = "tell_of_translations"
MOST_AT_ONCE = 200
MOST_COUNTED = 100


def first_review(article: Article) -> None:
    """Give an article that is published for the first time its day of review."""
    if article.review_on is None and article.reviewed_on is None:
        article.reviewed_on = clock.now().date()
        article.review_on = months_later(article.reviewed_on, article.review_months)


def months_later(day: date, months: int) -> date | None:
    """The same day of a later month, or its last; None for never."""
    if not months:
        return None
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def is_due(day: date) -> ColumnElement[bool]:
    """The condition of articles that are to be read again by a day."""
    return and_(
        Article.review_on <= day,
        Article.retired_at.is_(None),
        select(ArticleText.id)
        .where(ArticleText.article_id == Article.id, ArticleText.live_number.is_not(None))
        .exists(),
    )


def owe_reviews() -> None:
    """Owe a notice for each article that became due; called by the schedule, inside a unit of work."""
    today = clock.now().date()
    due = db.session.scalars(
        select(Article.id)
        .where(is_due(today), or_(Article.told_on.is_(None), Article.told_on != Article.review_on))
        .order_by(Article.id)
        .limit(MOST_AT_ONCE)
    )
    for article_id in due:
        owe(REVIEW_JOB, article_id)


def tell_of_review(article_id: int) -> None:
    """Tell the owner of an article that it is to be read again; once for each day of review."""
    article = db.session.get(Article, article_id, with_for_update=True)
    if article is None or article.review_on is None or article.told_on == article.review_on:
        return
    if article.review_on > clock.now().date() or article.retired_at is not None:
        return
    article.told_on = article.review_on
    owner = db.session.get(Person, article.owner_id) if article.owner_id else None
    if owner is None or not owner.is_active:
        return
    title = _title_of(article)
    with force_locale(owner.locale):
        prepare_notice(
            owner,
            subject=_("Please read again: %(title)s", title=title),
            text=_letter(
                article.id,
                _(
                    "The article “%(title)s” is to be read again. Is all of it still right?",
                    title=title,
                ),
            ),
        )


def tell_of_translations(article_id: int) -> None:
    """Tell whoever translated an article last that its source went on."""
    article = db.session.get(Article, article_id)
    if article is None or article.retired_at is not None:
        return
    source = next(text for text in article.texts if text.language == article.language)
    for text in article.texts:
        if text.live_number is None or text.source_number == source.live_number or text is source:
            continue
        person = _translator_of(text)
        if person is None or not person.is_active:
            continue
        named = {"title": source.title, "language": languages.NAMES[text.language]}
        with force_locale(person.locale):
            prepare_notice(
                person,
                subject=_("The source changed: %(title)s", title=source.title),
                text=_letter(
                    article_id,
                    _(
                        "“%(title)s” was published anew. Its text in %(language)s is behind.",
                        **named,
                    ),
                ),
            )


def due_beside(person_id: int) -> Beside:
    """How many articles wait for their owner to read them again, to be counted with the views of the rail."""
    return Beside(
        "articles", _due_of_owner(), {"articles_of": person_id, "articles_by": clock.now().date()}
    )


def titles_of(article_ids: Sequence[int]) -> dict[int, str]:
    """The titles of some articles in their own language; one query."""
    rows = db.session.execute(
        select(ArticleText.article_id, ArticleText.title)
        .join(Article, Article.id == ArticleText.article_id)
        .where(Article.id.in_(article_ids), ArticleText.language == Article.language)
    )
    return dict(rows.all())


@cache
def _due_of_owner() -> ScalarSelect[int]:
    due = (
        select(Article.id)
        .where(
            Article.owner_id == bindparam("articles_of", type_=BigKey),
            Article.review_on <= bindparam("articles_by", type_=Date),
            Article.retired_at.is_(None),
        )
        .limit(MOST_COUNTED)
    )
    return select(func.count()).select_from(due.subquery()).scalar_subquery()


def _title_of(article: Article) -> str:
    return titles_of([article.id]).get(article.id, "")


def _translator_of(text: ArticleText) -> Person | None:
    made_by = db.session.scalar(
        select(ArticleVersion.made_by).where(
            ArticleVersion.text_id == text.id, ArticleVersion.number == text.live_number
        )
    )
    return db.session.get(Person, made_by or text.article.owner_id or 0)


def _letter(article_id: int, said: str) -> str:
    base = str(current_app.config["DESK_BASE_URL"]).rstrip("/")
    rest = _("An answer to this mail reaches nobody.")
    return f"{said}\n\n{base}/articles/{article_id}\n\n{rest}\n"
