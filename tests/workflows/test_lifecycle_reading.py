"""What an administrator writes as a lifecycle is read, or refused at the very place."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from workflows.faults import Faulty
from workflows.lifecycle import AfterResolved, Category, Role, Span, Unit
from workflows.lifecycle_reading import read_lifecycle
from workflows.lifecycle_shipped import SHIPPED, shipped_body

SMALL: dict[str, Any] = {
    "title": "Licence",
    "prefix": "LIC",
    "initial": "received",
    "states": [
        {"name": "received", "category": "active", "label": "Received"},
        {"name": "checked", "category": "waiting_third_party"},
        {"name": "granted", "category": "resolved", "label": "Granted"},
    ],
    "transitions": [
        {"id": "check", "from": ["received"], "to": "checked", "by": ["agent"]},
        {
            "id": "grant",
            "from": ["checked"],
            "to": "granted",
            "by": ["agent", "lead"],
            "require": ["custom:plot|reason"],
        },
    ],
}


def changed(path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    body = deepcopy(SMALL)
    at: Any = body
    for part in path[:-1]:
        at = at[part]
    at[path[-1]] = value
    return body


def faults_of(body: dict[str, Any]) -> set[tuple[str | int, ...]]:
    with pytest.raises(Faulty) as refused:
        read_lifecycle(body)
    return {fault.path for fault in refused.value.faults}


def test_a_type_of_ones_own_is_read() -> None:
    life = read_lifecycle(SMALL)
    assert (life.title, life.prefix, life.initial) == ("Licence", "LIC", "received")
    assert life.category("checked") is Category.WAITING_THIRD_PARTY
    assert life.by_name["checked"].label == "Checked"
    assert life.moves[1].by == {Role.AGENT, Role.LEAD}
    assert life.moves[1].require == ("custom:plot|reason",)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("title",), ""),
        (("prefix",), "lic"),
        (("initial",), "nowhere"),
        (("states", 0, "name"), "Received!"),
        (("states", 1, "name"), "received"),
        (("states", 0, "category"), "busy"),
        (("states", 0, "label"), "x" * 81),
        (("transitions", 0, "to"), "nowhere"),
        (("transitions", 0, "by"), []),
        (("transitions", 1, "id"), "check"),
        (("auto_close",), {"days": 0}),
        (("auto_close",), "five days"),
        (("after_resolved",), "forget"),
        (("follow_up_days",), -1),
        (("colour",), "blue"),
    ],
)
def test_a_fault_points_at_its_place(path: tuple[str | int, ...], value: Any) -> None:
    found = faults_of(changed(path, value))
    assert any(one[: len(path)] == path for one in found), found


@pytest.mark.parametrize(
    ("key", "value", "place"),
    [
        ("from", ["gone"], 0),
        ("by", ["agent", "boss"], 1),
        ("require", ["Resolution code"], 0),
        ("guard", ["full_moon"], 0),
        ("auto", ["whenever"], 0),
        ("effect", ["explode"], 0),
    ],
)
def test_a_wrong_word_of_a_move_is_pointed_at(key: str, value: list[str], place: int) -> None:
    body = changed(("transitions", 0, key), value)
    assert ("transitions", 0, key, place) in faults_of(body)


def test_all_faults_are_told_at_once() -> None:
    body = changed(("prefix",), "")
    body["states"][0]["category"] = "busy"
    body["follow_up_days"] = "soon"
    assert {("prefix",), ("states", 0, "category"), ("follow_up_days",)} <= faults_of(body)


def test_a_state_that_nothing_leads_to_is_refused() -> None:
    body = changed(("transitions", 0, "to"), "granted")
    assert ("states", 1) in faults_of(body)


def test_a_dead_end_that_is_no_end_is_refused() -> None:
    body = deepcopy(SMALL)
    body["states"].append({"name": "lost", "category": "active"})
    body["transitions"].append({"id": "lose", "from": ["received"], "to": "lost", "by": ["agent"]})
    assert ("states", 3) in faults_of(body)


def test_going_round_without_an_end_is_refused() -> None:
    body = changed(("transitions", 1, "to"), "received")
    body["states"].pop()
    assert ("states",) in faults_of(body)


def test_reminders_are_days_in_order_with_an_end_after_them() -> None:
    counted = {"unit": "working_days", "calendar": "office"}
    life = read_lifecycle({**SMALL, "reminders": {"days": [2, 4], "end_after": 6, **counted}})
    assert life.times.reminders == tuple(Span(n, Unit.WORKING_DAYS, "office") for n in (2, 4))
    assert life.times.ends_unanswered == Span(6, Unit.WORKING_DAYS, "office")
    assert ("reminders", "days") in faults_of({**SMALL, "reminders": {"days": [4, 2]}})
    early = {**SMALL, "reminders": {"days": [2, 4], "end_after": 3}}
    assert ("reminders", "end_after") in faults_of(early)


def test_what_is_not_said_is_as_usual() -> None:
    times = read_lifecycle(SMALL).times
    assert (times.auto_close, times.after_resolved) == (None, AfterResolved.REOPEN)
    assert times.follow_up_days == 30


@pytest.mark.parametrize("type", SHIPPED)
def test_what_is_shipped_is_written_as_an_administrator_would_write_it(type: str) -> None:
    body = shipped_body(type)
    assert read_lifecycle(body).title == body["title"]
