"""What must be approved by whom: stages in order, each with its approvers, its rule and those who may veto."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from workflows.approvals import Decision, Rule
from workflows.faults import N_, Faulty, Gatherer, fault

Person = int


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: its approvers and its rule.

    `vetoes` holds people of whom each may reject alone, approvers or not. `target` is the working time in which it
    should be decided, None for no hurry.
    """

    name: str
    decision: Decision
    approvers: tuple[Person, ...]
    vetoes: frozenset[Person] = frozenset()
    target: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Stages in order. `once` says that who voted in an earlier stage need not vote again in a later one."""

    stages: tuple[Stage, ...]
    once: bool = False

    def __post_init__(self) -> None:
        if not self.stages:
            raise fault(("stages",), N_("An approval needs at least one stage."))


@dataclass(frozen=True, slots=True)
class Delegation:
    """From one instant until another, not included, `to` decides in place of `person`."""

    person: Person
    to: Person
    since: datetime
    until: datetime

    def holds_at(self, at: datetime) -> bool:
        """Whether it is in force."""
        return self.since <= at < self.until


@dataclass(frozen=True, slots=True)
class Seat:
    """A place in the frozen set: who decides, in whose place, and who may do so too since time ran out."""

    holder: Person
    instead_of: tuple[Person, ...] = ()
    deputies: tuple[Person, ...] = ()

    def may_be_used_by(self, person: Person) -> bool:
        """Whether this person's vote counts for the seat."""
        return person == self.holder or person in self.deputies


def freeze(
    people: Iterable[Person],
    *,
    requester: Person | None,
    delegations: Sequence[Delegation],
    at: datetime,
) -> tuple[Seat, ...]:
    """The seats of a stage that opens now, in order of the people named.

    Nobody decides on a request of their own, neither as an approver nor as a delegate. Who was delegated to by several,
    or is an approver already, has one seat and one vote.
    """
    seats: dict[Person, tuple[Person, ...]] = {}
    for person in dict.fromkeys(people):
        if person == requester:
            continue
        holder = _delegate_of(person, requester, delegations, at)
        behind = seats.get(holder, ())
        seats[holder] = behind if holder == person else (*behind, person)
    return tuple(Seat(holder, instead_of) for holder, instead_of in seats.items())


def _delegate_of(
    person: Person, requester: Person | None, delegations: Sequence[Delegation], at: datetime
) -> Person:
    """Who decides for a person: the end of the chain of delegations; the person, where the chain bites its tail."""
    passed, holder = {person}, person
    while True:
        following = next(
            (one.to for one in delegations if one.person == holder and one.holds_at(at)), None
        )
        if following is None or following == requester:
            return holder
        if following in passed:
            return person
        passed.add(following)
        holder = following


def read_plan(body: Mapping[str, Any]) -> Plan:
    """The plan that a JSON body stands for; people are given by their numbers. Raises Faulty, naming each place.

    Example: {"once": true, "stages": [{"name": "Manager", "rule": "quorum", "number": 2, "approvers": [4, 7, 9],
    "veto": [9], "target_minutes": 480}]}
    """
    stages = body.get("stages")
    if not isinstance(stages, list) or not stages:
        raise fault(("stages",), N_("An approval needs at least one stage."))
    gatherer, read = Gatherer(), list[Stage]()
    for index, stage in enumerate(stages):
        with gatherer.part():
            read.append(_read_stage(stage, ("stages", index)))
    gatherer.raise_if_any()
    return Plan(tuple(read), once=body.get("once") is True)


def _read_stage(stage: Any, path: tuple[str | int, ...]) -> Stage:
    if not isinstance(stage, Mapping):
        raise fault(path, N_("A stage has a name, a rule and approvers."))
    gatherer = Gatherer()
    approvers: tuple[Person, ...] = ()
    vetoes: tuple[Person, ...] = ()
    decision, target = Decision(Rule.ANY), None
    with gatherer.part():
        decision = _read_decision(stage, path)
    with gatherer.part():
        approvers = _read_people(stage, "approvers", path)
    with gatherer.part():
        vetoes = _read_people(stage, "veto", path)
    with gatherer.part():
        target = _read_target(stage.get("target_minutes"), (*path, "target_minutes"))
    gatherer.raise_if_any()
    if not approvers:
        raise fault((*path, "approvers"), N_("A stage needs at least one approver."))
    name = str(stage.get("name") or "").strip()
    return Stage(name, decision, approvers, frozenset(vetoes), target)


def _read_decision(stage: Mapping[str, Any], path: tuple[str | int, ...]) -> Decision:
    rule, number = stage.get("rule", Rule.ANY.value), stage.get("number", 0)
    if rule not in [one.value for one in Rule]:
        raise fault(
            (*path, "rule"),
            N_("“%(rule)s” is no rule; use any, all, majority, quorum or percent."),
            rule=rule,
        )
    if type(number) is not int:
        raise fault((*path, "number"), N_("This is a whole number."))
    try:
        return Decision(Rule(rule), number)
    except Faulty as faulty:
        first = faulty.faults[0]
        raise fault((*path, *first.path), first.text) from None


def _read_people(
    stage: Mapping[str, Any], key: str, path: tuple[str | int, ...]
) -> tuple[Person, ...]:
    people = stage.get(key, [])
    if not isinstance(people, list) or any(type(one) is not int for one in people):
        raise fault((*path, key), N_("This is a list of people, by their numbers."))
    return tuple(dict.fromkeys(people))


def _read_target(minutes: Any, path: tuple[str | int, ...]) -> timedelta | None:
    if minutes is None:
        return None
    if type(minutes) is not int or minutes < 1:
        raise fault(path, N_("A target is a number of minutes, at least one."))
    return timedelta(minutes=minutes)
