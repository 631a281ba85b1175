"""Counting anew from the start: what it would change, said first; then ordered, and journalled."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import record
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.sla import keeping, spreading
from helpdesk.sla.counting import Count
from helpdesk.sla.events import SlaRecountOrdered
from helpdesk.sla.facts import Fact, moment, seconds
from helpdesk.sla.library import Library
from helpdesk.sla.models import SlaSpread, SlaTicket
from helpdesk.tickets.models import Ticket
from workflows.sla import Kind as Fact_
from workflows.sla import Reading, TimerRow, reading_of

TOGETHER = 200
# An effect is worked out for so many tickets; of more it says that there are more.
MOST_LOOKED_AT = 5_000
SAMPLE = 20


Readings = dict[tuple[str, int], Reading]


@dataclass(frozen=True, slots=True)
class Change:
    """A timer that would show something else: when it is due and whether it is late, before and after."""

    ticket_id: int
    number: str
    metric: str
    cycle: int
    due_before: datetime | None
    due_after: datetime | None
    late_before: bool
    late_after: bool


@dataclass(slots=True)
class Effect:
    """What a recount would do: how many tickets and timers it touches, how many show something else, how many verdicts
    turn to late and to in time; and the first of them."""

    tickets: int = 0
    timers: int = 0
    changed: int = 0
    become_late: int = 0
    become_timely: int = 0
    is_whole: bool = True
    sample: list[Change] = field(default_factory=list)


def effect_of_recount(policy: str) -> Effect:
    """What counting the open tickets under a policy anew would change; writes nothing."""
    effect, last = Effect(), 0
    library, now = Library(), clock.believed()
    while effect.tickets < MOST_LOOKED_AT:
        ids = list(db.session.scalars(under(policy, last)))
        if not ids:
            return effect
        for count in keeping.look_at(ids, library).values():
            _look(effect, count, library, now)
        last = ids[-1]
    effect.is_whole = False
    return effect


def recount(policy: str, *, by: int | None, cause: str, why: str) -> SlaSpread:
    """Count the open tickets under a policy anew from their start; the journal keeps who and why."""
    reason = " ".join(why.split())[:500]
    if not reason:
        raise Invalid(
            _("Say why the clocks are counted anew."), _("A few words are enough."), field="why"
        )
    version = store.find(Kind.POLICY, policy)
    ordered = spreading.order_recount(policy, by=by)
    record(
        SlaRecountOrdered(
            actor_id=by,
            cause=cause,
            subject_id=version.definition_id,
            after={"recount": policy, "spread": ordered.id, "why": reason},
        )
    )
    return ordered


def under(policy: str, last: int) -> Select[Any]:
    """The next open tickets under a policy, behind one of them."""
    return (
        select(SlaTicket.ticket_id)
        .where(SlaTicket.policy == policy, SlaTicket.is_open, SlaTicket.ticket_id > last)
        .order_by(SlaTicket.ticket_id)
        .limit(TOGETHER)
    )


def _look(effect: Effect, count: Count, library: Library, now: datetime) -> None:
    before = readings_of(count, now, library)
    count.take(now, Fact(Fact_.RECOUNT, {}), cause="preview", by=None)
    compare(effect, count, before, readings_of(count, now, library))


def compare(effect: Effect, count: Count, before: Readings, after: Readings) -> None:
    """Add to an effect what has become of the timers of one ticket."""
    effect.tickets += 1
    effect.timers += len(before)
    for key, was in before.items():
        becomes = after.get(key, was)
        if (was.due_at, was.is_breached) == (becomes.due_at, becomes.is_breached):
            continue
        effect.changed += 1
        effect.become_late += becomes.is_breached and not was.is_breached
        effect.become_timely += was.is_breached and not becomes.is_breached
        if len(effect.sample) < SAMPLE:
            effect.sample.append(_change(count, was, becomes))


def readings_of(count: Count, now: datetime, library: Library) -> Readings:
    """What the running timers of a ticket show, by metric and cycle."""
    at = seconds(now)
    assert count.timers is not None  # What was read has timers.
    return {
        (row.metric, row.cycle): _reading(row, at, library)
        for row in count.timers.rows
        if row.is_running
    }


def _reading(row: TimerRow, at: int, library: Library) -> Reading:
    return reading_of(row, max(at, row.since), library)


def _change(count: Count, was: Reading, becomes: Reading) -> Change:
    ticket = db.session.get_one(Ticket, count.ticket_id)
    return Change(
        ticket_id=count.ticket_id,
        number=ticket.number,
        metric=was.metric,
        cycle=was.cycle + count.offsets.get(was.metric, 0),
        due_before=moment(was.due_at),
        due_after=moment(becomes.due_at),
        late_before=was.is_breached,
        late_after=becomes.is_breached,
    )
