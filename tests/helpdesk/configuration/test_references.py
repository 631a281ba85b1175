"""What files name must stand for something; rules that no ticket reaches are named."""

from __future__ import annotations

import pytest

from helpdesk.configuration.planning import plan
from helpdesk.configuration.references_found import references_of
from tests.cast import Cast
from tests.helpdesk.configuration.files import FILES, POLICY, apply_all

pytestmark = pytest.mark.usefixtures("app")

TRIGGER = """\
kind: trigger
name: vip
title: For important people
when: tag:vip group:"IT support" custom.asset:Pump
do:
  - assign_group: IT support
  - assign_agent: ben@borough.example
  - set_field: {key: asset, value: Pipe}
  - send_reply: {answer: thanks}
"""


def complaints(text: str, **more: str) -> list[str]:
    files = {**FILES, "triggers/vip.yaml": text, **more}
    return [str(one) for one in plan(files).complaints]


def concerns(*texts: str) -> list[str]:
    files = {f"{number}.yaml": text for number, text in enumerate(texts)}
    made = plan({**FILES, **files})
    assert made.is_sound, [str(one) for one in made.complaints]
    return list(made.concerns)


def test_a_rule_that_names_what_is_there_is_sound(cast: Cast) -> None:
    assert complaints(TRIGGER) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('group:"IT support"', "group:Fire", 4, "no group “Fire”"),
        ("custom.asset", "custom.colour", 4, "no field “colour”"),
        ("assign_group: IT support", "assign_group: Fire", 6, "no group “Fire”"),
        ("ben@borough.example", "ada@borough.example", 7, "Nobody of the staff"),
        ("key: asset", "key: colour", 8, "no field “colour”"),
        ("answer: thanks", "answer: sorry", 9, "no answer “sorry”"),
    ],
)
def test_each_name_that_stands_for_nothing_is_said_at_its_line(
    cast: Cast, old: str, new: str, line: int, said: str
) -> None:
    found = complaints(TRIGGER.replace(old, new))
    assert len(found) == 1, found
    assert found[0].startswith(f"triggers/vip.yaml:{line}:")
    assert said in found[0]


def test_each_kind_says_what_it_names() -> None:
    bodies = {
        "policy": {
            "calendar": "a",
            "when": "group:b",
            "metrics": {"ownership": {"calendar": "c", "targets_by_group": {"d": 1, "*": 2}}},
        },
        "clock": {"calendar": "a", "start": "custom.b:yes", "stop": "group:c"},
        "lifecycle": {
            "auto_close": {"days": 1, "calendar": "a"},
            "transitions": [{"require": ["custom:b|link:problem"], "ask": ["custom:c"]}],
        },
        "routing": {"groups": ["a"], "when": "group:b"},
        "timed_rule": {"when": "idle:>1d", "calendar": "a", "do": []},
        "macro": {"groups": ["a"], "do": [{"assign_agent": "nobody"}]},
        "form_rule": {"hide": ["custom.a"], "require": ["subject"], "fill": {"custom.b": "x"}},
        "answer": {"groups": ["a"]},
        "channel": {"group": "a"},
    }
    found = {kind: [one.name for one in references_of(kind, body)] for kind, body in bodies.items()}
    assert found == {
        "policy": ["a", "b", "c", "d"],
        "clock": ["a", "b", "c"],
        "lifecycle": ["a", "b", "c"],
        "routing": ["b", "a"],
        "timed_rule": ["a"],
        "macro": ["a"],
        "form_rule": ["a", "b"],
        "answer": ["a"],
        "channel": ["a"],
    }


@pytest.mark.parametrize(
    "kind", ["policy", "trigger", "lifecycle", "form_rule", "clock", "routing"]
)
def test_a_body_of_the_wrong_form_names_nothing(kind: str) -> None:
    odd = dict.fromkeys(("metrics", "transitions", "do", "groups", "when", "fill", "hide"), 3)
    assert list(references_of(kind, odd)) == []


def test_what_a_rule_needs_cannot_be_retired(cast: Cast) -> None:
    apply_all({**FILES, "triggers/vip.yaml": TRIGGER})
    only = {"triggers/vip.yaml": TRIGGER}
    found = [str(one) for one in plan(only, prune=True).complaints]
    assert any("no answer “thanks”" in one for one in found)
    assert any("no field “asset”" in one for one in found)


def test_a_policy_that_no_ticket_reaches_is_named() -> None:
    late = POLICY.replace("standard", "late").replace("title:", "position: 5\ntitle:")
    found = concerns(late)
    assert len(found) == 1
    assert "No ticket ever comes under the policy late: standard comes before it" in found[0]
    narrow = late.replace("calendar: office-hours", "calendar: office-hours\nwhen: priority:1")
    assert concerns(narrow)
    assert concerns(narrow.replace("position: 5", "position: -1")) == []


def test_a_trigger_that_never_runs_and_two_that_set_off_each_other_are_named() -> None:
    never = "kind: trigger\nname: never\ntitle: Never\nwhen: status:new -status:new\ndo:\n  - add_tag: x\n"
    one = "kind: trigger\nname: one\ntitle: One\nwhen: tag:a -tag:b\ndo:\n  - add_tag: b\n  - remove_tag: a\n"
    two = "kind: trigger\nname: two\ntitle: Two\nwhen: tag:b -tag:a\ndo:\n  - add_tag: a\n  - remove_tag: b\n"
    found = concerns(never, one, two)
    assert any("never" in said and "can never run" in said for said in found)
    assert any("set each other off" in said for said in found)


def test_what_stood_before_is_not_said_again(cast: Cast) -> None:
    late = POLICY.replace("standard", "late").replace("title:", "position: 5\ntitle:")
    apply_all({**FILES, "x.yaml": late})
    assert plan({**FILES, "x.yaml": late}).concerns == []
