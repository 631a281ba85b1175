"""create_view(), edit_view(), remove_view(): who may make which views, and what a view must say."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, func, select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid, NotFound, Refused
from helpdesk.core.unit_of_work import owe, record
from helpdesk.people.access import Actor, id_of
from helpdesk.people.models import Group, Right
from helpdesk.views import own_fields, showing, store
from helpdesk.views.asking import read_query
from helpdesk.views.events import ViewRemoved, ViewSaved
from helpdesk.views.models import Audience, Counting, SavedView, ViewTicket

COUNT_JOB = "count_view"
LONGEST_TITLE = 120
LONGEST_QUERY = 2000
MOST_OWN = 100
MOST_SHARED = 1000
_DETAILS = ("title", "query", "columns", "sort", "grouping", "density", "letter", "position")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a view is to be; names of columns and orders as in `views.showing`."""

    title: str
    query: str
    audience: Audience = Audience.OWN
    group_id: int | None = None
    columns: tuple[str, ...] = field(default=())
    sort: str = "activity"
    grouping: str = ""
    density: str = ""
    letter: str = ""
    position: int = 0


def access_view(actor: Actor, view_id: int, *, to: str = "read") -> SavedView:
    """The view of this id, if the actor may read it, or "edit" it. Raises NotFound, and Refused for one they see only."""
    row = db.session.get(SavedView, view_id)
    if row is None or not store.visible_to(actor, [store.view_of(row)]):
        raise NotFound(_("There is no such view."), _("Choose one in the menu."))
    if to == "edit" and not may_edit(actor, store.view_of(row)):
        raise Refused(
            _("This view is shared, and others look after it."),
            _("Copy it to have one of your own."),
        )
    return row


def may_edit(actor: Actor, view: store.View) -> bool:
    """Whether a person may change or delete a view."""
    if view.is_own:
        return view.owner_id == actor.person_id
    return may_share(actor, view.audience, view.group_id)


def may_share(actor: Actor | None, audience: Audience, group_id: int | None) -> bool:
    """Whether a person may make a view for an audience: a lead for their group, an administrator for all."""
    if actor is None or actor.is_admin:
        return True
    return audience is Audience.GROUP and group_id is not None and actor.holds(group_id, Right.LEAD)


def create_view(
    wanted: Wanted, *, actor: Actor | None, name: str | None = None, cause: str = "console"
) -> SavedView:
    """A new view. Raises Invalid, and BadCondition for a query that cannot be understood."""
    _check(wanted, actor)
    _check_room(wanted, actor)
    at = clock.now()
    row = SavedView(
        name=name,
        owner_id=id_of(actor) if wanted.audience is Audience.OWN else None,
        made_by=id_of(actor),
        created_at=at,
        updated_at=at,
    )
    _write(row, wanted)
    db.session.add(row)
    _changed(row)
    _trace(row, {}, actor, cause)
    return row


def edit_view(
    row: SavedView, wanted: Wanted, *, actor: Actor | None, cause: str = "console"
) -> None:
    """Change a view; the caller has made sure that the actor may."""
    _check(wanted, actor)
    before = facts_of(row)
    query, audience = row.query, row.audience
    _write(row, wanted)
    row.owner_id = id_of(actor) if wanted.audience is Audience.OWN else None
    if facts_of(row) == before:
        return
    row.version += 1
    row.updated_at = clock.now()
    if row.query != query or row.audience != audience:
        row.counted_at = None
    _changed(row)
    _trace(row, before, actor, cause)


def remove_view(row: SavedView, *, actor: Actor | None, cause: str = "console") -> None:
    """Delete a view; the tickets are where they were."""
    before = facts_of(row)
    if row.audience is not Audience.OWN:
        record(ViewRemoved(actor_id=id_of(actor), cause=cause, subject_id=row.id, before=before))
    db.session.execute(delete(ViewTicket).where(ViewTicket.view_id == row.id))
    db.session.delete(row)
    store.note_change()
    db.session.flush()


def facts_of(row: SavedView) -> dict[str, Any]:
    """What a view says, as the journal keeps it."""
    plain = {name: getattr(row, name) for name in _DETAILS}
    return {**plain, "audience": row.audience.value, "group_id": row.group_id}


def _check(wanted: Wanted, actor: Actor | None) -> None:
    if not wanted.title.strip():
        raise Invalid(_("A view needs a name."), _("Type what people call it."), field="title")
    if len(wanted.title) > LONGEST_TITLE:
        raise Invalid(_("This name is too long."), _("Shorten it."), field="title")
    question = read_query(wanted.query, is_own=wanted.audience is Audience.OWN)
    own_fields.check_fields(question, wanted.query)
    own_fields.check_shown(wanted.sort, wanted.columns, is_open=question.is_open)
    if wanted.grouping and wanted.grouping not in showing.GROUPINGS:
        raise Invalid(_("Nothing is grouped so."), _("Choose one of the list."), field="grouping")
    if wanted.density and wanted.density not in showing.DENSITIES:
        raise Invalid(_("There is no such density."), _("Choose one of the list."), field="density")
    if wanted.letter and not (len(wanted.letter) == 1 and wanted.letter.isascii()):
        raise _bad_letter()
    if wanted.letter and not wanted.letter.isalnum():
        raise _bad_letter()
    _check_audience(wanted, actor)


def _bad_letter() -> Invalid:
    return Invalid(
        _("The key is one letter or digit."), _("Leave it empty for none."), field="letter"
    )


def _check_audience(wanted: Wanted, actor: Actor | None) -> None:
    if wanted.audience is Audience.OWN:
        if actor is None:
            raise Invalid(_("A view of one’s own needs a person."), field="audience")
        return
    if wanted.audience is Audience.GROUP:
        if wanted.group_id is None or db.session.get(Group, wanted.group_id) is None:
            raise Invalid(_("Choose the group that it is for."), field="audience")
    if not may_share(actor, wanted.audience, wanted.group_id):
        raise Refused(
            _("You may not share a view with these people."),
            _("Leads share with their groups, administrators with all."),
        )


def _check_room(wanted: Wanted, actor: Actor | None) -> None:
    own = wanted.audience is Audience.OWN
    held = select(func.count()).select_from(SavedView)
    owner = id_of(actor) if own else None
    count = db.session.scalar(held.where(SavedView.owner_id == owner)) or 0
    if count >= (MOST_OWN if own else MOST_SHARED):
        raise Conflict(_("There are too many views."), _("Delete one that nobody uses."))


def _write(row: SavedView, wanted: Wanted) -> None:
    question = read_query(wanted.query, is_own=wanted.audience is Audience.OWN)
    row.title, row.query = " ".join(wanted.title.split()), wanted.query.strip()
    row.audience = wanted.audience
    row.group_id = wanted.group_id if wanted.audience is Audience.GROUP else None
    row.columns = [
        *showing.known_columns(wanted.columns),
        *own_fields.columns_among(wanted.columns),
    ]
    row.sort, row.grouping, row.density = wanted.sort, wanted.grouping, wanted.density
    row.letter, row.position = wanted.letter.lower(), wanted.position
    if row.audience is not Audience.OWN and row.name is None:
        row.name = _free_name(row.title)
    row.counting, row.is_mine = question.counting, question.is_mine


def _free_name(title: str) -> str:
    """A name for the file of a shared view, made of its title, that no other has; it never changes."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    made = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50].strip("-") or "view"
    taken = set(db.session.scalars(select(SavedView.name).where(SavedView.name.startswith(made))))
    name, number = made, 2
    while name in taken:
        name, number = f"{made}-{number}", number + 1
    return name


def _changed(row: SavedView) -> None:
    store.note_change()
    db.session.flush()
    if row.counting is Counting.NEVER:
        db.session.execute(delete(ViewTicket).where(ViewTicket.view_id == row.id))
    elif row.counted_at is None:
        owe(COUNT_JOB, row.id)


def _trace(row: SavedView, before: dict[str, Any], actor: Actor | None, cause: str) -> None:
    if row.audience is Audience.OWN:
        return
    record(
        ViewSaved(
            actor_id=id_of(actor),
            cause=cause,
            subject_id=row.id,
            before=before,
            after=facts_of(row),
        )
    )
