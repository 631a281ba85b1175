"""What people asked of late that no article answers: the subjects of tickets that their reader may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.knowledge import languages
from helpdesk.knowledge.access import readable
from helpdesk.knowledge.looking import ENOUGH_WORDS
from helpdesk.knowledge.models import Article, ArticleText
from helpdesk.people.access import Actor
from helpdesk.search import terms
from helpdesk.tickets.models import Direction, Message, TicketType, Visibility
from helpdesk.tickets.narrowing import Filters, Sort
from helpdesk.tickets.queries import Row, list_tickets

LOOKED_BACK = timedelta(days=90)
# So many of the newest tickets are looked at, of the open ones and of the others, and so many texts.
MOST_TICKETS = 200
MOST_TEXTS = 1_000
MOST_SHOWN = 30
# What of an article is weighed: its beginning says what it is about.
LOOKED_AT = 2_000
# An article that has this part of a subject's words answers it.
ANSWERS = 0.4
# A reply that has this in it leads to an article.
ADDRESS = "/help/"

_IN_TITLE, _IN_SUMMARY, _IN_BODY = 1.0, 0.85, 0.6
_REPLIES = frozenset({"re", "fw", "fwd", "aw", "wg"})
# What the staff plan among themselves is no question.
_INWARD = frozenset({TicketType.PROBLEM.value, TicketType.CHANGE.value, TicketType.TASK.value})

# For each language, the forms of words, and how much each weighs in which texts.
Held = dict[str, dict[str, dict[int, float]]]


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A subject that no article answers, how many tickets have it, and the newest of these."""

    subject: str
    times: int
    number: str
    group: str
    at: datetime


def open_questions(actor: Actor) -> list[OpenQuestion]:
    """The subjects of the last 90 days that no article has the words for and no reply led to one; most asked first.

    Index walks of bounded length, whatever the size of the desk; only tickets that the actor may see.
    """
    rows = _lately(actor)
    asked = {row.id: words for row in rows if (words := _words_of(row.subject))}
    held = _held(actor) if asked else {}
    rows = [row for row in rows if row.id in asked and not _is_answered(asked[row.id], held)]
    led = _led_to_articles([row.id for row in rows])
    found: dict[frozenset[str], OpenQuestion] = {}
    for row in rows:
        if row.id in led:
            continue
        alike = frozenset(terms.stem(word) for word in asked[row.id])
        before = found.get(alike)
        if before is not None:
            found[alike] = replace(before, times=before.times + 1)
        else:
            found[alike] = OpenQuestion(row.subject, 1, row.number, row.group or "", row.created_at)
    return sorted(found.values(), key=lambda one: (one.times, one.at), reverse=True)[:MOST_SHOWN]


def _lately(actor: Actor) -> list[Row]:
    """The newest tickets that were opened lately, newest first."""
    since = clock.now() - LOOKED_BACK
    rows = [
        row
        for is_open in (True, False)
        for row in list_tickets(
            actor, Filters(is_open=is_open), sort=Sort.NEWEST, limit=MOST_TICKETS
        ).rows
    ]
    asked = [row for row in rows if row.created_at >= since and row.type not in _INWARD]
    return sorted(asked, key=lambda row: row.id, reverse=True)


def _words_of(subject: str) -> list[str]:
    return [word for word in languages.significant(subject) if word not in _REPLIES]


def _held(actor: Actor) -> Held:
    """The words of all that this person may read; one query."""
    texts = db.session.execute(
        select(
            ArticleText.id,
            ArticleText.language,
            ArticleText.title,
            ArticleText.keywords,
            ArticleText.summary,
            func.substr(ArticleText.body, 1, LOOKED_AT).label("body"),
        )
        .join(Article, Article.id == ArticleText.article_id)
        .where(readable(actor))
        .order_by(ArticleText.id.desc())
        .limit(MOST_TEXTS)
    )
    held: Held = {}
    for text in texts:
        forms = held.setdefault(text.language, defaultdict(dict))
        for weight, said in (
            (_IN_BODY, text.body),
            (_IN_SUMMARY, text.summary),
            (_IN_TITLE, f"{text.title} {text.keywords}"),
        ):
            for word in set(terms.words(said)):
                # What weighs more comes later, and stays.
                forms[word][text.id] = weight
                if text.language == "en":
                    forms[terms.stem(word)][text.id] = weight
    return held


def _is_answered(words: Sequence[str], held: Held) -> bool:
    enough = ANSWERS * min(len(words), ENOUGH_WORDS)
    return any(
        score >= enough
        for language, forms in held.items()
        for score in _scores(words, language, forms)
    )


def _scores(
    words: Sequence[str], language: str, forms: dict[str, dict[int, float]]
) -> Iterable[float]:
    """How much of some words each text of a language has."""
    total: dict[int, float] = defaultdict(float)
    for word in words:
        best: dict[int, float] = {}
        for form in languages.forms(word, language):
            for text_id, weight in forms.get(form, {}).items():
                best[text_id] = max(weight, best.get(text_id, 0.0))
        for text_id, weight in best.items():
            total[text_id] += weight
    return total.values()


def _led_to_articles(ticket_ids: Sequence[int]) -> set[int]:
    """Those of these tickets whose replies led to an article."""
    if not ticket_ids:
        return set()
    return set(
        db.session.scalars(
            select(Message.ticket_id).where(
                Message.ticket_id.in_(ticket_ids),
                Message.direction == Direction.OUT,
                Message.visibility == Visibility.PUBLIC,
                Message.text.contains(ADDRESS, autoescape=True),
            )
        )
    )
