"""What rules may look at of a ticket, as it stands in the database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from helpdesk.core import clock as desk_clock
from helpdesk.core.clock import StoppedClock
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.models import Organisation
from helpdesk.tickets import commands
from helpdesk.tickets.conversation import NewFile
from helpdesk.tickets.facts import Happened, facts_of, read_facts
from tests.cast import Cast
from tests.counting import count_queries
from tests.makers import make_note, make_reply, make_ticket, make_words_of
from workflows.conditions import read_condition
from workflows.facts import Who


def test_a_ticket_is_known_by_its_fields_people_tags_and_words(db: Any, cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it, files=(NewFile("a.txt", "text/plain", b"a"),))
    with unit_of_work():
        school = Organisation(name="Northside School", created_at=desk_clock.now())
        db.session.add(school)
        db.session.flush()
        cast.ada.organisation_id = school.id
        found = commands.lock(ticket.id)
        commands.assign(found, cast.ben, by=None, cause="test")
        commands.set_tags(found, ["vip"], by=None, cause="test")
        found.custom = {"floor": 2, "rooms": ["A1", "B2"], "gone": None}
    facts = facts_of(ticket)
    assert (facts.number, facts.type, facts.status) == (ticket.number, "incident", "new")
    assert facts.assignee == Who("Ben Kaya", ("ben@borough.example",))
    assert facts.requester == Who("Ada Byrne", ("ada@borough.example",))
    assert (facts.group, facts.organisation) == ("IT support", "Northside School")
    assert facts.tags == {"vip"}
    assert facts.custom == {"floor": 2, "rooms": ("A1", "B2")}
    assert (facts.files, facts.messages, facts.is_reply) == (1, 1, False)
    assert read_condition("blank floor from:ada@borough.example is:open").holds(
        facts, desk_clock.now()
    )


def test_who_waits_for_whom_follows_from_the_conversation(cast: Cast, clock: StoppedClock) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    opened = clock.now()
    clock.advance(timedelta(hours=1))
    make_words_of(ticket, cast.ada)
    assert facts_of(ticket).unanswered_since == opened
    assert facts_of(ticket).awaiting_since is None

    answered = clock.advance(timedelta(hours=1))
    make_reply(ticket, cast.ben)
    make_note(ticket, cast.ben)
    facts = facts_of(ticket)
    assert (facts.unanswered_since, facts.awaiting_since) == (None, answered)
    assert (facts.answers, facts.notes, facts.messages) == (1, 1, 4)
    assert facts.last_requester_at == opened + timedelta(hours=1)

    asked = clock.advance(timedelta(hours=1))
    make_words_of(ticket, cast.ada, "Again blank.")
    make_words_of(ticket, cast.ada, "I am away.", automation="auto_reply")
    facts = facts_of(ticket)
    assert (facts.unanswered_since, facts.awaiting_since) == (asked, None)
    assert facts.is_automatic


def test_the_time_in_a_status_begins_with_its_last_change(cast: Cast, clock: StoppedClock) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    assert facts_of(ticket).status_since == clock.now()
    changed = clock.advance(timedelta(hours=3))
    make_reply(ticket, cast.ben)
    clock.advance(timedelta(hours=1))
    assert facts_of(ticket).status == "in_progress"
    assert facts_of(ticket).status_since == changed


def test_what_just_happened_is_part_of_the_facts(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    note = make_note(ticket, cast.ben, "Drum unit again.")
    happened = Happened(
        frozenset({"note", "message"}),
        "agent",
        frozenset({"group"}),
        {"group": ("Highways",)},
        note.id,
    )
    facts = facts_of(ticket, happened)
    assert facts.text == "Drum unit again."
    assert read_condition("event:note by:agent was:group=highways drum").holds(
        facts, desk_clock.now()
    )


def test_many_tickets_cost_as_many_queries_as_one(cast: Cast) -> None:
    tickets = [make_ticket(cast.ada, cast.it) for _ in range(5)]
    with count_queries() as few:
        read_facts([tickets[0].id])
    with count_queries() as many:
        assert len(read_facts([ticket.id for ticket in tickets])) == 5
    assert many.count == few.count
    assert few.count <= 7
