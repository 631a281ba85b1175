"""What is asked about articles by those who read them; each query starts from what its viewer may read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload

from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.knowledge import languages, looking
from helpdesk.knowledge.access import readable
from helpdesk.knowledge.looking import Found
from helpdesk.knowledge.models import Article, ArticleCategory, ArticleText
from helpdesk.people.access import Actor
from helpdesk.people.models import Person

__all__ = ["Found", "Line", "Shelf", "access_text", "every_line", "find", "related", "shelves"]

MOST_LISTED = 500
MOST_RELATED = 4

# Whoever reads: a requester, somebody of the staff, or None for anybody at all.
Viewer = Person | Actor | None


@dataclass(frozen=True, slots=True)
class Line:
    """An article as lists show it, in the language that suits its reader best."""

    article_id: int
    slug: str
    title: str
    summary: str
    language: str
    category_id: int
    audience: str
    published_on: date | None


@dataclass(frozen=True, slots=True)
class Shelf:
    """A category with the articles in it that its reader may read."""

    id: int
    name: str
    summary: str
    lines: Sequence[Line]


def find(text: str, viewer: Viewer, language: str, limit: int = 5) -> list[Found]:
    """The articles that answer a question best, best first; only those that the viewer may read.

    `language` is what the viewer reads; an article that has no text in it comes in its own language. `score` says which
    part of the question an article has the words for, from 0 to 1, whatever engine found it.
    """
    return looking.find(text, viewer, language, limit)


def shelves(viewer: Viewer, language: str) -> list[Shelf]:
    """Every category that has something for this viewer, with its articles; two queries."""
    by_category: dict[int, list[Line]] = {}
    for line in every_line(viewer, language):
        by_category.setdefault(line.category_id, []).append(line)
    found = db.session.scalars(
        select(ArticleCategory).order_by(ArticleCategory.position, ArticleCategory.id)
    )
    return [
        Shelf(
            one.id,
            in_language(one.names, language),
            in_language(one.summaries, language),
            by_category[one.id],
        )
        for one in found
        if one.id in by_category
    ]


def every_line(viewer: Viewer, language: str) -> list[Line]:
    """Every article that this viewer may read, each once, in order of their titles; one query."""
    rows = db.session.execute(
        select(
            ArticleText.article_id,
            ArticleText.slug,
            ArticleText.title,
            ArticleText.summary,
            ArticleText.language,
            ArticleText.published_at,
            Article.category_id,
            Article.audience,
            Article.language.label("source"),
        )
        .join(Article, Article.id == ArticleText.article_id)
        .where(readable(viewer))
        .order_by(ArticleText.article_id, ArticleText.id)
        .limit(MOST_LISTED * 4)
    ).all()
    by_article: dict[int, dict[str, Line]] = {}
    sources: dict[int, str] = {}
    for row in rows:
        sources[row.article_id] = row.source
        by_article.setdefault(row.article_id, {})[row.language] = Line(
            row.article_id,
            row.slug,
            row.title,
            row.summary,
            row.language,
            row.category_id,
            row.audience.value,
            row.published_at.date() if row.published_at else None,
        )
    found = [
        texts[best]
        for article_id, texts in by_article.items()
        if (best := languages.best_of(texts, language, sources[article_id]))
    ]
    return sorted(found, key=lambda line: line.title.casefold())[:MOST_LISTED]


def access_text(viewer: Viewer, article_id: int, language: str) -> ArticleText:
    """What this viewer reads of an article, in the language that suits them best. Raises NotFound, for a hidden one too."""
    texts = db.session.scalars(
        select(ArticleText)
        .join(ArticleText.article)
        .where(ArticleText.article_id == article_id, readable(viewer))
        .options(contains_eager(ArticleText.article).joinedload(Article.category))
        .order_by(ArticleText.id)
    ).all()
    by_language = {text.language: text for text in texts}
    source = texts[0].article.language if texts else ""
    best = languages.best_of(by_language, language, source)
    if best is None:
        raise NotFound(_("There is no such page."), _("Search the help, or ask us."))
    return by_language[best]


def languages_of(viewer: Viewer, article_id: int) -> list[str]:
    """The languages in which this viewer may read an article."""
    found = db.session.scalars(
        select(ArticleText.language)
        .join(Article, Article.id == ArticleText.article_id)
        .where(ArticleText.article_id == article_id, readable(viewer))
        .order_by(ArticleText.id)
    )
    return list(found)


def related(text: ArticleText, viewer: Viewer) -> list[Found]:
    """Articles near to one, for who reads it; those of its category stand in where words find too few."""
    asked = f"{text.title} {text.keywords}"
    near = [
        found
        for found in looking.find(asked, viewer, text.language, MOST_RELATED + 1)
        if found.article_id != text.article_id
    ]
    return near[:MOST_RELATED]


def owner_of(text: ArticleText) -> Person | None:
    """Who answers for an article."""
    owner_id = text.article.owner_id
    return db.session.get(Person, owner_id) if owner_id else None


def categories() -> Sequence[ArticleCategory]:
    """Every category, in order."""
    return db.session.scalars(
        select(ArticleCategory)
        .order_by(ArticleCategory.position, ArticleCategory.id)
        .limit(MOST_LISTED)
    ).all()


def articles_in(category_ids: Iterable[int]) -> dict[int, int]:
    """How many articles stand in each of these categories, retired ones too."""
    rows = db.session.execute(
        select(Article.category_id, func.count())
        .where(Article.category_id.in_(sorted(category_ids)))
        .group_by(Article.category_id)
    )
    return dict(rows.all())


def in_language(texts: dict[str, str], language: str) -> str:
    """One of the texts of something, in the language wanted if there is one."""
    best = languages.best_of((one for one, text in texts.items() if text), language, "en")
    return texts[best] if best else ""


def access_by_ids(viewer: Viewer, ids: Sequence[int], language: str) -> dict[int, ArticleText]:
    """What this viewer reads of some articles, by their ids; those that are hidden are left out."""
    if not ids:
        return {}
    texts = db.session.scalars(
        select(ArticleText)
        .join(ArticleText.article)
        .where(ArticleText.article_id.in_(sorted(ids)), readable(viewer))
        .options(joinedload(ArticleText.article))
        .order_by(ArticleText.id)
    )
    by_article: dict[int, dict[str, ArticleText]] = {}
    for text in texts:
        by_article.setdefault(text.article_id, {})[text.language] = text
    found = {}
    for article_id, these in by_article.items():
        source = next(iter(these.values())).article.language
        best = languages.best_of(these, language, source)
        if best:
            found[article_id] = these[best]
    return found
