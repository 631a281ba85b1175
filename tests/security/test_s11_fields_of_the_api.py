"""S11: what programs are told is a list of fields for each object; a new field fails here until it is listed."""

from __future__ import annotations

from typing import Any

import pytest

from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.commands import edit_person
from helpdesk.tickets import commands
from tests.cast import Cast
from tests.helpdesk.api.test_clocks import asked
from tests.helpdesk.api.test_writing import key_of, posted
from tests.helpdesk.sla.desk import set_up
from tests.makers import make_note, make_ticket
from tests.pages import PageClient

LINE = {
    *("number", "subject", "status", "priority", "channel", "group", "assignee", "requester"),
    *("tags", "created_at", "last_activity_at"),
}
TICKET = {
    *("number", "type", "subject", "status", "priority", "impact", "urgency", "group"),
    *("assignee", "requester", "tags", "custom", "created_at", "messages"),
}
MESSAGE = {"id", "visibility", "direction", "channel", "author", "text", "created_at"}
CLOCKS = {"number", "next_due_at", "clocks"}
CLOCK = {
    *("metric", "cycle", "name", "group", "policy", "status", "paused_by", "counting", "unit"),
    *("started_at", "stopped_at", "stop_reason", "target", "elapsed", "remaining"),
    *("paused_working", "due_at", "breach_at", "breached_at", "outcome"),
}
LEDGER = {"number", "clock", "policy_version_id", "total", "stretches", "escalations"}
STRETCH = {
    *("from", "to", "seconds", "situation", "cause", "cause_name", "event", "calendar"),
    "counted_so_far",
}
PROBLEM = {"type", "title", "status", "detail"}
# Each role that may hold a key is told the same of what it may see; nobody else is told anything.
ROLES = ("ben", "cleo", "eve")


@pytest.fixture
def number(cast: Cast) -> str:
    set_up()
    ticket = make_ticket(cast.ada, cast.it)
    make_note(ticket, cast.ben)
    with unit_of_work():
        edit_person(cast.ada, name="Ada Byrne", note="Private word.")
        commands.assign(commands.lock(ticket.id), cast.ben, by=None, cause="test")
    return ticket.number


def told(client: PageClient, cast: Cast, role: str, path: str) -> dict[str, Any]:
    answer = asked(client, path, getattr(cast, role))
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


@pytest.mark.parametrize("role", ROLES)
def test_a_ticket_and_a_list_have_the_fields_of_the_list(
    client: PageClient, cast: Cast, number: str, role: str
) -> None:
    listed = told(client, cast, role, "/tickets")
    assert set(listed) == {"tickets", "after"}
    assert set(listed["tickets"][0]) == LINE
    whole = told(client, cast, role, f"/tickets/{number}")
    assert set(whole) == TICKET
    assert [set(one) for one in whole["messages"]] == [MESSAGE, MESSAGE]
    # People are named, and no more is told of them.
    assert isinstance(whole["requester"], str)
    assert isinstance(whole["assignee"], str)
    assert "Private word." not in str(whole)
    assert "borough.example" not in str(whole)


@pytest.mark.parametrize("role", ROLES)
def test_clocks_have_the_fields_of_the_list(
    client: PageClient, cast: Cast, number: str, role: str
) -> None:
    clocks = told(client, cast, role, f"/tickets/{number}/clocks")
    assert set(clocks) == CLOCKS
    assert [set(one) - CLOCK for one in clocks["clocks"]] == [set() for _one in clocks["clocks"]]
    ledger = told(client, cast, role, f"/tickets/{number}/clocks/first_response/1/ledger")
    assert set(ledger) == LEDGER
    assert set(ledger["clock"]) == CLOCK
    assert all(set(one) == STRETCH for one in ledger["stretches"])


def test_what_was_written_is_answered_with_the_same_fields(
    client: PageClient, cast: Cast, number: str
) -> None:
    body = {"subject": "Lift", "text": "It stands."}
    opened = posted(client, "/tickets", body, key_of(cast.ben)).get_json()
    assert set(opened) == {"ticket"}
    assert set(opened["ticket"]) == TICKET
    noted = posted(client, f"/tickets/{number}/notes", {"text": "Seen."}, key_of(cast.ben))
    assert set(noted.get_json()) == {"message"}
    assert set(noted.get_json()["message"]) == MESSAGE


@pytest.mark.parametrize("who", ["nobody", "dan", "ada"])
def test_a_refusal_has_fields_of_its_own_and_none_of_the_ticket(
    client: PageClient, cast: Cast, number: str, who: str
) -> None:
    person = None if who == "nobody" else getattr(cast, who)
    answer = asked(client, f"/tickets/{number}", person)
    assert answer.status_code in (401, 404)
    assert set(answer.get_json()) <= PROBLEM | {"advice", "field", "instance"}
    assert "Printer" not in answer.get_data(as_text=True)
