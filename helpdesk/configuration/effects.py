"""What would come of a plan for the tickets that are open: due dates that move, and rules that would fire.

Two seams, each filled by one function of the package that knows. Both look at no more than a number of tickets, say how
many there are, and write nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from helpdesk.configuration.items import Key, World

Written = Mapping[Key, Mapping[str, Any] | None]

MOST_TICKETS = 500
MOST_SHOWN = 10


@dataclass(frozen=True, slots=True)
class MovedDueDate:
    """A ticket whose next due instant would be another; None is none."""

    number: str
    subject: str
    before: datetime | None
    after: datetime | None


@dataclass(frozen=True, slots=True)
class DueDates:
    """How many of the open tickets were looked at, how many would move, and some of them."""

    open_tickets: int
    looked_at: int
    moved: int
    sample: Sequence[MovedDueDate] = ()


@dataclass(frozen=True, slots=True)
class RuleFirings:
    """How often a rule would have fired over the past, and on how many tickets; some of their numbers."""

    key: Key
    title: str
    looked_at: int
    fired: int
    sample: Sequence[str] = ()
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Effects:
    """What a plan would do; None and empty where nothing of the kind is touched."""

    due_dates: DueDates | None = None
    rules: Sequence[RuleFirings] = field(default=())


DueDatesSeam = Callable[[World, World, Written], DueDates | None]
RulesSeam = Callable[[World, World, Written], Sequence[RuleFirings]]

_seams: dict[str, Any] = {}


def look_at_due_dates_with(seam: DueDatesSeam) -> None:
    """Say what computes the due dates under another configuration."""
    _seams["due_dates"] = seam


def look_at_rules_with(seam: RulesSeam) -> None:
    """Say what runs rules over the past."""
    _seams["rules"] = seam


def effects_of(before: World, after: World, written: Written) -> Effects:
    """What would come of it."""
    due_dates: DueDatesSeam | None = _seams.get("due_dates")
    rules: RulesSeam | None = _seams.get("rules")
    return Effects(
        due_dates(before, after, written) if due_dates and written else None,
        rules(before, after, written) if rules and written else (),
    )
