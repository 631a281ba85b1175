"""Form rules: what a form hides, requires and fills while somebody types."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from workflows.facts import TicketFacts
from workflows.form_rules import FormState, form_state
from workflows.rules import FormRule, read_form_rule

AT = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)


def rule(when: str, **body: Any) -> FormRule:
    return read_form_rule({"title": "x", "when": when, **body})


def state(*rules: FormRule, **typed: str) -> FormState:
    return form_state(rules, {k.replace("__", "."): v for k, v in typed.items()}, TicketFacts(), AT)


def test_fields_are_hidden_and_required_while_the_condition_holds() -> None:
    printers = rule("printer type:incident", require=["custom.room"], hide=["urgency"])
    found = state(printers, subject="Printer jam", type="incident")
    assert (found.hidden, found.required) == ({"urgency"}, {"custom.room"})
    assert found.missing({"custom.room": " "}) == ["custom.room"]
    assert found.missing({"custom.room": "A1"}) == []
    assert state(printers, subject="Lamp", type="incident").required == frozenset()


def test_what_is_hidden_by_any_rule_is_not_required() -> None:
    found = state(rule("", require=["group"]), rule("", hide=["group"]))
    assert (found.hidden, found.required) == ({"group"}, frozenset())


def test_the_first_rule_fills_and_what_was_typed_stays() -> None:
    rules = (rule("", fill={"group": "IT"}), rule("", fill={"group": "Other", "tags": "a"}))
    assert state(*rules).filled == {"group": "IT", "tags": "a"}
    assert state(*rules, group="Mine").filled == {"tags": "a"}


def test_the_administrators_own_fields_are_asked_too_and_rules_switched_off_do_nothing() -> None:
    asked = rule("custom.site:hall", require=["text"])
    assert state(asked, custom__site="Hall").required == {"text"}
    assert state(rule("", require=["text"], active=False)).required == frozenset()
