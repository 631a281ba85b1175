"""People without e-mail send a form as well: the reference is theirs to keep, and nobody else hears of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.models import Delivery, RawMessage, RawState
from helpdesk.people.commands import add_contact_point
from helpdesk.people.models import ContactKind, ContactPoint, Person
from tests.cast import Cast
from tests.helpdesk.web.portal.visiting import Visitor, make_form, plain, tickets

NUMBER = "+442079460018"


@pytest.fixture(autouse=True)
def form(cast: Cast) -> None:
    make_form()


def send(visitor: Visitor, **contact: str) -> str:
    visitor.fill_in(**{"email": "", **contact})
    return plain(visitor.send())


def test_a_number_is_enough_and_the_reference_is_to_be_kept(
    visitor: Visitor, settle: Callable[[], None]
) -> None:
    page = send(visitor, phone="020 7946 0018")
    settle()
    (ticket,) = tickets()
    assert ticket.number in page
    assert "Write this reference down" in page
    assert "Somebody reads it and rings you." in page
    assert "Follow this request" not in page
    (point,) = ticket.requester.contact_points
    assert (point.kind, point.value, point.is_proven) == (ContactKind.PHONE, NUMBER, False)
    assert "Telephone\n020 7946 0018" in ticket.messages[0].text
    assert db.session.scalars(select(Delivery)).all() == []


def test_the_same_number_again_is_the_same_person(visitor: Visitor) -> None:
    send(visitor, phone="020 7946 0018")
    send(visitor, phone="+44 20 7946 0018")
    first, second = tickets()
    assert first.requester_id == second.requester_id


def test_a_number_of_somebody_who_reads_their_requests_here_shows_them_nothing(
    visitor: Visitor, cast: Cast, settle: Callable[[], None]
) -> None:
    with unit_of_work():
        ada = db.session.get_one(Person, cast.ada.id)
        add_contact_point(ada, ContactKind.PHONE, NUMBER)
    send(visitor, phone="020 7946 0018", name="Somebody Else")
    settle()
    (ticket,) = tickets()
    assert ticket.requester_id != cast.ada.id
    assert ticket.requester.name == "Somebody Else"
    assert db.session.scalars(select(Delivery)).all() == []
    visitor.enter("ada@borough.example")
    assert ticket.number not in visitor.client.get("/your-requests").get_data(as_text=True)


def test_a_house_is_enough_and_two_at_one_house_are_two_people(visitor: Visitor) -> None:
    page = send(visitor, post="14 Alder Row\r\nAmbridge")
    send(visitor, post="14 Alder Row, Ambridge", name="Bo Byrne")
    first, second = tickets()
    assert "Somebody reads it and writes you a letter." in page
    assert "Postal address\n14 Alder Row, Ambridge" in first.messages[0].text
    assert first.requester_id != second.requester_id
    kinds = {one.kind for one in db.session.scalars(select(ContactPoint)) if "form/" in one.value}
    assert kinds == {ContactKind.HANDLE}


def test_nothing_to_be_reached_by_is_asked_for(visitor: Visitor) -> None:
    visitor.begin()
    visitor.answer("bin", bin="glass")
    contact = {"name": "Ada", "email": "", "phone": "", "post": ""}
    page = visitor.client.post(f"{visitor.url}/contact", contact, status=422)
    assert "Give an e-mail address, a telephone number or a postal address." in page.get_data(
        as_text=True
    )
    page = visitor.client.post(f"{visitor.url}/contact", {**contact, "phone": "none"}, status=422)
    assert "Type a telephone number" in page.get_data(as_text=True)


def test_what_is_kept_of_them_waits_for_nobody(visitor: Visitor) -> None:
    send(visitor, phone="020 7946 0018")
    db.session.rollback()
    assert db.session.scalars(select(RawMessage.state)).all() == [RawState.DONE]
