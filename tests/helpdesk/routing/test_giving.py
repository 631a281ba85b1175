"""Tickets are given to agents as they open, enter a group or somebody frees up; each says by what and why."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.checking.parts import check_routing
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.journal.models import Entry
from helpdesk.routing import following, waiting
from helpdesk.routing.giving import rehearse
from helpdesk.tickets import commands
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.verifying import verify_all
from tests.cast import Cast
from tests.helpdesk.routing.desk import make_absence, make_profile, make_routing, switch
from tests.makers import make_reply, make_ticket, make_words_of
from tests.settling import settle_everything
from workflows.assignment_reading import read_routing
from workflows.faults import Faulty
from workflows.lifecycle import Status

OFFICE = {
    "title": "Office",
    "zone": "Europe/London",
    "weekly": {"mon": [["09:00", "12:00"]], "tue": [["09:00", "12:00"]]},
}


def entries(ticket: Ticket, event: str) -> list[Entry]:
    return list(
        db.session.scalars(select(Entry).where(Entry.subject_id == ticket.id, Entry.event == event))
    )


def again(ticket: Ticket) -> Ticket:
    db.session.rollback()
    return db.session.get_one(Ticket, ticket.id, populate_existing=True)


def set_status(ticket: Ticket, status: Status) -> None:
    with unit_of_work():
        commands.change_status(commands.lock(ticket.id), status, by=None, cause="test")


def test_a_new_ticket_is_given_to_whoever_has_fewest_and_the_journal_says_why(cast: Cast) -> None:
    make_routing()
    first, second = make_ticket(cast.ada, cast.it), make_ticket(cast.ada, cast.it)
    assert [first.assignee_id, second.assignee_id] == [cast.ben.id, cast.cleo.id]
    (assigned,) = entries(second, "Assigned")
    assert (assigned.actor_id, assigned.cause) == (None, "routing: by-load")
    (routed,) = entries(second, "TicketRouted")
    assert routed.after["why"]["text"] % routed.after["why"]["values"] == "fewest open, 0"
    ((agent, why),) = routed.after["why_not"]
    assert (agent, why["code"], why["values"]) == (cast.ben.id, "load", {"open": 1})


def test_without_a_routing_nothing_is_given_and_nothing_waits(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    assert ticket.assignee_id is None
    assert not waiting.anything_waits()


def test_a_routing_that_is_switched_off_or_for_another_group_gives_nothing(cast: Cast) -> None:
    make_routing("off", active=False)
    make_routing("others", groups=["Highways"])
    assert make_ticket(cast.ada, cast.it).assignee_id is None
    assert make_ticket(cast.ada, cast.highways).assignee_id == cast.dan.id


def test_a_ticket_without_a_group_is_given_to_nobody(cast: Cast) -> None:
    make_routing()
    assert make_ticket(cast.ada).assignee_id is None


def test_turns_go_round(cast: Cast) -> None:
    make_routing(pick="round_robin")
    given = [make_ticket(cast.ada, cast.it).assignee_id for _ in range(4)]
    assert given == [cast.ben.id, cast.cleo.id, cast.ben.id, cast.cleo.id]


def test_leads_may_be_left_out(cast: Cast) -> None:
    make_routing(pick="round_robin", with_leads=False)
    assert {make_ticket(cast.ada, cast.it).assignee_id for _ in range(2)} == {cast.ben.id}


def test_a_ticket_that_enters_a_group_is_given_there(cast: Cast) -> None:
    make_routing()
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        commands.move_to_group(commands.lock(ticket.id), cast.highways, by=None, cause="test")
    assert again(ticket).assignee_id == cast.dan.id


def test_a_ticket_put_back_is_given_again_only_where_the_routing_says_so(cast: Cast) -> None:
    make_routing()
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        commands.assign(commands.lock(ticket.id), None, by=cast.ben.id, cause="test")
    assert again(ticket).assignee_id is None
    make_routing(on=["opened", "returned"], pick="round_robin")
    other = make_ticket(cast.ada, cast.it)
    held = other.assignee_id
    with unit_of_work():
        commands.assign(commands.lock(other.id), None, by=cast.ben.id, cause="test")
    assert again(other).assignee_id not in (None, held)


def test_skills_wanted_by_the_routing_and_named_by_tags_decide(cast: Cast) -> None:
    make_profile(cast.cleo, "Welsh", "network")
    make_profile(cast.ben, "network")
    make_routing(match="all", skills=["network"], skills_of_tags=True)
    ticket = make_ticket(cast.ada, cast.it)
    assert ticket.assignee_id == cast.ben.id
    with unit_of_work():
        locked = commands.lock(ticket.id)
        commands.set_tags(locked, ["welsh", "printer"], by=None, cause="test")
        found = rehearse(locked)
    assert found is not None
    assert found[1].agent == cast.cleo.id


def test_nobody_is_given_more_than_they_can_bear_and_the_rest_waits_saying_why(cast: Cast) -> None:
    make_routing()
    for person in (cast.ben, cast.cleo):
        make_profile(person, capacity=2)
    tickets = [make_ticket(cast.ada, cast.it) for _ in range(6)]
    assert [one.assignee_id for one in tickets].count(None) == 2
    rows = waiting.waiting_for_nobody(cast.actor("cleo"))
    assert [row.ticket_id for row in rows] == [tickets[4].id, tickets[5].id]
    assert str(rows[0].why) == "everybody has as many tickets as they can bear"
    assert waiting.count_waiting(cast.actor("dan")) == 0


def test_limits_of_a_channel_hold_for_that_channel(cast: Cast) -> None:
    make_routing(with_leads=False)
    make_profile(cast.ben, email=1)
    assert make_ticket(cast.ada, cast.it).assignee_id == cast.ben.id
    assert make_ticket(cast.ada, cast.it).assignee_id is None
    assert make_ticket(cast.ada, cast.it, channel="web").assignee_id == cast.ben.id


def test_a_waiting_ticket_is_given_when_somebody_frees_up(app: Flask, cast: Cast) -> None:
    make_routing(with_leads=False)
    make_profile(cast.ben, capacity=1)
    first, second = make_ticket(cast.ada, cast.it), make_ticket(cast.ada, cast.it)
    assert second.assignee_id is None
    set_status(first, Status.RESOLVED)
    settle_everything(app)
    assert again(second).assignee_id == cast.ben.id
    assert not waiting.anything_waits()


def test_a_ticket_that_waits_for_its_requester_holds_no_place(app: Flask, cast: Cast) -> None:
    make_routing(with_leads=False)
    make_profile(cast.ben, capacity=1)
    first, second = make_ticket(cast.ada, cast.it), make_ticket(cast.ada, cast.it)
    make_reply(first, cast.ben)
    set_status(first, Status.PENDING_REQUESTER)
    settle_everything(app)
    assert again(second).assignee_id == cast.ben.id
    make_words_of(first, cast.ada)
    assert again(first).assignee_id == cast.ben.id


def test_a_waiting_ticket_is_given_when_somebody_switches_back(app: Flask, cast: Cast) -> None:
    make_routing(with_leads=False)
    switch(cast.ben, False)
    ticket = make_ticket(cast.ada, cast.it)
    assert ticket.assignee_id is None
    switch(cast.ben, True)
    settle_everything(app)
    assert again(ticket).assignee_id == cast.ben.id


def test_a_waiting_ticket_is_given_when_an_absence_ends_or_hours_begin(
    app: Flask, cast: Cast, clock: StoppedClock
) -> None:
    make_routing(with_leads=False, working_hours=True)
    with unit_of_work():
        store.save(Kind.CALENDAR, "office", OFFICE, by=None, cause="test")
    make_profile(cast.ben, calendar="office")
    make_absence(cast.ben)
    ticket = make_ticket(cast.ada, cast.it)
    assert ticket.assignee_id is None
    clock.advance(timedelta(hours=23))
    with unit_of_work():
        following.offer_if_any()
    settle_everything(app)
    assert again(ticket).assignee_id is None
    clock.advance(timedelta(hours=1))
    following.offer_waiting()
    assert again(ticket).assignee_id == cast.ben.id
    clock.advance(timedelta(hours=3))
    late = make_ticket(cast.ada, cast.it)
    assert waiting.waiting_longer_than(timedelta(0)) == 0
    clock.advance(timedelta(minutes=1))
    assert again(late).assignee_id is None
    assert waiting.waiting_longer_than(timedelta(0)) == 0


def test_what_waits_is_offered_to_the_most_urgent_first(app: Flask, cast: Cast) -> None:
    make_routing(with_leads=False)
    switch(cast.ben, False)
    plain, urgent = make_ticket(cast.ada, cast.it), make_ticket(cast.ada, cast.it)
    with unit_of_work():
        locked = commands.lock(urgent.id)
        commands.set_priority(
            locked, impact=locked.impact, urgency=locked.urgency, override=1, by=None, cause="test"
        )
    make_profile(cast.ben, capacity=1)
    switch(cast.ben, True)
    settle_everything(app)
    assert again(urgent).assignee_id == cast.ben.id
    assert again(plain).assignee_id is None


def test_a_ticket_somebody_takes_by_hand_waits_no_longer(cast: Cast) -> None:
    make_routing()
    for person in (cast.ben, cast.cleo):
        switch(person, False)
    ticket = make_ticket(cast.ada, cast.it)
    assert waiting.count_waiting(cast.actor("ben")) == 1
    with unit_of_work():
        commands.assign(commands.lock(ticket.id), cast.ben, by=cast.ben.id, cause="test")
    assert waiting.count_waiting(cast.actor("ben")) == 0
    following.offer_waiting()
    assert not waiting.anything_waits()


def test_a_substitute_has_the_turn_of_the_absent(cast: Cast) -> None:
    make_routing(pick="round_robin")
    make_absence(cast.ben, substitute=cast.cleo)
    ticket = make_ticket(cast.ada, cast.it)
    assert ticket.assignee_id == cast.cleo.id
    (routed,) = entries(ticket, "TicketRouted")
    assert routed.after["in_place_of"] == cast.ben.id


def test_a_routing_that_runs_only_when_somebody_is_free_lets_a_new_ticket_wait(cast: Cast) -> None:
    make_routing(on=["available"])
    ticket = make_ticket(cast.ada, cast.it)
    assert ticket.assignee_id is None
    following.offer_waiting()
    assert again(ticket).assignee_id == cast.ben.id


def test_desk_check_names_tickets_that_wait_too_long(cast: Cast, clock: StoppedClock) -> None:
    make_routing()
    for person in (cast.ben, cast.cleo):
        switch(person, False)
    make_ticket(cast.ada, cast.it)
    assert check_routing().is_well
    clock.advance(timedelta(hours=3))
    finding = check_routing()
    assert (finding.is_well, finding.is_ringing) == (False, False)
    assert finding.what == "1 ticket has waited for nobody for more than 2 hours."


def test_the_first_routing_whose_condition_holds_is_taken(cast: Cast) -> None:
    make_routing("calls", when="channel:phone priority:<=2", position=1, with_leads=False)
    make_routing("rest", position=2, pick="round_robin")
    ticket = make_ticket(cast.ada, cast.it, channel="phone")
    with unit_of_work():
        found = rehearse(commands.lock(ticket.id))
    assert found is not None
    assert found[0] == "rest"
    with unit_of_work():
        locked = commands.lock(ticket.id)
        commands.set_priority(
            locked, impact=locked.impact, urgency=locked.urgency, override=1, by=None, cause="test"
        )
        found = rehearse(locked)
    assert found is not None
    assert found[0] == "calls"


def test_a_condition_that_cannot_be_read_or_asks_what_happened_is_refused() -> None:
    for wrong in ("colour:red", "changed:status"):
        with pytest.raises(Faulty) as faulty:
            read_routing({"title": "X", "when": wrong})
        assert faulty.value.faults[0].path == ("when",)


def test_old_mail_that_is_taken_in_is_given_to_nobody(cast: Cast, clock: StoppedClock) -> None:
    make_routing()
    old = make_ticket(cast.ada, cast.it, created_at=clock.now() - timedelta(days=400))
    assert old.assignee_id is None
    assert not waiting.anything_waits()


def test_the_journal_of_a_ticket_that_was_given_is_proven(cast: Cast) -> None:
    make_routing()
    make_ticket(cast.ada, cast.it)
    assert list(verify_all()) == []


def test_what_a_trigger_wants_with_a_new_ticket_comes_before_routing(cast: Cast) -> None:
    make_routing()
    with unit_of_work():
        body = {"title": "Roads", "on": ["opened"], "do": [{"assign_group": "Highways"}]}
        store.save(Kind.TRIGGER, "roads", body, by=None, cause="test")
    ticket = make_ticket(cast.ada, cast.it)
    assert (ticket.group_id, ticket.assignee_id) == (cast.highways.id, cast.dan.id)


def test_a_rule_may_have_a_ticket_given_whatever_the_occasion(cast: Cast) -> None:
    make_routing(on=["available"])
    with unit_of_work():
        body = {"title": "Now", "on": ["opened"], "do": [{"route": True}]}
        store.save(Kind.TRIGGER, "now", body, by=None, cause="test")
    assert make_ticket(cast.ada, cast.it).assignee_id == cast.ben.id
