"""Rules in forms: listed in their order, written with rows and without a script, faults at their fields."""

from __future__ import annotations

from typing import Any

import pytest

from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from tests.cast import Cast
from tests.helpdesk.web.console.budget import counted, look_again
from tests.pages import PageClient

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
