"""What people need: kept with their consent, and obeyed by whoever writes or calls."""

from __future__ import annotations

import pytest

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, Refused
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.identity.details import Side
from helpdesk.journal.reading import history_of
from helpdesk.messaging.preparing import prepare_message
from helpdesk.people import needs
from helpdesk.people.bond_models import NeedKind, NeedSource
from helpdesk.people.models import Person
from helpdesk.people.needs import Needs, call_reminders, needs_of, writing_reminders
from tests.cast import Cast
from tests.helpdesk.identity.people import make_requester, merged, undone
from tests.makers import make_reply, make_ticket


def note(person: Person, kind: NeedKind, value: str = "", *, consents: bool = True) -> None:
    with unit_of_work():
        row = db.session.get_one(Person, person.id)
        needs.note_need(row, kind, value, source=NeedSource.SAID, consents=consents, actor=None)


def test_a_need_is_kept_once_and_anew(cast: Cast) -> None:
    note(cast.ada, NeedKind.INTERPRETER, "Polish")
    note(cast.ada, NeedKind.INTERPRETER, "Ukrainian")
    assert needs_of(cast.ada.id).values == {NeedKind.INTERPRETER: "Ukrainian"}
    assert needs_of(cast.ada.id).needs_interpreter


def test_nothing_is_kept_without_consent(cast: Cast) -> None:
    with pytest.raises(Invalid):
        note(cast.ada, NeedKind.LARGE_PRINT, consents=False)
    assert not needs_of(cast.ada.id)


def test_the_journal_keeps_that_and_not_what(cast: Cast) -> None:
    note(cast.ada, NeedKind.SIGN_LANGUAGE)
    told = history_of("person", cast.ada.id)[-1]
    assert told.event == "NeedNoted"
    assert "sign" not in str(told.after)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (NeedKind.PREFERRED_CHANNEL, "pigeon"),
        (NeedKind.PREFERRED_CHANNEL, ""),
        (NeedKind.OTHER, "  "),
        (NeedKind.BEST_TIME, "x" * 201),
    ],
)
def test_what_says_nothing_is_refused(cast: Cast, kind: NeedKind, value: str) -> None:
    with pytest.raises(Invalid):
        note(cast.ada, kind, value)


def test_welsh_becomes_the_language_of_mails_and_pages(cast: Cast) -> None:
    note(cast.ada, NeedKind.LANGUAGE, "cy")
    assert db.session.get_one(Person, cast.ada.id).locale == "cy"


def test_a_language_we_do_not_write_changes_no_page(cast: Cast) -> None:
    note(cast.ada, NeedKind.LANGUAGE, "Polish")
    assert db.session.get_one(Person, cast.ada.id).locale == "en"
    assert writing_reminders(needs_of(cast.ada.id)) == ["They need Polish."]


def test_a_mail_in_large_print_has_bigger_type_for_that_person_alone(cast: Cast) -> None:
    note(cast.ada, NeedKind.LARGE_PRINT)
    ticket = make_ticket(cast.ada, cast.it)
    message = make_reply(
        ticket,
        cast.ben,
        recipients={"to": ["ada@borough.example"], "cc": ["joe@home.example"]},
    )
    with unit_of_work():
        sizes = {one.recipient: "24px" in (one.html or "") for one in prepare_message(message.id)}
    assert sizes == {"ada@borough.example": True, "joe@home.example": False}


def test_whoever_calls_is_reminded(cast: Cast) -> None:
    said = call_reminders(
        Needs(
            {
                NeedKind.INTERPRETER: "Polish",
                NeedKind.SIGN_LANGUAGE: "",
                NeedKind.RELAY: "",
                NeedKind.BEST_TIME: "after 17:00",
                NeedKind.EASY_READ: "",
            }
        )
    )
    assert len(said) == 5
    assert said[0] == "Book an interpreter: Polish."


def test_a_need_is_taken_away(cast: Cast) -> None:
    note(cast.ada, NeedKind.RELAY)
    for _click in range(2):
        with unit_of_work():
            row = db.session.get_one(Person, cast.ada.id)
            needs.drop_need(row, NeedKind.RELAY, actor=cast.actor("ben"))
    assert not needs_of(cast.ada.id)


def test_a_requester_notes_nothing_of_others(cast: Cast) -> None:
    with unit_of_work(), pytest.raises(Refused):
        needs.note_need(
            db.session.get_one(Person, cast.cleo.id),
            NeedKind.RELAY,
            source=NeedSource.SAID,
            consents=True,
            actor=cast.actor("ada"),
        )


@pytest.mark.parametrize(("side", "kept"), [(Side.KEPT, "email"), (Side.GONE, "phone")])
def test_a_merge_keeps_the_need_that_was_chosen_and_its_undo_both(
    cast: Cast, side: Side, kept: str
) -> None:
    other = make_requester("Ada Byrne", "ada@home.example")
    note(cast.ada, NeedKind.PREFERRED_CHANNEL, "email")
    note(other, NeedKind.PREFERRED_CHANNEL, "phone")
    note(other, NeedKind.LARGE_PRINT)
    merge = merged(cast.ada, other, choices={"need.preferred_channel": side})
    assert needs_of(cast.ada.id).preferred_channel == kept
    assert needs_of(cast.ada.id).large_print
    undone(merge)
    assert needs_of(cast.ada.id).values == {NeedKind.PREFERRED_CHANNEL: "email"}
    assert needs_of(other.id).values == {
        NeedKind.PREFERRED_CHANNEL: "phone",
        NeedKind.LARGE_PRINT: "",
    }
