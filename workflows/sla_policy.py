"""Policies: the targets of each metric, by which calendar, what pauses them, and what is to be done before and after."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from workflows.lifecycle import Category


class Metric(enum.StrEnum):
    """What is measured of every ticket, in the order in which it is shown; free clocks have names of their own."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    UPDATE = "update"
    RESOLUTION = "resolution"
    ACKNOWLEDGE = "acknowledge"
    OWNERSHIP = "ownership"


METRICS = tuple(metric.value for metric in Metric)


class OnChange(enum.StrEnum):
    """What becomes of a timer that runs when its rules change."""

    CARRY = "carry"
    RETROACTIVE = "retroactive"
    RESTART = "restart"


class Reopen(enum.StrEnum):
    """What becomes of the resolution when a ticket is reopened."""

    RESUME = "resume"
    RESTART = "restart"
    IGNORE = "ignore"


class Trigger(enum.StrEnum):
    """When an escalation fires."""

    PERCENT = "percent"
    BEFORE = "before"
    AFTER = "after"
    BREACH = "breach"


class Terms(NamedTuple):
    """The rules by which one timer counts; two that are equal are the same rules."""

    target: int | None
    calendar: str | None
    pause_in: frozenset[Category]
    resumes_on_message: bool


@dataclass(frozen=True, slots=True)
class Escalation:
    """Something to be done once a cycle: at a share of the target, seconds before or after it, or when it is exceeded."""

    id: str
    trigger: Trigger
    value: Fraction = Fraction(0)

    def threshold(self, target: int) -> int:
        """The counted seconds at which it fires; a breach just after them."""
        if self.trigger is Trigger.PERCENT:
            return ceil(target * self.value / 100)
        if self.trigger is Trigger.BEFORE:
            return target - int(self.value)
        if self.trigger is Trigger.AFTER:
            return target + int(self.value)
        return target


@dataclass(frozen=True, slots=True)
class MetricRules:
    """What a policy says of one metric. `targets` are seconds by priority, or by group for the time a team holds it.

    `calendar` is a reference, None is round the clock; the priority "*" is for those not named.
    """

    targets: Mapping[str, int]
    pause_in: frozenset[Category]
    calendar: str | None
    reopen: Reopen = Reopen.RESUME
    escalations: tuple[Escalation, ...] = ()

    def target(self, of: str | None) -> int | None:
        """The seconds for a priority or group; None is measured, but never late."""
        found = self.targets.get(of) if of is not None else None
        return self.targets.get(ANY) if found is None else found


ANY = "*"


@dataclass(frozen=True, slots=True)
class Policy:
    """An agreement on service levels."""

    on_change: OnChange
    resumes_on_message: bool
    metrics: Mapping[str, MetricRules]
    title: str = ""

    @property
    def calendars(self) -> frozenset[str]:
        """The calendars it refers to."""
        named = (rules.calendar for rules in self.metrics.values())
        return frozenset(calendar for calendar in named if calendar is not None)
