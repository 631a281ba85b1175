"""The pages of what people need and who may speak for them, and the console that obeys both."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.identity import representing
from helpdesk.identity.representing import Standing
from helpdesk.people import needs
from helpdesk.people.bond_models import NeedKind, NeedSource, Relation, Representative, Scope
from helpdesk.people.commands import add_contact_point
from helpdesk.people.models import ContactKind, Person
from helpdesk.people.needs import needs_of
from helpdesk.tickets.models import Message, Ticket
from tests.cast import Cast
from tests.helpdesk.identity.people import make_requester
from tests.helpdesk.messaging.services import make_service
from tests.helpdesk.web.console.budget import look_again
from tests.makers import make_ticket
from tests.pages import PageClient

NEED = {"kind": "interpreter", "value": "Polish", "source": "said", "consent": "1"}
NAMED = {
    "who": "joy@care.example",
    "name": "Joy Carer",
    "relation": "carer",
    "scope": "all",
    "ends_on": "2027-05-01",
    "evidence": "Letter of authority, seen.",
}


def page_of(client: PageClient, path: str) -> str:
    return client.get(path).get_data(as_text=True)


def note(person: Person, kind: NeedKind, value: str = "") -> None:
    with unit_of_work():
        row = db.session.get_one(Person, person.id)
        needs.note_need(row, kind, value, source=NeedSource.SAID, consents=True, actor=None)


def name(cast: Cast, joy: Person, **standing: Any) -> None:
    given = {"relation": Relation.CARER, "evidence": "Letter, seen.", **standing}
    with unit_of_work():
        representing.name_representative(
            db.session.get_one(Person, cast.ada.id),
            db.session.get_one(Person, joy.id),
            Standing(**given),
            actor=None,
        )


def test_a_need_is_noted_shown_and_taken_away(ben: PageClient, cast: Cast) -> None:
    here = f"/people/{cast.ada.id}"
    ben.post(f"{here}/needs", NEED)
    assert "Polish" in page_of(ben, here)
    ben.post(f"{here}/needs/drop", {"kind": "interpreter"})
    look_again()
    assert not needs_of(cast.ada.id)


def test_a_need_without_consent_comes_back_with_what_was_typed(ben: PageClient, cast: Cast) -> None:
    fields = {key: value for key, value in NEED.items() if key != "consent"}
    answer = ben.post(f"/people/{cast.ada.id}/needs", fields, status=422)
    page = answer.get_data(as_text=True)
    assert "Ask whether they agree" in page
    assert 'value="Polish"' in page
    assert not needs_of(cast.ada.id)


def test_the_form_of_needs_takes_nothing_else(ben: PageClient, cast: Cast) -> None:
    ben.post(f"/people/{cast.ada.id}/needs", {**NEED, "noted_by": "1"}, status=422)
    ben.post(f"/people/{cast.ada.id}/needs", {**NEED, "kind": "wings"}, status=422)


def test_a_representative_is_named_shown_on_both_pages_and_ended(
    ben: PageClient, cast: Cast
) -> None:
    here = f"/people/{cast.ada.id}"
    ben.post(f"{here}/representatives", NAMED)
    row = db.session.query(Representative).one()
    assert "until 1 May 2027" in page_of(ben, here)
    assert "They may speak for" in page_of(ben, f"/people/{row.representative_id}")
    ben.post(f"{here}/representatives/{row.id}/end")
    look_again()
    assert db.session.get_one(Representative, row.id).ended_at is not None


@pytest.mark.parametrize(
    "wrong",
    [
        {"who": "no address"},
        {"relation": ""},
        {"ends_on": "tomorrow"},
        {"evidence": ""},
        {"scope": "types"},
        {"scope": "ticket", "ticket": "INC-1"},
    ],
)
def test_what_cannot_be_used_comes_back(ben: PageClient, cast: Cast, wrong: dict[str, str]) -> None:
    answer = ben.post(f"/people/{cast.ada.id}/representatives", {**NAMED, **wrong}, status=422)
    assert "Joy Carer" in answer.get_data(as_text=True)
    assert db.session.query(Representative).count() == 0


def test_a_ticket_that_is_hidden_cannot_be_a_scope(ben: PageClient, cast: Cast) -> None:
    hidden = make_ticket(cast.ada, cast.highways)
    fields = {**NAMED, "scope": "ticket", "ticket": hidden.number}
    ben.post(f"/people/{cast.ada.id}/representatives", fields, status=422)


def test_another_persons_representative_is_not_ended_here(ben: PageClient, cast: Cast) -> None:
    name(cast, make_requester("Joy Carer", "joy@care.example"))
    row = db.session.query(Representative).one()
    ben.post(f"/people/{cast.cleo.id}/representatives/{row.id}/end", status=404)


def test_the_ticket_shows_needs_representatives_and_what_to_know_first(
    ben: PageClient, cast: Cast
) -> None:
    joy = make_requester("Joy Carer", "joy@care.example")
    ticket = make_ticket(cast.ada, cast.it)
    name(cast, joy, scope=Scope.TYPES, ticket_types=["request"])
    note(cast.ada, NeedKind.PREFERRED_CHANNEL, "phone")
    note(cast.ada, NeedKind.BEST_TIME, "after 17:00")
    page = page_of(ben, f"/tickets/{ticket.number}")
    for said in ("They prefer another way: Telephone.", "after 17:00", "not on this ticket"):
        assert said in page


def test_who_prefers_mail_is_answered_by_mail_even_in_a_thread(
    app: Flask, ben: PageClient, cast: Cast, settle: Any
) -> None:
    service = make_service(app, cast.it)
    service.say("Hello")
    settle()
    ticket = db.session.query(Ticket).one()
    with unit_of_work():
        person = db.session.get_one(Person, ticket.requester_id)
        add_contact_point(person, ContactKind.EMAIL, "zoe@home.example")
    before = page_of(ben, f"/tickets/{ticket.number}")
    note(db.session.get_one(Person, ticket.requester_id), NeedKind.PREFERRED_CHANNEL, "email")
    after = page_of(ben, f"/tickets/{ticket.number}")
    assert '<option value="thread" selected>' in before
    assert '<option value="email" selected>' in after
    assert "(not what they prefer)" in after


def test_an_agent_writes_down_what_a_representative_said(ben: PageClient, cast: Cast) -> None:
    joy = make_requester("Joy Carer", "joy@care.example")
    name(cast, joy)
    assert "Joy Carer, carer" in page_of(ben, f"/tickets/new?person_id={cast.ada.id}")
    fields = {
        "person_id": cast.ada.id,
        "spoken_by": joy.id,
        "channel": "phone",
        "subject": "Ramp",
        "text": "She needs a ramp.",
        "type": "request",
    }
    place = ben.post("/tickets/new", fields).headers["Location"]
    message = db.session.query(Message).one()
    assert (message.author_id, message.for_person_id, message.entered_by_id) == (
        joy.id,
        cast.ada.id,
        cast.ben.id,
    )
    page = page_of(ben, place)
    assert "for Ada Byrne" in page
    assert "logged by Ben Kaya" in page


def test_who_may_not_speak_here_cannot_be_chosen(ben: PageClient, cast: Cast) -> None:
    joy = make_requester("Joy Carer", "joy@care.example")
    fields = {
        "person_id": cast.ada.id,
        "spoken_by": joy.id,
        "channel": "phone",
        "subject": "Ramp",
        "text": "She needs a ramp.",
    }
    ben.post("/tickets/new", fields, status=422)
    assert db.session.query(Ticket).count() == 0


def test_a_number_is_vouched_for_on_the_page(ben: PageClient, cast: Cast) -> None:
    zoe = make_requester("Zoe", phone="020 7946 0018")
    [point] = db.session.get_one(Person, zoe.id).contact_points
    ben.post(f"/people/{zoe.id}/contact-points/{point.id}", {"what": "theirs"})
    assert "It is theirs" not in page_of(ben, f"/people/{zoe.id}")
