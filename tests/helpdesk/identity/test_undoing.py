"""A merge taken back: what it moved goes back, and what came since stays where it is."""

from __future__ import annotations

import pytest

from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, NotFound, Refused
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.identity import merging
from helpdesk.identity.details import Side
from helpdesk.journal.reading import history_of
from helpdesk.people.models import ContactKind, Person
from helpdesk.tickets.commands import lock, watch
from helpdesk.tickets.models import Ticket, Watcher
from helpdesk.tickets.requesting import change_requester
from helpdesk.tickets.verifying import verify_ticket
from tests.cast import Cast
from tests.helpdesk.identity.people import add_point, make_requester, merged, undone, values_of
from tests.makers import make_ticket


def requester_of(ticket: Ticket) -> int:
    return db.session.get_one(Ticket, ticket.id, populate_existing=True).requester_id


def test_what_was_moved_goes_back(cast: Cast) -> None:
    other = make_requester("A. Byrne", "ada@home.example", note="Rings on Mondays.")
    theirs, hers = make_ticket(other, cast.it), make_ticket(cast.ada, cast.it)
    undone(merged(cast.ada, other, choices={"name": Side.GONE}), actor=cast.actor("ben"))
    assert (requester_of(theirs), requester_of(hers)) == (other.id, cast.ada.id)
    assert values_of(other) == {"ada@home.example"}
    kept = db.session.get_one(Person, cast.ada.id)
    assert (kept.name, kept.note) == ("Ada Byrne", "")
    assert verify_ticket(theirs.id) == []


def test_later_work_stays_where_it_was_done(cast: Cast) -> None:
    other = make_requester("A. Byrne", "ada@home.example")
    moved = make_ticket(other, cast.it)
    merge = merged(cast.ada, other, choices={"name": Side.GONE})
    later = make_ticket(db.session.get_one(Person, cast.ada.id), cast.it)
    add_point(cast.ada, ContactKind.PHONE, "020 7946 0018")
    with unit_of_work():
        change_requester(lock(moved.id), cast.cleo, by=None, cause="test")
        db.session.get_one(Person, cast.ada.id).name = "Ada Lovelace"
    undone(merge)
    assert (requester_of(later), requester_of(moved)) == (cast.ada.id, cast.cleo.id)
    assert values_of(cast.ada) == {"ada@borough.example", "+442079460018"}
    assert db.session.get_one(Person, cast.ada.id).name == "Ada Lovelace"


def test_those_who_both_watched_watch_again(cast: Cast) -> None:
    other = make_requester("A. Byrne", "ada@home.example")
    both, one = make_ticket(cast.cleo, cast.it), make_ticket(cast.cleo, cast.it)
    with unit_of_work():
        for ticket, person in ((both, other), (both, cast.ada), (one, other)):
            watch(lock(ticket.id), person, by=None, cause="test")
    undone(merged(cast.ada, other))
    rows = db.session.query(Watcher.ticket_id, Watcher.person_id)
    assert {tuple(row) for row in rows} == {
        (both.id, cast.ada.id),
        (both.id, other.id),
        (one.id, other.id),
    }
    assert verify_ticket(both.id) == verify_ticket(one.id) == []


def test_a_merge_is_undone_once(cast: Cast) -> None:
    merge = merged(cast.ada, make_requester("A. Byrne", "ada@home.example"))
    undone(merge)
    with pytest.raises(Conflict):
        undone(merge)


def test_a_later_merge_is_undone_first(cast: Cast) -> None:
    other, third = make_requester("A", "a@home.example"), make_requester("B", "b@home.example")
    ticket = make_ticket(third, cast.it)
    first = merged(other, third)
    second = merged(cast.ada, other)
    with pytest.raises(Conflict):
        undone(first)
    undone(second)
    assert requester_of(ticket) == other.id
    undone(first)
    assert requester_of(ticket) == third.id


def test_two_merges_into_one_person_are_undone_in_any_order(cast: Cast) -> None:
    one, two = make_requester("A", "a@home.example"), make_requester("B", "b@home.example")
    of_one, of_two = make_ticket(one, cast.it), make_ticket(two, cast.it)
    first = merged(cast.ada, one)
    merged(cast.ada, two)
    undone(first)
    assert (requester_of(of_one), requester_of(of_two)) == (one.id, cast.ada.id)


def test_whoever_was_parted_can_be_merged_again(cast: Cast) -> None:
    other = make_requester("A. Byrne", "ada@home.example")
    undone(merged(cast.ada, other))
    merged(other, cast.ada)
    assert values_of(other) == {"ada@home.example", "ada@borough.example"}


def test_both_journals_tell_of_the_parting(cast: Cast) -> None:
    other = make_requester("A. Byrne", "ada@home.example")
    undone(merged(cast.ada, other), actor=cast.actor("ben"))
    assert history_of("person", cast.ada.id)[-1].event == "PeopleParted"
    assert history_of("person", other.id)[-1].event == "PersonCameBack"


def test_who_may_not_see_all_that_is_theirs_may_not_undo(cast: Cast) -> None:
    other = make_requester("A. Byrne", "ada@home.example")
    make_ticket(other, cast.it)
    merge = merged(cast.ada, other)
    with pytest.raises(Refused):
        undone(merge, actor=cast.actor("dan"))


def test_a_merge_that_there_is_not_is_not_found(cast: Cast) -> None:
    with unit_of_work(), pytest.raises(NotFound):
        merging.undo(987654, actor=None)
