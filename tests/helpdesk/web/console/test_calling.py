"""Log a call: who rang is found, what they said is written down, and who may not see what does not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.models import Delivery
from helpdesk.people.bond_models import NeedKind, NeedSource
from helpdesk.people.commands import add_contact_point
from helpdesk.people.models import ContactKind, ContactPoint, Person
from helpdesk.people.needs import note_need
from helpdesk.phone.models import CallBack, CallOutcome, PhoneCall
from helpdesk.tickets.models import Direction, Message, Ticket, Visibility
from tests.cast import Cast
from tests.helpdesk.web.console.budget import look_again
from tests.makers import make_ticket
from tests.pages import PageClient

NUMBER = "+442079460123"


def give_number(person: Person, number: str = NUMBER) -> None:
    with unit_of_work():
        add_contact_point(db.session.get_one(Person, person.id), ContactKind.PHONE, number)


def form(**more: Any) -> dict[str, Any]:
    return {
        "do": "save",
        "number": "020 7946 0123",
        "who": "",
        "direction": "in",
        "outcome": "spoke",
        "notes": "The printer is blank again.",
        "length": "4:30",
        "onto": "new",
        "type": "request",
        "group": "",
        "call_back": "",
        "call_back_at": "",
        **more,
    }


def the_call() -> PhoneCall:
    look_again()
    return db.session.scalars(select(PhoneCall)).one()


def test_the_form_is_reached_by_a_link_and_by_a_key(ben: PageClient) -> None:
    page = ben.get("/tickets").text
    assert 'data-key="log-call"' in page
    assert "Log a call" in ben.get("/calls/new").text


def test_the_part_for_the_dialog_is_only_the_form(ben: PageClient) -> None:
    part = ben.get("/calls/new?dialog=1").text
    assert part.lstrip().startswith("<form")
    assert "<html" not in part


@pytest.mark.parametrize(
    "typed",
    ["020 7946 0123", "+44 (0)20 7946-0123", "0044 20 7946 0123", "02079460123", "0207946"],
)
def test_a_caller_is_found_by_their_number_however_it_is_spelled(
    ben: PageClient, cast: Cast, typed: str
) -> None:
    give_number(cast.ada)
    make_ticket(cast.ada, cast.it, subject="Printer prints blank pages")
    part = ben.get("/calls/caller", query_string={"number": typed}).text
    assert "Ada Byrne" in part
    assert "Printer prints blank pages" in part


def test_tickets_of_a_group_that_an_agent_does_not_read_are_not_offered(
    ben: PageClient, cast: Cast
) -> None:
    give_number(cast.ada)
    make_ticket(cast.ada, cast.highways, subject="Hole in Mill Lane")
    assert "Mill Lane" not in ben.get("/calls/caller?number=02079460123").text


def test_what_a_caller_needs_is_said_beside_their_name(ben: PageClient, cast: Cast) -> None:
    give_number(cast.ada)
    with unit_of_work():
        ada = db.session.get_one(Person, cast.ada.id)
        known = {"source": NeedSource.SAID, "consents": True, "actor": cast.actor("ben")}
        note_need(ada, NeedKind.INTERPRETER, "Polish", **known)
    part = ben.get("/calls/caller?number=02079460123").text
    assert "Book an interpreter" in part


def test_a_call_joins_the_open_ticket_that_was_chosen(ben: PageClient, cast: Cast) -> None:
    give_number(cast.ada)
    ticket = make_ticket(cast.ada, cast.it)

    ben.post("/calls/new", form(person_id=str(cast.ada.id), onto=ticket.number))

    call = the_call()
    message = db.session.get_one(Message, call.message_id)
    assert (call.ticket_id, call.person_id, call.agent_id) == (ticket.id, cast.ada.id, cast.ben.id)
    assert (call.number, call.duration, call.outcome) == (NUMBER, 270, CallOutcome.SPOKE)
    assert (message.channel, message.direction, message.author_id) == (
        "phone",
        Direction.IN,
        cast.ada.id,
    )
    assert message.text == "The printer is blank again."


def test_a_number_nobody_has_becomes_a_person_whose_number_is_not_proven(
    ben: PageClient, cast: Cast
) -> None:
    ben.post("/calls/new", form(who="Moira Quill", group=str(cast.it.id)))

    point = db.session.scalars(select(ContactPoint).where(ContactPoint.value == NUMBER)).one()
    ticket = db.session.get_one(Ticket, the_call().ticket_id)
    assert (point.person.name, point.is_proven) == ("Moira Quill", False)
    assert (ticket.requester_id, ticket.channel, ticket.group_id) == (
        point.person_id,
        "phone",
        cast.it.id,
    )
    assert ticket.subject == "The printer is blank again."


def test_a_chosen_person_gets_the_number_they_rang_from(ben: PageClient, cast: Cast) -> None:
    ben.post("/calls/new", form(person_id=str(cast.ada.id)))
    point = db.session.scalars(select(ContactPoint).where(ContactPoint.value == NUMBER)).one()
    assert (point.person_id, point.is_proven) == (cast.ada.id, False)


def test_a_withheld_number_needs_somebody_who_is_known(ben: PageClient, cast: Cast) -> None:
    page = ben.post("/calls/new", form(number=""), status=422).text
    assert "Say who rang" in page
    assert "The printer is blank again." in page
    ben.post("/calls/new", form(number="", person_id=str(cast.ada.id)))
    assert the_call().person_id == cast.ada.id


def test_a_call_outward_is_no_mail(ben: PageClient, cast: Cast, settle: Any) -> None:
    ticket = make_ticket(cast.ada, cast.it, channel="phone")
    ben.post("/calls/new", form(person_id=str(cast.ada.id), onto=ticket.number, direction="out"))
    settle()
    look_again()
    message = db.session.get_one(Message, the_call().message_id)
    assert (message.direction, message.author_id) == (Direction.OUT, cast.ben.id)
    replies = select(Delivery.id).where(Delivery.message_id == message.id)
    assert db.session.scalars(replies).all() == []


def test_notes_may_stay_among_staff(ben: PageClient, cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    ben.post("/calls/new", form(person_id=str(cast.ada.id), onto=ticket.number, is_internal="y"))
    message = db.session.get_one(Message, the_call().message_id)
    assert message.visibility is Visibility.INTERNAL


def test_an_empty_length_is_how_long_the_form_was_open(
    ben: PageClient, cast: Cast, clock: StoppedClock
) -> None:
    began = clock.now().isoformat()
    clock.advance(timedelta(minutes=2))
    ben.post("/calls/new", form(length="", started=began, person_id=str(cast.ada.id)))
    assert the_call().duration == 120


def test_a_promise_to_ring_back_is_the_agents_own_task(
    ben: PageClient, cast: Cast, clock: StoppedClock
) -> None:
    ben.post("/calls/new", form(person_id=str(cast.ada.id), call_back="60", group=str(cast.it.id)))

    row = db.session.scalars(select(CallBack)).one()
    assert (row.agent_id, row.person_id, row.number) == (cast.ben.id, cast.ada.id, NUMBER)
    assert (row.due_at - clock.now()).total_seconds() == 3600
    page = ben.get("/calls").text
    assert "Ada Byrne" in page
    assert "020 7946 0123" in page
    assert "Ada Byrne" in ben.get("/views/due-soon").text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"notes": "  "}, "what was said"),
        ({"number": "ring me"}, "not a telephone number"),
        ({"length": "soon"}, "minutes and seconds"),
        ({"call_back": "at", "call_back_at": "2026-11-16T09:00"}, "moment is past"),
        ({"call_back": "at", "call_back_at": "2029-11-16T09:00"}, "more than a year"),
        ({"call_back": "at"}, "Say when"),
        ({"call_back": "7"}, "Choose one"),
        ({"outcome": "missed"}, "Choose one"),
        ({"outcome": "<script>"}, "none of the choices"),
        ({"onto": "INC-999999"}, "no such ticket"),
        ({"notes": "x" * 20_001}, "20,000"),
        ({"onto": "new", "group": "99999"}, "no such group"),
        ({"is_admin": "1"}, "did not ask for"),
    ],
)
def test_what_cannot_be_used_is_said_and_nothing_is_lost(
    ben: PageClient, cast: Cast, wrong: dict[str, str], sentence: str
) -> None:
    status = 404 if "INC-999999" in wrong.values() else 422
    page = ben.post("/calls/new", form(person_id=str(cast.ada.id), **wrong), status=status).text
    assert sentence in page
    look_again()
    assert db.session.scalars(select(PhoneCall)).all() == []


def test_without_a_script_a_button_finds_who_has_the_number(ben: PageClient, cast: Cast) -> None:
    give_number(cast.ada)
    page = ben.post("/calls/new", form(do="find"), status=200).text
    assert "Ada Byrne" in page
    assert "The printer is blank again." in page


def test_what_a_caller_is_called_is_only_words(ben: PageClient, cast: Cast) -> None:
    ben.post("/calls/new", form(who="<script>alert(1)</script>", notes="<img src=x onerror=1>"))
    page = ben.get("/calls").text + ben.get("/calls/caller?number=02079460123").text
    assert "<script>alert" not in page
    ticket = db.session.get_one(Ticket, the_call().ticket_id)
    assert "<img src=x" not in ben.get(f"/tickets/{ticket.number}").text


def test_a_closed_ticket_is_not_joined(ben: PageClient, cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        db.session.get_one(Ticket, ticket.id).is_open = False
    page = ben.post(
        "/calls/new", form(person_id=str(cast.ada.id), onto=ticket.number), status=409
    ).text
    assert "was closed meanwhile" in page


def test_a_ticket_of_another_group_cannot_be_joined(client: PageClient, cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    client.sign_in("dan@borough.example")
    sent = form(person_id=str(cast.ada.id), onto=ticket.number)
    assert "no such ticket" in client.post("/calls/new", sent, status=404).text
    client.get(f"/calls/new?ticket={ticket.number}", status=404)
    assert db.session.scalars(select(PhoneCall)).all() == []


def test_nobody_calls_without_signing_in(client: PageClient, cast: Cast) -> None:
    for path in ("/calls", "/calls/new", "/calls/caller?number=02079460123", "/calls/live"):
        client.get(path, status=303)
