"""articles_for(): the articles that may answer a question, as the knowledge of the desk finds them."""

from __future__ import annotations

from helpdesk.answers.known import Article
from helpdesk.knowledge import queries
from helpdesk.people.models import Person

MOST_LOOKED_AT = 5


def articles_for(text: str, viewer: Person | None, language: str) -> list[Article]:
    """Those that this person may read, the most like first."""
    return [
        Article(one.article_id, one.slug, one.title, one.summary, one.language, one.score)
        for one in queries.find(text, viewer, language, MOST_LOOKED_AT)
    ]
