"""Rules in forms: listed in their order, written with rows and without a script, faults at their fields."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from helpdesk.automation import back_testing
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.tickets.models import Ticket
from helpdesk.web.admin import rule_fields as fields
from tests.cast import Cast
from tests.helpdesk.web.console.budget import counted, look_again
from tests.makers import make_ticket
from tests.pages import PageClient
from tests.settling import settle_everything

ROUTING = "/admin/rules/routing"
BY_TURN = {"title": "By turn", "pick": "round_robin", "groups": ["IT support"]}


@pytest.fixture
def eve(client: PageClient, cast: Cast) -> PageClient:
    client.sign_in("eve@borough.example")
    return client


def keep(name: str, body: dict[str, Any], kind: Kind = Kind.ROUTING) -> None:
    with unit_of_work():
        store.save(kind, name, body, by=None, cause="test")


def body(name: str, kind: Kind = Kind.ROUTING) -> dict[str, Any]:
    look_again()
    return dict(store.find(kind, name).body)


def order(kind: Kind = Kind.ROUTING) -> list[str]:
    look_again()
    return [one.name for one in store.current(kind)]


def test_a_routing_is_written_in_a_form_and_says_what_it_means(eve: PageClient) -> None:
    form = {
        "title": "Phone by turn",
        "groups": ["IT support"],
        "when": "channel:phone priority:<=2",
        "on": ["opened", "available"],
        "pick": "round_robin",
        "match": "all",
        "skills": "network, Welsh",
        "working_hours": "1",
        "with_leads": "1",
        "active": "1",
        "seen": "0",
        "step": "save",
    }
    eve.post(f"{ROUTING}/new", form)
    saved = body("phone-by-turn")
    assert saved == {
        "title": "Phone by turn",
        "position": 10,
        "groups": ["IT support"],
        "when": "channel:phone priority:<=2",
        "on": ["opened", "available"],
        "pick": "round_robin",
        "match": "all",
        "skills": ["network", "Welsh"],
        "working_hours": True,
    }
    page = eve.get(ROUTING).get_data(as_text=True)
    assert "For the groups IT support." in page
    assert "channel is phone" in page


def test_what_a_form_does_not_have_stays_in_the_body(eve: PageClient) -> None:
    keep("by-turn", {**BY_TURN, "position": 70, "note_of_ours": "kept"})
    page = eve.get(f"{ROUTING}/by-turn/edit").get_data(as_text=True)
    assert 'value="By turn"' in page
    form = {"title": "In turn", "pick": "round_robin", "on": ["opened"], "seen": "1"}
    eve.post(f"{ROUTING}/by-turn/edit", form)
    saved = body("by-turn")
    assert (saved["position"], saved["note_of_ours"], saved["active"]) == (70, "kept", False)


def test_a_faulty_condition_is_said_with_its_place_and_all_that_was_typed_stays(
    eve: PageClient,
) -> None:
    form = {"title": "T", "when": "status:new colour:red", "skills": "welsh", "on": ["opened"]}
    page = eve.post(f"{ROUTING}/new", {**form, "seen": "0"}, status=422).get_data(as_text=True)
    assert "At character 12:" in page
    assert "status:new colour:red" in page
    assert 'value="welsh"' in page


def test_checking_saves_nothing_and_says_the_condition_in_words(eve: PageClient) -> None:
    form = {"title": "T", "when": "priority:<=2", "on": ["opened"], "seen": "0", "step": "check"}
    page = eve.post(f"{ROUTING}/new", form, status=200).get_data(as_text=True)
    assert "It can be saved as it stands." in page
    assert "priority is at most 2" in page
    assert order() == []


def test_two_who_write_at_once_do_not_overwrite_each_other(eve: PageClient) -> None:
    keep("by-turn", BY_TURN)
    keep("by-turn", {**BY_TURN, "title": "Theirs"})
    form = {"title": "Mine", "on": ["opened"], "seen": "1"}
    page = eve.post(f"{ROUTING}/by-turn/edit", form, status=409).get_data(as_text=True)
    assert 'value="Mine"' in page
    assert body("by-turn")["title"] == "Theirs"
    eve.post(f"{ROUTING}/by-turn/edit", {**form, "seen": "2"})
    assert body("by-turn")["title"] == "Mine"


def test_rules_are_moved_by_buttons_and_only_what_moved_has_a_new_version(eve: PageClient) -> None:
    for place, name in enumerate(("first", "second", "third"), start=1):
        keep(name, {**BY_TURN, "position": place * 10})
    eve.post(f"{ROUTING}/third/move", {"to": "up"})
    assert order() == ["first", "third", "second"]
    assert len(store.versions_of(Kind.ROUTING, "first")) == 1
    eve.post(f"{ROUTING}/first/move", {"to": "up"})
    assert order() == ["first", "third", "second"]
    eve.post(f"{ROUTING}/first/move", {"to": "sideways"}, status=422)


def test_a_rule_is_switched_off_and_on(eve: PageClient) -> None:
    keep("by-turn", BY_TURN)
    eve.post(f"{ROUTING}/by-turn/switch", {"active": "0"})
    assert body("by-turn")["active"] is False
    eve.post(f"{ROUTING}/by-turn/switch", {"active": "1"})
    assert "active" not in body("by-turn")


@pytest.mark.parametrize("path", [ROUTING, f"{ROUTING}/new", f"{ROUTING}/by-turn/edit"])
def test_only_administrators_come_in(client: PageClient, cast: Cast, path: str) -> None:
    keep("by-turn", BY_TURN)
    client.sign_in("cleo@borough.example")
    client.get(path, status=403)


@pytest.mark.parametrize("rows", [2, 15])
def test_each_page_opens_within_its_budget(eve: PageClient, rows: int) -> None:
    for number in range(rows):
        keep(f"name-{number}", BY_TURN)
    for path, budget in (
        (ROUTING, 8),
        (f"{ROUTING}/new", 10),
        (f"{ROUTING}/name-1/edit", 11),
        ("/admin/definitions/routing/name-1", 10),
    ):
        with counted() as statements:
            eve.get(path)
        assert len(statements) <= budget, "\n\n".join([path, *statements])


def test_a_kind_that_is_no_rule_has_no_such_page(eve: PageClient) -> None:
    eve.get("/admin/rules/calendar", status=404)


TRIGGERS = "/admin/rules/trigger"


def test_actions_are_added_moved_and_taken_out_without_a_script(eve: PageClient) -> None:
    form: dict[str, Any] = {"title": "Calls first", "seen": "0", "when": "channel:phone"}
    first = {**form, "step": "add", "new_kind": "set_priority"}
    assert "1. Set the priority" in eve.post(f"{TRIGGERS}/new", first, status=200).text
    rows = {
        "row_kind": ["set_priority", "add_note"],
        "row_extra": ["", ""],
        "row_value": ["2", "By phone"],
    }
    moved = eve.post(f"{TRIGGERS}/new", {**form, **rows, "step": "down-0"}, status=200).text
    assert moved.index("1. Add an internal note") < moved.index("2. Set the priority")
    assert "By phone" in moved
    left = eve.post(f"{TRIGGERS}/new", {**form, **rows, "step": "remove-1"}, status=200).text
    assert "Add an internal note</legend>" not in left
    eve.post(f"{TRIGGERS}/new", {**form, **rows, "step": "save", "on": ["opened"]})
    assert body("calls-first", Kind.TRIGGER) == {
        "title": "Calls first",
        "active": False,
        "position": 10,
        "on": ["opened"],
        "when": "channel:phone",
        "do": [{"set_priority": 2}, {"add_note": "By phone"}],
    }


def test_a_faulty_action_is_said_at_its_row(eve: PageClient) -> None:
    form = {
        "title": "T",
        "seen": "0",
        "row_kind": ["add_note", "set_priority"],
        "row_extra": ["", ""],
        "row_value": ["Hello {nobody}", "9"],
    }
    page = eve.post(f"{TRIGGERS}/new", form, status=422).text
    assert 'href="#row-0"' in page
    assert "There is no placeholder {nobody}" in page
    assert "A priority is a number from 1" in page


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (
            Kind.TRIGGER,
            {
                "title": "Thanks",
                "on": ["opened"],
                "do": [
                    {"send_reply": {"answer": "thanks"}},
                    {"notify": {"who": "leads", "text": "Look"}},
                    {"set_field": {"key": "floor", "value": "2"}},
                    {"route": True},
                    {"assign_agent": "nobody"},
                ],
                "last": True,
            },
        ),
        (
            Kind.TIMED_RULE,
            {"title": "Nudge", "when": "idle:>2h", "do": [{"add_tag": "quiet"}], "again": "3d"},
        ),
        (
            Kind.MACRO,
            {"title": "Close it", "groups": ["IT support"], "do": [{"set_status": "resolved"}]},
        ),
        (
            Kind.FORM_RULE,
            {
                "title": "Phones",
                "when": "channel:phone",
                "hide": ["priority"],
                "require": ["group"],
                "fill": {"type": "question"},
            },
        ),
        (Kind.ROUTING, {**BY_TURN, "skills": ["welsh"], "on": ["opened", "returned"]}),
    ],
)
def test_what_a_form_shows_and_sends_back_unchanged_makes_no_new_version(
    kind: Kind, said: dict[str, Any]
) -> None:
    assert fields.body_of(kind, fields.draft_of(kind, said), said) == said


def test_a_trigger_is_tried_on_a_ticket_and_nothing_is_done(eve: PageClient, cast: Cast) -> None:
    keep(
        "calls",
        {
            "title": "Calls",
            "active": False,
            "on": ["opened"],
            "when": "channel:phone",
            "do": [{"set_priority": 1}, {"send_reply": "We called you, {requester}."}],
        },
        Kind.TRIGGER,
    )
    ticket = make_ticket(cast.ada, cast.it, channel="phone")
    page = eve.get(f"{TRIGGERS}/calls/try?number={ticket.number}&event=opened").text
    assert "would run" in page
    assert "priority: 4 → 1" in page
    assert "seen outside" in page
    assert (
        "does not run on this event"
        in eve.get(f"{TRIGGERS}/calls/try?number={ticket.number}&event=note").text
    )
    other = make_ticket(cast.ada, cast.it, channel="email")
    assert "This does not hold: channel is phone." in (
        eve.get(f"{TRIGGERS}/calls/try?number={other.number}&event=opened").text
    )
    look_again()
    assert db.session.get_one(Ticket, ticket.id).priority == 4
    missing = eve.get(f"{TRIGGERS}/calls/try?number=INC-9", status=422).text
    assert "There is no such ticket." in missing


def test_a_form_rule_says_what_the_properties_of_a_ticket_would_be(
    eve: PageClient, cast: Cast
) -> None:
    says = {"hide": ["urgency"], "require": ["tags", "group"], "fill": {"assignee": "b@x.example"}}
    keep("calls", {"title": "Calls", "when": "channel:phone", **says}, Kind.FORM_RULE)
    called = make_ticket(cast.ada, cast.it, channel="phone")
    page = eve.get(f"/admin/rules/form_rule/calls/try?number={called.number}").text
    assert "It holds: channel is phone." in page
    assert "Hides urgency." in page
    assert "Asks for tags.</li>" in page
    assert 'Asks for group. <span class="muted">(is so already)' in page
    assert "assignee: – → b@x.example" in page
    wrote = make_ticket(cast.ada, cast.it, channel="email")
    page = eve.get(f"/admin/rules/form_rule/calls/try?number={wrote.number}").text
    assert "This does not hold: channel is phone." in page
    assert "no form follows" not in eve.get("/admin/rules/form_rule").text


def test_routing_says_whom_it_would_choose(eve: PageClient, cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    keep("by-turn", BY_TURN)
    page = eve.get(f"{ROUTING}/by-turn/try?number={ticket.number}").text
    assert "Routing by-turn would give it to Ben Kaya: it was their turn." in page


def test_a_rule_that_broke_says_why_and_is_put_back_by_a_button(
    eve: PageClient, cast: Cast
) -> None:
    broken = {"title": "Roads", "on": ["opened"], "do": [{"assign_group": "No such group"}]}
    keep("roads", broken, Kind.TRIGGER)
    make_ticket(cast.ada, cast.it)
    page = eve.get(TRIGGERS).text
    assert "does not run until it is mended or put back" in page
    assert "No such group" in page
    eve.post(f"{TRIGGERS}/roads/settle", {})
    assert "does not run until" not in eve.get(TRIGGERS).text
    make_ticket(cast.ada, cast.it)
    assert "does not run until" in eve.get(TRIGGERS).text


def test_a_trigger_is_held_against_the_past_on_its_page(
    app: Flask, eve: PageClient, cast: Cast
) -> None:
    keep(
        "calls",
        {"title": "Calls", "when": "channel:phone", "do": [{"add_tag": "call"}]},
        Kind.TRIGGER,
    )
    ticket = make_ticket(cast.ada, cast.it, channel="phone")
    path = f"{TRIGGERS}/calls/past"
    assert "Since which day" in eve.get(path).text
    eve.post(path, {"since": "2026-11-01"})
    assert "under way" in eve.get(path).text
    settle_everything(app)
    page = eve.get(path).text
    assert "1 time, on 1 ticket" in page
    assert ticket.number in page
    assert "This is no date." in eve.post(path, {"since": "soon"}, status=422).text
    eve.get(f"{ROUTING}/calls/past", status=404)


def test_a_test_of_the_past_is_stopped_by_a_button(eve: PageClient, cast: Cast) -> None:
    keep("calls", {"title": "Calls", "do": [{"add_tag": "call"}]}, Kind.TRIGGER)
    make_ticket(cast.ada, cast.it)
    eve.post(f"{TRIGGERS}/calls/past", {"since": "2026-11-01"})
    test_id = back_testing.latest(Kind.TRIGGER, "calls")[0].id
    eve.post(f"{TRIGGERS}/calls/past/{test_id}/stop", {})
    assert "stopped" in eve.get(f"{TRIGGERS}/calls/past").text
