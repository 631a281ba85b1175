"""What a view asks: the same of a list, of a count and of a rule; and what it refuses, with the place."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from helpdesk.core.clock import StoppedClock
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.models import Organisation
from helpdesk.tickets import commands
from helpdesk.tickets.facts import read_facts
from helpdesk.tickets.queries import Filters, list_tickets
from helpdesk.views.asking import read_query, sql_of
from helpdesk.views.models import Counting
from tests.cast import Cast
from tests.makers import make_ticket, make_words_of
from workflows.condition_reading import BadCondition
from workflows.lifecycle import Status

pytestmark = pytest.mark.usefixtures("app")


COUNTED = (
    ("is:open", Counting.KEPT, Counting.KEPT),
    ("status:new", Counting.KEPT, Counting.KEPT),
    ("status:new,in_progress OR status:pending", Counting.KEPT, Counting.KEPT),
    ("category:active tag:vip", Counting.KEPT, Counting.KEPT),
    ("-is:closed group:IT", Counting.KEPT, Counting.KEPT),
    ("is:open assignee:me", Counting.KEPT, Counting.KEPT),
    ("is:open idle:>2d", Counting.TIMED, Counting.TIMED),
    ("is:open subject:printer", Counting.SWEPT, Counting.SWEPT),
    ("is:open printer", Counting.SWEPT, Counting.SWEPT),
    ("printer", Counting.NEVER, Counting.NEVER),
    ("is:open custom.floor:2", Counting.KEPT, Counting.KEPT),
    ("is:open -assignee:me", Counting.SWEPT, Counting.NEVER),
    ("group:IT", Counting.NEVER, Counting.NEVER),
    ("is:open OR tag:vip", Counting.NEVER, Counting.NEVER),
    ("status:resolved", Counting.NEVER, Counting.NEVER),
    ("", Counting.NEVER, Counting.NEVER),
)


def test_a_query_says_how_it_can_be_counted() -> None:
    found = [
        (query, *(read_query(query, is_own=own).counting for own in (True, False)))
        for query, *_ways in COUNTED
    ]
    assert found == list(COUNTED)


REFUSED = (
    ("is:open -printer", 10),
    ("is:open aa bb cc dd ee ff gg", 27),
    ("is:open -(tag:vip OR printer)", 22),
    ("is:open unanswered:>2h", 9),
    ("is:open (tag:vip", 9),
    ("priority:high", 1),
    ("is:open from:ada", 9),
    ("is:open is:reply", 1),
    ("is:open colour:red", 9),
)


def test_what_a_view_cannot_ask_is_refused_with_its_place() -> None:
    for query, place in REFUSED:
        with pytest.raises(BadCondition) as refused:
            read_query(query, is_own=True)
        assert (query, refused.value.position) == (query, place)


QUERIES = (
    "is:open",
    "status:new OR priority:1",
    "-(tag:vip OR channel:phone)",
    "group:IT",
    'group:"" OR tag:*',
    "assignee:ben",
    'assignee:""',
    "-assignee:ben is:open",
    "requester:ada -organisation:north",
    "priority:<=2",
    "idle:>2d",
    "age:<1d OR is:closed",
    "type:request,question",
    "messages:>1 language:en",
    "NOT (is:open assignee:*)",
)


def test_a_list_and_a_rule_agree_on_what_a_query_holds(cast: Cast, clock: StoppedClock) -> None:
    made = make_some(cast, clock)
    facts = read_facts(made)
    for query in QUERIES:
        condition = read_query(query, is_own=True).condition
        held = {one for one in made if condition.holds(facts[one], clock.now())}
        where = sql_of(condition.part, cast.eve.id)
        listed = list_tickets(cast.actor("eve"), Filters(is_open=None), where=where)
        assert (query, {row.id for row in listed.rows}) == (query, held)


def test_me_is_whoever_reads(cast: Cast, clock: StoppedClock) -> None:
    make_some(cast, clock)
    part = read_query("assignee:me", is_own=True).condition.part
    seen = {
        name: len(
            list_tickets(
                cast.actor("eve"), Filters(), where=sql_of(part, cast.actor(name).person_id)
            ).rows
        )
        for name in ("ben", "cleo")
    }
    assert seen == {"ben": 1, "cleo": 0}


def test_words_of_the_subject_are_looked_for(app: Flask, cast: Cast) -> None:
    hit = make_ticket(cast.ada, cast.it, subject="The Printer is on fire")
    make_ticket(cast.ada, cast.it, subject="Nothing works, 100%")
    part = read_query('subject:"printer fire"', is_own=True).condition.part
    found = list_tickets(cast.actor("eve"), Filters(), where=sql_of(part, None)).rows
    assert [row.id for row in found] == [hit.id]


def make_some(cast: Cast, clock: StoppedClock) -> list[int]:
    made = []
    with unit_of_work():
        cast.ada.organisation = Organisation(name="North", created_at=clock.now())
    for number in range(6):
        group = (cast.it, None, cast.highways)[number % 3]
        channel = ("email", "phone")[number % 2]
        ticket = make_ticket((cast.ada, cast.cleo)[number % 2], group, channel=channel)
        made.append(ticket.id)
        clock.advance(timedelta(days=1))
    with unit_of_work():
        commands.assign(commands.lock(made[0]), cast.ben, by=None, cause="test")
        commands.set_tags(commands.lock(made[3]), ["vip"], by=None, cause="test")
        commands.change_status(commands.lock(made[4]), Status.RESOLVED, by=None, cause="test")
    make_words_of(ticket, cast.cleo)
    return made
