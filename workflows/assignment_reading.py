"""read_routing(): the body of a routing definition, read; every fault with its place."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from workflows.assignment import Match, Pick, Strategy
from workflows.conditions import ALWAYS, Condition, read_condition
from workflows.faults import N_, Gatherer, fault


class Occasion(enum.StrEnum):
    """When a ticket is given to an agent."""

    OPENED = "opened"
    ENTERED = "entered"
    RETURNED = "returned"
    AVAILABLE = "available"


USUAL_OCCASIONS = (Occasion.OPENED, Occasion.ENTERED, Occasion.AVAILABLE)
MOST_SKILLS = 50
LONGEST_SKILL = 60


@dataclass(frozen=True, slots=True)
class Routing:
    """Which tickets are given to whom, and when.

    `groups` are the names of the groups whose tickets it is for, none for those of every group; `when` is the
    condition that must hold of them. `skills` are wanted of whoever is given one, besides those that the ticket's tags name if `skills_of_tags`
    says so. `with_leads` says whether who leads the group is given tickets too.
    """

    title: str
    groups: tuple[str, ...] = ()
    when: Condition = ALWAYS
    on: frozenset[Occasion] = frozenset(USUAL_OCCASIONS)
    strategy: Strategy = field(default_factory=Strategy)
    skills: frozenset[str] = frozenset()
    skills_of_tags: bool = False
    with_leads: bool = True
    is_active: bool = True


def read_routing(body: Mapping[str, Any]) -> Routing:
    """The routing that a body stands for. Raises Faulty.

    Example: {"title": "By turn", "groups": ["IT support"], "when": "channel:email", "on": ["opened", "available"],
    "pick": "round_robin", "match": "all", "skills": ["network"], "skills_of_tags": true, "working_hours": true}
    """
    gatherer, read = Gatherer(), dict[str, Any]()
    readers: dict[str, Callable[[], Any]] = {
        "groups": lambda: _words(body, "groups", 200),
        "when": lambda: _condition(body),
        "on": lambda: _occasions(body),
        "strategy": lambda: _strategy(body),
        "skills": lambda: frozenset(skills_of(_words(body, "skills", MOST_SKILLS))),
        "skills_of_tags": lambda: _flag(body, "skills_of_tags", False),
        "with_leads": lambda: _flag(body, "with_leads", True),
        "is_active": lambda: _flag(body, "active", True),
    }
    for name, reader in readers.items():
        with gatherer.part():
            read[name] = reader()
    gatherer.raise_if_any()
    return Routing(title=str(body.get("title") or ""), **read)


def skills_of(words: tuple[str, ...] | list[str]) -> list[str]:
    """Skills as they are compared: lower case, without space around them, each once, in order."""
    plain = (" ".join(word.lower().split())[:LONGEST_SKILL] for word in words)
    return sorted({word for word in plain if word})


def _strategy(body: Mapping[str, Any]) -> Strategy:
    gatherer = Gatherer()
    pick, match, hours = Pick.LEAST_LOADED, Match.IGNORED, False
    with gatherer.part():
        pick = Pick(_one_of(body, "pick", [one.value for one in Pick], pick.value))
    with gatherer.part():
        match = Match(_one_of(body, "match", [one.value for one in Match], match.value))
    with gatherer.part():
        hours = _flag(body, "working_hours", False)
    gatherer.raise_if_any()
    return Strategy(pick, match, hours)


def _occasions(body: Mapping[str, Any]) -> frozenset[Occasion]:
    known = [one.value for one in Occasion]
    asked = body.get("on", [one.value for one in USUAL_OCCASIONS])
    if not isinstance(asked, list) or not asked:
        raise fault(
            ("on",), N_("Say when it runs: one or more of %(known)s."), known=", ".join(known)
        )
    for index, one in enumerate(asked):
        if one not in known:
            raise fault(
                ("on", index),
                N_("“%(word)s” is none of %(known)s."),
                word=one,
                known=", ".join(known),
            )
    return frozenset(Occasion(one) for one in asked)


def _one_of(body: Mapping[str, Any], key: str, known: list[str], usual: str) -> str:
    value = body.get(key, usual)
    if value not in known:
        raise fault(
            (key,), N_("“%(word)s” is none of %(known)s."), word=value, known=", ".join(known)
        )
    return str(value)


def _words(body: Mapping[str, Any], key: str, most: int) -> tuple[str, ...]:
    words = body.get(key, [])
    if not isinstance(words, list) or any(not isinstance(word, str) for word in words):
        raise fault((key,), N_("This is a list of words."))
    if len(words) > most:
        raise fault((key,), N_("This list is too long; %(most)d are the most."), most=most)
    return tuple(dict.fromkeys(word.strip() for word in words if word.strip()))


def _condition(body: Mapping[str, Any]) -> Condition:
    text = body.get("when", "")
    if not isinstance(text, str):
        raise fault(("when",), N_("This is a text."))
    condition = read_condition(text, ("when",))
    if condition.looks_at_events:
        raise fault(("when",), N_("A routing looks at how a ticket stands, not at what happened."))
    return condition


def _flag(body: Mapping[str, Any], key: str, usual: bool) -> bool:
    flag = body.get(key, usual)
    if not isinstance(flag, bool):
        raise fault((key,), N_("This is either true or false."))
    return flag
