"""read_policy(): a policy as somebody wrote it, checked; every fault is named with its place."""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Any, TypeVar

from workflows.faults import N_, Fault, Faulty, Gatherer, Path, fault
from workflows.lifecycle import Category
from workflows.sla_policy import (
    Escalation,
    Metric,
    MetricRules,
    OnChange,
    Policy,
    Reopen,
    Trigger,
)

# What every definition may carry, and `when`: which tickets a policy is for.
_COMMON = {"title", "description", "position", "active", "when"}
_KEYS = {"calendar", "on_change", "resume_on_requester_message", "metrics", "escalations"}
_METRIC_KEYS = {"targets", "targets_by_group", "pause_in", "calendar", "reopen"}
_CLOCK_KEYS = _METRIC_KEYS - {"targets_by_group"} | {"on_change", "escalations"}
_TRIGGERS = tuple(trigger.value for trigger in Trigger)
_ESCALATION_KEYS = {"id", "metric", "title", "notify", "actions", *_TRIGGERS}
_MOST_NAMES = 200
_MOST_ESCALATIONS = 50
_LONGEST_NAME = 120
# Ten years, as far as calendars look ahead.
_LONGEST = 3_660 * 86_400
_MOST_PERCENT = 1_000

_Escalations = Mapping[str, tuple[Escalation, ...]]
_Choice = TypeVar("_Choice", bound=enum.StrEnum)


def read_policy(body: Mapping[str, Any], *, also: Collection[str] = ()) -> Policy:
    """The policy that a body stands for. Raises Faulty with all that is wrong.

    `also` names members of the escalations that others read: what is to be done.
    """
    faults = Gatherer()
    with faults.part():
        _only(body, _KEYS | _COMMON, ())
    calendar = None
    with faults.part():
        calendar = _calendar(body, None, ())
    on_change = OnChange.CARRY
    with faults.part():
        on_change = _choice(body.get("on_change", on_change), OnChange, ("on_change",))
    resumes = False
    with faults.part():
        resumes = _flag(body.get("resume_on_requester_message", True))
    escalations: _Escalations = {}
    with faults.part():
        escalations = _read_escalations(body.get("escalations"), set(Metric), also)
    metrics = _read_metrics(body.get("metrics"), calendar, escalations, faults)
    faults.raise_if_any()
    return Policy(on_change, resumes, metrics, str(body.get("title", "")))


def read_clock(
    name: str, body: Mapping[str, Any], *, also: Collection[str] = (), others: Collection[str] = ()
) -> Policy:
    """A free clock as a policy whose only metric is named like the clock. Raises Faulty.

    `others` names members of the body that others read: the conditions by which it starts, pauses and stops.
    """
    faults = Gatherer()
    with faults.part():
        _only(body, _CLOCK_KEYS | _COMMON | set(others), ())
    on_change = OnChange.CARRY
    with faults.part():
        on_change = _choice(body.get("on_change", on_change), OnChange, ("on_change",))
    written = body.get("escalations")
    if isinstance(written, list):
        written = [{"metric": name, **one} if isinstance(one, dict) else one for one in written]
    escalations: _Escalations = {}
    with faults.part():
        escalations = _read_escalations(written, {name}, also)
    rules = {}
    with faults.part():
        own = {key: value for key, value in body.items() if key in _METRIC_KEYS}
        rules = {name: _read_rules(name, own, None, escalations.get(name, ()), ())}
    faults.raise_if_any()
    return Policy(on_change, False, rules, str(body.get("title", "")))


def _read_metrics(
    written: object, calendar: str | None, escalations: _Escalations, faults: Gatherer
) -> dict[str, MetricRules]:
    found: dict[str, MetricRules] = {}
    with faults.part():
        for name, rules in _mapping(written, ("metrics",)).items():
            path: Path = ("metrics", name)
            with faults.part():
                if name not in set(Metric):
                    raise fault(path, N_("There is no metric %(name)s."), name=name)
                found[name] = _read_rules(
                    name, _mapping(rules, path), calendar, escalations.get(name, ()), path
                )
        if not found and not written:
            raise fault(("metrics",), N_("A policy needs at least one metric."))
    return found


def _read_rules(
    name: str,
    body: Mapping[str, Any],
    calendar: str | None,
    escalations: tuple[Escalation, ...],
    path: Path,
) -> MetricRules:
    faults = Gatherer()
    key = "targets_by_group" if name == Metric.OWNERSHIP else "targets"
    with faults.part():
        _only(body, _METRIC_KEYS - {"targets", "targets_by_group"} | {key}, path)
    targets: dict[str, int] = {}
    with faults.part():
        targets = _read_targets(body.get(key), (*path, key))
    pauses: frozenset[Category] = frozenset()
    with faults.part():
        pauses = _read_pauses(body.get("pause_in", []), (*path, "pause_in"))
    with faults.part():
        calendar = _calendar(body, calendar, path)
    reopen = Reopen.RESUME
    with faults.part():
        reopen = _choice(body.get("reopen", reopen), Reopen, (*path, "reopen"))
    faults.raise_if_any()
    return MetricRules(targets, pauses, calendar, reopen, escalations)


def _read_targets(written: object, path: Path) -> dict[str, int]:
    faults = Gatherer()
    found = {}
    for name, seconds in _mapping(written, path).items():
        with faults.part():
            found[name] = _seconds(seconds, (*path, name))
    faults.raise_if_any()
    return found


def _read_pauses(written: object, path: Path) -> frozenset[Category]:
    names = _list(written, path)
    return frozenset(_choice(name, Category, (*path, at)) for at, name in enumerate(names))


def _read_escalations(
    written: object, metrics: Collection[str], also: Collection[str]
) -> _Escalations:
    faults = Gatherer()
    found: defaultdict[str, list[Escalation]] = defaultdict(list)
    for number, body in enumerate(_list(written, ("escalations",))):
        path: Path = ("escalations", number)
        with faults.part():
            rule = _mapping(body, path)
            _only(rule, _ESCALATION_KEYS | set(also), path)
            metric = rule.get("metric")
            if not isinstance(metric, str) or metric not in metrics:
                raise fault((*path, "metric"), N_("There is no metric %(name)s."), name=metric)
            one = _read_escalation(rule, path)
            if any(one.id == other.id for other in found[metric]):
                raise fault((*path, "id"), N_("Another escalation of this metric has the same id."))
            found[metric].append(one)
    faults.raise_if_any()
    return {metric: tuple(rules) for metric, rules in found.items()}


def _read_escalation(rule: Mapping[str, Any], path: Path) -> Escalation:
    name = rule.get("id")
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME:
        raise fault((*path, "id"), N_("An escalation needs an id."))
    given = [trigger for trigger in Trigger if rule.get(trigger.value) is not None]
    if len(given) != 1:
        raise fault(path, N_("An escalation has one of percent, before, after and breach."))
    trigger = given[0]
    value, place = rule[trigger.value], (*path, trigger.value)
    if trigger is Trigger.BREACH:
        if value is not True:
            raise fault(place, N_("Write true, or leave it out."))
        return Escalation(name, trigger)
    if trigger is Trigger.PERCENT:
        return Escalation(name, trigger, _percent(value, place))
    return Escalation(name, trigger, Fraction(_seconds(value, place)))


def _percent(value: object, path: Path) -> Fraction:
    if isinstance(value, int | float) and not isinstance(value, bool):
        if 0 < value <= _MOST_PERCENT:
            return Fraction(str(value))
    raise fault(path, N_("A share is a number above 0, up to %(most)s."), most=_MOST_PERCENT)


def _seconds(value: object, path: Path) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LONGEST:
        return value
    raise fault(path, N_("A duration is a whole number of seconds, at most ten years."))


def _calendar(body: Mapping[str, Any], otherwise: str | None, path: Path) -> str | None:
    name = body.get("calendar", otherwise)
    if name is not None and (not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME):
        raise fault(
            (*path, "calendar"), N_("Give the name of a calendar, or null for round the clock.")
        )
    return name


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise fault(("resume_on_requester_message",), N_("Write true or false."))
    return value


def _choice(value: object, choices: type[_Choice], path: Path) -> _Choice:
    if isinstance(value, str) and value in set(choices):
        return choices(value)
    allowed = ", ".join(choices)
    raise fault(path, N_("Choose one of: %(allowed)s."), allowed=allowed)


def _only(body: Mapping[str, Any], allowed: Collection[str], path: Path) -> None:
    unknown = [key for key in body if key not in allowed]
    if unknown:
        raise Faulty(
            *(Fault((*path, key), N_("Nothing of this name is known here.")) for key in unknown)
        )


def _mapping(written: object, path: Path) -> Mapping[str, Any]:
    if not isinstance(written, Mapping):
        raise fault(path, N_("Names with values are needed here."))
    if len(written) > _MOST_NAMES:
        raise fault(path, N_("At most %(most)s entries are possible."), most=_MOST_NAMES)
    for name in written:
        if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME:
            raise fault(path, N_("A name is a text of at most %(most)s characters."), most=120)
    return written


def _list(written: object, path: Path) -> list[Any]:
    if written is None:
        return []
    if not isinstance(written, list | tuple):
        raise fault(path, N_("A list is needed here."))
    if len(written) > _MOST_ESCALATIONS:
        raise fault(path, N_("At most %(most)s entries are possible."), most=_MOST_ESCALATIONS)
    return list(written)
