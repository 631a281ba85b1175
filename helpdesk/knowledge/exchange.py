"""Articles out to files and in from them: for another desk, a review in another program, and the demo."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.knowledge import arranging, markup, writing
from helpdesk.knowledge.models import Article, ArticleCategory, ArticleText
from helpdesk.knowledge.pages import Page, write_page
from helpdesk.knowledge.queries import in_language
from helpdesk.knowledge.writing import Content, source_of

_TO_ARTICLE = re.compile(re.escape(f"]({markup.ARTICLE}") + r"([a-z0-9-]+)\)")


@dataclass(slots=True)
class Taken:
    """What an import did: how many texts are new, changed, or as they were."""

    new: int = 0
    changed: int = 0
    same: int = 0


def take_in(pages: Sequence[Page], *, published: bool, owner_id: int | None = None) -> Taken:
    """Write these pages as articles: a source known by its name is changed, others are new. Inside a unit of work.

    Without `published` all becomes drafts, to be looked at first. Raises Invalid; then nothing is kept.
    """
    taken, known = Taken(), _known()
    sources = {page.name: page for page in pages if page.is_source}
    for page in pages:
        if page.name not in sources and page.name not in known:
            raise Invalid(f"{page.name}.{page.language}.md: its source is missing.")
    for name, page in sources.items():
        if name not in known:
            known[name] = _begin(page, owner_id)
    ids = {name: article.id for name, article in known.items()}
    for page in pages:
        _write(known[page.name], _linked(page, ids), taken, published=published)
    return taken


def give_out(folder: Path) -> int:
    """Write every published text into a folder, with its pictures beside; returns how many files of text."""
    folder.mkdir(parents=True, exist_ok=True)
    articles = db.session.scalars(
        select(Article)
        .where(Article.retired_at.is_(None))
        .options(selectinload(Article.texts), selectinload(Article.category))
        .order_by(Article.id)
    ).all()
    names = {article.id: name_of(article) for article in articles}
    written = 0
    for article in articles:
        for text in article.texts:
            if text.live_number is not None:
                path = folder / f"{names[article.id]}.{text.language}.md"
                path.write_text(write_page(_page(article, text, names)), encoding="utf-8")
                written += 1
    return written


def name_of(article: Article) -> str:
    """The name of an article's files."""
    return source_of(article).slug or f"article-{article.id}"


def _known() -> dict[str, Article]:
    articles = db.session.scalars(select(Article).options(selectinload(Article.texts)))
    return {name_of(article): article for article in articles}


def _begin(page: Page, owner_id: int | None) -> Article:
    article = writing.begin_article(
        page.content,
        category_id=_category(page).id,
        language=page.language,
        audience=page.audience,
        owner_id=owner_id,
        actor=None,
    )
    article.review_months = page.review_months
    # Known by its file until it is published under its title.
    article.texts[0].slug = page.name
    return article


def _write(article: Article, page: Page, taken: Taken, *, published: bool) -> None:
    text = next((one for one in article.texts if one.language == page.language), None)
    is_new = text is None or text.live_number is None
    if text is None:
        text = writing.add_language(article, page.language, actor=None)
        _name_category(article.category, page)
    lock = text.draft.lock if text.draft else 0
    saved = writing.save_draft(
        text, page.content, lock=lock, base=text.live_number or 0, actor=None
    )
    if not saved:
        taken.same += 1
        return
    if published:
        writing.publish(text, lock=saved, actor=None)
        text.slug = page.name if page.is_source else text.slug
    taken.new += is_new
    taken.changed += not is_new


def _category(page: Page) -> ArticleCategory:
    name = page.facts.get("category", "")
    for one in db.session.scalars(select(ArticleCategory)):
        if one.names.get(page.language) == name:
            return one
    return arranging.add_category({page.language: name}, actor=None)


def _name_category(category: ArticleCategory, page: Page) -> None:
    name = page.facts.get("category")
    if name and page.language not in category.names:
        category.names = {**category.names, page.language: name}


def _linked(page: Page, ids: dict[str, int]) -> Page:
    """The page with its links by the ids that articles have here."""
    return _relinked(page, lambda name: str(ids[name]) if name in ids else name)


def _relinked(page: Page, named: Callable[[str], str]) -> Page:
    def lead(match: re.Match[str]) -> str:
        return f"]({markup.ARTICLE}{named(match[1])})"

    content: Content = replace(page.content, body=_TO_ARTICLE.sub(lead, page.content.body))
    return replace(page, content=content)


def _page(article: Article, text: ArticleText, names: dict[int, str]) -> Page:
    facts = {"category": in_language(article.category.names, text.language)}
    if text.language == article.language:
        facts |= {"audience": article.audience.value, "review": str(article.review_months)}
    page = Page(names[article.id], text.language, writing.content_of(text), facts)
    return _relinked(page, lambda name: names.get(int(name), name) if name.isdigit() else name)
