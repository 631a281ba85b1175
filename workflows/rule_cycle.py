"""One cycle of triggers: what runs after an event, in order, each at most once, and what is stopped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from workflows.conditions import Condition
from workflows.effects import after, has_effect
from workflows.facts import TicketFacts
from workflows.rules import Trigger

# What triggers change may set off further triggers, so many times.
DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Named:
    """A trigger by the name of its definition."""

    name: str
    rule: Trigger


@dataclass(frozen=True, slots=True)
class Fired:
    """A trigger that ran: what held, and in which pass."""

    name: str
    held: Condition
    depth: int


@dataclass(frozen=True, slots=True)
class Stopped:
    """Triggers that set off each other without end, in order; the last is the first again. Or a chain too deep."""

    names: tuple[str, ...]
    is_loop: bool

    def __str__(self) -> str:
        return " → ".join(self.names)


@dataclass(slots=True)
class Cycle:
    """What one cycle came to."""

    fired: list[Fired] = field(default_factory=list)
    stopped: Stopped | None = None
    facts: TicketFacts = field(default_factory=TicketFacts)


# Does what a trigger says, and gives the facts afterwards; None if it could not be done.
Perform = Callable[[Named, Condition, TicketFacts], TicketFacts | None]


def only_think(named: Named, _held: Condition, facts: TicketFacts) -> TicketFacts:
    """Perform nothing, but tell what would be."""
    return after(named.rule.do, facts)


def run_cycle(
    triggers: Sequence[Named], facts: TicketFacts, at: datetime, perform: Perform = only_think
) -> Cycle:
    """Run the triggers over a ticket to which something happened.

    Pass by pass, in their order: each sees what those before it changed. A pass that changes something is followed by
    another, three at the most; a trigger runs once. One that would have to run again, since another changed what it
    asks for, is a loop: it is not run, and named.
    """
    cycle = Cycle(facts=facts)
    touched: dict[str, set[str]] = {}
    waiting = list(triggers)
    for depth in range(1, DEEPEST + 2):
        found = _pass(waiting, cycle, at, perform, depth, touched)
        if found is None:
            break
        waiting = found
    if cycle.stopped is None:
        cycle.stopped = _loop_in(triggers, cycle, at, touched)
    return cycle


def _pass(
    waiting: list[Named],
    cycle: Cycle,
    at: datetime,
    perform: Perform,
    depth: int,
    touched: dict[str, set[str]],
) -> list[Named] | None:
    """One pass; the triggers that have not run, or None if nothing changed."""
    left, changed = [], False
    ended = False
    for named in waiting:
        facts = cycle.facts
        if ended or not named.rule.hears(facts) or not named.rule.when.holds(facts, at):
            left.append(named)
            continue
        if depth > DEEPEST:
            names = (*(fired.name for fired in cycle.fired), named.name)
            cycle.stopped = Stopped(names, is_loop=False)
            return None
        held = named.rule.when.that_held(facts, at)
        done = perform(named, held, facts)
        if done is None:
            continue
        cycle.fired.append(Fired(named.name, held, depth))
        cycle.facts = done
        fields = set(done.changed - facts.changed) | _differing(facts, done)
        touched[named.name] = fields
        changed = changed or bool(fields)
        ended = named.rule.last
    return left if changed else None


_COMPARED = (
    "status",
    "category",
    "type",
    "priority",
    "group",
    "assignee",
    "tags",
    "custom",
    "impact",
    "urgency",
)
_AS_FIELD = {"tags": "tag"}


def _differing(before: TicketFacts, done: TicketFacts) -> set[str]:
    """The names of fields, as conditions have them, whose values differ."""
    return {
        _AS_FIELD.get(name, name)
        for name in _COMPARED
        if getattr(before, name) != getattr(done, name)
    }


def _loop_in(
    triggers: Sequence[Named], cycle: Cycle, at: datetime, touched: dict[str, set[str]]
) -> Stopped | None:
    """The first trigger that ran and would have to run again, with those that made it so."""
    by_name = {named.name: named for named in triggers}
    order = [fired.name for fired in cycle.fired]
    for place, name in enumerate(order):
        rule = by_name[name].rule
        asked = asked_of(rule.when)
        guilty = [other for other in order[place + 1 :] if asked & set(map(_root, touched[other]))]
        if not guilty or not rule.when.holds(cycle.facts, at):
            continue
        if any(has_effect(action, cycle.facts) for action in rule.do):
            return Stopped((name, *guilty, name), is_loop=True)
    return None


def asked_of(condition: Condition) -> set[str]:
    """The fields that a condition asks for, by names under which those that say the same count as one."""
    asked = set()
    for test in condition.tests():
        if test.field in ("changed", "was"):
            asked |= {_root(value.partition("=")[0]) for value in test.values}
        else:
            asked.add(_root(test.field))
    return asked


def _root(name: str) -> str:
    return {"is": "status", "category": "status"}.get(
        name, "custom" if name.startswith("custom.") else name
    )
