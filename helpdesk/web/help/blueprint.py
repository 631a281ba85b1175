"""The blueprint of the public help, and who reads it."""

from __future__ import annotations

from flask import Blueprint, url_for

from helpdesk.knowledge import markup, queries
from helpdesk.knowledge.models import ArticleText
from helpdesk.knowledge.queries import Viewer
from helpdesk.web.auth import current_actor_or_none
from helpdesk.web.languages import serves_the_public
from helpdesk.web.portal.visitor import current_requester

help_pages = Blueprint("help", __name__, url_prefix="/help")
serves_the_public("help")


def viewer() -> Viewer:
    """Who reads: staff who are signed in, a visitor who followed a link to their address, or None for anybody at all."""
    return current_actor_or_none() or current_requester()


def address_of(
    article_id: int, slug: str, language: str | None = None, *, whole: bool = False
) -> str:
    """Where an article stands; `language` where it is not the one the reader chose."""
    return url_for(
        "help.article", article_id=article_id, slug=slug, language=language, _external=whole
    )


def resolver(text: ArticleText, reader: Viewer) -> markup.Resolve:
    """Where the files and articles are that a text names; an article that its reader may not read is no link."""
    keys = {file.key for file in text.article.files}

    def resolve(kind: str, name: str) -> str | None:
        if kind == markup.FILE:
            return url_for("help.file", key=name) if name in keys else None
        if not (name.isascii() and name.isdigit() and len(name) < 12):
            return None
        found = queries.access_by_ids(reader, [int(name)], text.language).get(int(name))
        return address_of(found.article_id, found.slug) if found else None

    return resolve
