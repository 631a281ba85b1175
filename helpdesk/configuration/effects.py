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
    """On how many of the tickets that were looked at a rule would have acted; some of their numbers."""

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


# The two seams: what stands, what would stand, and what is written of it.
DueDatesSeam = Callable[[World, World, Written], DueDates | None]
RulesSeam = Callable[[World, World, Written], Sequence[RuleFirings]]


@dataclass(frozen=True, slots=True)
class Seams:
    """What is asked for the effects of a plan."""

    due_dates: DueDatesSeam
    rules: RulesSeam


def effects_of(before: World, after: World, written: Written, seams: Seams) -> Effects:
    """What would come of it."""
    if not written:
        return Effects()
    return Effects(seams.due_dates(before, after, written), seams.rules(before, after, written))
