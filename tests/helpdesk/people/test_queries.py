"""What is asked about people."""

from __future__ import annotations

import pytest

from helpdesk.core.errors import NotFound
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people import commands, queries
from helpdesk.people.models import ContactKind, Right
from tests.cast import Cast


@pytest.mark.parametrize("text", ["ada b", "BYRNE", "a b", "ada@bor", "  ada   byrne "])
def test_people_are_found_by_name_or_the_start_of_an_address(cast: Cast, text: str) -> None:
    assert [person.id for person in queries.search_people(cast.actor("ben"), text)] == [cast.ada.id]


@pytest.mark.parametrize("text", ["", "  ", "%", "_", "zoe", "borough.example"])
def test_signs_of_the_query_language_find_nothing(cast: Cast, text: str) -> None:
    assert list(queries.search_people(cast.actor("ben"), text)) == []


def test_a_requester_finds_nobody(cast: Cast) -> None:
    actor = cast.actor("ada")
    assert list(queries.search_people(actor, "ben")) == []
    assert list(queries.staff(actor)) == []
    assert list(queries.all_groups(actor)) == []
    assert list(queries.groups_of(actor)) == []
    with pytest.raises(NotFound):
        queries.access_person(actor, cast.ben.id)


def test_a_search_has_a_limit(cast: Cast) -> None:
    assert len(queries.search_people(cast.actor("ben"), "a", limit=2)) == 2


def test_several_addresses_are_looked_up_at_once(cast: Cast) -> None:
    asked = ["ada@borough.example", "ben@borough.example", "zoe@borough.example"]
    found = queries.find_by_contact_points(ContactKind.EMAIL, asked)
    assert {value: person.id for value, person in found.items()} == {
        "ada@borough.example": cast.ada.id,
        "ben@borough.example": cast.ben.id,
    }


def test_an_unproven_address_identifies_nobody_where_proof_is_asked(cast: Cast) -> None:
    with unit_of_work():
        commands.add_contact_point(cast.ada, ContactKind.EMAIL, "ada@home.example")
    kind = ContactKind.EMAIL
    assert queries.find_by_contact_point(kind, "ada@home.example") is not None
    assert queries.find_by_contact_point(kind, "ada@home.example", proven_only=True) is None
    assert queries.address_of(cast.ada) == "ada@borough.example"


def test_agents_of_a_group_hold_the_right_and_are_active(cast: Cast) -> None:
    with unit_of_work():
        commands.join_group(cast.dan, cast.it, Right.READ)
    names = [person.name for person in queries.agents_of([cast.it.id])]
    assert names == ["Ben Kaya", "Cleo Marsh"]
    with unit_of_work():
        commands.deactivate(cast.ben)
    assert [person.id for person in queries.agents_of([cast.it.id])] == [cast.cleo.id]


def test_groups_are_those_one_may_read(cast: Cast) -> None:
    assert [group.id for group in queries.groups_of(cast.actor("ben"))] == [cast.it.id]
    assert [group.name for group in queries.groups_of(cast.actor("eve"))] == [
        "Highways",
        "IT support",
    ]


def test_staff_are_listed_with_their_groups(cast: Cast) -> None:
    listed = queries.staff(cast.actor("eve"))
    assert [person.name for person in listed] == [
        "Ben Kaya",
        "Cleo Marsh",
        "Dan Okoro",
        "Eve Adair",
    ]
    assert [one.group.name for one in listed[0].memberships] == ["IT support"]
