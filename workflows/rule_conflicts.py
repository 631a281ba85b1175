"""What is wrong with triggers taken together, known before any runs: dead ones, contradictions and loops."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from workflows.actions import Action
from workflows.condition_logic import can_hold, follows
from workflows.condition_parts import judge_of, plain_time
from workflows.conditions import Condition
from workflows.effects import CategoryOf, after, changes_of, shipped_category
from workflows.facts import TicketFacts
from workflows.faults import N_
from workflows.rule_cycle import Named, asked_of
from workflows.rules import Rule

_AT = datetime(2026, 1, 1, tzinfo=UTC)


class Trouble(enum.StrEnum):
    """What can be the matter with a rule."""

    NEVER = "never"
    SHADOWED = "shadowed"
    CONTRADICTS = "contradicts"
    LOOP = "loop"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at before a rule is switched on; `text` is for translation, with `values` to fill in."""

    trouble: Trouble
    rules: tuple[str, ...]
    text: str
    values: Mapping[str, str] = field(default_factory=dict)

    def words(self, translate: Callable[[str], str] = str) -> str:
        """The finding as a sentence."""
        return translate(self.text) % self.values


def findings_about(rule: Rule, name: str) -> Iterator[Finding]:
    """What is wrong with one rule by itself, of any kind."""
    if not can_hold(rule.when):
        yield Finding(
            Trouble.NEVER,
            (name,),
            N_("“%(name)s” can never run: no ticket is so that %(condition)s."),
            {"name": name, "condition": rule.when.words()},
        )
    set_before: dict[str, str] = {}
    for action in rule.do:
        for change in changes_of(action, TicketFacts(status="\x00", priority=0, type="\x00")):
            earlier = set_before.get(change.field)
            if change.field != "tag" and earlier is not None and earlier != change.after:
                yield Finding(
                    Trouble.CONTRADICTS,
                    (name,),
                    N_("“%(name)s” sets %(field)s twice: to %(first)s, then to %(second)s."),
                    {
                        "name": name,
                        "field": change.field,
                        "first": earlier,
                        "second": change.after,
                    },
                )
            set_before[change.field] = change.after


def findings_of(
    triggers: Sequence[Named], category_of: CategoryOf = shipped_category
) -> list[Finding]:
    """What is wrong with triggers that run in this order, all of them switched on."""
    found = [one for named in triggers for one in findings_about(named.rule, named.name)]
    found += _shadowed(triggers)
    found += [
        Finding(
            Trouble.LOOP,
            names,
            N_("These rules may set each other off without end: %(names)s."),
            {"names": " → ".join((*names, names[0]))},
        )
        for names in _loops(triggers, category_of)
    ]
    return found


def _shadowed(triggers: Sequence[Named]) -> Iterator[Finding]:
    for place, named in enumerate(triggers):
        if not can_hold(named.rule.when):
            continue
        for earlier in triggers[:place]:
            heard = not earlier.rule.on or (named.rule.on and named.rule.on <= earlier.rule.on)
            if earlier.rule.last and heard and follows(earlier.rule.when, named.rule.when):
                yield Finding(
                    Trouble.SHADOWED,
                    (named.name, earlier.name),
                    N_(
                        "“%(name)s” is hardly ever reached: “%(earlier)s” runs before it and is the last."
                    ),
                    {"name": named.name, "earlier": earlier.name},
                )
                break


def _loops(triggers: Sequence[Named], category_of: CategoryOf) -> list[tuple[str, ...]]:
    """Rings of two or more triggers of which each makes the next hold that did not hold before."""
    sets_off = {
        one.name: [
            other.name for other in triggers if other is not one and _feeds(one, other, category_of)
        ]
        for one in triggers
    }
    rings: dict[frozenset[str], tuple[str, ...]] = {}
    for start in sets_off:
        for ring in _rings_from(start, (start,), sets_off):
            rings.setdefault(frozenset(ring), ring)
    return list(rings.values())


MOST_IN_A_RING = 5


def _rings_from(
    start: str, way: tuple[str, ...], sets_off: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, ...]]:
    for following in sets_off[way[-1]]:
        if following == start and len(way) > 1:
            yield way
        elif following not in way and len(way) < MOST_IN_A_RING:
            yield from _rings_from(start, (*way, following), sets_off)


def _feeds(one: Named, other: Named, category_of: CategoryOf) -> bool:
    """Whether what one does can turn a test of the other from failing to holding."""
    return any(_turns(action, other.rule.when, category_of) for action in one.rule.do)


def _turns(action: Action, condition: Condition, category_of: CategoryOf) -> bool:
    blank = TicketFacts(status="\x00", type="\x00", priority=0)
    done = after((action,), blank, category_of)
    fields = {change.field for change in changes_of(action, blank)}
    if not fields & asked_of(condition):
        return False
    return any(
        judge_of(test)(done, _AT, plain_time) and not judge_of(test)(blank, _AT, plain_time)
        for test in condition.tests()
    )
