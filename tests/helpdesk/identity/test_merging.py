"""Two people found to be one: what goes over, what is chosen, what is refused."""

from __future__ import annotations

import pytest

from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid, NotFound, Refused
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.identity import details, places
from helpdesk.identity.details import Side
from helpdesk.identity.models import PersonMerge
from helpdesk.identity.previewing import preview
from helpdesk.journal.reading import history_of
from helpdesk.people.commands import create_organisation
from helpdesk.people.models import Person
from helpdesk.people.queries import access_person, search_people, standing_id
from helpdesk.tickets.commands import lock, watch
from helpdesk.tickets.models import Ticket, Watcher
from helpdesk.tickets.verifying import verify_ticket
from tests.cast import Cast
from tests.helpdesk.identity.people import make_requester, merged, values_of
from tests.makers import make_ticket, make_words_of


def test_tickets_and_contact_points_go_to_whom_is_kept(cast: Cast) -> None:
    other = make_requester("A. Byrne", "ada@home.example", phone="020 7946 0018")
    ticket = make_ticket(other, cast.it)
    merged(cast.ada, other, actor=cast.actor("ben"))
    assert db.session.get_one(Ticket, ticket.id).requester_id == cast.ada.id
    assert {"ada@home.example", "+442079460018"} <= values_of(cast.ada)
    assert values_of(other) == set()


def test_who_said_what_stays_as_the_journal_has_it(cast: Cast) -> None:
    other = make_requester("A. Byrne", "ada@home.example")
    ticket = make_ticket(other, cast.it)
    merged(cast.ada, other)
    assert db.session.get_one(Ticket, ticket.id).messages[0].author_id == other.id
    assert verify_ticket(ticket.id) == []


def test_a_contact_point_is_no_better_proven_than_before(cast: Cast) -> None:
    other = make_requester("A. Byrne", "ada@home.example")
    merged(cast.ada, other)
    points = db.session.get_one(Person, cast.ada.id).contact_points
    assert {point.value: point.is_proven for point in points} == {
        "ada@borough.example": True,
        "ada@home.example": False,
    }


def test_watching_goes_over_and_is_never_doubled(cast: Cast) -> None:
    other = make_requester("A. Byrne", "ada@home.example")
    both, one = make_ticket(cast.cleo, cast.it), make_ticket(cast.cleo, cast.it)
    with unit_of_work():
        for ticket, person in ((both, other), (both, cast.ada), (one, other)):
            watch(lock(ticket.id), person, by=None, cause="test")
    merged(cast.ada, other)
    rows = db.session.query(Watcher.ticket_id, Watcher.person_id).order_by(Watcher.ticket_id)
    assert [tuple(row) for row in rows] == [(both.id, cast.ada.id), (one.id, cast.ada.id)]
    assert verify_ticket(both.id) == verify_ticket(one.id) == []


def test_both_journals_tell_of_it(cast: Cast) -> None:
    other = make_requester("A. Byrne", "ada@home.example")
    ticket = make_ticket(other, cast.it)
    merged(cast.ada, other, actor=cast.actor("ben"))
    told = history_of("person", cast.ada.id)[-1]
    assert (told.event, told.actor_id, told.after["merged"], told.after["tickets"]) == (
        "PeopleMerged",
        cast.ben.id,
        other.id,
        1,
    )
    assert history_of("person", other.id)[-1].after["merged_into"] == cast.ada.id
    assert history_of("ticket", ticket.id)[-1].event == "RequesterChanged"


def test_whoever_asks_for_the_merged_person_gets_the_kept_one(cast: Cast) -> None:
    other = make_requester("Adeline Byrne", "ada@home.example")
    third = make_requester("Ada B.", "ada@school.example")
    merged(other, third)
    merged(cast.ada, other)
    ben = cast.actor("ben")
    assert access_person(ben, third.id).id == access_person(ben, other.id).id == cast.ada.id
    assert standing_id(third.id) == cast.ada.id
    assert [one.id for one in search_people(ben, "Byrne")] == [cast.ada.id]


def test_the_kept_persons_details_hold_unless_others_are_chosen(cast: Cast) -> None:
    other = make_requester("Adeline Byrne", "ada@home.example", note="Rings on Mondays.")
    with unit_of_work():
        db.session.get_one(Person, cast.ada.id).note = "Deaf in one ear."
    merged(cast.ada, other, choices={"name": Side.GONE})
    kept = db.session.get_one(Person, cast.ada.id)
    assert kept.name == "Adeline Byrne"
    assert kept.note == "Deaf in one ear.\n\nRings on Mondays."


def test_what_the_kept_person_lacks_is_filled(cast: Cast) -> None:
    with unit_of_work():
        school = create_organisation("Hill School", actor=None)
    other = make_requester("Ada Byrne", "ada@home.example", organisation_id=school.id)
    merged(cast.ada, other)
    assert db.session.get_one(Person, cast.ada.id).organisation_id == school.id


def test_a_side_that_cannot_be_chosen_is_refused(cast: Cast) -> None:
    other = make_requester("Adeline Byrne", "ada@home.example")
    with pytest.raises(Invalid):
        merged(cast.ada, other, choices={"name": Side.BOTH})


def test_nobody_is_merged_into_themselves(cast: Cast) -> None:
    with pytest.raises(Invalid):
        merged(cast.ada, cast.ada)


def test_nobody_is_merged_twice(cast: Cast) -> None:
    other, third = make_requester("A", "a@home.example"), make_requester("B", "b@home.example")
    merged(cast.ada, other)
    with pytest.raises(Conflict):
        merged(third, other)
    with pytest.raises(Conflict):
        merged(other, third)
    assert db.session.query(PersonMerge).count() == 1


def test_a_person_that_there_is_not_is_not_found(cast: Cast) -> None:
    with pytest.raises(NotFound):
        merged(cast.ada, Person(id=987654))


def test_two_staff_accounts_are_never_merged(cast: Cast) -> None:
    with pytest.raises(Invalid):
        merged(cast.cleo, cast.ben, actor=cast.actor("eve"))


def test_an_account_of_staff_never_goes_into_a_requester(cast: Cast) -> None:
    with pytest.raises(Invalid):
        merged(cast.ada, cast.ben, actor=cast.actor("eve"))


def test_only_administrators_give_an_account_of_staff_more_addresses(cast: Cast) -> None:
    other = make_requester("Ben Kaya", "ben@home.example")
    with pytest.raises(Refused):
        merged(cast.ben, other, actor=cast.actor("ben"))
    merged(cast.ben, other, actor=cast.actor("eve"))
    assert "ben@home.example" in values_of(cast.ben)


@pytest.mark.parametrize("hidden_is_kept", [True, False])
def test_who_may_not_see_all_that_is_theirs_may_not_merge(cast: Cast, hidden_is_kept: bool) -> None:
    other = make_requester("A. Byrne", "ada@home.example")
    make_ticket(cast.ada if hidden_is_kept else other, cast.it)
    with pytest.raises(Refused) as refused:
        merged(cast.ada, other, actor=cast.actor("dan"))
    assert "1" not in refused.value.title + refused.value.advice
    with pytest.raises(Refused):
        preview(cast.actor("dan"), cast.ada.id, other.id)
    assert db.session.query(PersonMerge).count() == 0


def test_a_requester_merges_nobody(cast: Cast) -> None:
    other = make_requester("A. Byrne", "ada@home.example")
    with pytest.raises(Refused):
        merged(cast.ada, other, actor=cast.actor("ada"))


def test_what_changed_since_the_preview_is_looked_at_again(cast: Cast) -> None:
    other = make_requester("A. Byrne", "ada@home.example")
    seen = preview(cast.actor("ben"), cast.ada.id, other.id).mark
    with unit_of_work():
        db.session.get_one(Person, other.id).name = "Somebody Else"
    with pytest.raises(Conflict):
        merged(cast.ada, other, seen=seen)


def test_the_preview_says_what_would_move_and_changes_nothing(cast: Cast) -> None:
    other = make_requester("A. Byrne", "ada@home.example")
    make_words_of(make_ticket(other, cast.it), other)
    shown = preview(cast.actor("ben"), cast.ada.id, other.id)
    assert (shown.ticket_count, shown.message_count, len(shown.contact_points)) == (1, 2, 1)
    assert [one.name for one in shown.conflicts] == ["name"]
    assert db.session.query(PersonMerge).count() == 0


def test_every_column_that_names_a_person_is_decided() -> None:
    assert [place for place in places.named() if not places.is_decided(place)] == []


def test_a_mark_follows_what_is_weighed(cast: Cast) -> None:
    other = make_requester("A. Byrne", "ada@home.example")
    assert details.mark_of(cast.ada, other) != details.mark_of(other, cast.ada)
