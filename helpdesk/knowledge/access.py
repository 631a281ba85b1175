"""Who may read an article, and who may write and publish: the one way to reach one."""

from __future__ import annotations

import enum
import logging

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, select

from helpdesk.core import settings
from helpdesk.core.db import db
from helpdesk.core.errors import NotFound, Refused
from helpdesk.knowledge.models import Article, ArticleFile, ArticleText, Audience
from helpdesk.people.access import Actor
from helpdesk.people.models import Person, Right

log = logging.getLogger(__name__)

RIGHTS = "knowledge.rights"


class Holder(enum.StrEnum):
    """Who holds a right over articles."""

    AGENTS = "agents"
    LEADS = "leads"
    ADMINS = "admins"


# What may be done to articles, and who may by default.
DEFAULTS = {"write": Holder.AGENTS, "publish": Holder.LEADS}


def audiences_of(viewer: Person | Actor | None) -> tuple[Audience, ...]:
    """The audiences to which this person belongs; None is anybody."""
    if viewer is None:
        return (Audience.PUBLIC,)
    if viewer.is_staff:
        return tuple(Audience)
    return (Audience.PUBLIC, Audience.SIGNED_IN)


def reader_of(audience: Audience, language: str) -> str:
    """The term by which an index knows who may read a text."""
    return f"article:{audience.value}:{language}"


def readable(viewer: Person | Actor | None) -> ColumnElement[bool]:
    """The condition that every query for readers starts from: published, not retired, and for this person."""
    return and_(
        ArticleText.live_number.is_not(None),
        Article.retired_at.is_(None),
        Article.audience.in_(audiences_of(viewer)),
    )


def access_file(viewer: Person | Actor | None, key: str) -> ArticleFile:
    """The file of this key, if its article may be read. Raises NotFound."""
    asked = select(ArticleFile).join(Article).where(ArticleFile.key == key)
    if viewer is None or not viewer.is_staff:
        asked = asked.where(
            select(ArticleText.id)
            .where(ArticleText.article_id == Article.id, readable(viewer))
            .exists()
        )
    found = db.session.scalars(asked).one_or_none()
    if found is None:
        log.info("A file of an article was refused or missing.", extra={"key": key[:40]})
        raise NotFound(_("There is no such file."), _("It may have been removed."))
    return found


def access_article(actor: Actor, article_id: int) -> Article:
    """The article of this id, for staff, whether or not it is published. Raises NotFound."""
    found = db.session.get(Article, article_id) if actor.is_staff else None
    if found is None:
        raise NotFound(_("There is no such article."), _("Look for it in the list of articles."))
    return found


def rights() -> dict[str, Holder]:
    """Who may write and who may publish, as administrators chose."""
    chosen = settings.read(RIGHTS, {})
    return {deed: Holder(chosen.get(deed, holder)) for deed, holder in DEFAULTS.items()}


def may_deed(actor: Actor | None, deed: str) -> bool:
    """Whether an actor may "write" or "publish" articles."""
    if actor is None or actor.is_admin:
        return True
    if not actor.is_staff:
        return False
    holder = rights()[deed]
    if holder is Holder.LEADS:
        return Right.LEAD in actor.groups.values()
    return holder is Holder.AGENTS


def require_deed(actor: Actor | None, deed: str) -> None:
    """Refuse an actor who may not "write" or "publish"."""
    if not may_deed(actor, deed):
        said = {
            "write": _("You may not write articles."),
            "publish": _("You may write articles, but not publish them."),
        }
        raise Refused(said[deed], _("Ask a lead of your group, or an administrator."))
