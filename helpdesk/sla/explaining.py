"""ledger_of(): why a timer shows what it shows, stretch by stretch, with the fact behind each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.sla.day_clocks import DayClock, counted_days, is_day_clock, stretches_of
from helpdesk.sla.facts import seconds
from helpdesk.sla.library import Library
from helpdesk.sla.models import SlaEvent, SlaTimer
from helpdesk.sla.queries import Timer, timer_at
from workflows.clock_body import ClockDefinition
from workflows.sla import Situation, TimerRow
from workflows.sla_explaining import Stretch, explain

_A_DAY = timedelta(days=1)
# The cause of the days after the last day in time.
LATE = "late"
# A ledger of more facts than this names the newest.
_MOST_FACTS = 2000


@dataclass(frozen=True, slots=True)
class Cause:
    """The fact that began a stretch: what, when, who and by which door; None for the desk itself."""

    kind: str
    at: datetime
    data: Mapping[str, object]
    actor_id: int | None
    cause: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """Every stretch of a timer from its start until now or its end; those that counted make `total`.

    `causes` has the facts by the `cause_id` of stretches, `calendars` the titles of the calendars by reference.
    """

    timer: Timer
    stretches: Sequence[Stretch]
    total: timedelta
    causes: Mapping[int, Cause] = field(default_factory=dict)
    calendars: Mapping[str, str] = field(default_factory=dict)


def ledger_of(ticket_id: int, metric: str, cycle: int) -> Ledger:
    """The ledger of one timer. Raises NotFound; the caller has made sure that the reader may see the ticket."""
    kept = db.session.execute(
        select(SlaTimer.state).where(
            SlaTimer.ticket_id == ticket_id, SlaTimer.metric == metric, SlaTimer.cycle == cycle
        )
    ).scalar_one_or_none()
    if kept is None:
        raise NotFound(_("This ticket has no such clock."), _("Look at the ticket again."))
    library, now = Library(), clock.now()
    timer = timer_at(metric, cycle, kept, now, library)
    if timer is None:
        raise NotFound(_("This clock was never counted."), _("No policy fits this ticket."))
    if is_day_clock(kept):
        return _day_ledger(timer, DayClock.from_json(metric, cycle, kept), now, library)
    row = TimerRow.from_json(kept)
    stretches = explain(row, max(seconds(now), row.since), library)
    return Ledger(
        timer,
        stretches,
        total=timedelta(
            seconds=sum(one.seconds for one in stretches if one.situation is Situation.COUNTED)
        ),
        causes=_causes(ticket_id, {one.cause_id for one in stretches if one.cause_id is not None}),
        calendars={
            one.calendar: library.title(one.calendar)
            for one in stretches
            if one.calendar is not None
        },
    )


def counted_of(stretch: Stretch, *, in_days: bool) -> timedelta:
    """What of a stretch counted; a clock that counts days counts each as one, however many hours it has."""
    if stretch.situation is not Situation.COUNTED:
        return timedelta(0)
    length = stretch.end - stretch.start
    if not in_days:
        return length
    # What is late is over the target, and no day of it.
    return timedelta(0) if stretch.cause == LATE else timedelta(days=round(length / _A_DAY))


def _day_ledger(timer: Timer, clock: DayClock, now: datetime, library: Library) -> Ledger:
    definition: ClockDefinition = library.version(clock.reference).value
    account = clock.account(definition, now)
    until = min(now, timer.stopped_at or now)
    shown = [
        entry for entry in account.ledger if entry.on <= until.astimezone(definition.zone).date()
    ]
    return Ledger(timer, stretches_of(account, definition, until), total=counted_days(shown))


def _causes(ticket_id: int, wanted: set[int]) -> dict[int, Cause]:
    if not wanted:
        return {}
    rows = db.session.execute(
        select(
            SlaEvent.seq,
            SlaEvent.kind,
            SlaEvent.at,
            SlaEvent.data,
            SlaEvent.actor_id,
            SlaEvent.cause,
        )
        .where(SlaEvent.ticket_id == ticket_id, SlaEvent.seq.in_(sorted(wanted)[-_MOST_FACTS:]))
        .order_by(SlaEvent.seq)
    )
    return {row.seq: Cause(row.kind, row.at, row.data, row.actor_id, row.cause) for row in rows}
