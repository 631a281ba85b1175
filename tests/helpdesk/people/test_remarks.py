"""Notes about people and warnings: who may write them, what the journal keeps, and where a merge takes them."""

from __future__ import annotations

from datetime import date

import pytest

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound, Refused
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.journal.reading import history_of
from helpdesk.people import remarks
from helpdesk.people.models import Person
from helpdesk.people.remark_models import PersonNote, PersonWarning, WarningKind
from tests.cast import Cast
from tests.helpdesk.identity.people import make_requester, merged, undone

REVIEW = date(2027, 3, 1)


def note(cast: Cast, person: Person, text: str = "Rings before nine.") -> PersonNote:
    with unit_of_work():
        row = db.session.get_one(Person, person.id)
        return remarks.write_note(row, text, actor=cast.actor("ben"))


def warn(cast: Cast, name: str = "cleo", **other: object) -> PersonWarning:
    given = {"kind": WarningKind.AGGRESSIVE, "reason": "Shouted.", "review_on": REVIEW, **other}
    with unit_of_work():
        ada = db.session.get_one(Person, cast.ada.id)
        return remarks.give_warning(ada, actor=cast.actor(name), **given)  # type: ignore[arg-type]


def test_a_note_is_kept_with_who_and_when(cast: Cast, clock: StoppedClock) -> None:
    note(cast, cast.ada)
    [row] = remarks.notes_of(cast.ada.id)
    assert (row.text, row.noted_by, row.created_at) == (
        "Rings before nine.",
        cast.ben.id,
        clock.now(),
    )


def test_a_note_is_changed_and_taken_away(cast: Cast) -> None:
    row = note(cast, cast.ada)
    with unit_of_work():
        ada = db.session.get_one(Person, cast.ada.id)
        again = remarks.access_note(ada, row.id)
        remarks.change_note(ada, again, "Rings after nine.", actor=cast.actor("cleo"))
    [row] = remarks.notes_of(cast.ada.id)
    assert (row.text, row.noted_by, row.saved_by) == (
        "Rings after nine.",
        cast.ben.id,
        cast.cleo.id,
    )
    with unit_of_work():
        ada = db.session.get_one(Person, cast.ada.id)
        remarks.remove_note(ada, remarks.access_note(ada, row.id), actor=cast.actor("ben"))
    assert remarks.notes_of(cast.ada.id) == []
    told = [entry.event for entry in history_of("person", cast.ada.id)]
    assert told[-3:] == ["NoteWritten", "NoteChanged", "NoteRemoved"]


def test_the_journal_tells_that_and_not_what(cast: Cast) -> None:
    note(cast, cast.ada, "Secretly ill.")
    warn(cast, reason="Threw a chair.")
    told = history_of("person", cast.ada.id)
    assert [entry.event for entry in told][-2:] == ["NoteWritten", "WarningGiven"]
    assert not any(word in str(one.after) for one in told for word in ("ill", "chair"))


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 4001])
def test_a_note_that_says_nothing_or_too_much_is_refused(cast: Cast, text: str) -> None:
    with pytest.raises(Invalid):
        note(cast, cast.ada, text)


def test_notes_about_staff_are_for_administrators(cast: Cast) -> None:
    with pytest.raises(Refused):
        note(cast, cast.cleo)


def test_a_note_about_somebody_else_is_missing(cast: Cast) -> None:
    row = note(cast, cast.ada)
    with pytest.raises(NotFound):
        remarks.access_note(cast.eve, row.id)


def test_who_leads_warns_and_who_works_does_not(cast: Cast) -> None:
    warn(cast, "cleo")
    warn(cast, "eve")
    with pytest.raises(Refused):
        warn(cast, "ben")
    assert [row.made_by for row in remarks.warnings_of(cast.ada.id)] == [cast.cleo.id, cast.eve.id]


@pytest.mark.parametrize(
    ("reason", "review_on"),
    [
        ("", REVIEW),
        ("x" * 501, REVIEW),
        ("Shouted.", date(2026, 11, 16)),
        ("Shouted.", date(2027, 12, 1)),
    ],
)
def test_a_warning_has_a_reason_and_a_day_within_a_year(
    cast: Cast, reason: str, review_on: date
) -> None:
    with pytest.raises(Invalid):
        warn(cast, reason=reason, review_on=review_on)


def test_a_warning_holds_until_somebody_ends_it(cast: Cast) -> None:
    row = warn(cast)
    with unit_of_work():
        ada = db.session.get_one(Person, cast.ada.id)
        remarks.end_warning(ada, remarks.access_warning(ada, row.id), actor=cast.actor("cleo"))
    assert remarks.warnings_of(cast.ada.id) == []
    with pytest.raises(NotFound):
        remarks.access_warning(cast.ada, row.id)


def test_a_merge_takes_notes_and_warnings_along_and_its_undo_brings_them_back(cast: Cast) -> None:
    twin = make_requester("Ada B.", "ada.b@resident.example")
    note(cast, twin)
    merge = merged(cast.ada, twin)
    assert [row.text for row in remarks.notes_of(cast.ada.id)] == ["Rings before nine."]
    undone(merge)
    assert remarks.notes_of(cast.ada.id) == []
    assert len(remarks.notes_of(twin.id)) == 1
