"""What can be applied, and yet is hardly meant: rules and policies that no ticket ever reaches, and loops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _

from helpdesk.configuration.items import Key, World
from helpdesk.definitions.kinds import parse
from helpdesk.definitions.models import Kind
from helpdesk.tickets.lives import category_of
from workflows.condition_logic import can_hold, follows
from workflows.conditions import Condition
from workflows.faults import Faulty
from workflows.rule_conflicts import Finding, findings_about, findings_of
from workflows.rule_cycle import Named
from workflows.rules import Rule, Trigger
from workflows.sla_agreement import read_when

Written = Mapping[Key, Mapping[str, Any] | None]

_RULES = (Kind.TIMED_RULE, Kind.MACRO, Kind.FORM_RULE)


def concerns_of(after: World, written: Written) -> list[str]:
    """In a sentence each, what concerns something that is written; what stood so before is not said again."""
    return [*_of_triggers(after, written), *_of_rules(written), *_of_policies(after, written)]


def _of_triggers(after: World, written: Written) -> Iterator[str]:
    names = {key.name for key, body in written.items() if key.kind == Kind.TRIGGER and body}
    if names:
        triggers = [
            Named(name, rule)
            for name, rule in _in_order(after, Kind.TRIGGER)
            if isinstance(rule, Trigger) and rule.active
        ]
        yield from (
            _said(one) for one in findings_of(triggers, category_of) if names & set(one.rules)
        )


def _of_rules(written: Written) -> Iterator[str]:
    for key, body in written.items():
        if key.kind in _RULES and body is not None:
            rule = _parsed(Kind(key.kind), body)
            if isinstance(rule, Rule):
                yield from (_said(one) for one in findings_about(rule, key.name))


def _of_policies(after: World, written: Written) -> Iterator[str]:
    """A policy that a ticket only meets when one before it has taken it already."""
    names = {key.name for key, body in written.items() if key.kind == Kind.POLICY and body}
    before: list[tuple[str, Condition]] = []
    for name, condition in _conditions(after) if names else ():
        if not can_hold(condition) and name in names:
            yield _(
                "No ticket ever comes under the policy %(name)s: its condition never holds.",
                name=name,
            )
        for earlier, taken in before:
            if {name, earlier} & names and (taken.is_always or follows(taken, condition)):
                yield _(
                    "No ticket ever comes under the policy %(name)s: %(earlier)s comes before it and takes all"
                    " that it is for. Give it a lower position.",
                    name=name,
                    earlier=earlier,
                )
                break
        before.append((name, condition))


def _conditions(after: World) -> Iterator[tuple[str, Condition]]:
    for name, body in _ordered(after, Kind.POLICY):
        try:
            condition = read_when(body)
        except Faulty:
            continue
        if body.get("active") is not False:
            yield name, condition


def _in_order(after: World, kind: Kind) -> Iterator[tuple[str, Any]]:
    for name, body in _ordered(after, kind):
        yield name, _parsed(kind, body)


def _ordered(after: World, kind: Kind) -> list[tuple[str, Mapping[str, Any]]]:
    found = after.of(kind.value).items()
    return sorted(found, key=lambda one: (_position(one[1]), one[0]))


def _position(body: Mapping[str, Any]) -> int:
    position = body.get("position")
    return position if isinstance(position, int) else 0


def _parsed(kind: Kind, body: Mapping[str, Any]) -> object:
    try:
        return parse(kind, body)
    except Faulty:
        return None


def _said(finding: Finding) -> str:
    return finding.words(lambda text: str(_(text)))
