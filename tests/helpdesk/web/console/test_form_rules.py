"""Form rules in the forms of agents: what is hidden, asked for and filled, with and without anything typed."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.automation import forms
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions.models import Kind
from helpdesk.tickets import commands, customizing
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.helpdesk.automation.rules import entries, make_rule
from tests.helpdesk.web.console.budget import counted, look_again
from tests.makers import make_ticket
from tests.pages import PageClient

CALL = {"channel": "phone", "name": "Zoe Ward", "phone": "020 7946 0991"}
CALL |= {"subject": "Printer jam", "text": "Called at nine.", "type": "incident"}


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return make_ticket(cast.ada, cast.it)


def rule(name: str, **body: Any) -> None:
    make_rule(Kind.FORM_RULE, name, **body)


def add_field(key: str, kind: str = "text", **more: Any) -> None:
    with unit_of_work():
        customizing.add_field(key=key, label=key.capitalize(), kind=kind, **more)


def new(ben: PageClient, status: int = 303, **more: str) -> str:
    return ben.post("/tickets/new", {**CALL, **more}, status=status).text


def change(ben: PageClient, ticket: Ticket, answer: int = 303, **sent: str) -> str:
    form = {"version": str(now(ticket).version), **sent}
    return ben.post(f"/tickets/{ticket.number}/properties", form, status=answer).text


def now(ticket: Ticket) -> Ticket:
    look_again()
    return db.session.get_one(Ticket, ticket.id)


def opened() -> Ticket:
    look_again()
    return db.session.scalars(select(Ticket)).one()


def tags_of(ticket: Ticket) -> list[str]:
    return [tag.name for tag in ticket.tags]


def none_opened() -> bool:
    look_again()
    return db.session.scalars(select(Ticket)).first() is None


def test_what_a_rule_asks_for_is_refused_at_its_field_and_all_that_was_typed_comes_back(
    ben: PageClient,
) -> None:
    rule("printers", when="printer type:incident", require=["group", "tags"])
    assert "Group (required)" not in ben.get("/tickets/new").text
    page = new(ben, 422, assignee="")
    assert 'id="group-error"' in page
    assert 'id="tags-error"' in page
    assert "Group (required)" in page
    assert "Called at nine.</textarea>" in page
    assert 'value="Zoe Ward"' in page
    assert '<option value="incident" selected>' in page
    assert none_opened()
    new(ben, subject="Lamp")
    assert opened().subject == "Lamp"


def test_an_added_field_that_a_rule_asks_for_comes_into_the_new_form(
    ben: PageClient, cast: Cast
) -> None:
    add_field("room")
    add_field("floor", "choice", options=["1", "2"], ticket_types=["incident"])
    rule("rooms", when="type:incident", require=["custom.room", "custom.floor"])
    assert "field_room" not in ben.get("/tickets/new").text
    page = new(ben, 422)
    assert 'id="field-room-error"' in page
    assert "Floor (required)" in page
    page = new(ben, 422, field_room="B12")
    assert 'value="B12"' in page
    new(ben, field_room="B12", field_floor="2")
    assert opened().custom == {"room": "B12", "floor": "2"}


def test_a_field_of_other_types_is_not_asked_for(ben: PageClient) -> None:
    add_field("room", ticket_types=["request"])
    rule("rooms", when="type:incident", require=["custom.room"])
    new(ben)
    assert opened().type == "incident"


def test_a_hidden_field_is_not_shown_and_not_taken_from_the_new_form(ben: PageClient) -> None:
    rule("quiet", when="channel:phone", hide=["urgency", "tags"])
    page = ben.get("/tickets/new").text
    assert 'name="urgency"' not in page
    assert 'name="impact"' in page
    page = new(ben, 422, tags="bins", urgency="high")
    assert "A form rule hides “tags” here" in page
    assert 'name="tags"' not in page
    assert "Called at nine.</textarea>" in page
    assert none_opened()
    new(ben)
    assert (tags_of(opened()), opened().urgency) == ([], "medium")


def test_what_is_left_empty_is_filled_by_the_rule_and_the_journal_names_it(
    ben: PageClient, cast: Cast
) -> None:
    add_field("site")
    filling = {"group": "it support", "tags": "b, a", "custom.site": "Hall", "priority": "2"}
    rule("printers", when="printer", fill=filling)
    new(ben)
    found = opened()
    assert (found.group_id, tags_of(found), found.priority) == (cast.it.id, ["a", "b"], 2)
    assert found.custom == {"site": "Hall"}
    for event in ("GroupChanged", "TagsChanged", "PriorityChanged"):
        made = entries(found, event)[0]
        assert (made.cause, made.actor_id) == ("rule: Printers", None)


def test_what_a_rule_fills_stands_in_a_fresh_form_and_what_was_typed_stays(
    ben: PageClient, cast: Cast
) -> None:
    rule("phone", when="channel:phone", fill={"group": "IT support", "tags": "call"})
    page = ben.get("/tickets/new").text
    assert f'<option value="{cast.it.id}" selected>' in page
    assert 'value="call"' in page
    new(ben, tags="mine", group=str(cast.it.id))
    assert tags_of(opened()) == ["mine"]


def test_a_rule_that_fills_what_there_is_not_keeps_nobody_from_opening(ben: PageClient) -> None:
    rule("gone", fill={"group": "No such group"})
    new(ben)
    assert opened().group_id is None
    refused = entries(opened(), "RuleRefused")[0]
    assert "No such group" in refused.after["why_not"]


def test_what_a_rule_asks_for_holds_below_the_form(cast: Cast, ticket: Ticket) -> None:
    rule("tags", when="type:incident", require=["tags"])
    with pytest.raises(forms.Unanswered) as refusal, unit_of_work():
        forms.settle_opening(commands.lock(ticket.id), "Hello")
    assert refusal.value.fields == ("tags",)


def test_the_properties_ask_and_hide_as_the_rules_want(ben: PageClient, ticket: Ticket) -> None:
    add_field("room")
    rule("rooms", when="type:incident", require=["custom.room"], hide=["urgency", "priority"])
    page = ben.get(f"/tickets/{ticket.number}").text
    assert "Room (required)" in page
    assert 'id="p-urgency"' not in page
    assert "priority_why" not in page
    page = change(ben, ticket, 422, tags="keys", field_room="")
    assert 'id="p-field_room-error"' in page
    assert 'value="keys"' in page
    assert tags_of(now(ticket)) == []
    change(ben, ticket, tags="keys", field_room="B12")
    assert (tags_of(now(ticket)), now(ticket).custom) == (["keys"], {"room": "B12"})


def test_the_state_of_the_properties_follows_what_was_typed(
    ben: PageClient, ticket: Ticket
) -> None:
    rule("problems", when="type:problem", require=["tags"], hide=["impact"])
    assert 'id="p-impact"' in ben.get(f"/tickets/{ticket.number}").text
    page = change(ben, ticket, 422, type="problem", tags="", impact="medium")
    assert 'id="p-tags-error"' in page
    assert 'id="p-impact"' not in page
    assert '<option value="problem" selected>' in page
    assert now(ticket).type == "incident"


def test_a_status_may_ask_for_fields(ben: PageClient, ticket: Ticket) -> None:
    rule("cause", when="status:in_progress", require=["tags"])
    change(ben, ticket, 422, status="in_progress")
    assert now(ticket).status == "new"
    change(ben, ticket, status="in_progress", tags="drum")
    assert now(ticket).status == "in_progress"


def test_a_hidden_property_is_not_changed_by_the_form(ben: PageClient, ticket: Ticket) -> None:
    add_field("room")
    rule("quiet", hide=["urgency", "tags", "custom.room"])
    for sent in ({"urgency": "high"}, {"tags": "keys"}, {"field_room": "B12"}):
        page = change(ben, ticket, 422, impact="high", **sent)
        assert "A form rule hides" in page
        assert '<option value="high" selected>' in page
    change(ben, ticket, impact="high", urgency=ticket.urgency, tags="", field_room="")
    found = now(ticket)
    assert (found.impact, found.urgency, tags_of(found), found.custom) == ("high", "medium", [], {})


def test_a_change_fills_what_is_empty_with_the_rule_as_its_cause(
    ben: PageClient, ticket: Ticket
) -> None:
    rule("urgent", when="impact:high", fill={"tags": "urgent", "assignee": "ben@borough.example"})
    change(ben, ticket, impact="high")
    assert (tags_of(now(ticket)), now(ticket).assignee_id is not None) == (["urgent"], True)
    assert entries(ticket, "TagsChanged")[0].cause == "rule: Urgent"
    assert "Rule “Urgent”" in ben.get(f"/tickets/{ticket.number}").text


def test_taking_a_ticket_by_the_button_asks_for_nothing(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    rule("tags", require=["tags"])
    change(ben, ticket, assignee=str(cast.ben.id))
    assert now(ticket).assignee_id == cast.ben.id


def test_rules_cost_the_pages_nothing(ben: PageClient, ticket: Ticket) -> None:
    pages = ("/tickets/new", f"/tickets/{ticket.number}")
    before = []
    for path in pages:
        ben.get(path)
        with counted() as statements:
            ben.get(path)
        before.append(len(statements))
    rule("quiet", when="type:incident priority:<=4 tag:x", hide=["urgency"], fill={"tags": "b"})
    for path, most in zip(pages, before, strict=True):
        ben.get(path)
        with counted() as statements:
            ben.get(path)
        assert len(statements) <= most, "\n\n".join(statements)
