"""An administrator writes a form of the portal on a page, without knowing its file."""

from __future__ import annotations

from typing import Any

import pytest

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.demo.forms import FORMS
from helpdesk.web.admin.portal_form_fields import body_of, name_for, values_of
from tests.cast import Cast
from tests.pages import PageClient

BASE = "/admin/portal-forms"


@pytest.fixture
def eve(client: PageClient, cast: Cast) -> PageClient:
    client.sign_in("eve@borough.example")
    return client


def fields(questions: list[dict[str, str]], **more: str) -> dict[str, Any]:
    typed = {
        "title": "Missed bin",
        "active": "1",
        "seen": "0",
        "count": str(len(questions)),
        **more,
    }
    for number, one in enumerate(questions):
        typed |= {f"q{number}_{name}": value for name, value in one.items()}
    return typed


BIN = {"label": "Which bin?", "kind": "choice", "required": "1", "options": "Food | Bwyd\nGlass"}
SMELL = {"label": "Does it smell?", "kind": "yes_no", "when": "which_bin: food"}


@pytest.mark.parametrize("name", FORMS)
def test_what_the_page_shows_of_a_form_makes_the_same_form_again(name: str) -> None:
    body, _numbers = body_of(values_of(FORMS[name]), FORMS[name])

    assert body == {key: value for key, value in FORMS[name].items() if key != "active"}


def test_a_form_is_written_and_stands_on_the_portal(eve: PageClient) -> None:
    eve.get(f"{BASE}/new")

    answer = eve.post(f"{BASE}/new", fields([BIN, SMELL], group="IT support"))

    assert answer.location == f"{BASE}/missed-bin"
    body = store.find(Kind.FORM, "missed-bin").body
    assert body["group"] == "IT support"
    assert [one["name"] for one in body["questions"]] == ["which_bin", "does_it_smell"]
    assert body["questions"][0]["options"][0] == {
        "value": "food",
        "label": {"en": "Food", "cy": "Bwyd"},
    }
    assert "Missed bin" in eve.get(BASE).get_data(as_text=True)
    assert "Does it smell?" in eve.get(answer.location).get_data(as_text=True)


def test_a_fault_stands_at_its_field_and_nothing_typed_is_lost(eve: PageClient) -> None:
    wrong = {**SMELL, "when": "which_bin: paper"}

    page = eve.post(f"{BASE}/new", fields([BIN, wrong]), status=422).get_data(as_text=True)

    assert "none of its answers: food, glass" in page
    assert 'href="#q1-when"' in page
    assert "which_bin: paper" in page


def test_questions_are_put_in_order_and_taken_out(eve: PageClient) -> None:
    eve.post(f"{BASE}/new", fields([BIN, {"label": "Where?", "kind": "text"}]))
    moved = [
        {**BIN, "name": "which_bin", "place": "2"},
        {"label": "Where?", "kind": "text", "place": "1"},
    ]

    eve.post(f"{BASE}/missed-bin", fields(moved, seen="1"))
    first = [one["name"] for one in store.find(Kind.FORM, "missed-bin").body["questions"]]
    eve.post(f"{BASE}/missed-bin", fields([moved[1], {**moved[0], "remove": "1"}], seen="2"))

    # What this test has read so far is a picture of before.
    db.session.rollback()
    assert first == ["where", "which_bin"]
    assert len(store.find(Kind.FORM, "missed-bin").body["questions"]) == 1


def test_nobody_saves_over_what_they_have_not_seen(eve: PageClient) -> None:
    eve.post(f"{BASE}/new", fields([BIN]))
    with unit_of_work():
        body = {**store.find(Kind.FORM, "missed-bin").body, "lead": "Changed."}
        store.save(Kind.FORM, "missed-bin", body, by=None, cause="test")

    eve.post(f"{BASE}/missed-bin", fields([BIN], seen="1"), status=409)


def test_only_administrators_write_forms(client: PageClient, cast: Cast) -> None:
    client.sign_in("ben@borough.example")

    client.get(BASE, status=403)


@pytest.mark.parametrize(
    ("label", "name"),
    [("Which bin?", "which_bin"), ("2 cars", "q_2_cars"), ("Check", "q_check"), ("¿", "q")],
)
def test_a_name_is_made_of_the_question(label: str, name: str) -> None:
    assert name_for(label) == name
