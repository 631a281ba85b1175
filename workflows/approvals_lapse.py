"""What is due while a stage waits: reminders at 50 and 90 per cent of its target, then escalation; never an approval."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from workflows.approvals import Verdict
from workflows.approvals_plan import Person
from workflows.approvals_round import Approval, Open

# Per cent of the stage's target: when those asked are reminded, when their deputies may vote too, when the lead is told.
REMIND = (50, 90)
TO_DEPUTY = 100
TO_LEAD = 150


class WorkingTime(Protocol):
    """As much of a calendar as is needed here; `workflows.calendar.BusinessCalendar` fits."""

    def add(self, at: datetime, duration: timedelta, /) -> tuple[datetime, datetime]:
        """The first and the last instant at which so much working time has passed."""

    def between(self, a: datetime, b: datetime, /) -> timedelta:
        """The working time from one instant to another."""


class Deed(enum.StrEnum):
    """What is to be done when a step falls due."""

    REMIND = "remind"
    TO_DEPUTY = "to_deputy"
    TO_LEAD = "to_lead"


@dataclass(frozen=True, slots=True)
class Step:
    """Something due at an instant: who is silent, and for a deputy, who may vote in each one's place."""

    deed: Deed
    percent: int
    at: datetime
    silent: tuple[Person, ...]
    deputies: Mapping[Person, Person]


def steps(
    approval: Approval, calendar: WorkingTime, deputy_of: Mapping[Person, Person]
) -> list[Step]:
    """All steps of the open stage in order of time; whoever asks records which were done.

    Time on hold does not count; while a question waits, only what was due before it is named. Where nobody has a
    deputy the lead is told at once.
    """
    target = approval.plan.stages[len(approval.stages) - 1].target
    if approval.verdict is not Verdict.OPEN or target is None:
        return []
    stage = approval.stage
    silent = tuple(seat.holder for seat in stage.waiting_for())
    deputies = {
        person: deputy_of[person]
        for person in silent
        if person in deputy_of and _may_stand_in(approval, deputy_of[person])
    }
    lead_at = TO_LEAD if deputies else TO_DEPUTY
    plan = [(percent, Deed.REMIND) for percent in REMIND]
    plan += [(TO_DEPUTY, Deed.TO_DEPUTY)] if deputies else []
    plan += [(lead_at, Deed.TO_LEAD)]
    found = list[Step]()
    for percent, deed in plan:
        at = _instant(stage, calendar, target * percent / 100)
        if at is not None:
            given = deputies if deed is Deed.TO_DEPUTY else {}
            found.append(Step(deed, percent, at, silent, given))
    return found


def due(
    approval: Approval, calendar: WorkingTime, deputy_of: Mapping[Person, Person], *, now: datetime
) -> list[Step]:
    """The steps whose time has come, those long done among them."""
    return [step for step in steps(approval, calendar, deputy_of) if step.at <= now]


def _may_stand_in(approval: Approval, deputy: Person) -> bool:
    seats = approval.stage.seats
    return deputy != approval.requester and not any(seat.may_be_used_by(deputy) for seat in seats)


def _instant(stage: Open, calendar: WorkingTime, wanted: timedelta) -> datetime | None:
    """When the stage has waited so long in working time, not counting its time on hold; None while that is open."""
    mark, left = stage.opened_at, wanted
    for held_from, held_until in _held(stage):
        if held_from > mark:
            passed = calendar.between(mark, held_from)
            if passed >= left:
                break
            left -= passed
        if held_until is None:
            return None
        mark = max(mark, held_until)
    return calendar.add(mark, left)[0]


def _held(stage: Open) -> Sequence[tuple[datetime, datetime | None]]:
    return sorted(
        ((question.at, question.answered_at) for question in stage.questions),
        key=lambda held: held[0],
    )
