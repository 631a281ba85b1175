"""A rule held against the past says when it would have run, as tickets then stood, and does nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from helpdesk.automation import back_testing, models
from helpdesk.automation.models import BackTest
from helpdesk.automation.past import moments_of
from helpdesk.core import clock as desk_clock
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, Refused
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions.models import Kind
from helpdesk.people.access import SYSTEM
from helpdesk.tickets import commands
from helpdesk.tickets.facts import facts_of
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.helpdesk.automation.rules import make_rule, make_trigger
from tests.helpdesk.web.console.budget import counted
from tests.makers import make_note, make_reply, make_ticket, make_words_of
from tests.settling import settle_everything
from workflows.rule_conflicts import Trouble

LIVELY: dict[str, Any] = {
    "title": "Calls first",
    "on": ["opened"],
    "when": "channel:phone",
    "do": [{"set_priority": 1}, {"add_tag": "call"}],
}


def look_back(
    app: Flask, body: dict[str, Any], kind: Kind = Kind.TRIGGER, since: datetime | None = None
) -> BackTest:
    with unit_of_work():
        test = back_testing.begin(
            kind,
            "rule",
            body,
            since=since or desk_clock.now() - timedelta(days=30),
            actor=SYSTEM,
        )
    settle_everything(app)
    return back_testing.find(test.id, kind, "rule")


def lived_ticket(cast: Cast, clock: StoppedClock) -> Ticket:
    """Opened by phone, answered an hour later, answered by its requester a day later."""
    ticket = make_ticket(cast.ada, cast.it, channel="phone")
    clock.advance(timedelta(hours=1))
    make_reply(ticket, cast.ben)
    clock.advance(timedelta(days=1))
    make_words_of(ticket, cast.ada)
    clock.advance(timedelta(hours=2))
    with unit_of_work():
        commands.set_tags(commands.lock(ticket.id), ["vip"], by=cast.ben.id, cause="test")
    clock.advance(timedelta(minutes=5))
    return ticket


def test_a_trigger_is_counted_where_it_would_have_run_and_nothing_is_done(
    app: Flask, cast: Cast, clock: StoppedClock
) -> None:
    lived, other = lived_ticket(cast, clock), make_ticket(cast.ada, cast.it)
    clock.advance(timedelta(minutes=1))
    test = look_back(app, LIVELY)
    assert (test.state, test.done, test.total) == (models.TestState.DONE, 2, 2)
    assert (test.result["runs"], test.result["tickets"]) == (1, 1)
    assert test.result["deeds"] == {"0": 1, "1": 1}
    (example,) = test.result["examples"]
    assert (example["ticket"], example["held"]) == (lived.id, "channel:phone")
    assert db.session.get_one(Ticket, other.id).priority == 4


@pytest.mark.parametrize(
    ("when", "runs"),
    [
        ("event:reply by:agent", 1),
        ("event:message by:requester answers:>0", 1),
        ("changed:status status:in_progress was:status=new", 1),
        ("changed:tag tag:vip", 1),
        ("status:new", 1),
        ("tag:vip event:opened", 0),
        ("answers:0", 1),
        ('text:"Still blank"', 2),
        ('text:"Please try again"', 1),
    ],
)
def test_conditions_are_held_against_the_ticket_as_it_then_stood(
    app: Flask, cast: Cast, clock: StoppedClock, when: str, runs: int
) -> None:
    lived_ticket(cast, clock)
    test = look_back(app, {"title": "T", "when": when, "do": [{"add_tag": "seen"}]})
    assert test.result["runs"] == runs


def test_the_last_moment_of_the_past_is_the_ticket_as_it_stands(
    cast: Cast, clock: StoppedClock
) -> None:
    ticket = lived_ticket(cast, clock)
    make_note(ticket, cast.ben)
    past, now = moments_of([ticket.id])[ticket.id][-1].facts, facts_of(ticket)
    compared = ("status", "category", "priority", "group", "assignee", "tags", "type")
    compared += ("messages", "answers", "notes", "created_at", "last_requester_at")
    compared += ("unanswered_since", "awaiting_since", "status_since", "last_activity_at")
    assert {name: getattr(past, name) for name in compared} == {
        name: getattr(now, name) for name in compared
    }


def test_a_timed_rule_runs_once_in_a_stretch_and_again_where_it_says_so(
    app: Flask, cast: Cast, clock: StoppedClock
) -> None:
    lived_ticket(cast, clock)
    idle = {"title": "Quiet", "when": "idle:>4h", "do": [{"add_tag": "quiet"}]}
    once = look_back(app, idle, Kind.TIMED_RULE)
    assert once.result["runs"] == 1
    assert look_back(app, {**idle, "again": "6h"}, Kind.TIMED_RULE).result["runs"] == 4


def test_what_happened_before_the_day_is_left_out(
    app: Flask, cast: Cast, clock: StoppedClock
) -> None:
    lived_ticket(cast, clock)
    since = desk_clock.now() - timedelta(hours=12)
    assert look_back(app, LIVELY, since=since).result["runs"] == 0


def test_a_test_that_is_stopped_looks_no_further(cast: Cast, clock: StoppedClock) -> None:
    lived_ticket(cast, clock)
    with unit_of_work():
        since = desk_clock.now() - timedelta(days=30)
        test = back_testing.begin(Kind.TRIGGER, "rule", LIVELY, since=since, actor=SYSTEM)
        back_testing.stop(test, actor=SYSTEM)
        back_testing.run(test.id)
    assert (test.state, test.done) == (models.TestState.STOPPED, 0)


def test_many_tickets_are_read_some_at_once_in_a_fixed_number_of_queries(cast: Cast) -> None:
    ids = [make_ticket(cast.ada, cast.it).id for _ in range(12)]
    with counted() as few:
        moments_of(ids[:2])
    with counted() as many:
        moments_of(ids)
    assert len(many) == len(few)


def test_what_cannot_be_tested_is_refused(cast: Cast) -> None:
    now = desk_clock.now()
    with unit_of_work(), pytest.raises(Invalid):
        back_testing.begin(Kind.MACRO, "rule", {}, since=now, actor=SYSTEM)
    for since in (now, now - timedelta(days=3000)):
        with unit_of_work(), pytest.raises(Invalid) as refused:
            back_testing.begin(Kind.TRIGGER, "rule", LIVELY, since=since, actor=SYSTEM)
        assert refused.value.field == "since"
    with unit_of_work(), pytest.raises(Refused):
        back_testing.begin(
            Kind.TRIGGER, "r", LIVELY, since=now - timedelta(days=1), actor=cast.actor("ben")
        )


def test_a_rule_that_can_never_hold_is_named_before_anything_runs(app: Flask) -> None:
    dead = {**LIVELY, "when": "status:new -status:new"}
    (finding,) = back_testing.findings(Kind.TRIGGER, "rule", dead)
    assert "can never run" in finding.words()


def test_a_ring_by_way_of_states_of_ones_own_is_named(app: Flask) -> None:
    states = [("received", "active"), ("heard", "waiting_internal"), ("granted", "resolved")]
    body: dict[str, Any] = {
        "title": "Licence",
        "prefix": "LIC",
        "initial": "received",
        "states": [
            {"name": name, "category": category, "label": name.capitalize()}
            for name, category in states
        ],
        "transitions": [
            {"id": "hear", "from": ["received"], "to": "heard", "by": ["agent"]},
            {"id": "grant", "from": ["heard"], "to": "granted", "by": ["agent"]},
        ],
    }
    make_rule(Kind.LIFECYCLE, "licence", **body)
    make_trigger("grant", "category:waiting_internal", {"set_status": "granted"})
    doubt = {"when": "category:resolved", "do": [{"set_status": "heard"}]}
    found = back_testing.findings(Kind.TRIGGER, "doubt", {"title": "Doubt", **doubt})
    assert [one.trouble for one in found] == [Trouble.LOOP]
