"""Who is probably the same person: by what both gave as theirs, until somebody has looked."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.identity import claiming, suggesting
from helpdesk.identity.claiming import ClaimKind, ClaimSource, found_in, name_key
from helpdesk.identity.models import ContactClaim
from helpdesk.people.models import ContactPoint, Person
from tests.cast import Cast
from tests.counting import count_queries
from tests.helpdesk.identity.people import make_requester, merged
from tests.makers import make_ticket

SIGNED = "Please call.\n\nKind regards\nAda Byrne\nTel. 020 7946 0018"


def names_for(cast: Cast, person: Person) -> list[str]:
    return [one.person.name for one in suggesting.suggestions_for(person.id, cast.actor("ben"))]


@pytest.fixture
def by_number(cast: Cast, settle: Callable[[], None]) -> Person:
    """Somebody known by a number alone, which Ada writes under her mail."""
    caller = make_requester("A caller", phone="020 7946 0018")
    make_ticket(cast.ada, cast.it, text=SIGNED)
    settle()
    return caller


def test_a_number_under_a_mail_suggests_whoever_has_it(cast: Cast, by_number: Person) -> None:
    assert names_for(cast, cast.ada) == ["A caller"]
    found = suggesting.suggestions_for(by_number.id, cast.actor("ben"))
    assert found[0].person.id == cast.ada.id
    assert "+442079460018" in found[0].reasons[0]


def test_a_number_under_a_mail_joins_nothing_by_itself(cast: Cast, by_number: Person) -> None:
    assert db.session.query(ContactPoint).filter_by(value="+442079460018").count() == 1
    assert by_number.merged_into_id is None


def test_what_was_looked_at_is_not_suggested_again(cast: Cast, by_number: Person) -> None:
    with unit_of_work():
        suggesting.dismiss(by_number.id, cast.ada.id, actor=cast.actor("ben"))
    assert names_for(cast, cast.ada) == names_for(cast, by_number) == []


def test_who_was_merged_is_not_suggested(cast: Cast, by_number: Person) -> None:
    merged(cast.ada, by_number)
    assert names_for(cast, cast.ada) == []


def test_the_same_name_at_the_same_place_is_suggested(cast: Cast) -> None:
    twin = make_requester("byrne, Ada", "ada@home.example")
    with unit_of_work():
        for person in (twin, cast.ada):
            row = db.session.get_one(Person, person.id)
            claiming.claim(row, ClaimKind.POSTCODE, "BO1 4QT", source=ClaimSource.FORM)
    assert names_for(cast, cast.ada) == ["byrne, Ada"]


def test_another_name_at_the_same_place_is_not(cast: Cast) -> None:
    neighbour = make_requester("Joe Byrne", "joe@home.example")
    with unit_of_work():
        for person in (neighbour, cast.ada):
            row = db.session.get_one(Person, person.id)
            claiming.claim(row, ClaimKind.POSTCODE, "BO1 4QT", source=ClaimSource.FORM)
    assert names_for(cast, cast.ada) == []


def test_a_switchboard_says_nothing(cast: Cast) -> None:
    people = [make_requester(f"P{n}", f"p{n}@home.example") for n in range(6)]
    with unit_of_work():
        for person in people:
            row = db.session.get_one(Person, person.id)
            claiming.claim(row, ClaimKind.PHONE, "020 7946 0000", source=ClaimSource.FORM)
    assert names_for(cast, people[0]) == []


def test_staff_are_never_suggested(cast: Cast) -> None:
    with unit_of_work():
        ada = db.session.get_one(Person, cast.ada.id)
        claiming.claim(ada, ClaimKind.EMAIL, "ben@borough.example", source=ClaimSource.FORM)
    assert names_for(cast, cast.ada) == []
    assert suggesting.suggestions_for(cast.ben.id, cast.actor("eve")) == []


def test_nobody_but_staff_is_told(cast: Cast, by_number: Person) -> None:
    assert suggesting.suggestions_for(cast.ada.id, cast.actor("ada")) == []


def test_what_others_wrote_below_is_not_taken_for_theirs(
    cast: Cast, settle: Callable[[], None]
) -> None:
    quoted = "Ada\n\nOn 3 May 2026, Desk wrote:\n> Call us on 020 7946 0999"
    make_ticket(cast.ada, cast.it, text="Thanks!", quoted=quoted)
    settle()
    assert db.session.query(ContactClaim).count() == 0


def test_noting_twice_keeps_one(cast: Cast, by_number: Person) -> None:
    claim = db.session.query(ContactClaim).one()
    with unit_of_work():
        claiming.note_claims(claim.message_id)
    assert db.session.query(ContactClaim).count() == 1


def test_a_suggestion_costs_few_queries_however_many_people_there_are(
    cast: Cast, by_number: Person
) -> None:
    for number in range(20):
        make_requester(f"P{number}", f"p{number}@home.example", phone=f"020 7946 01{number:02}")
    with count_queries() as counted:
        suggesting.suggestions_for(cast.ada.id, cast.actor("ben"))
    assert counted.count <= 12


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Tel. 020 7946 0018", [(ClaimKind.PHONE, "020 7946 0018")]),
        ("+44 (0)20 7946-0018", [(ClaimKind.PHONE, "+44 (0)20 7946-0018")]),
        ("ada@home.example", [(ClaimKind.EMAIL, "ada@home.example")]),
        ("3 Mill Lane, Boroughton BO1 4QT", [(ClaimKind.POSTCODE, "BO1 4QT")]),
        ("Order 4711-0815-2000000000000", []),
        ("On 16 November 2026 at 10:00", []),
        ("https://x.example/0207946001812", []),
        ("x" * 5000 + " 020 7946 0018", []),
    ],
)
def test_what_a_line_gives(line: str, found: list[tuple[ClaimKind, str]]) -> None:
    assert found_in([line]) == found


def test_names_are_compared_without_case_order_and_marks() -> None:
    assert name_key("Byrne,  ADA") == name_key("Ada Byrne")
