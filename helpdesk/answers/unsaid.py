"""What people asked and the desk could not say: gathered by similar wording, and what staff do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from flask_babel import gettext as _
from sqlalchemy import and_, or_, select, update

from helpdesk.answers.models import AnswerUse, Outcome
from helpdesk.answers.words import likeness, words_of
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.definitions.queries import lock_last
from workflows.service_reading import LONGEST_PHRASE

MOST_READ: Final = 2_000
MOST_SHOWN: Final = 5
LOOKED_BACK: Final = timedelta(days=90)
# From which share of common words on two questions are one.
ALIKE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was asked: the id of its use, its covered words, and what became of it."""

    id: int
    wording: str
    at: datetime
    door: str
    outcome: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Unsaid:
    """Questions of similar wording: how often, how it is mostly put, and further ways, each once."""

    wording: str
    count: int
    last: datetime
    ids: tuple[int, ...]
    ways: tuple[str, ...]
    doors: tuple[str, ...]
    near: str


def unsaid() -> list[Unsaid]:
    """What nobody has dealt with yet: misses, what was only offered or fell back, and what did not help."""
    rows = db.session.execute(
        select(
            AnswerUse.id,
            AnswerUse.wording,
            AnswerUse.at,
            AnswerUse.door,
            AnswerUse.outcome,
            AnswerUse.name,
        )
        .where(
            AnswerUse.settled_at.is_(None),
            AnswerUse.at > clock.now() - LOOKED_BACK,
            AnswerUse.wording != "",
            or_(
                AnswerUse.outcome.in_((Outcome.MISSED, Outcome.OFFERED)),
                and_(AnswerUse.outcome == Outcome.ANSWERED, AnswerUse.is_helpful.is_(False)),
            ),
        )
        .order_by(AnswerUse.at.desc(), AnswerUse.id.desc())
        .limit(MOST_READ)
    )
    return gathered([Asked(*row) for row in rows])


def gathered(asked: Sequence[Asked]) -> list[Unsaid]:
    """Questions by similar wording, the most frequent first; pure, and the same for the same questions in their order."""
    groups: list[tuple[frozenset[str], list[Asked]]] = []
    for one in asked:
        words = frozenset(words_of(one.wording)) or frozenset({one.wording.casefold()})
        home = next((held for known, held in groups if _are_alike(words, known)), None)
        if home is None:
            groups.append((words, [one]))
        else:
            home.append(one)
    found = [_unsaid(held) for _known, held in groups]
    return sorted(found, key=lambda one: (-one.count, -one.last.timestamp(), one.wording))


def _are_alike(words: frozenset[str], known: frozenset[str]) -> bool:
    if words == known:
        return True
    common = sum(any(likeness(word, other) >= 0.7 for other in known) for word in words)
    return common / max(len(words | known) - common + len(words & known), 1) >= ALIKE


def _unsaid(held: Sequence[Asked]) -> Unsaid:
    counted: dict[str, int] = {}
    for one in held:
        counted[one.wording] = counted.get(one.wording, 0) + 1
    ways = sorted(counted, key=lambda wording: (-counted[wording], len(wording), wording))
    return Unsaid(
        wording=ways[0],
        count=len(held),
        last=max(one.at for one in held),
        ids=tuple(one.id for one in held),
        ways=tuple(ways[1 : MOST_SHOWN + 1]),
        doors=tuple(sorted({one.door for one in held})),
        near=next((one.name for one in held if one.name), ""),
    )


def settle(ids: Sequence[int], *, by: int | None) -> int:
    """Take questions off the list, since they were dealt with; returns how many were still on it."""
    changed = db.session.execute(
        update(AnswerUse)
        .where(AnswerUse.id.in_(list(ids)[:MOST_READ]), AnswerUse.settled_at.is_(None))
        .values(settled_at=clock.now(), settled_by=by)
        .execution_options(synchronize_session=False)
    )
    # What an update returns has a count of rows, which its type does not say.
    return int(changed.rowcount)  # type: ignore[attr-defined]


def teach(name: str, phrase: str, language: str, *, by: int | None, cause: str) -> None:
    """Add a phrase by which people ask for a service; a new version of it. Raises Invalid, NotFound and Faulty."""
    phrase = " ".join(phrase.replace("\x00", "").split())
    if not words_of(phrase) or len(phrase) > LONGEST_PHRASE:
        raise Invalid(
            _("Write how people ask, in a line of words that say something."), field="phrase"
        )
    lock_last(Kind.SERVICE, name)
    version = store.find(Kind.SERVICE, name)
    asked = {key: dict(ways) for key, ways in (version.body.get("asked") or {}).items()}
    ways = asked.setdefault(language, {})
    phrases = list(ways.get("phrases") or [])
    if phrase.casefold() not in {one.casefold() for one in phrases}:
        ways["phrases"] = [*phrases, phrase]
    store.save(
        Kind.SERVICE,
        name,
        {**version.body, "asked": asked},
        by=by,
        cause=cause,
        note=_("Taught a phrase"),
    )
