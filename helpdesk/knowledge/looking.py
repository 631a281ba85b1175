"""Looking for the articles that answer a question: the desk's own search engine, narrowed before it ranks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.knowledge import languages
from helpdesk.knowledge.access import audiences_of, readable, reader_of
from helpdesk.knowledge.models import Article, ArticleText
from helpdesk.people.access import Actor
from helpdesk.people.models import Person
from helpdesk.search import terms
from helpdesk.search.backend import SearchQuery
from helpdesk.search.indexing import current_backend

KIND = "article"
# Of so many that the engine finds, the best are chosen by how much of the question they have the words for.
CANDIDATES = 30
LEAST_SCORE = 0.15
# A letter has many words; an article that has so many of them answers it.
ENOUGH_WORDS = 6
# How much a word counts by where it stands.
_IN_TITLE, _IN_SUMMARY, _IN_BODY = 1.0, 0.85, 0.6


@dataclass(frozen=True, slots=True)
class Found:
    """An article that matches. `score` goes from 0 to 1: which part of the question it has the words for."""

    article_id: int
    title: str
    summary: str
    language: str
    score: float
    slug: str = ""
    category_id: int = 0
    audience: str = ""


@dataclass(frozen=True, slots=True)
class _Row:
    """A text that was found and that the viewer may read, with what it is weighed by."""

    found: Found
    fields: tuple[tuple[float, str], ...]


def find(
    text: str, viewer: Person | Actor | None, language: str, limit: int, offset: int = 0
) -> list[Found]:
    """The best matches for a viewer, each article once; four queries at most."""
    words = languages.significant(text)
    if not words:
        return []
    refs = _refs(words, viewer, [language])
    if len(refs) < offset + limit:
        others = [one for one in languages.NAMES if one != language]
        refs += [ref for ref in _refs(words, viewer, others) if ref not in refs]
    rows = _read(refs, viewer)
    best: dict[int, Found] = {}
    for row in sorted(rows, key=lambda row: -_score(row, words)):
        score = round(_score(row, words), 3)
        if score >= LEAST_SCORE and row.found.article_id not in best:
            best[row.found.article_id] = replace(row.found, score=score)
    chosen = list(best.values())[offset : offset + limit]
    return _in_language(chosen, viewer, language)


def did_you_mean(text: str, viewer: Person | Actor | None) -> str | None:
    """Another way to write what found nothing, if by it this viewer would find an article."""
    words = languages.significant(text)
    if not words:
        return None
    asked = SearchQuery(" ".join(words), _readers(viewer, languages.NAMES), kinds=(KIND,), limit=1)
    return current_backend().search(asked).suggestion


def _readers(viewer: Person | Actor | None, asked: Iterable[str]) -> tuple[str, ...]:
    return tuple(reader_of(one, language) for one in audiences_of(viewer) for language in asked)


def _refs(words: Sequence[str], viewer: Person | Actor | None, asked: Iterable[str]) -> list[int]:
    query = SearchQuery(
        " ".join(words),
        _readers(viewer, asked),
        kinds=(KIND,),
        limit=CANDIDATES,
        suggests=False,
        any_word=True,
    )
    return [int(hit.ref.partition(":")[2]) for hit in current_backend().search(query).hits]


def _read(text_ids: Sequence[int], viewer: Person | Actor | None) -> list[_Row]:
    """Those of these texts that the database lets this viewer read, in the engine's order (S10)."""
    if not text_ids:
        return []
    rows = db.session.execute(
        select(
            ArticleText.id,
            ArticleText.article_id,
            ArticleText.title,
            ArticleText.summary,
            ArticleText.keywords,
            ArticleText.body,
            ArticleText.language,
            ArticleText.slug,
            Article.category_id,
            Article.audience,
        )
        .join(Article, Article.id == ArticleText.article_id)
        .where(ArticleText.id.in_(text_ids), readable(viewer))
    ).all()
    by_id = {row.id: _row(row) for row in rows}
    return [by_id[one] for one in text_ids if one in by_id]


def _row(row: Any) -> _Row:
    found = Found(
        row.article_id,
        row.title,
        row.summary,
        row.language,
        0.0,
        row.slug,
        row.category_id,
        row.audience.value,
    )
    fields = (
        (_IN_TITLE, f"{row.title} {row.keywords}"),
        (_IN_SUMMARY, row.summary),
        (_IN_BODY, row.body),
    )
    return _Row(found, fields)


def _score(row: _Row, words: Sequence[str]) -> float:
    """Which part of the words a text has, those in its title counting most."""
    language = row.found.language
    total = 0.0
    held = [(weight, _held(text, language)) for weight, text in row.fields]
    for word in words:
        wanted = languages.forms(word, language)
        total += max((weight for weight, there in held if wanted & there), default=0.0)
    return min(1.0, total / min(len(words), ENOUGH_WORDS))


def _held(text: str, language: str) -> set[str]:
    words = set(terms.words(text))
    return words | {terms.stem(word) for word in words} if language == "en" else words


def _in_language(
    chosen: Sequence[Found], viewer: Person | Actor | None, language: str
) -> list[Found]:
    """An article that was found by another language is shown in the viewer's, where it has a text in it."""
    foreign = [one.article_id for one in chosen if one.language != language]
    if not foreign:
        return list(chosen)
    texts = db.session.execute(
        select(ArticleText.article_id, ArticleText.title, ArticleText.summary, ArticleText.slug)
        .join(Article, Article.id == ArticleText.article_id)
        .where(
            ArticleText.article_id.in_(foreign), ArticleText.language == language, readable(viewer)
        )
    )
    own = {row.article_id: row for row in texts}
    return [
        replace(one, title=row.title, summary=row.summary, slug=row.slug, language=language)
        if one.language != language and (row := own.get(one.article_id))
        else one
        for one in chosen
    ]


def beginning_with(text: str, viewer: Person | Actor | None, limit: int) -> list[tuple[int, str]]:
    """The articles that have these words (a query), by id and title, those with all of them in the title first.

    For somebody who types; two queries.
    """
    asked = SearchQuery(
        text,
        _readers(viewer, languages.NAMES),
        kinds=(KIND,),
        limit=CANDIDATES,
        suggests=False,
        is_hasty=True,
    )
    ids = [int(hit.ref.partition(":")[2]) for hit in current_backend().search(asked).hits]
    rows = db.session.execute(
        select(ArticleText.id, ArticleText.article_id, ArticleText.title)
        .join(Article, Article.id == ArticleText.article_id)
        .where(ArticleText.id.in_(ids), readable(viewer))
    )
    by_id = {row.id: (row.article_id, row.title) for row in rows}
    found: dict[int, str] = {}
    for article_id, title in (by_id[one] for one in ids if one in by_id):
        found.setdefault(article_id, title)
    words = text.replace("*", " ").casefold().split()
    in_order = sorted(
        found.items(), key=lambda one: not all(word in one[1].casefold() for word in words)
    )
    return in_order[:limit]
