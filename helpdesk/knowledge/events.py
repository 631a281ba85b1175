"""What happens to articles."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.core.events import TracedEvent

SUBJECT = "article"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleEvent(TracedEvent):
    """Something happened to an article."""

    subject_kind: str = SUBJECT


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRightsChosen(TracedEvent):
    """Who may write and who may publish was chosen; it is one subject, with the id 1."""

    subject_kind: str = "article_rights"
    subject_id: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleWritten(ArticleEvent):
    """An article was begun; nobody reads it before it is published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlePublished(ArticleEvent):
    """A text of an article was published: `after` names its language and the number of the version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleWithdrawn(ArticleEvent):
    """A text is no longer published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleArranged(ArticleEvent):
    """Its category, audience, owner or review changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleReviewed(ArticleEvent):
    """Its owner read it again and found it right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRetired(ArticleEvent):
    """It was taken away, or brought back."""
