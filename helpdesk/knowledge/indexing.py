"""Articles as documents of the index: one for each language that is published."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import owe
from helpdesk.knowledge import languages, markup
from helpdesk.knowledge.access import reader_of
from helpdesk.knowledge.events import ArticleEvent
from helpdesk.knowledge.models import ArticleText
from helpdesk.search import indexing
from helpdesk.search.backend import Document
from helpdesk.search.sources import Source

JOB = "index_article"
BATCH = 250


def follow(event: ArticleEvent) -> None:
    """Make what happened to an article found: at once where the index stands in the same database, else as work owed."""
    if indexing.current_backend().in_transaction:
        index_articles([event.subject_id])
    else:
        owe(JOB, event.subject_id)


def index_articles(article_ids: Sequence[int]) -> None:
    """Index what is published of these articles, and forget what no longer is; a job of lane `index`."""
    texts = list(
        db.session.scalars(
            select(ArticleText)
            .where(ArticleText.article_id.in_(article_ids))
            .options(joinedload(ArticleText.article))
            .order_by(ArticleText.id)
        )
    )
    found = [_document(text) for text in texts if _is_found(text)]
    gone = [f"article:{text.id}" for text in texts if not _is_found(text)]
    if found:
        indexing.put(found)
    if gone:
        indexing.forget(gone)


def of_texts(text_ids: Sequence[int]) -> Iterator[Document]:
    """The documents of those of these texts that are published."""
    for start in range(0, len(text_ids), BATCH):
        texts = db.session.scalars(
            select(ArticleText)
            .where(ArticleText.id.in_(text_ids[start : start + BATCH]))
            .options(joinedload(ArticleText.article))
            .order_by(ArticleText.id)
        ).all()
        yield from [_document(text) for text in texts if _is_found(text)]


SOURCE = Source("article", ArticleText, of_texts)


def _is_found(text: ArticleText) -> bool:
    return text.live_number is not None and text.article.retired_at is None


def _document(text: ArticleText) -> Document:
    words = markup.words_of(text.body)
    whole = f"{text.title} {text.summary} {text.keywords} {words}"
    return Document(
        ref=f"article:{text.id}",
        kind="article",
        readers=(reader_of(text.article.audience, text.language),),
        title=f"{text.title} {text.keywords}",
        body=f"{text.summary}\n{words}\n{languages.all_forms(whole, text.language)}",
        exact="",
        at=text.published_at or text.article.created_at,
    )
