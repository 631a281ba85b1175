"""What was asked and what became of it: noted without who asked, said to have helped or not, and forgotten in time."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import delete, select, update

from helpdesk.answers.covering import covered
from helpdesk.answers.models import AnswerUse, Outcome
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import is_open, unit_of_work

DOORS = ("portal", "chat", "slack", "mail", "phone", "console")
# The words of a question are forgotten after this time, and that it was asked at all after the other.
WORDING_KEPT = timedelta(days=90)
USES_KEPT = timedelta(days=400)


def note(
    text: str,
    *,
    door: str,
    language: str,
    outcome: Outcome,
    kind: str = "",
    name: str = "",
    confidence: float = 0.0,
) -> str:
    """Keep a question and what became of it, in the open unit of work or one of its own; returns its key."""
    use = AnswerUse(
        at=clock.now(),
        door=door[:20],
        language=language[:10],
        outcome=outcome,
        kind=kind,
        name=name[:80],
        confidence=confidence,
        wording=covered(text),
        key=secrets.token_urlsafe(18),
    )
    within_a_unit(lambda: db.session.add(use))
    return use.key


def say_helpful(key: str, helpful: bool) -> bool:
    """Note whether an answer helped, by the key that was given with it; whether there is such an answer."""
    found: list[AnswerUse] = []

    def change() -> None:
        use = db.session.scalars(select(AnswerUse).where(AnswerUse.key == key)).first()
        if use is not None:
            use.is_helpful = helpful
            found.append(use)

    within_a_unit(change)
    return bool(found)


def within_a_unit(run: Callable[[], None]) -> None:
    """Do something in the unit of work that is open, or in one of its own."""
    if is_open():
        run()
        db.session.flush()
        return
    with unit_of_work():
        run()


def sweep() -> None:
    """Forget the words of old questions, and old questions."""
    now = clock.now()
    db.session.execute(
        update(AnswerUse)
        .where(AnswerUse.at < now - WORDING_KEPT, AnswerUse.wording != "")
        .values(wording="")
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        delete(AnswerUse)
        .where(AnswerUse.at < now - USES_KEPT)
        .execution_options(synchronize_session=False)
    )
