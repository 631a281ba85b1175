"""Writing articles: drafts beside what is published, versions that stay, translations tied to their source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import delete, func, select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.unit_of_work import record
from helpdesk.knowledge import languages
from helpdesk.knowledge.access import require_deed
from helpdesk.knowledge.events import ArticlePublished, ArticleWithdrawn, ArticleWritten
from helpdesk.knowledge.models import (
    LONGEST_BODY,
    LONGEST_SUMMARY,
    LONGEST_TITLE,
    Article,
    ArticleDraft,
    ArticleText,
    ArticleVersion,
    Audience,
)
from helpdesk.knowledge.reviewing import first_review
from helpdesk.people.access import Actor, id_of
from helpdesk.people.models import Person

CAUSE = "console"
MOST_VERSIONS = 200


@dataclass(frozen=True, slots=True)
class Content:
    """What an article says in one language."""

    title: str
    body: str
    summary: str = ""
    keywords: str = ""


class DraftChanged(Conflict):
    """Somebody saved the draft meanwhile, or published one; `theirs` is what stands there now."""

    def __init__(self, theirs: Content, lock: int, who: str) -> None:
        super().__init__(
            _("%(name)s saved this article while you wrote.", name=who or _("Somebody")),
            _("Both texts stand below. Take over what you want to keep, and save again."),
        )
        self.theirs, self.lock, self.who = theirs, lock, who


def content_of(row: ArticleText | ArticleDraft | ArticleVersion) -> Content:
    """What a row says."""
    return Content(row.title, row.body, row.summary, row.keywords)


def begin_article(
    content: Content,
    *,
    category_id: int,
    language: str = "en",
    audience: Audience = Audience.INTERNAL,
    owner_id: int | None = None,
    actor: Actor | None,
) -> Article:
    """A new article with its first draft; nobody reads it before it is published."""
    require_deed(actor, "write")
    _require_language(language)
    checked = _checked(content)
    article = Article(
        category_id=category_id,
        language=language,
        audience=audience,
        owner_id=owner_id if owner_id is not None else id_of(actor),
        created_at=clock.now(),
    )
    article.texts = [_new_text(language, checked, actor)]
    db.session.add(article)
    db.session.flush()
    record(
        ArticleWritten(
            subject_id=article.id,
            actor_id=id_of(actor),
            cause=CAUSE,
            after={"language": language, "audience": audience.value},
        )
    )
    return article


def add_language(article: Article, language: str, *, actor: Actor | None) -> ArticleText:
    """Begin a translation; its draft starts as what the source says, to be written over."""
    require_deed(actor, "write")
    _require_language(language)
    if any(text.language == language for text in article.texts):
        raise Invalid(_("There is a text in this language already."), field="language")
    source = source_of(article)
    content = content_of(source if source.live_number else source.draft or source)
    text = _new_text(language, content, actor)
    text.source_number = source.live_number
    article.texts.append(text)
    db.session.flush()
    return text


def save_draft(
    text: ArticleText, content: Content, *, lock: int, base: int, actor: Actor | None
) -> int:
    """Keep a draft beside what is published, and return the number under which it is saved.

    `lock` is the number of the draft that the writer began with, 0 for none, and `base` that of the version published
    then. Raises DraftChanged where somebody was quicker; nothing of either is lost.
    """
    require_deed(actor, "write")
    checked = _checked(content)
    draft = _lock(text)
    if draft is None:
        if lock or (text.live_number or 0) != base:
            raise DraftChanged(content_of(text), 0, _publisher_of(text))
        if text.live_number is not None and checked == content_of(text):
            return 0
        draft = ArticleDraft(text_id=text.id, lock=0, saved_at=clock.now(), title="", body="")
        db.session.add(draft)
    elif draft.lock != lock:
        raise DraftChanged(content_of(draft), draft.lock, _name_of(draft.saved_by))
    elif checked == content_of(draft):
        return draft.lock
    _put(draft, checked)
    draft.lock += 1
    draft.saved_at, draft.saved_by = clock.now(), id_of(actor)
    if text.live_number is None:
        text.title = checked.title
    db.session.flush()
    return draft.lock


def discard_draft(text: ArticleText, *, lock: int, actor: Actor | None) -> None:
    """Forget what was written beside the published text. Raises DraftChanged."""
    require_deed(actor, "write")
    draft = _lock(text)
    if draft is None:
        return
    if draft.lock != lock:
        raise DraftChanged(content_of(draft), draft.lock, _name_of(draft.saved_by))
    if text.live_number is None and text.language == text.article.language:
        raise Invalid(
            _("This article has nothing but its draft."), _("Retire the article instead.")
        )
    db.session.delete(draft)


def publish(text: ArticleText, *, lock: int, note: str = "", actor: Actor | None) -> ArticleVersion:
    """Show readers the draft, as a new version. Raises DraftChanged, and Invalid where there is nothing new."""
    require_deed(actor, "publish")
    draft = _lock(text)
    if draft is None:
        raise Invalid(_("There is nothing new to publish."))
    if draft.lock != lock:
        raise DraftChanged(content_of(draft), draft.lock, _name_of(draft.saved_by))
    if not draft.body.strip():
        raise Invalid(_("Write the article before you publish it."), field="body")
    content, number = content_of(draft), _last_number(text) + 1
    version = ArticleVersion(
        text_id=text.id, number=number, note=note[:500], made_at=clock.now(), made_by=id_of(actor)
    )
    _put(version, content)
    db.session.add(version)
    db.session.execute(delete(ArticleDraft).where(ArticleDraft.text_id == text.id))
    db.session.expire(text, ["draft"])
    _go_live(text, version)
    record(
        ArticlePublished(
            subject_id=text.article_id,
            actor_id=id_of(actor),
            cause=CAUSE,
            after={"language": text.language, "version": number},
        )
    )
    return version


def withdraw(text: ArticleText, *, actor: Actor | None) -> None:
    """Take one language out of sight; what it said becomes its draft where it has none."""
    require_deed(actor, "publish")
    if text.live_number is None:
        return
    if _lock(text) is None:
        draft = ArticleDraft(
            text_id=text.id, lock=1, saved_at=clock.now(), saved_by=id_of(actor), title="", body=""
        )
        _put(draft, content_of(text))
        db.session.add(draft)
    number, text.live_number = text.live_number, None
    record(
        ArticleWithdrawn(
            subject_id=text.article_id,
            actor_id=id_of(actor),
            cause=CAUSE,
            before={"language": text.language, "version": number},
        )
    )


def restore(text: ArticleText, number: int, *, lock: int, actor: Actor | None) -> int:
    """Make an earlier version the draft; readers see it once that is published."""
    return save_draft(
        text,
        content_of(access_version(text, number)),
        lock=lock,
        base=text.live_number or 0,
        actor=actor,
    )


def versions_of(text: ArticleText) -> Sequence[ArticleVersion]:
    """The versions of a text, newest first."""
    return db.session.scalars(
        select(ArticleVersion)
        .where(ArticleVersion.text_id == text.id)
        .order_by(ArticleVersion.number.desc())
        .limit(MOST_VERSIONS)
    ).all()


def access_version(text: ArticleText, number: int) -> ArticleVersion:
    """One version of a text. Raises NotFound."""
    found = db.session.scalars(
        select(ArticleVersion).where(
            ArticleVersion.text_id == text.id, ArticleVersion.number == number
        )
    ).one_or_none()
    if found is None:
        raise NotFound(_("There is no such version."), _("Choose one from the list."))
    return found


def source_of(article: Article) -> ArticleText:
    """The text that the others translate."""
    return next(text for text in article.texts if text.language == article.language)


def is_behind(text: ArticleText, source: ArticleText) -> bool:
    """Whether the source went on after a translation was made."""
    return (
        text.id != source.id
        and source.live_number is not None
        and source.live_number != text.source_number
    )


def _go_live(text: ArticleText, version: ArticleVersion) -> None:
    _put(text, content_of(version))
    text.live_number, text.published_at = version.number, version.made_at
    text.slug = languages.slug_of(version.title)
    first_review(text.article)
    source = source_of(text.article)
    if text is not source:
        text.source_number = source.live_number


def _new_text(language: str, content: Content, actor: Actor | None) -> ArticleText:
    draft = ArticleDraft(saved_at=clock.now(), saved_by=id_of(actor), lock=1)
    _put(draft, content)
    return ArticleText(language=language, title=content.title, draft=draft)


def _put(row: ArticleText | ArticleDraft | ArticleVersion, content: Content) -> None:
    row.title, row.body = content.title, content.body
    row.summary, row.keywords = content.summary, content.keywords


def _lock(text: ArticleText) -> ArticleDraft | None:
    """The draft as it stands now, held until the unit of work ends."""
    db.session.refresh(text, with_for_update=True)
    return db.session.get(ArticleDraft, text.id, populate_existing=True)


def _last_number(text: ArticleText) -> int:
    found = db.session.scalar(
        select(func.max(ArticleVersion.number)).where(ArticleVersion.text_id == text.id)
    )
    return found or 0


def _publisher_of(text: ArticleText) -> str:
    return _name_of(
        db.session.scalar(
            select(ArticleVersion.made_by).where(
                ArticleVersion.text_id == text.id, ArticleVersion.number == text.live_number
            )
        )
    )


def _name_of(person_id: int | None) -> str:
    person = db.session.get(Person, person_id) if person_id else None
    return person.name if person else ""


def _require_language(language: str) -> None:
    if language not in languages.NAMES:
        raise Invalid(_("Choose a language from the list."), field="language")


def _checked(content: Content) -> Content:
    """The content as it is kept. Raises Invalid."""
    title = " ".join(content.title.split())
    if not title:
        raise Invalid(_("Give the article a title."), field="title")
    for name, text, most in (
        ("title", title, LONGEST_TITLE),
        ("summary", content.summary, LONGEST_SUMMARY),
        ("keywords", content.keywords, LONGEST_SUMMARY),
        ("body", content.body, LONGEST_BODY),
    ):
        if len(text) > most:
            raise Invalid(_("Use at most %(num)s characters.", num=f"{most:,}"), field=name)
    return Content(
        title,
        content.body.replace("\r\n", "\n").replace("\x00", "").rstrip(),
        " ".join(content.summary.split()),
        " ".join(content.keywords.split()),
    )
