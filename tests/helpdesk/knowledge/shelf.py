"""Articles for tests, written and published by the commands; each call opens its own unit of work."""

from __future__ import annotations

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.knowledge import arranging, writing
from helpdesk.knowledge.models import Article, ArticleCategory, ArticleText, Audience
from helpdesk.knowledge.writing import Content


def make_category(name: str = "Bins and recycling", welsh: str = "") -> ArticleCategory:
    """The category of this name, made if it is not there."""
    for one in db.session.scalars(select(ArticleCategory)):
        if one.names["en"] == name:
            return one
    with unit_of_work():
        return arranging.add_category({"en": name, "cy": welsh}, actor=None)


def make_draft(
    title: str = "When we collect your bins", body: str = "On Tuesdays.", **more: str
) -> Article:
    """An article that nobody reads yet."""
    category = make_category()
    with unit_of_work():
        return writing.begin_article(
            Content(title, body, **more),
            category_id=category.id,
            audience=Audience.PUBLIC,
            actor=None,
        )


def make_article(
    title: str = "When we collect your bins",
    body: str = "We collect bins on Tuesdays.",
    *,
    audience: Audience = Audience.PUBLIC,
    language: str = "en",
    category: str = "Bins and recycling",
    owner_id: int | None = None,
    **more: str,
) -> Article:
    """An article that its audience reads."""
    where = make_category(category)
    with unit_of_work():
        article = writing.begin_article(
            Content(title, body, **more),
            category_id=where.id,
            language=language,
            audience=audience,
            owner_id=owner_id,
            actor=None,
        )
        writing.publish(article.texts[0], lock=1, actor=None)
    return article


def translate(article: Article, title: str, body: str, language: str = "cy") -> ArticleText:
    """A published translation."""
    with unit_of_work():
        text = writing.add_language(article, language, actor=None)
        lock = writing.save_draft(text, Content(title, body), lock=1, base=0, actor=None)
        writing.publish(text, lock=lock, actor=None)
    return text


def publish_anew(text: ArticleText, title: str, body: str) -> None:
    """What a text says from now on."""
    with unit_of_work():
        lock = writing.save_draft(
            text, Content(title, body), lock=0, base=text.live_number or 0, actor=None
        )
        writing.publish(text, lock=lock, actor=None)
