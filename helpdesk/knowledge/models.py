"""Rows of the knowledge base: articles, their texts in each language, the versions and drafts of these."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core.db import BigKey, Model, primary_key

LONGEST_TITLE = 200
LONGEST_SUMMARY = 400
LONGEST_BODY = 100_000


class Audience(enum.StrEnum):
    """Who may read an article; each includes those before it."""

    INTERNAL = "internal"
    SIGNED_IN = "signed_in"
    PUBLIC = "public"


class ArticleCategory(Model):
    """A heading under which articles stand; `names` and `summaries` have a text for each language."""

    __tablename__ = "article_category"

    id: Mapped[primary_key]
    names: Mapped[dict[str, Any]] = mapped_column(default=dict)
    summaries: Mapped[dict[str, Any]] = mapped_column(default=dict)
    position: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime]


class Article(Model):
    """One thing worth knowing, in one or more languages.

    `language` is that of its source, which the others translate. `version` counts changes of what stands here and
    guards against two people editing at once. `review_on` is when its owner is to read it again; `told_on` the day
    for which they were told so.
    """

    __tablename__ = "article"
    __table_args__ = (Index("ix_article_review", "owner_id", "review_on"),)

    id: Mapped[primary_key]
    category_id: Mapped[int] = mapped_column(ForeignKey("article_category.id"), index=True)
    audience: Mapped[Audience] = mapped_column(default=Audience.INTERNAL)
    language: Mapped[str] = mapped_column(String(10), default="en")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    review_months: Mapped[int] = mapped_column(Integer, default=12)
    review_on: Mapped[date | None] = mapped_column(Date, index=True)
    reviewed_on: Mapped[date | None] = mapped_column(Date)
    told_on: Mapped[date | None] = mapped_column(Date)
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]

    category: Mapped[ArticleCategory] = relationship(lazy="select")
    texts: Mapped[list[ArticleText]] = relationship(
        back_populates="article", order_by="ArticleText.id", lazy="select"
    )
    files: Mapped[list[ArticleFile]] = relationship(order_by="ArticleFile.id", lazy="select")


class ArticleText(Model):
    """An article in one language, as it is published; without `live_number` it never was.

    `live_number` names the version that readers see, whose words stand here too. `source_number` is the version of the
    source that a translation renders; a source that went on leaves it behind.
    """

    __tablename__ = "article_text"
    __table_args__ = (UniqueConstraint("article_id", "language"),)

    id: Mapped[primary_key]
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"))
    language: Mapped[str] = mapped_column(String(10))
    slug: Mapped[str] = mapped_column(String(80), default="")
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE), default="")
    summary: Mapped[str] = mapped_column(String(LONGEST_SUMMARY), default="")
    keywords: Mapped[str] = mapped_column(String(LONGEST_SUMMARY), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    live_number: Mapped[int | None] = mapped_column(Integer)
    source_number: Mapped[int | None] = mapped_column(Integer)
    published_at: Mapped[datetime | None]

    article: Mapped[Article] = relationship(back_populates="texts", lazy="select")
    draft: Mapped[ArticleDraft | None] = relationship(back_populates="text", lazy="select")


class ArticleVersion(Model):
    """What a text said when it was published; never changed once written."""

    __tablename__ = "article_version"
    __table_args__ = (UniqueConstraint("text_id", "number"),)

    id: Mapped[primary_key]
    text_id: Mapped[int] = mapped_column(ForeignKey("article_text.id"))
    number: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    summary: Mapped[str] = mapped_column(String(LONGEST_SUMMARY), default="")
    keywords: Mapped[str] = mapped_column(String(LONGEST_SUMMARY), default="")
    body: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(String(500), default="")
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class ArticleDraft(Model):
    """What somebody is writing beside what is published; `lock` counts its savings."""

    __tablename__ = "article_draft"

    text_id: Mapped[int] = mapped_column(ForeignKey("article_text.id"), primary_key=True)
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    summary: Mapped[str] = mapped_column(String(LONGEST_SUMMARY), default="")
    keywords: Mapped[str] = mapped_column(String(LONGEST_SUMMARY), default="")
    body: Mapped[str] = mapped_column(Text)
    lock: Mapped[int] = mapped_column(Integer, default=1)
    saved_at: Mapped[datetime]
    saved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    text: Mapped[ArticleText] = relationship(back_populates="draft", lazy="select")


class ArticleFile(Model):
    """A picture or file of an article; `key` is random and is what a link names."""

    __tablename__ = "article_file"

    id: Mapped[primary_key]
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), index=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(255))
    content_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(BigKey)
    created_at: Mapped[datetime]


class ArticleViews(Model):
    """How often a text was read on a day."""

    __tablename__ = "article_views"

    text_id: Mapped[int] = mapped_column(ForeignKey("article_text.id"), primary_key=True)
    day: Mapped[date] = mapped_column("read_on", Date, primary_key=True)
    count: Mapped[int] = mapped_column("times", Integer, default=0)


class ArticleVerdict(Model):
    """Whether a text helped one visitor, and what they said.

    `visitor` is a keyed digest of where the answer came from, so that one visitor counts once and nobody is known by
    it. `ticket_id` is the ticket that somebody made of the comment; no foreign key, since it only leads there.
    """

    __tablename__ = "article_verdict"
    __table_args__ = (UniqueConstraint("text_id", "visitor"),)

    id: Mapped[primary_key]
    text_id: Mapped[int] = mapped_column(ForeignKey("article_text.id"))
    visitor: Mapped[str] = mapped_column(String(64))
    helped: Mapped[bool] = mapped_column(Boolean)
    comment: Mapped[str] = mapped_column(Text, default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ticket_id: Mapped[int | None] = mapped_column(BigKey)
    settled_at: Mapped[datetime | None]
    at: Mapped[datetime] = mapped_column("given_at")


class ArticleMiss(Model):
    """Words that somebody looked for and that no article answered, with how often."""

    __tablename__ = "article_miss"
    __table_args__ = (UniqueConstraint("words", "language"),)

    id: Mapped[primary_key]
    words: Mapped[str] = mapped_column(String(120))
    language: Mapped[str] = mapped_column(String(10))
    times: Mapped[int] = mapped_column(Integer, default=1)
    last_at: Mapped[datetime] = mapped_column(index=True)
