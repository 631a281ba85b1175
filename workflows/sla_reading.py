"""What a timer shows at an instant: counted, left, due, late, and how it ended."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from workflows.sla_counting import Book, due_at, elapsed, paused_working
from workflows.sla_rows import Reason, Situation, TimerRow


class Status(enum.StrEnum):
    """Whether a timer still does something."""

    RUNNING = "running"
    PAUSED = "paused"
    NO_POLICY = "no_policy"
    STOPPED = "stopped"
    CANCELLED = "cancelled"


class Outcome(enum.StrEnum):
    """How a timer ended; one without a target ends without an outcome."""

    MET = "met"
    MISSED = "missed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Reading:
    """A timer at an instant. Instants are seconds since 1970 in UTC, durations are seconds.

    `is_breached` says whether more than the target in force is counted now; `breached_at` since when it was more than
    the target in force then, which stays.
    """

    metric: str
    cycle: int
    group: str | None
    status: Status
    started_at: int
    stopped_at: int | None
    reason: Reason | None
    elapsed: int
    paused_working: int
    target: int | None
    due_at: int | None
    is_breached: bool
    breached_at: int | None
    outcome: Outcome | None
    is_counting: bool

    @property
    def remaining(self) -> int | None:
        """The seconds that are left; below zero is how much it is over."""
        return None if self.target is None else self.target - self.elapsed


def read(row: TimerRow, now: int, book: Book) -> Reading:
    """What a timer shows; `judge()` must have looked at it up to that instant."""
    counted = elapsed(row, now, book)
    status = status_of(row)
    return Reading(
        metric=row.metric,
        cycle=row.cycle,
        group=row.group,
        status=status,
        started_at=row.started_at,
        stopped_at=row.stopped_at,
        reason=row.reason,
        elapsed=counted,
        paused_working=paused_working(row, now, book),
        target=row.target,
        due_at=due_at(row, book),
        is_breached=row.target is not None and counted > row.target,
        breached_at=row.breached_at,
        outcome=outcome_of(row, counted),
        is_counting=status is Status.RUNNING and book.hours(row.spans[-1].calendar).is_open_at(now),
    )


def status_of(row: TimerRow) -> Status:
    """Whether a timer runs, waits, or has ended."""
    if row.is_cancelled:
        return Status.CANCELLED
    if row.stopped_at is not None:
        return Status.STOPPED
    if row.situation is Situation.NO_POLICY:
        return Status.NO_POLICY
    return Status.PAUSED if row.situation is Situation.PAUSED else Status.RUNNING


def outcome_of(row: TimerRow, counted: int) -> Outcome | None:
    """How a timer ended, by what was counted alone."""
    if row.stopped_at is None:
        return None
    if row.is_cancelled:
        return Outcome.CANCELLED
    if row.target is None:
        return None
    return Outcome.MET if counted <= row.target else Outcome.MISSED
