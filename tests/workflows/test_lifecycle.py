"""The lifecycles that are shipped: which moves each type allows to whom, what they ask for, and where types meet."""

from __future__ import annotations

from typing import Any

import pytest

from workflows.lifecycle import (
    ENDED,
    FINAL,
    Category,
    Facts,
    Lifecycle,
    Move,
    Occasion,
    Role,
    automatic,
    map_state,
    move_to,
    moves_from,
    refusal,
    state_for,
)
from workflows.lifecycle_checking import reachable_from
from workflows.lifecycle_reading import read_lifecycle
from workflows.lifecycle_shipped import SHIPPED, shipped, shipped_body, stricter

AGENT = frozenset({Role.AGENT})
# What fills in everything that a shipped move asks for.
ALL_FILLED = {
    name: "x"
    for type in SHIPPED
    for move in shipped(type).moves
    for item in move.require
    for name in item.split("|")
}


def facts(state: str, *roles: Role, **more: Any) -> Facts:
    return Facts(state=state, roles=frozenset(roles), **more)


def move_of(life: Lifecycle, name: str) -> Move:
    return next(move for move in life.moves if move.id == name)


@pytest.mark.parametrize("type", SHIPPED)
def test_every_state_is_reached(type: str) -> None:
    life = shipped(type)
    assert reachable_from(life, [life.initial]) == set(life.by_name)


@pytest.mark.parametrize("type", SHIPPED)
def test_only_what_is_final_is_a_dead_end(type: str) -> None:
    life = shipped(type)
    dead = {one.name for one in life.states if len(reachable_from(life, [one.name])) == 1}
    assert {life.category(name) for name in dead} <= FINAL


@pytest.mark.parametrize("type", SHIPPED)
def test_nothing_becomes_new_again_without_a_move(type: str) -> None:
    life = shipped(type)
    assert state_for(life, Category.ACTIVE) != life.initial


@pytest.mark.parametrize("type", SHIPPED)
def test_a_strict_form_demands_what_the_lenient_one_offers(type: str) -> None:
    body = shipped_body(type)
    lenient, strict = read_lifecycle({**body, "strict": False}), read_lifecycle(stricter(body))
    for loose, tight in zip(lenient.moves, strict.moves, strict=True):
        assert set(loose.fields) == set(tight.fields)
        assert set(loose.require) <= set(tight.require)


# A type, a state, who asks, and the states they may go to next.
ALLOWED = [
    ("incident", "new", Role.AGENT, "in_progress pending_requester pending_third_party "
     "pending_internal resolved cancelled"),
    ("incident", "new", Role.REQUESTER, "cancelled"),
    ("incident", "in_progress", Role.REQUESTER, ""),
    ("incident", "pending_requester", Role.SYSTEM, "pending_third_party pending_internal "
     "in_progress resolved cancelled"),
    ("incident", "resolved", Role.AGENT, "in_progress closed"),
    ("incident", "resolved", Role.REQUESTER, "in_progress closed"),
    ("incident", "closed", Role.AGENT, ""),
    ("incident", "cancelled", Role.AGENT, ""),
    ("question", "new", Role.AGENT, "in_progress pending_requester pending_third_party "
     "pending_internal resolved cancelled"),
    ("question", "closed", Role.REQUESTER, ""),
    ("request", "new", Role.AGENT, "in_fulfilment cancelled"),
    ("request", "new", Role.SYSTEM, "awaiting_approval in_fulfilment cancelled"),
    ("request", "awaiting_approval", Role.AGENT, "cancelled"),
    ("request", "awaiting_approval", Role.SYSTEM, "in_fulfilment rejected cancelled"),
    ("request", "in_fulfilment", Role.FULFILLER, "pending_requester pending_third_party "
     "pending_internal"),
    ("request", "in_fulfilment", Role.AGENT, "pending_requester pending_third_party "
     "pending_internal resolved cancelled"),
    ("request", "rejected", Role.AGENT, ""),
    ("problem", "new", Role.AGENT, "assess"),
    ("problem", "new", Role.PROBLEM_MANAGER, "assess cancelled"),
    ("problem", "root_cause_analysis", Role.AGENT, "fix_in_progress pending_third_party"),
    ("problem", "root_cause_analysis", Role.PROBLEM_MANAGER, "closed cancelled"),
    ("problem", "fix_in_progress", Role.AGENT, "pending_third_party pending_internal resolved "
     "root_cause_analysis"),
    ("problem", "resolved", Role.AGENT, "root_cause_analysis"),
    ("problem", "resolved", Role.PROBLEM_MANAGER, "root_cause_analysis closed"),
    ("change", "draft", Role.AGENT, ""),
    ("change", "draft", Role.CHANGE_OWNER, "assess cancelled"),
    ("change", "authorize", Role.CHANGE_OWNER, "draft cancelled"),
    ("change", "authorize", Role.SYSTEM, "scheduled rejected"),
    ("change", "scheduled", Role.CHANGE_OWNER, "assess implement cancelled"),
    ("change", "implement", Role.CHANGE_OWNER, "review cancelled"),
    ("change", "review", Role.CHANGE_OWNER, "closed"),
    ("change", "review", Role.AGENT, ""),
    ("task", "open", Role.FULFILLER, "in_progress done"),
    ("task", "open", Role.LEAD, "skipped"),
    ("task", "in_progress", Role.FULFILLER, "done failed"),
    ("task", "failed", Role.AGENT, "in_progress skipped cancelled"),
    ("task", "done", Role.AGENT, "open"),
    ("task", "cancelled", Role.AGENT, ""),
]  # fmt: skip


@pytest.mark.parametrize(("type", "state", "role", "states"), ALLOWED)
def test_a_role_may_go_to_these_states_and_no_other(
    type: str, state: str, role: Role, states: str
) -> None:
    found = {move.target for move in moves_from(shipped(type), facts(state, role))}
    assert found == set(states.split())


@pytest.mark.parametrize(("type", "state", "role", "states"), ALLOWED)
def test_what_is_not_offered_is_refused(type: str, state: str, role: Role, states: str) -> None:
    life = shipped(type)
    asks = facts(state, role, values=ALL_FILLED)
    for other in life.by_name:
        move = move_to(life, other, asks)
        allowed = move is not None and refusal(life, move, asks) is None
        assert allowed == (other in states.split()), other


@pytest.mark.parametrize(
    ("type", "name", "state", "missing"),
    [
        ("incident", "resolve", "in_progress", ("resolution_code", "resolution_note")),
        ("incident", "start", "new", ("group", "assignee", "impact", "urgency")),
        ("incident", "ask_requester", "new", ("public_message",)),
        ("incident", "wait_internal", "new", ("pending_reason", "link:problem|link:change")),
        ("request", "fulfil", "in_fulfilment", ("resolution_code",)),
        ("request", "wait_third_party", "in_fulfilment", ("pending_reason",)),
        ("problem", "fix", "root_cause_analysis", ("root_cause",)),
        ("problem", "wait_change", "fix_in_progress", ("link:change",)),
        ("problem", "resolve", "fix_in_progress", ("fix_note",)),
        ("change", "request_authorization", "assess", ("peer_review", "risk", "conflicts_checked")),
        ("change", "finish", "implement", ("outcome", "actual_from", "actual_to")),
        ("task", "fail", "in_progress", ("reason",)),
    ],
)
def test_a_refusal_names_everything_that_is_missing(
    type: str, name: str, state: str, missing: tuple[str, ...]
) -> None:
    life = read_lifecycle(stricter(shipped_body(type)))
    refused = refusal(life, move_of(life, name), facts(state, *Role))
    assert refused is not None
    assert refused.fields == missing


def test_a_small_council_answers_and_solves_without_being_asked_for_anything() -> None:
    for type in ("incident", "question"):
        life = shipped(type)
        assert refusal(life, move_of(life, "resolve"), facts("new", Role.AGENT)) is None
        assert "resolution_code" in move_of(life, "resolve").ask
        assert life.field("resolution_code").default


def test_one_of_several_is_enough() -> None:
    life = shipped("change")
    emergency = facts(
        "draft", Role.CHANGE_OWNER, values={**ALL_FILLED, "link:incident": None}, kind="emergency"
    )
    assert refusal(life, move_of(life, "submit_emergency"), emergency) is None


def test_a_refusal_says_who_may_and_what_stands_against_it() -> None:
    life = shipped("request")
    move = move_of(life, "withdraw")
    asks = facts("new", Role.AGENT, hindered=frozenset({"no_task_begun"}))
    refused = refusal(life, move, asks)
    assert refused is not None
    assert (refused.roles, refused.guards) == ((Role.REQUESTER,), ("no_task_begun",))
    assert not refused.state


def test_a_kind_of_change_has_moves_of_its_own() -> None:
    life = shipped("change")
    emergency = moves_from(life, facts("draft", Role.CHANGE_OWNER, kind="emergency"))
    assert {move.id for move in emergency} == {"submit_emergency", "cancel"}


@pytest.mark.parametrize(
    ("type", "state", "occasion", "target"),
    [
        ("incident", "new", Occasion.AGENT_MESSAGE, "in_progress"),
        ("incident", "pending_requester", Occasion.REQUESTER_MESSAGE, "in_progress"),
        ("incident", "pending_third_party", Occasion.REQUESTER_MESSAGE, None),
        ("incident", "pending_third_party", Occasion.WAKE, "in_progress"),
        ("incident", "resolved", Occasion.REQUESTER_MESSAGE, "in_progress"),
        ("incident", "resolved", Occasion.AUTO_CLOSE, "closed"),
        ("incident", "pending_requester", Occasion.NO_RESPONSE, "resolved"),
        ("request", "new", Occasion.APPROVAL_NEEDED, "awaiting_approval"),
        ("request", "in_fulfilment", Occasion.TASKS_DONE, None),
        ("problem", "pending_internal", Occasion.LINKED_CLOSED, "fix_in_progress"),
        ("change", "authorize", Occasion.APPROVED, "scheduled"),
        ("change", "closed", Occasion.REQUESTER_MESSAGE, None),
    ],
)
def test_what_the_desk_does_by_itself(
    type: str, state: str, occasion: Occasion, target: str | None
) -> None:
    move = automatic(shipped(type), occasion, facts(state))
    assert (move.target if move else None) == target


@pytest.mark.parametrize(
    ("old", "state", "new", "expected"),
    [
        ("incident", "new", "request", "new"),
        ("incident", "in_progress", "request", "in_fulfilment"),
        ("incident", "pending_requester", "request", "pending_requester"),
        ("incident", "pending_internal", "request", "pending_internal"),
        ("incident", "in_progress", "change", "assess"),
        ("incident", "new", "change", "draft"),
        ("incident", "new", "task", "open"),
        ("incident", "pending_third_party", "task", "in_progress"),
        ("request", "awaiting_approval", "incident", "pending_internal"),
        ("request", "rejected", "incident", "cancelled"),
        ("problem", "fix_in_progress", "incident", "in_progress"),
        ("problem", "pending_internal", "change", "assess"),
        ("change", "authorize", "incident", "pending_internal"),
        ("change", "review", "request", "resolved"),
        ("task", "done", "incident", "resolved"),
        ("task", "skipped", "change", "closed"),
    ],
)
def test_a_state_is_mapped_by_what_it_means(old: str, state: str, new: str, expected: str) -> None:
    assert map_state(shipped(old), state, shipped(new)) == expected


@pytest.mark.parametrize("new", SHIPPED)
@pytest.mark.parametrize("old", SHIPPED)
def test_every_state_has_a_place_in_every_type_and_nothing_that_ended_begins_again(
    old: str, new: str
) -> None:
    before, after = shipped(old), shipped(new)
    for state in before.states:
        place = after.category(map_state(before, state.name, after))
        assert (place in ENDED) == (state.category in ENDED)
