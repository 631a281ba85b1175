"""What staff tell each other about a person: notes by anybody who works here, warnings by those who lead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound, Refused
from helpdesk.core.unit_of_work import record
from helpdesk.people.access import Actor, Deed, id_of, require
from helpdesk.people.events import NoteChanged, NoteRemoved, NoteWritten, WarningEnded, WarningGiven
from helpdesk.people.models import Person, Right
from helpdesk.people.remark_models import PersonNote, PersonWarning, WarningKind
from helpdesk.people.representing import today

LONGEST_NOTE = 4000
LONGEST_REASON = 500
# Nobody stays marked because nobody looked.
LONGEST_WARNING = timedelta(days=366)
MOST_SHOWN = 50


def notes_of(person_id: int) -> Sequence[PersonNote]:
    """What was written about a person, the newest first."""
    wanted = select(PersonNote).where(PersonNote.person_id == person_id)
    return db.session.scalars(wanted.order_by(PersonNote.id.desc()).limit(MOST_SHOWN)).all()


def access_note(person: Person, note_id: int) -> PersonNote:
    """A note about this person. Raises NotFound."""
    row = db.session.get(PersonNote, note_id)
    if row is None or row.person_id != person.id:
        raise NotFound(_("There is no such note."))
    return row


def write_note(
    person: Person, text: str, *, actor: Actor | None, cause: str = "console"
) -> PersonNote:
    """Write a note about a person. Raises Invalid."""
    _require_editor(person, actor)
    row = PersonNote(
        person_id=person.id, text=_note(text), noted_by=id_of(actor), created_at=clock.now()
    )
    db.session.add(row)
    db.session.flush()
    record(
        NoteWritten(
            actor_id=id_of(actor),
            cause=cause,
            subject_id=person.id,
            after={"note": row.id},
            personal={"text": row.text},
        )
    )
    return row


def change_note(
    person: Person, row: PersonNote, text: str, *, actor: Actor | None, cause: str = "console"
) -> None:
    """Write a note anew; what stood before stays in the journal. Raises Invalid."""
    _require_editor(person, actor)
    before, said = row.text, _note(text)
    if said == before:
        return
    row.text, row.saved_by, row.saved_at = said, id_of(actor), clock.now()
    record(
        NoteChanged(
            actor_id=id_of(actor),
            cause=cause,
            subject_id=person.id,
            after={"note": row.id},
            personal={"before": before, "text": said},
        )
    )


def remove_note(
    person: Person, row: PersonNote, *, actor: Actor | None, cause: str = "console"
) -> None:
    """Take a note away; that there was one stays in the journal."""
    _require_editor(person, actor)
    db.session.delete(row)
    record(
        NoteRemoved(
            actor_id=id_of(actor),
            cause=cause,
            subject_id=person.id,
            before={"note": row.id},
            personal={"text": row.text},
        )
    )


def warnings_of(person_id: int) -> Sequence[PersonWarning]:
    """What staff are warned of now, the oldest first; one whose day has come holds until somebody decides."""
    wanted = select(PersonWarning).where(
        PersonWarning.person_id == person_id, PersonWarning.ended_at.is_(None)
    )
    return db.session.scalars(wanted.order_by(PersonWarning.id).limit(MOST_SHOWN)).all()


def may_warn(actor: Actor) -> bool:
    """Whether somebody may give and end warnings: who leads a group, and administrators."""
    return actor.is_admin or any(right is Right.LEAD for right in actor.groups.values())


def access_warning(person: Person, warning_id: int) -> PersonWarning:
    """A warning about this person that holds. Raises NotFound."""
    row = db.session.get(PersonWarning, warning_id)
    if row is None or row.person_id != person.id or row.ended_at is not None:
        raise NotFound(_("There is no such warning."))
    return row


def give_warning(
    person: Person,
    kind: WarningKind,
    reason: str,
    review_on: date,
    *,
    actor: Actor,
    cause: str = "console",
) -> PersonWarning:
    """Warn colleagues about a person, until somebody looks at it again. Raises Invalid and Refused."""
    _require_leader(person, actor)
    said = " ".join(reason.split())
    if not said:
        raise Invalid(
            _("Say why."), _("What happened, and what colleagues should do."), field="reason"
        )
    if len(said) > LONGEST_REASON:
        raise Invalid(_("Use at most %(num)s characters.", num=LONGEST_REASON), field="reason")
    if not today() < review_on <= today() + LONGEST_WARNING:
        raise Invalid(_("Look at it again on a day within a year from now."), field="review_on")
    row = PersonWarning(
        person_id=person.id,
        kind=kind,
        reason=said,
        review_on=review_on,
        made_by=id_of(actor),
        created_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    record(
        WarningGiven(
            actor_id=id_of(actor),
            cause=cause,
            subject_id=person.id,
            after={"warning": row.id, "review_on": review_on.isoformat()},
            personal={"warning": f"{kind.value}: {said}"},
        )
    )
    return row


def end_warning(
    person: Person, row: PersonWarning, *, actor: Actor, cause: str = "console"
) -> None:
    """Let a warning hold no longer. Raises Refused."""
    _require_leader(person, actor)
    row.ended_at, row.ended_by = clock.now(), id_of(actor)
    record(
        WarningEnded(
            actor_id=id_of(actor), cause=cause, subject_id=person.id, before={"warning": row.id}
        )
    )


def _note(text: str) -> str:
    said = text.strip()
    if not said:
        raise Invalid(_("Write something."), field="text")
    if len(said) > LONGEST_NOTE:
        raise Invalid(_("Use at most %(num)s characters.", num=LONGEST_NOTE), field="text")
    return said


def _require_editor(person: Person, actor: Actor | None) -> None:
    require(actor, Deed.MANAGE_STAFF if person.is_staff else Deed.EDIT_REQUESTERS)


def _require_leader(person: Person, actor: Actor) -> None:
    _require_editor(person, actor)
    if not may_warn(actor):
        raise Refused(_("Warnings are given and ended by those who lead a group."))
