"""Who may speak for whom: asked by every door, answered from the rows of the day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.people.bond_models import Relation, Representative, Scope

# Days end where the desk is.
ZONE = ZoneInfo("Europe/London")
MOST = 50
DAY = "d MMMM yyyy"


@dataclass(frozen=True, slots=True)
class Word:
    """Whether somebody may speak for a person on a ticket, and by what right, or why not."""

    may: bool
    why: str


def today() -> date:
    """The day by which representation is judged."""
    return clock.now().astimezone(ZONE).date()


def word_for(
    representative_id: int, person_id: int, *, type: str, ticket_id: int | None
) -> Word | None:
    """What somebody's word is worth for a person on a ticket of this type; None when they never were named for them."""
    rows = _between(representative_id, person_id)
    if not rows:
        return None
    held = next((row for row in rows if is_held(row) and reaches(row, type, ticket_id)), None)
    if held is not None:
        return Word(True, said_of(held))
    return Word(False, _refusal(rows))


def is_between(one_id: int, other_id: int) -> bool:
    """Whether either of two people speaks for the other now."""
    return any(is_held(row) for row in (*_between(one_id, other_id), *_between(other_id, one_id)))


def of_person(person_id: int) -> Sequence[Representative]:
    """Everybody who speaks or spoke for a person, the newest first."""
    return _rows(Representative.person_id == person_id)


def for_whom(representative_id: int) -> Sequence[Representative]:
    """Everybody somebody speaks or spoke for, the newest first."""
    return _rows(Representative.representative_id == representative_id)


def lapsed(person_id: int, ids: Iterable[int], *, type: str, ticket_id: int) -> set[int]:
    """Those of these people who once spoke for a person and may not on this ticket now: nothing is sent to them."""
    asked = sorted(set(ids))
    if not asked:
        return set()
    rows = _rows(Representative.person_id == person_id, Representative.representative_id.in_(asked))
    named = {row.representative_id for row in rows}
    held = {row.representative_id for row in rows if is_held(row) and reaches(row, type, ticket_id)}
    return named - held


def is_held(row: Representative) -> bool:
    """Whether a representation holds today."""
    return row.ended_at is None and (row.ends_on is None or row.ends_on >= today())


def reaches(row: Representative, type: str, ticket_id: int | None) -> bool:
    """Whether a representation is about such a ticket."""
    if row.scope is Scope.TICKET:
        return ticket_id is not None and row.ticket_id == ticket_id
    return row.scope is Scope.ALL or type in row.ticket_types


def relation_word(relation: Relation) -> str:
    """What somebody is to whom they speak for."""
    return {
        Relation.CARER: _("carer"),
        Relation.PARENT: _("parent"),
        Relation.COUNCILLOR: _("councillor"),
        Relation.SOLICITOR: _("solicitor"),
        Relation.ADVISER: _("adviser"),
        Relation.OTHER: _("representative"),
    }[relation]


def said_of(row: Representative) -> str:
    """A representation in a few words: who they are and until when."""
    relation = relation_word(row.relation)
    if row.ends_on is None:
        return relation
    return str(
        _("%(relation)s, until %(day)s", relation=relation, day=format_date(row.ends_on, DAY))
    )


def _refusal(rows: Sequence[Representative]) -> str:
    """Why nobody of these may speak here: one that holds, but not for this; else the last that ended."""
    held = next((row for row in rows if is_held(row)), None)
    if held is not None:
        return str(
            _("Named as %(relation)s, but not for this.", relation=relation_word(held.relation))
        )
    last = rows[0]
    ended = last.ended_at.astimezone(ZONE).date() if last.ended_at is not None else last.ends_on
    return str(
        _(
            "Was %(relation)s until %(day)s.",
            relation=relation_word(last.relation),
            day=format_date(ended or today(), DAY),
        )
    )


def _between(representative_id: int, person_id: int) -> Sequence[Representative]:
    return _rows(
        Representative.representative_id == representative_id,
        Representative.person_id == person_id,
    )


def _rows(*conditions: ColumnElement[bool]) -> Sequence[Representative]:
    # After a merge somebody may stand as their own representative of long ago.
    wanted = select(Representative).where(
        *conditions, Representative.person_id != Representative.representative_id
    )
    both = (joinedload(Representative.person), joinedload(Representative.representative))
    newest = wanted.options(*both).order_by(Representative.id.desc()).limit(MOST)
    return db.session.scalars(newest).all()
