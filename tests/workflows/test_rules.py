"""Rules as data: what is read of them, what they would do, and what is wrong with them together."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from workflows.action_reading import body_of, read_action
from workflows.actions import AddTag, AssignAgent, SendReply, SetStatus
from workflows.condition_logic import can_hold, follows
from workflows.conditions import read_condition
from workflows.effects import Change, after, changes_of
from workflows.facts import TicketFacts, Who
from workflows.faults import Faulty
from workflows.placeholders import filled_in, unknown_in
from workflows.rule_conflicts import Trouble, findings_of
from workflows.rule_cycle import Named, run_cycle
from workflows.rules import (
    read_answer,
    read_form_rule,
    read_macro,
    read_timed_rule,
    read_trigger,
)

AT = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
FACTS = TicketFacts(
    status="new", type="incident", events=frozenset({"opened", "message"}), subject="Printer"
)


def trigger(name: str, when: str, *do: dict[str, Any], **more: Any) -> Named:
    return Named(name, read_trigger({"title": name, "when": when, "do": list(do), **more}))


def test_a_trigger_is_read_from_its_body() -> None:
    rule = read_trigger(
        {
            "title": "Printers",
            "position": 2,
            "on": ["opened"],
            "when": "printer type:incident",
            "do": [{"add_tag": "Printer"}, {"send_reply": {"answer": "thanks"}}],
        }
    )
    assert rule.do == (AddTag("printer"), SendReply(answer="thanks"))
    assert str(rule.when) == "printer type:incident"
    assert rule.hears(FACTS)


@pytest.mark.parametrize(
    ("read", "body", "paths"),
    [
        (read_trigger, {"title": " "}, [("title",), ("do",)]),
        (read_trigger, {"title": "x", "do": [{"add_tga": "a"}]}, [("do", 0)]),
        (
            read_trigger,
            {"title": "x", "wehn": "", "when": "tag:", "on": ["bang"], "do": [{"set_priority": 9}]},
            [("wehn",), ("on",), ("when",), ("do", 0, "set_priority")],
        ),
        (read_trigger, {"title": "x", "do": [{"add_note": "Hi {nmae}"}]}, [("do", 0, "add_note")]),
        (
            read_trigger,
            {"title": "x", "do": [{"notify": {"who": "x", "text": "y"}}]},
            [("do", 0, "notify", "who")],
        ),
        (read_timed_rule, {"title": "x", "when": "tag:a", "do": [{"add_tag": "b"}]}, [("when",)]),
        (
            read_timed_rule,
            {"title": "x", "when": "age:>1h changed:status", "do": [{"add_tag": "b"}]},
            [("when",)],
        ),
        (
            read_timed_rule,
            {"title": "x", "when": "age:>1d", "calendar": "office", "do": [{"add_tag": "b"}]},
            [("when",)],
        ),
        (read_macro, {"title": "x", "when": "event:note", "do": [{"add_tag": "b"}]}, [("when",)]),
        (read_form_rule, {"title": "x"}, [("require",)]),
        (read_form_rule, {"title": "x", "hide": ["colour"]}, [("hide",), ("require",)]),
        (read_form_rule, {"title": "x", "hide": ["group"], "require": ["group"]}, [("require",)]),
        (read_answer, {"title": "x"}, [("text",)]),
    ],
)
def test_what_is_wrong_with_a_body_is_said_with_its_paths(
    read: Any, body: dict[str, Any], paths: list[tuple[Any, ...]]
) -> None:
    with pytest.raises(Faulty) as caught:
        read(body)
    assert [fault.path for fault in caught.value.faults] == paths


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"set_status": "resolved"}, "Set the status to resolved."),
        ({"set_priority": 1}, "Set the priority to 1."),
        ({"set_type": "incident"}, "Make it a ticket of the type incident."),
        ({"assign_group": "IT support"}, "Move it to the group IT support."),
        ({"assign_agent": "ben@borough.example"}, "Give it to ben@borough.example."),
        ({"assign_agent": "nobody"}, "Give it to nobody."),
        ({"route": True}, "Let the routing of its group choose an agent."),
        ({"add_tag": "vip"}, "Add the tag vip."),
        ({"remove_tag": "vip"}, "Take off the tag vip."),
        ({"set_field": {"key": "floor", "value": 2}}, "Set floor to 2."),
        ({"add_note": "Call {requester}."}, "Add the note: Call {requester}."),
        ({"send_reply": "Hello"}, "Send the requester: Hello"),
        ({"send_reply": {"answer": "thanks"}}, "Send the requester the answer thanks."),
        ({"notify": {"who": "leads", "text": "Look"}}, "Tell those who lead its group: Look"),
        ({"add_watcher": "ann@example.org"}, "Let ann@example.org watch it."),
    ],
)
def test_each_action_says_what_it_does_and_is_written_as_it_was_read(
    body: dict[str, Any], words: str
) -> None:
    action = read_action(body, ())
    assert action.describe() == words
    assert read_action(body_of(action), ()) == action


def test_what_an_action_would_change_is_known_without_doing_it() -> None:
    assert changes_of(SetStatus("resolved"), FACTS) == (Change("status", "new", "resolved"),)
    assert changes_of(SetStatus("new"), FACTS) == ()
    done = after((SetStatus("resolved"), AddTag("vip")), FACTS)
    assert (done.status, done.category, done.tags) == ("resolved", "resolved", {"vip"})
    assert done.changed == {"status", "tag"}
    assert done.before["status"] == ("new",)
    own = after((SetStatus("granted"),), FACTS, lambda _type, _status: "closed")
    assert (own.status, own.category) == ("granted", "closed")
    mine = TicketFacts(assignee=Who("Ben Kaya", ("ben@borough.example",)))
    assert changes_of(AssignAgent("ben@borough.example"), mine) == ()


def test_triggers_run_in_order_and_see_what_those_before_them_changed() -> None:
    cycle = run_cycle(
        [
            trigger("second", "tag:printer", {"set_priority": 2}),
            trigger("first", "printer", {"add_tag": "printer"}),
            trigger("deaf", "printer", {"add_tag": "x"}, on=["note"]),
        ],
        FACTS,
        AT,
    )
    assert [(one.name, one.depth) for one in cycle.fired] == [("first", 1), ("second", 2)]
    assert cycle.facts.priority == 2
    assert cycle.stopped is None


def test_a_trigger_that_is_the_last_ends_the_pass() -> None:
    cycle = run_cycle(
        [
            trigger("first", "printer", {"add_note": "x"}, last=True),
            trigger("second", "printer", {"add_note": "y"}),
        ],
        FACTS,
        AT,
    )
    assert [one.name for one in cycle.fired] == ["first"]


def test_a_loop_is_stopped_and_names_itself() -> None:
    cycle = run_cycle(
        [
            trigger("up", "status:new", {"set_status": "in_progress"}),
            trigger("down", "status:in_progress", {"set_status": "new"}),
        ],
        FACTS,
        AT,
    )
    assert [one.name for one in cycle.fired] == ["up", "down"]
    assert cycle.stopped is not None
    assert cycle.stopped.is_loop
    assert str(cycle.stopped) == "up → down → up"


def test_a_chain_that_is_too_deep_is_stopped_and_named() -> None:
    chain = [trigger(f"t{n}", f"tag:t{n}", {"add_tag": f"t{n - 1}"}) for n in range(1, 5)]
    facts = TicketFacts(tags=frozenset({"t4"}), events=frozenset({"changed"}))
    cycle = run_cycle(chain, facts, AT)
    assert [one.name for one in cycle.fired] == ["t4", "t3", "t2"]
    assert cycle.stopped is not None
    assert not cycle.stopped.is_loop
    assert cycle.stopped.names == ("t4", "t3", "t2", "t1")


@pytest.mark.parametrize(
    "text",
    [
        "status:new status:resolved",
        "status:open is:closed",
        "category:resolved is:open",
        'assignee:"" is:assigned',
        "tag:a -tag:a",
        "priority:<2 priority:>3",
        "priority:>4 -priority:5",
        "type:incident,task -type:incident -type:task",
        "age:>3d age:<1d",
        "created:2026-11-01 created:>2026-12-01",
        'group:"IT support" group:Highways',
        "(status:new OR status:resolved) status:closed",
    ],
)
def test_a_condition_that_can_never_hold_is_found(text: str) -> None:
    assert not can_hold(read_condition(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "status:new is:open",
        "status:pending -status:pending_requester",
        "tag:a -tag:b",
        "priority:<3 priority:>1",
        "assignee:ben assignee:kaya",
        "age:>1d age:<3d idle:<1h",
        "status:new OR tag:a -tag:a",
        'group:it group:"IT support"',
        "boiler -leak subject:boiler",
        "changed:status was:new event:reply",
        "is:breached is:open is:unassigned",
    ],
)
def test_a_condition_that_can_hold_is_not_complained_of(text: str) -> None:
    assert can_hold(read_condition(text))


def test_what_follows_from_another_condition_is_known() -> None:
    assert follows(read_condition("is:open"), read_condition("status:new is:open tag:a"))
    assert follows(read_condition("priority:<3"), read_condition("priority:1"))
    assert follows(read_condition(""), read_condition("tag:a"))
    assert not follows(read_condition("tag:b"), read_condition("tag:a"))


def test_dead_contradicting_shadowed_and_looping_triggers_are_named() -> None:
    found = findings_of(
        [
            trigger("all", "is:open", {"add_note": "x"}, last=True),
            trigger("late", "is:open tag:a", {"add_tag": "b"}),
            trigger("dead", "status:new status:closed", {"add_tag": "c"}),
            trigger("twice", "tag:z", {"set_priority": 1}, {"set_priority": 2}),
            trigger("up", "tag:q status:waiting", {"set_status": "working"}),
            trigger("down", "tag:q status:working", {"set_status": "waiting"}),
        ]
    )
    by_trouble = {one.trouble: one for one in found}
    assert by_trouble[Trouble.NEVER].rules == ("dead",)
    assert by_trouble[Trouble.CONTRADICTS].rules == ("twice",)
    assert by_trouble[Trouble.SHADOWED].rules == ("late", "all")
    assert by_trouble[Trouble.LOOP].words().endswith("up → down → up.")


def test_placeholders_are_replaced_once_and_by_plain_words_only() -> None:
    values = {"number": "INC-1042", "subject": "{agent}", "agent": "Ben", "requester": ""}
    assert filled_in("Dear {requester}, {number}: {subject}", values) == "Dear, INC-1042: {agent}"
    for text in ("{{7*7}}", "{agent.password}", "{__class__}", "{0}", "%(agent)s", "{config}"):
        assert filled_in(text, values) == text
    assert unknown_in("{agent} {nmae}") == ["nmae"]


def test_an_answer_has_a_text_for_each_language() -> None:
    answer = read_answer({"title": "Thanks", "text": {"en": "Thank you", "pl": "Dziękujemy"}})
    assert [answer.text_in(one) for one in ("pl", "en-GB", "fr")] == [
        "Dziękujemy",
        "Thank you",
        "Thank you",
    ]
