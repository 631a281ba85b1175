"""Policies and free clocks as a desk keeps them: for which tickets they are, what is counted, what is done on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from workflows.action_reading import read_actions
from workflows.clock_body import CONDITIONS, ClockDefinition
from workflows.clock_body import read_clock as read_day_clock
from workflows.conditions import ALWAYS, Condition, read_condition
from workflows.faults import N_, Gatherer, fault
from workflows.sla_policy import Policy
from workflows.sla_policy_body import read_clock, read_policy

# What an escalation does beside telling people, and whom it tells.
ACTIONS, NOTIFY = "actions", "notify"
TOLD = ("assignee", "group", "leads")
_OWN = ("start", "pause", "stop", "cancel", "extension", "letter")
# Ten years, as far as calendars look ahead.
_LONGEST = 3_660 * 86_400
_LONGEST_LETTER = 20_000


@dataclass(frozen=True, slots=True)
class FreeClock:
    """A clock with conditions of its own: when it starts, while it waits, when it stops, and when it is void.

    `extension` is by how many seconds it may be put off, once and with a reason; 0 for never. `letter` is what may be
    written to the requester then.
    """

    policy: Policy
    start: Condition
    pause: Condition | None
    stop: Condition | None
    cancel: Condition | None
    extension: int
    letter: str


def read_agreement(body: Mapping[str, Any]) -> Policy:
    """The policy that a body stands for, with its `when` looked at too. Raises Faulty with all that is wrong."""
    faults = Gatherer()
    with faults.part():
        read_when(body)
    _check_escalations(body, faults)
    policy = None
    with faults.part():
        policy = read_policy(body)
    faults.raise_if_any()
    assert policy is not None  # Otherwise it was faulty.
    return policy


def read_when(body: Mapping[str, Any]) -> Condition:
    """For which tickets a policy is. Raises Faulty."""
    return _condition(body, "when") or ALWAYS


def read_free_clock(name: str, body: Mapping[str, Any]) -> FreeClock:
    """The free clock that a body stands for. Raises Faulty with all that is wrong."""
    faults = Gatherer()
    conditions: dict[str, Condition | None] = {}
    for key in ("start", "pause", "stop", "cancel", "when"):
        with faults.part():
            conditions[key] = _condition(body, key)
    if not body.get("start"):
        with faults.part():
            raise fault(("start",), N_("Say when this clock starts."))
    with faults.part():
        _check_extension(body)
    _check_escalations(body, faults)
    policy = None
    with faults.part():
        policy = read_clock(name, body, others=_OWN)
    faults.raise_if_any()
    assert policy is not None  # Otherwise it was faulty.
    start = conditions["start"]
    assert start is not None  # Otherwise it was faulty.
    return FreeClock(
        policy,
        start=start,
        pause=conditions["pause"],
        stop=conditions["stop"],
        cancel=conditions["cancel"],
        extension=int(body.get("extension", 0)),
        letter=str(body.get("letter", "")),
    )


def read_any_clock(body: Mapping[str, Any]) -> FreeClock | ClockDefinition:
    """A clock as it is defined: one that counts days has a `target`, one that counts seconds has `targets`.

    Raises Faulty with all that is wrong.
    """
    if "target" not in body:
        return read_free_clock("clock", body)
    faults = Gatherer()
    for name in CONDITIONS:
        with faults.part():
            _condition(body, name)
    _check_escalations(body, faults)
    found = None
    with faults.part():
        found = read_day_clock(body)
    faults.raise_if_any()
    assert found is not None  # Otherwise it was faulty.
    return found


def condition_of(written: str, key: str) -> Condition | None:
    """A condition that was looked at when it was written; None for none."""
    return _read(written, key) if written else None


def _check_escalations(body: Mapping[str, Any], faults: Gatherer) -> None:
    """Whether what escalations do, and whom they tell, is known."""
    written = body.get("escalations")
    for number, rule in enumerate(written if isinstance(written, list) else ()):
        if not isinstance(rule, Mapping):
            continue
        if rule.get(ACTIONS):
            with faults.part():
                read_actions(rule[ACTIONS], ("escalations", number, ACTIONS))
        told = rule.get(NOTIFY, [])
        if not isinstance(told, list) or not set(map(str, told)) <= set(TOLD):
            with faults.part():
                raise fault(
                    ("escalations", number, NOTIFY),
                    N_("Choose some of: %(allowed)s."),
                    allowed=", ".join(TOLD),
                )


def _condition(body: Mapping[str, Any], key: str) -> Condition | None:
    written = body.get(key)
    if written is None or written == "":
        return None
    if not isinstance(written, str):
        raise fault((key,), N_("A condition is a text."))
    return _read(written, key)


@lru_cache(maxsize=1024)
def _read(written: str, key: str) -> Condition:
    return read_condition(written, (key,))


def _check_extension(body: Mapping[str, Any]) -> None:
    seconds = body.get("extension", 0)
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not 0 <= seconds <= _LONGEST:
        raise fault(
            ("extension",), N_("A duration is a whole number of seconds, at most ten years.")
        )
    letter = body.get("letter", "")
    if not isinstance(letter, str) or len(letter) > _LONGEST_LETTER:
        raise fault(
            ("letter",),
            N_("A letter is a text of at most %(most)s characters."),
            most=_LONGEST_LETTER,
        )
