"""What is read of timers: as they stand now, from their rows alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.sla.day_clocks import DayClock, is_day_clock, values_of
from helpdesk.sla.facts import moment, seconds
from helpdesk.sla.library import Library
from helpdesk.sla.models import SlaTimer
from workflows.sla import METRICS, Reading, Situation, TimerRow, reading_of

_PLACES = {metric: place for place, metric in enumerate(METRICS)}


@dataclass(frozen=True, slots=True)
class Timer:
    """A clock of a ticket as it stands now.

    `name` is what people call a free clock, "" for a metric. `status` is "running", "paused", "no_policy", "stopped" or
    "cancelled"; `outcome` "met", "missed" or "cancelled" once it has stopped. `remaining` is below zero when it is over.
    `due_at` is when the target is used up, `breach_at` the last instant that is in time; None while nothing falls due.
    `breached_at` is since when it was late, a fact that stays. `counting` says whether this second counts. `in_days`
    says that it counts whole days, as the law does.
    """

    metric: str
    cycle: int
    name: str
    status: str
    target: timedelta | None
    elapsed: timedelta
    remaining: timedelta | None
    due_at: datetime | None
    breach_at: datetime | None
    breached_at: datetime | None
    outcome: str | None
    policy_title: str
    group_name: str | None
    started_at: datetime
    stopped_at: datetime | None
    stop_reason: str | None
    counting: bool
    paused_working: timedelta
    pause: str
    in_days: bool = False


def timers_of(ticket_ids: Sequence[int]) -> dict[int, list[Timer]]:
    """The timers of these tickets by ticket id, those of metrics first; one query beside the definitions.

    The caller has made sure that the reader may see the tickets.
    """
    found: dict[int, list[Timer]] = {ticket_id: [] for ticket_id in ticket_ids}
    if not found:
        return found
    library, now = Library(), clock.now()
    rows = db.session.execute(
        select(SlaTimer.ticket_id, SlaTimer.metric, SlaTimer.cycle, SlaTimer.state).where(
            SlaTimer.ticket_id.in_(found)
        )
    ).all()
    for row in sorted(rows, key=_order):
        timer = timer_at(row.metric, row.cycle, row.state, now, library)
        if timer is not None:
            found[row.ticket_id].append(timer)
    return found


def timer_at(
    metric: str, cycle: int, state: Mapping[str, Any], now: datetime, library: Library
) -> Timer | None:
    """A kept timer as it stands at an instant, whatever it counts; None for one that was never counted."""
    if is_day_clock(state):
        return _day_timer(DayClock.from_json(metric, cycle, state), now, library)
    return timer_of(TimerRow.from_json(state), cycle, now, library)


def timer_of(row: TimerRow, cycle: int, now: datetime, library: Library) -> Timer | None:
    """A kept timer as it stands at an instant; None for one that no policy has ever counted."""
    reading = reading_of(row, max(seconds(now), row.since), library)
    if all(span.situation is Situation.NO_POLICY for span in row.spans):
        return None
    return _timer(row, reading, cycle, library)


def _timer(row: TimerRow, reading: Reading, cycle: int, library: Library) -> Timer:
    remaining = reading.remaining
    is_running = reading.stopped_at is None
    return Timer(
        metric=row.metric,
        cycle=cycle,
        name="" if row.metric in METRICS else library.title(row.policy) or row.metric,
        status=reading.status.value,
        target=_span(reading.target),
        elapsed=timedelta(seconds=reading.elapsed),
        remaining=_span(remaining),
        due_at=moment(reading.due_at),
        breach_at=moment(row.breach_at) if is_running else None,
        breached_at=moment(reading.breached_at),
        outcome=reading.outcome.value if reading.outcome else None,
        policy_title=library.title(row.policy),
        group_name=row.group,
        started_at=_moment(reading.started_at),
        stopped_at=moment(reading.stopped_at),
        stop_reason=reading.reason.value if reading.reason else None,
        counting=reading.is_counting,
        paused_working=timedelta(seconds=reading.paused_working),
        pause=row.spans[-1].cause if reading.status.value == "paused" else "",
    )


def _day_timer(clock: DayClock, now: datetime, library: Library) -> Timer:
    version = library.version(clock.reference)
    account = clock.account(version.value, now)
    values = values_of(clock, version.value, account, now)
    is_paused = account.status.value == "paused"
    return Timer(
        metric=clock.name,
        cycle=clock.cycle,
        name=version.title,
        status=account.status.value,
        target=timedelta(days=account.needed),
        elapsed=timedelta(days=account.counted),
        remaining=timedelta(days=account.remaining),
        due_at=values["due_at"],
        breach_at=values["breach_at"],
        breached_at=account.breached_at,
        outcome=values["outcome"],
        policy_title=version.title,
        group_name=None,
        started_at=values["started_at"],
        stopped_at=values["stopped_at"],
        stop_reason=values["stop_reason"],
        counting=account.status.value == "running",
        in_days=True,
        paused_working=timedelta(),
        pause="signal" if is_paused else "",
    )


def _order(row: Any) -> tuple[int, str, int]:
    return _PLACES.get(row.metric, len(_PLACES)), row.metric, row.cycle


def _span(value: int | None) -> timedelta | None:
    return None if value is None else timedelta(seconds=value)


def _moment(at: int) -> datetime:
    found = moment(at)
    assert found is not None  # An instant that is there.
    return found
