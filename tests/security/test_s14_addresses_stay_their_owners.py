"""S14: an address or a number moves to nobody else but by its owner, and nobody learns whose it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, Refused
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people import commands
from helpdesk.people.models import ContactKind, ContactPoint, Person
from tests.cast import Cast, make_person
from tests.helpdesk.web.console.budget import look_again
from tests.makers import make_ticket
from tests.pages import PageClient

OWNED = "ben@borough.example"
# The same address, as it may be written.
WRITTEN = (OWNED, "  BEN@Borough.Example ", "ben@BOROUGH.example")


def owners() -> dict[str, int]:
    db.session.rollback()
    rows = db.session.execute(select(ContactPoint.value, ContactPoint.person_id))
    return {value: person_id for value, person_id in rows}  # noqa: C416 - rows are no pairs to mypy


@pytest.fixture
def ben(client: PageClient, cast: Cast) -> PageClient:
    client.sign_in(OWNED)
    return client


@pytest.mark.parametrize("written", WRITTEN)
def test_an_address_that_is_somebodys_is_added_to_nobody_else(cast: Cast, written: str) -> None:
    before = owners()
    with pytest.raises(Invalid) as refused, unit_of_work():
        commands.add_contact_point(cast.ada, ContactKind.EMAIL, written)
    assert owners() == before
    said = f"{refused.value.title} {refused.value.advice}"
    assert "Ben" not in said
    assert "ben@" not in said.lower()


@pytest.mark.parametrize("written", WRITTEN)
def test_the_form_of_a_person_refuses_it_in_neutral_words(
    ben: PageClient, cast: Cast, written: str
) -> None:
    before = owners()
    with unit_of_work():
        make_person("Zoe Hidden", "zoe@secret.example")
    taken = {**before, "zoe@secret.example": owners()["zoe@secret.example"]}
    for address in (written, "zoe@secret.example"):
        form = {"name": "Ada Byrne", "email": address}
        page = ben.post(f"/people/{cast.ada.id}/edit", form, status=422).get_data(as_text=True)
        assert "Zoe Hidden" not in page
        assert "This cannot be added." in page
    assert owners() == taken


def test_a_new_person_is_not_made_of_somebodys_address(ben: PageClient, cast: Cast) -> None:
    before = owners()
    form = {"name": "Mallory", "email": "eve@borough.example"}
    page = ben.post("/people/new", form, status=422).get_data(as_text=True)
    assert "Eve Adair" not in page
    assert owners() == before


def test_an_agent_proves_no_address_by_saying_so(cast: Cast) -> None:
    with unit_of_work():
        point = commands.add_contact_point(cast.ada, ContactKind.EMAIL, "new@ada.example")
    assert not point.is_proven
    with pytest.raises(Invalid), unit_of_work():
        commands.vouch_for_contact_point(point, actor=cast.actor("eve"))
    look_again()
    assert not db.session.get_one(ContactPoint, point.id).is_proven


def test_an_agent_does_not_touch_the_addresses_of_staff(cast: Cast) -> None:
    def vouch() -> None:
        commands.vouch_for_contact_point(cast.eve.contact_points[0], actor=cast.actor("ben"))

    def edit() -> None:
        commands.edit_person(cast.eve, name="Eve", actor=cast.actor("ben"))

    attempts: tuple[Callable[[], None], ...] = (vouch, edit)
    for attempt in attempts:
        with pytest.raises(Refused), unit_of_work():
            attempt()


def test_who_writes_under_a_name_does_not_take_its_tickets(cast: Cast) -> None:
    """A requester of the same name with another address is another person, with tickets of their own."""
    mine = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        other = make_person("Ada Byrne", "ada@elsewhere.example")
    make_ticket(other)
    look_again()
    assert db.session.get_one(type(mine), mine.id).requester_id == cast.ada.id
    assert db.session.get_one(Person, other.id).merged_into_id is None
