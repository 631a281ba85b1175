"""The pages of lifecycles and of the matrix: looked at, changed in forms, and refused at the field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.tickets import commands, lives, prioritizing
from helpdesk.tickets.models import Ticket
from helpdesk.web.admin.lifecycle_form import body_of_form, values_of
from helpdesk.web.admin.lifecycle_graph import graph_of
from tests.cast import Cast
from tests.helpdesk.web.console.budget import look_again
from tests.makers import make_ticket
from tests.pages import PageClient
from workflows.lifecycle_reading import read_lifecycle
from workflows.lifecycle_shipped import SHIPPED, shipped, shipped_body


@pytest.fixture
def eve(client: PageClient, cast: Cast) -> PageClient:
    client.sign_in("eve@borough.example")
    return client


def text_of(client: PageClient, path: str) -> str:
    return str(client.get(path).get_data(as_text=True))


def fields_of(body: dict[str, Any], **changed: Any) -> dict[str, Any]:
    values = {name: value for name, value in values_of(body).items() if value not in ("", [])}
    return {"seen": "0", "do": "save", **values, **changed}


@pytest.mark.parametrize("type", SHIPPED)
def test_every_lifecycle_has_a_picture_of_all_its_states_and_ways(type: str) -> None:
    life = shipped(type)
    graph = graph_of(life)
    assert {box.name for box in graph.boxes} == set(life.by_name)
    ways = {(source, move.target) for move in life.moves for source in move.source}
    assert len(graph.arrows) == len(ways)
    assert all(box.x >= 0 and box.x + 168 <= graph.width for box in graph.boxes)
    assert all(box.y >= 0 and box.y + 46 <= graph.height for box in graph.boxes)


@pytest.mark.parametrize("type", SHIPPED)
def test_a_form_that_changes_nothing_says_the_same(type: str) -> None:
    body = shipped_body(type)
    again = read_lifecycle(body_of_form(values_of(body), body))
    same = read_lifecycle(body)
    assert (again.states, again.moves, again.times) == (same.states, same.moves, same.times)


@pytest.mark.parametrize("type", SHIPPED)
def test_a_lifecycle_is_shown(eve: PageClient, type: str) -> None:
    page = text_of(eve, f"/admin/lifecycles/{type}")
    assert "<svg" in page
    assert "As it was shipped" in page
    assert f"/admin/lifecycles/{type}" in text_of(eve, "/admin/lifecycles")
    text_of(eve, f"/admin/lifecycles/{type}/edit")


def test_the_strict_form_is_switched_on_and_off(eve: PageClient) -> None:
    eve.post("/admin/lifecycles/incident/strict", {"strict": "yes", "seen": "0"})
    look_again()
    lives.lately.forget()
    assert lives.lifecycle_of("incident").strict
    eve.post("/admin/lifecycles/incident/strict", {"strict": "no", "seen": "1"})
    look_again()
    lives.lately.forget()
    assert not lives.lifecycle_of("incident").strict


def test_a_state_is_renamed_in_the_form(eve: PageClient) -> None:
    sent = fields_of(shipped_body("incident"), s1_label="On somebody's desk")
    eve.post("/admin/lifecycles/incident/edit", sent)
    look_again()
    lives.lately.forget()
    assert lives.state_label("in_progress", "incident") == "On somebody's desk"
    assert "On somebody&#39;s desk" in text_of(eve, "/admin/lifecycles/incident")


def test_a_fault_is_said_at_its_field_and_nothing_typed_is_lost(eve: PageClient) -> None:
    sent = fields_of(shipped_body("incident"), prefix="12", title="Our incidents")
    eve.post("/admin/lifecycles/incident/edit", sent, status=422)
    assert eve.last is not None
    page = eve.last.get_data(as_text=True)
    assert "one to eight capital letters" in page
    assert 'value="Our incidents"' in page


def test_a_new_type_is_added(eve: PageClient, cast: Cast) -> None:
    body = {**shipped_body("question"), "title": "Complaint", "prefix": "CMP"}
    eve.post("/admin/lifecycles/new", fields_of(body))
    look_again()
    lives.lately.forget()
    assert make_ticket(cast.ada, cast.it, type="complaint").number.startswith("CMP-")


def test_a_state_in_use_is_not_removed_without_a_word_where_its_tickets_go(
    eve: PageClient, cast: Cast, settle: Callable[[], None]
) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        locked = commands.lock(ticket.id)
        commands.change_status(locked, "pending_internal", by=None, cause="test")
    body = shipped_body("incident")
    place = next(n for n, one in enumerate(body["states"]) if one["name"] == "pending_internal")
    moves = {
        f"m{n}_from": [state for state in move["from"] if state != "pending_internal"]
        for n, move in enumerate(body["transitions"])
    }
    gone = next(n for n, move in enumerate(body["transitions"]) if move["id"] == "wait_internal")
    sent = fields_of(body, **moves, **{f"s{place}_name": "", f"m{gone}_id": ""})
    eve.post("/admin/lifecycles/incident/edit", sent, status=422)
    assert eve.last is not None
    assert "1 ticket that is “Waiting inside”" in eve.last.get_data(as_text=True)
    eve.post(
        "/admin/lifecycles/incident/edit", {**sent, "moved_pending_internal": "pending_third_party"}
    )
    settle()
    db.session.rollback()
    db.session.expire_all()
    assert db.session.get_one(Ticket, ticket.id).status == "pending_third_party"


def test_the_matrix_is_changed_in_place(eve: PageClient) -> None:
    page = text_of(eve, "/admin/priorities")
    assert 'name="p2_2"' in page
    names = {
        f"{side}{place}_name": name
        for side in "iu"
        for place, name in enumerate(("high", "medium", "low"))
    }
    cells = {f"p{row}_{column}": str(row + column + 1) for row in range(3) for column in range(3)}
    sent = {"title": "Ours", "seen": "0", "do": "save", **names, **cells, "p0_1": "1"}
    eve.post("/admin/priorities", sent)
    look_again()
    prioritizing.matrix.forget()
    assert prioritizing.by_matrix("high", "medium") == 1


def test_more_rows_come_without_saving(eve: PageClient) -> None:
    sent = {"title": "Ours", "seen": "0", "do": "row", "i0_name": "high", "u0_name": "high"}
    eve.post("/admin/priorities", sent, status=200)
    assert eve.last is not None
    assert 'name="i1_name"' in eve.last.get_data(as_text=True)
