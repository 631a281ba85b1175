"""merge() and undo(): two people found to be one, and parted again with what came since left where it is."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.unit_of_work import record
from helpdesk.identity import details
from helpdesk.identity.details import Side
from helpdesk.identity.models import PersonMerge
from helpdesk.identity.moving import move_all, take_back
from helpdesk.identity.rights import refuse_unfit, require_both
from helpdesk.people import representing
from helpdesk.people.access import Actor, id_of
from helpdesk.people.commands import end_sessions
from helpdesk.people.events import (
    PeopleMerged,
    PeopleParted,
    PersonCameBack,
    PersonMergedAway,
)
from helpdesk.people.models import Person


def merge(
    kept_id: int,
    gone_id: int,
    *,
    choices: Mapping[str, Side] | None = None,
    seen: str | None = None,
    actor: Actor | None,
    cause: str = "console",
) -> PersonMerge:
    """Give all that is one person's to another, who is the same; `undo` takes it back.

    `choices` says by the names of `details.conflicts` which side holds where the two differ; the kept one else. `seen`
    is the mark of the preview that was looked at: Conflict if either person has changed since. Raises Refused, Invalid.
    """
    kept, gone = _locked(kept_id, gone_id)
    refuse_unfit(kept, gone)
    require_both(actor, kept, gone)
    _refuse_merged(kept, gone)
    _refuse_bound(kept, gone)
    if seen is not None and seen != details.mark_of(kept, gone):
        raise Conflict(
            _("One of these two people changed while you were looking."),
            _("Look at both again, then merge them if it is still right."),
        )
    by = id_of(actor)
    made = PersonMerge(kept_id=kept.id, gone_id=gone.id, made_by=by, made_at=clock.now(), chosen={})
    db.session.add(made)
    db.session.flush()
    made.chosen = details.settle(made, kept, gone, choices or {})
    end_sessions(gone)
    moved = move_all(made, by=by, cause=cause)
    gone.merged_into_id = kept.id
    _record_merged(made, moved, by=by, cause=cause)
    # What moved was moved by statements that no row in memory heard of.
    db.session.flush()
    db.session.expire_all()
    return made


def undo(merge_id: int, *, actor: Actor | None, cause: str = "console") -> PersonMerge:
    """Take back a merge: what it moved goes back, what came since stays.

    Raises Conflict when it was undone already or when a later merge stands on it.
    """
    made = access_merge(merge_id)
    kept, gone = _locked(made.kept_id, made.gone_id)
    db.session.refresh(made, with_for_update=True)
    require_both(actor, kept, gone)
    if made.undone_at is not None:
        raise Conflict(_("This merge was undone already."))
    if gone.merged_into_id != kept.id or kept.merged_into_id is not None:
        raise Conflict(
            _("These people were merged with others since."), _("Undo the later merge first.")
        )
    by = id_of(actor)
    gone.merged_into_id = None
    made.undone_at, made.undone_by = clock.now(), by
    details.put_back(made, kept)
    db.session.flush()
    moved = take_back(made, by=by, cause=cause)
    _record_parted(made, moved, by=by, cause=cause)
    return made


def access_merge(merge_id: int) -> PersonMerge:
    """The merge of this id. Raises NotFound."""
    found = db.session.get(PersonMerge, merge_id)
    if found is None:
        raise NotFound(_("There is no such merge."), _("Look for it on the person's page."))
    return found


def _locked(*ids: int) -> tuple[Person, Person]:
    """Both people, locked in the order of their ids whichever is kept, so that two merges never wait for each other."""
    rows = db.session.scalars(
        select(Person)
        .where(Person.id.in_(ids))
        .order_by(Person.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    by_id = {row.id: row for row in rows}
    if not set(ids) <= set(by_id):
        raise NotFound(_("There is no such person."), _("Search for them by name or address."))
    return by_id[ids[0]], by_id[ids[1]]


def _refuse_merged(kept: Person, gone: Person) -> None:
    for person in (kept, gone):
        if person.merged_into_id is not None:
            raise Conflict(
                _("%(name)s was merged into another person already.", name=person.name),
                _("Open their page: it leads to that person."),
            )


def _refuse_bound(kept: Person, gone: Person) -> None:
    """Whoever speaks for another is not that other."""
    if representing.is_between(kept.id, gone.id):
        raise Invalid(
            _("One of them speaks for the other, so they are two people."),
            _("If that is wrong, end it on the person's page first."),
            field="other",
        )


def _record_merged(made: PersonMerge, moved: int, *, by: int | None, cause: str) -> None:
    record(
        PeopleMerged(
            actor_id=by,
            cause=cause,
            subject_id=made.kept_id,
            after={
                "merge": made.id,
                "merged": made.gone_id,
                "tickets": moved,
                "changed": sorted(made.chosen),
            },
        )
    )
    record(
        PersonMergedAway(
            actor_id=by,
            cause=cause,
            subject_id=made.gone_id,
            before={"merged_into": None},
            after={"merge": made.id, "merged_into": made.kept_id},
        )
    )


def _record_parted(made: PersonMerge, moved: int, *, by: int | None, cause: str) -> None:
    record(
        PeopleParted(
            actor_id=by,
            cause=cause,
            subject_id=made.kept_id,
            after={"merge": made.id, "parted": made.gone_id, "tickets": moved},
        )
    )
    record(
        PersonCameBack(
            actor_id=by,
            cause=cause,
            subject_id=made.gone_id,
            before={"merged_into": made.kept_id},
            after={"merge": made.id, "merged_into": None},
        )
    )
