"""Pictures and files of articles: kept by digest like those of messages, named in the text by a random key."""

from __future__ import annotations

import secrets

from flask_babel import gettext as _
from sqlalchemy import func, select

from helpdesk.core import clock, files
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.knowledge import markup
from helpdesk.knowledge.access import require_deed
from helpdesk.knowledge.models import Article, ArticleFile
from helpdesk.people.access import Actor
from helpdesk.tickets.naming import safe_file_name, single_line

MOST_FILES = 50
LARGEST_BYTES = 15 * 1024 * 1024


def attach(
    article: Article, name: str, content_type: str, body: bytes, *, actor: Actor | None
) -> ArticleFile:
    """Keep a file with an article. Raises Invalid past the limits."""
    require_deed(actor, "write")
    if not body:
        raise Invalid(_("Choose a file that is not empty."), field="file")
    if len(body) > LARGEST_BYTES:
        raise Invalid(
            _("This file is too large."),
            _("It may have %(most)d MB.", most=LARGEST_BYTES // 1_048_576),
            field="file",
        )
    held = db.session.scalar(
        select(func.count()).select_from(ArticleFile).where(ArticleFile.article_id == article.id)
    )
    if (held or 0) >= MOST_FILES:
        raise Invalid(_("An article has at most %(num)s files.", num=MOST_FILES), field="file")
    found = ArticleFile(
        article_id=article.id,
        key=secrets.token_urlsafe(18),
        digest=files.keep(body),
        name=safe_file_name(name),
        content_type=single_line(content_type, 120) or "application/octet-stream",
        size=len(body),
        created_at=clock.now(),
    )
    db.session.add(found)
    db.session.flush()
    return found


def detach(file: ArticleFile, article: Article, *, actor: Actor | None) -> None:
    """Take a file away. Raises Invalid while a text still shows it."""
    require_deed(actor, "write")
    for text in article.texts:
        draft = text.draft.body if text.draft else ""
        if file.key in markup.files_in(text.body) | markup.files_in(draft):
            raise Invalid(
                _("The article still shows %(name)s.", name=file.name),
                _("Take it out of the text first."),
            )
    db.session.delete(file)
