"""Searches and rules speak one language: the same fields, by the same names, compared in the same ways."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db as database
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.models import Organisation
from helpdesk.search import filters
from helpdesk.search.query import FILTER_FIELDS, TEXT_FIELDS, Fault, Filter, parse
from helpdesk.tickets import commands
from helpdesk.tickets.facts import read_facts
from helpdesk.tickets.models import Ticket, TicketType
from tests.cast import Cast
from tests.makers import make_ticket, make_words_of
from workflows.condition_parts import How
from workflows.conditions import read_condition
from workflows.fields import BY_NAME, FIELDS, Kind, Search
from workflows.lifecycle import Status
from workflows.priority import Level

EXAMPLES = {
    Kind.WORD: "x",
    Kind.NAME: "x",
    Kind.PERSON: "x",
    Kind.NUMBER: "2",
    Kind.TEXT: "x",
    Kind.FLAG: "open",
    Kind.DAY: "2026-11-16",
    Kind.SPAN: ">2h",
    Kind.DEADLINE: "<2h",
    Kind.CHANGE: "status",
    Kind.FORMER: "new",
}


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_a_search_understands_each_field_of_a_rule_or_says_that_it_does_not(name: str) -> None:
    field = BY_NAME[name]
    text = f"{name}:{field.values[0] if field.values else EXAMPLES[field.kind]}"
    read_condition(text)
    parsed = parse(text)
    if field.search is Search.FACT:
        assert [one.name for one in parsed.filters] == [field.name]
        assert (parsed.parts, parsed.notes) == ((), ())
    elif field.search is Search.TEXT:
        assert len(parsed.parts) == 1
    else:
        assert [note.fault for note in parsed.notes] == [Fault.NOT_SEARCHED]
        assert parsed.is_empty


def test_no_field_of_a_search_is_unknown_to_rules() -> None:
    assert set(BY_NAME) >= FILTER_FIELDS | set(TEXT_FIELDS)
    assert {field.name for field in FIELDS if field.search is Search.FACT} == filters.ANSWERED


def test_comparisons_and_empty_values_are_read_as_in_a_rule() -> None:
    parsed = parse('priority:<3 assignee:"" tag:* created:>=2026-11 -idle:>2h')
    assert parsed.filters == (
        Filter("priority", ("3",), how=How.LESS),
        Filter("assignee", (), how=How.EMPTY),
        Filter("tag", (), how=How.PRESENT),
        Filter("created", ("2026-11",), how=How.AT_LEAST),
        Filter("idle", ("2h",), negated=True, how=How.MORE),
    )


def test_what_a_value_cannot_be_is_noted_and_left_out() -> None:
    parsed = parse("lamp priority:high OR")
    assert [note.fault for note in parsed.notes] == [Fault.BAD_VALUE, Fault.NO_LOGIC]
    assert parsed.filters == ()


@pytest.mark.parametrize(
    "text",
    [
        "priority:<3",
        "priority:2,4",
        "impact:high urgency:medium",
        "category:active,resolved",
        'group:""',
        "group:it",
        "tag:*",
        'tag:""',
        "-assignee:*",
        "assignee:ben",
        "requester:dan",
        "created:2026-11-16",
        "created:<2026-11-17 updated:>2026-11-15",
        "-created:>=2026-11-17",
        'resolved:"" closed:""',
        "resolved:*",
        "age:>3h",
        "-idle:<4h",
        "unchanged:<1h",
        "language:en",
        "organisation:*",
        "organisation:north",
        "messages:>1",
        "is:open -is:overridden",
        "is:breached",
        "due:<2h",
        "due:>0m",
        'due:""',
        "due:2026-11-16 breach:*",
        "status:pending",
        "status:new,resolved",
        "type:question channel:email",
    ],
)
def test_a_search_by_facts_finds_what_a_rule_would_hold_for(
    text: str, db: Any, cast: Cast, clock: StoppedClock
) -> None:
    ids = _some_tickets(cast, clock)
    parsed = parse(text)
    assert parsed.notes == ()
    found = set(db.session.scalars(select(Ticket.id).where(*filters.conditions(parsed.filters))))
    condition = read_condition(text)
    held = {one for one, facts in read_facts(ids).items() if condition.holds(facts, clock.now())}
    assert found == held


def _some_tickets(cast: Cast, clock: StoppedClock) -> list[int]:
    first = make_ticket(cast.ada)
    clock.advance(timedelta(hours=4))
    second = make_ticket(cast.ada, cast.it, type=TicketType.QUESTION)
    third = make_ticket(cast.dan, cast.highways, channel="web")
    with unit_of_work():
        found, other = commands.lock(first.id), commands.lock(second.id)
        commands.set_priority(
            found, impact=Level.HIGH, urgency=Level.MEDIUM, override=None, by=None, cause="test"
        )
        commands.set_tags(found, ["vip"], by=None, cause="test")
        found.due_at = found.breach_at = clock.now() - timedelta(hours=1)
        commands.assign(other, cast.ben, by=None, cause="test")
        other.due_at = other.breach_at = clock.now() + timedelta(hours=1)
        commands.change_status(other, Status.PENDING_REQUESTER, by=None, cause="test")
        school = Organisation(name="Northside School", created_at=clock.now())
        database.session.add(school)
        database.session.flush()
        cast.dan.organisation_id = school.id
    make_words_of(third, cast.dan)
    with unit_of_work():
        commands.change_status(commands.lock(third.id), Status.RESOLVED, by=None, cause="test")
    return [first.id, second.id, third.id]
