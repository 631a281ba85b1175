"""lately_known(), visible_to(): all views of the desk, held in this process and read anew when one was changed."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ScalarSelect, bindparam, cast, select

from helpdesk.core import settings
from helpdesk.core.db import db
from helpdesk.core.models import Setting
from helpdesk.definitions import store as definitions
from helpdesk.people.access import Actor
from helpdesk.people.models import Right
from helpdesk.tickets.counting import Beside
from helpdesk.views.asking import Question, read_query
from helpdesk.views.models import Audience, Counting, SavedView
from workflows.condition_reading import BadCondition

KEY_PREFIX = "view-"
MOST_VIEWS = 5000
GENERATION = "views.generation"


@dataclass(frozen=True, slots=True)
class View:
    """A saved view as readers need it; `question` is None where its query means nothing any more."""

    id: int
    name: str | None
    title: str
    audience: Audience
    owner_id: int | None
    group_id: int | None
    query: str
    question: Question | None
    columns: tuple[str, ...]
    sort: str
    grouping: str
    density: str
    letter: str
    position: int
    counting: Counting
    is_mine: bool
    counted_at: datetime | None
    version: int

    @property
    def key(self) -> str:
        """What its address calls it."""
        return f"{KEY_PREFIX}{self.id}"

    @property
    def is_counted(self) -> bool:
        return self.counted_at is not None

    @property
    def is_own(self) -> bool:
        return self.audience is Audience.OWN

    @property
    def is_kept(self) -> bool:
        """Whether what happens to a ticket says at once whether this view holds it."""
        return self.question is not None and self.counting in (Counting.KEPT, Counting.TIMED)


_held: dict[str, tuple[str, tuple[View, ...]]] = {}


def known_at(word: str) -> tuple[View, ...]:
    """Every view, as all stood when a word was said of them; one query where this process does not know it yet."""
    if not word:
        return ()
    door = word.partition(":")[0]
    held = _held.get(door)
    if held is None or held[0] != word:
        held = _held[door] = (word, tuple(read_views()))
    return held[1]


def known_in_unit() -> tuple[View, ...]:
    """Every view as the open unit of work knows them; costs nothing where its rules were asked for."""
    word = definitions.generation()
    return known_at(f"definitions:{word}") if word else ()


def read_views() -> list[View]:
    """Every view, from the database, in their order."""
    rows = db.session.scalars(
        select(SavedView)
        .order_by(SavedView.position, SavedView.title, SavedView.id)
        .limit(MOST_VIEWS)
    )
    return [view_of(row) for row in rows]


def view_of(row: SavedView) -> View:
    """What a row says."""
    try:
        question = read_query(row.query, is_own=row.audience is Audience.OWN)
    except BadCondition:
        question = None
    return View(
        id=row.id,
        name=row.name,
        title=row.title,
        audience=row.audience,
        owner_id=row.owner_id,
        group_id=row.group_id,
        query=row.query,
        question=question,
        columns=tuple(row.columns),
        sort=row.sort,
        grouping=row.grouping,
        density=row.density,
        letter=row.letter,
        position=row.position,
        counting=row.counting,
        is_mine=row.is_mine,
        counted_at=row.counted_at,
        version=row.version,
    )


def generation_beside() -> Beside:
    """The word that stands for all views, to be asked for with the counts of the rail."""
    return Beside("views", _WORD, {"views_key": GENERATION}, is_capped=False)


_WORD: ScalarSelect[int] = (
    select(cast(Setting.__table__.c.value, BigInteger))
    .where(Setting.__table__.c.key == bindparam("views_key"))
    .scalar_subquery()
)


def known_by_rail(word: int) -> tuple[View, ...]:
    """Every view, by what `generation_beside` gave."""
    return known_at(f"views:{word}") if word else ()


def known_now() -> tuple[View, ...]:
    """Every view, asked by itself; one query where this process knows them already."""
    word = db.session.scalar(select(_WORD), {"views_key": GENERATION})
    return known_by_rail(word or 0)


def last_known() -> tuple[View, ...]:
    """What this process knew last, which may be old."""
    held = _held.get("views")
    return held[1] if held else ()


def note_change() -> None:
    """Let every process read the views anew; in the unit of work that changed one."""
    definitions.note_change()
    settings.write(GENERATION, secrets.randbits(52) + 1)


def is_for(actor: Actor, view: View) -> bool:
    """Whether a view is in the rail of a person."""
    if view.audience is Audience.OWN:
        return view.owner_id == actor.person_id
    if not actor.is_staff:
        return False
    if view.audience is Audience.GROUP:
        return view.group_id in actor.groups
    if view.audience is Audience.LEADS:
        return actor.is_admin or Right.LEAD in actor.groups.values()
    return view.audience is Audience.ALL or actor.is_admin


def visible_to(actor: Actor, views: Iterable[View]) -> list[View]:
    """Those of these views that a person may open: their own and those for them; administrators open all shared ones."""
    return [one for one in views if is_for(actor, one) or (actor.is_admin and not one.is_own)]
