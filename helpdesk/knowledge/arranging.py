"""Where articles stand and for whom: categories, audience, owner, review; taking one away and bringing it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from helpdesk.core import clock, settings
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid, NotFound, Refused
from helpdesk.core.unit_of_work import record
from helpdesk.knowledge.access import DEFAULTS, RIGHTS, Holder, require_deed, rights
from helpdesk.knowledge.events import (
    ArticleArranged,
    ArticleEvent,
    ArticleRetired,
    ArticleReviewed,
    ArticleRightsChosen,
)
from helpdesk.knowledge.models import LONGEST_SUMMARY, Article, ArticleCategory, Audience
from helpdesk.knowledge.reviewing import months_later
from helpdesk.knowledge.writing import CAUSE
from helpdesk.people.access import Actor, id_of
from helpdesk.people.models import Person

LONGEST_NAME = 120
MOST_MONTHS = 60


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Where an article stands, for whom, and who answers for it."""

    category_id: int
    audience: Audience
    owner_id: int | None
    review_months: int
    review_on: date | None


def arrange(article: Article, wanted: Arrangement, *, version: int, actor: Actor | None) -> None:
    """Change what is not text. Who widens the audience of something published needs the right to publish."""
    require_deed(actor, "write")
    _lock(article, version)
    if wanted.audience is not article.audience and any(text.live_number for text in article.texts):
        require_deed(actor, "publish")
    _check(wanted)
    before, after = _facts(article), _facts(wanted)
    if before == after:
        return
    article.category_id, article.audience = wanted.category_id, wanted.audience
    article.owner_id, article.review_months = wanted.owner_id, wanted.review_months
    article.review_on = wanted.review_on
    article.version += 1
    changed = {name for name in after if after[name] != before[name]}
    _record(ArticleArranged, article, actor, before, after, changed)


def mark_reviewed(article: Article, *, actor: Actor | None) -> None:
    """Say that an article was read again and is right; the next review is reckoned from today."""
    require_deed(actor, "write")
    before = {"review_on": _said(article.review_on)}
    article.reviewed_on = clock.now().date()
    article.review_on = months_later(article.reviewed_on, article.review_months)
    article.told_on = None
    article.version += 1
    after = {"review_on": _said(article.review_on)}
    _record(ArticleReviewed, article, actor, before, after, set(after))


def retire(article: Article, *, actor: Actor | None) -> None:
    """Take an article away from its readers; nothing of it is deleted."""
    require_deed(actor, "publish")
    if article.retired_at is None:
        article.retired_at = clock.now()
        article.version += 1
        _record(ArticleRetired, article, actor, {"retired": False}, {"retired": True}, {"retired"})


def revive(article: Article, *, actor: Actor | None) -> None:
    """Bring a retired article back as it was."""
    require_deed(actor, "publish")
    if article.retired_at is not None:
        article.retired_at = None
        article.version += 1
        _record(ArticleRetired, article, actor, {"retired": True}, {"retired": False}, {"retired"})


def add_category(
    names: Mapping[str, str], summaries: Mapping[str, str] | None = None, *, actor: Actor | None
) -> ArticleCategory:
    """A new category, after the others."""
    require_deed(actor, "publish")
    last = db.session.scalar(select(func.max(ArticleCategory.position))) or 0
    category = ArticleCategory(
        names=_named(names),
        summaries=_summed_up(summaries or {}),
        position=last + 1,
        created_at=clock.now(),
    )
    db.session.add(category)
    db.session.flush()
    return category


def edit_category(
    category: ArticleCategory,
    names: Mapping[str, str],
    summaries: Mapping[str, str],
    *,
    position: int,
    actor: Actor | None,
) -> None:
    """Rename a category, or give it another place."""
    require_deed(actor, "publish")
    category.names, category.summaries = _named(names), _summed_up(summaries)
    category.position = position


def move_category(category: ArticleCategory, *, up: bool, actor: Actor | None) -> None:
    """Let a category change places with the one before or after it."""
    require_deed(actor, "publish")
    rows = list(
        db.session.scalars(
            select(ArticleCategory)
            .order_by(ArticleCategory.position, ArticleCategory.id)
            .with_for_update()
        )
    )
    place = rows.index(category)
    other = place - 1 if up else place + 1
    if 0 <= other < len(rows):
        rows.insert(other, rows.pop(place))
    for position, row in enumerate(rows, start=1):
        row.position = position


def remove_category(
    category: ArticleCategory, *, to: ArticleCategory | None = None, actor: Actor | None
) -> None:
    """Remove a category; what stands in it, retired articles too, goes to another one."""
    require_deed(actor, "publish")
    # Held, so that nothing is put into it meanwhile.
    db.session.refresh(category, with_for_update=True)
    held = db.session.scalars(
        select(Article)
        .where(Article.category_id == category.id)
        .order_by(Article.id)
        .with_for_update()
    ).all()
    if held and (to is None or to is category):
        raise Invalid(_("Articles stand in this category."), _("Choose where they go."), field="to")
    for article in held:
        before = _facts(article)
        article.category = to or category
        article.version += 1
        after = {**before, "category": article.category.id}
        _record(ArticleArranged, article, actor, before, after, {"category"})
    db.session.flush()
    db.session.delete(category)


def access_category(category_id: int) -> ArticleCategory:
    """The category of this id. Raises NotFound."""
    found = db.session.get(ArticleCategory, category_id)
    if found is None:
        raise NotFound(_("There is no such category."), _("Choose one from the list."))
    return found


def choose_rights(chosen: Mapping[str, Holder], *, actor: Actor | None) -> None:
    """Say who may write and who may publish; for administrators."""
    if actor is not None and not actor.is_admin:
        raise Refused(_("You may not do this."), _("Ask an administrator of the desk."))
    before = {deed: holder.value for deed, holder in rights().items()}
    after = {deed: chosen.get(deed, holder).value for deed, holder in DEFAULTS.items()}
    if before == after:
        return
    settings.write(RIGHTS, after)
    record(ArticleRightsChosen(actor_id=id_of(actor), cause="console", before=before, after=after))


def _check(wanted: Arrangement) -> None:
    if db.session.get(ArticleCategory, wanted.category_id) is None:
        raise Invalid(_("Choose a category."), field="category")
    if not 0 <= wanted.review_months <= MOST_MONTHS:
        raise Invalid(_("Choose how often it is read again."), field="review_months")
    owner = db.session.get(Person, wanted.owner_id) if wanted.owner_id is not None else None
    if wanted.owner_id is not None and (owner is None or not owner.is_staff):
        raise Invalid(_("Choose somebody of the staff."), field="owner")


def _lock(article: Article, version: int) -> None:
    db.session.refresh(article, with_for_update=True)
    if article.version != version:
        raise Conflict(
            _("This article was changed while you looked at it."),
            _("Look again, then save once more."),
        )


def _facts(row: Article | Arrangement) -> dict[str, Any]:
    return {
        "category": row.category_id,
        "audience": row.audience.value,
        "owner": row.owner_id,
        "review_months": row.review_months,
        "review_on": _said(row.review_on),
    }


def _said(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _record(
    kind: type[ArticleEvent],
    article: Article,
    actor: Actor | None,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    names: set[str],
) -> None:
    record(
        kind(
            subject_id=article.id,
            actor_id=id_of(actor),
            cause=CAUSE,
            before={name: before[name] for name in names},
            after={name: after[name] for name in names},
        )
    )


def _named(names: Mapping[str, str]) -> dict[str, str]:
    found = _texts(names)
    if not found:
        raise Invalid(_("Give the category a name."), field="name_en")
    _check_lengths(found, LONGEST_NAME, "name")
    return found


def _summed_up(summaries: Mapping[str, str]) -> dict[str, str]:
    found = _texts(summaries)
    _check_lengths(found, LONGEST_SUMMARY, "summary")
    return found


def _check_lengths(texts: Mapping[str, str], most: int, field: str) -> None:
    for language, text in texts.items():
        if len(text) > most:
            raise Invalid(
                _("Use at most %(num)s characters.", num=most), field=f"{field}_{language}"
            )


def _texts(texts: Mapping[str, str]) -> dict[str, str]:
    return {language: " ".join(text.split()) for language, text in texts.items() if text.strip()}
