"""What readers do with articles: views, whether they helped, and what was looked for in vain."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from helpdesk.core import clock, links
from helpdesk.core.db import db, is_postgresql
from helpdesk.core.errors import NotFound
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.knowledge import languages
from helpdesk.knowledge.access import require_deed
from helpdesk.knowledge.models import (
    Article,
    ArticleMiss,
    ArticleText,
    ArticleVerdict,
    ArticleViews,
)
from helpdesk.people.access import Actor

# Views are gathered in the process and written together; a process that is killed loses these few.
MOST_HELD = 20
LONGEST_HELD = timedelta(seconds=30)
MISSES_KEPT = timedelta(days=180)
LONGEST_COMMENT = 2_000
LONGEST_MISS = 120
SHOWN_DAYS = 90
MOST_COMMENTS = 100

_TELLING = re.compile(r"\d|@")


class _Held:
    """The views that are not written yet, of this process."""

    def __init__(self) -> None:
        self.turn = threading.Lock()
        self.counts: Counter[tuple[int, date]] = Counter()
        self.since: datetime | None = None

    def take(self, key: tuple[int, date], at: datetime) -> Counter[tuple[int, date]]:
        """Count one, and hand over all once there are enough or they have waited long."""
        with self.turn:
            self.counts[key] += 1
            self.since = self.since or at
            if self.counts.total() < MOST_HELD and at - self.since < LONGEST_HELD:
                return Counter()
            return self._all()

    def give(self) -> Counter[tuple[int, date]]:
        with self.turn:
            return self._all()

    def _all(self) -> Counter[tuple[int, date]]:
        taken, self.counts, self.since = self.counts, Counter(), None
        return taken


_held = _Held()


@dataclass(frozen=True, slots=True)
class Use:
    """How an article is used: views of the last 90 days, and what its readers said of it in all."""

    views: int = 0
    helped: int = 0
    not_helped: int = 0


def count_view(text_id: int) -> None:
    """Count that a text was read; most of the time this writes nothing. Called outside any unit of work."""
    at = clock.now()
    _write_views(_held.take((text_id, at.date()), at))


def write_views() -> None:
    """Write what is gathered here, such as before it is shown."""
    _write_views(_held.give())


def visitor_of(text_id: int, *marks: str) -> str:
    """One visitor of one text, as a digest of where they come from; it names nobody and needs no cookie."""
    said = "\x00".join((str(text_id), *marks)).encode("utf-8", "surrogatepass")
    return links.digest_of(said, purpose="article-verdict").hex()


def give_verdict(
    text: ArticleText, visitor: str, *, helped: bool, person_id: int | None = None
) -> ArticleVerdict:
    """Keep whether a text helped; who answers again changes the answer."""
    insert = postgresql.insert if is_postgresql() else sqlite.insert
    at = clock.now()
    row = insert(ArticleVerdict).values(
        text_id=text.id, visitor=visitor, helped=helped, comment="", person_id=person_id, at=at
    )
    db.session.execute(
        row.on_conflict_do_update(
            index_elements=["text_id", "visitor"], set_={"helped": helped, "given_at": at}
        )
    )
    return db.session.scalars(
        select(ArticleVerdict)
        .where(ArticleVerdict.text_id == text.id, ArticleVerdict.visitor == visitor)
        .execution_options(populate_existing=True)
    ).one()


def add_comment(text: ArticleText, visitor: str, comment: str) -> None:
    """Keep what a visitor says of a text they have judged."""
    given = db.session.scalars(
        select(ArticleVerdict).where(
            ArticleVerdict.text_id == text.id, ArticleVerdict.visitor == visitor
        )
    ).one_or_none()
    said = comment.replace("\x00", "").strip()[:LONGEST_COMMENT]
    if given is not None and said:
        given.comment, given.settled_at = said, None


def access_verdict(verdict_id: int, actor: Actor) -> ArticleVerdict:
    """What one reader said, for staff. Raises NotFound."""
    found = db.session.get(ArticleVerdict, verdict_id) if actor.is_staff else None
    if found is None:
        raise NotFound(_("There is no such comment."))
    return found


def settle_comment(
    verdict: ArticleVerdict, *, ticket_id: int | None = None, actor: Actor | None
) -> None:
    """Say that a comment was dealt with, by a ticket or without one."""
    require_deed(actor, "write")
    verdict.settled_at = clock.now()
    verdict.ticket_id = ticket_id or verdict.ticket_id


def comments(article_id: int | None = None, *, open_only: bool = False) -> Sequence[ArticleVerdict]:
    """What readers said, newest first; of one article, or of all."""
    asked = select(ArticleVerdict).where(ArticleVerdict.comment != "")
    if article_id is not None:
        texts = select(ArticleText.id).where(ArticleText.article_id == article_id)
        asked = asked.where(ArticleVerdict.text_id.in_(texts))
    if open_only:
        asked = asked.where(ArticleVerdict.settled_at.is_(None))
    return db.session.scalars(asked.order_by(ArticleVerdict.id.desc()).limit(MOST_COMMENTS)).all()


def note_miss(text: str, language: str) -> None:
    """Remember that nothing was found for these words. Words that may tell of a person are left out; inside a unit of work."""
    words = [word for word in languages.significant(text) if not _TELLING.search(word)]
    said = " ".join(words)[:LONGEST_MISS].strip()
    if not said or language not in languages.NAMES:
        return
    insert = postgresql.insert if is_postgresql() else sqlite.insert
    at = clock.now()
    row = insert(ArticleMiss).values(words=said, language=language, times=1, last_at=at)
    db.session.execute(
        row.on_conflict_do_update(
            index_elements=["words", "language"],
            set_={"times": ArticleMiss.times + 1, "last_at": at},
        )
    )


def forget_old() -> None:
    """Forget what was looked for long ago; inside a unit of work."""
    db.session.execute(
        delete(ArticleMiss)
        .where(ArticleMiss.last_at < clock.now() - MISSES_KEPT)
        .execution_options(synchronize_session=False)
    )


def forget_miss(miss_id: int, *, actor: Actor | None) -> None:
    """Take a line out of the report, since it is answered or of no use."""
    require_deed(actor, "write")
    db.session.execute(
        delete(ArticleMiss)
        .where(ArticleMiss.id == miss_id)
        .execution_options(synchronize_session=False)
    )


def uses_of(article_ids: Sequence[int]) -> dict[int, Use]:
    """How these articles are used, all their languages together; two queries."""
    since = clock.now().date() - timedelta(days=SHOWN_DAYS)
    views = db.session.execute(
        select(ArticleText.article_id, func.sum(ArticleViews.count))
        .join(ArticleText, ArticleText.id == ArticleViews.text_id)
        .where(ArticleText.article_id.in_(article_ids), ArticleViews.day >= since)
        .group_by(ArticleText.article_id)
    )
    by_views = {row[0]: int(row[1]) for row in views}
    verdicts = db.session.execute(
        select(ArticleText.article_id, ArticleVerdict.helped, func.count())
        .join(ArticleText, ArticleText.id == ArticleVerdict.text_id)
        .where(ArticleText.article_id.in_(article_ids))
        .group_by(ArticleText.article_id, ArticleVerdict.helped)
    )
    by_verdict = {(row[0], bool(row[1])): int(row[2]) for row in verdicts}
    return {
        one: Use(
            by_views.get(one, 0), by_verdict.get((one, True), 0), by_verdict.get((one, False), 0)
        )
        for one in article_ids
    }


def _write_views(counts: Counter[tuple[int, date]]) -> None:
    if not counts:
        return
    insert = postgresql.insert if is_postgresql() else sqlite.insert
    rows = [
        {"text_id": text_id, "day": day, "count": count}
        for (text_id, day), count in sorted(counts.items())
    ]
    with unit_of_work():
        # A text may have gone since it was read.
        there = set(
            db.session.scalars(
                select(ArticleText.id)
                .join(Article, Article.id == ArticleText.article_id)
                .where(ArticleText.id.in_({row["text_id"] for row in rows}))
            )
        )
        for row in rows:
            if row["text_id"] not in there:
                continue
            added = insert(ArticleViews).values(**row)
            db.session.execute(
                added.on_conflict_do_update(
                    index_elements=["text_id", "read_on"],
                    set_={"times": ArticleViews.count + row["count"]},
                )
            )
