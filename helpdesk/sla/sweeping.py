"""sweep(): what falls due while nothing happens to a ticket is claimed, judged again from its rows, and said once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, Table, and_, bindparam, func, select, union

from helpdesk.core import clock
from helpdesk.core.db import UTCDateTime, db, is_postgresql
from helpdesk.core.models import OutboxEntry, OutboxState
from helpdesk.core.unit_of_work import owe, unit_of_work
from helpdesk.sla import keeping
from helpdesk.sla.counting import second_over
from helpdesk.sla.facts import moment
from helpdesk.sla.library import Library
from helpdesk.sla.models import SlaTimer
from helpdesk.sla.recording import finish
from helpdesk.tickets.models import Ticket

log = logging.getLogger(__name__)

JOB, LANE = "sweep_timers", "clocks"
# Tickets that share a transaction: few enough that none waits long for its lock.
TOGETHER = 25

_TIMER = cast("Table", SlaTimer.__table__)  # A mapped class's table is one, though typed wider.
_NOW = bindparam("now", type_=UTCDateTime())
# Each is written as the condition of its index, so that an idle look reads nothing.
_IS_LATE = and_(
    _TIMER.c.status == "running",
    _TIMER.c.breach_at.is_not(None),
    _TIMER.c.breached_at.is_(None),
    _TIMER.c.breach_at < _NOW,
)
_HAS_RULE = and_(_TIMER.c.next_rule_at.is_not(None), _TIMER.c.next_rule_at <= _NOW)
_LOOKS = [select(_TIMER.c.id).where(is_due).limit(1) for is_due in (_IS_LATE, _HAS_RULE)]


def owe_if_due() -> None:
    """Owe a sweep when something has fallen due and none is owed already; cheap, for it comes round every few seconds."""
    if _anything_due() and not _is_owed():
        owe(JOB, 0)


def sweep(*, stopping: Callable[[], bool] = lambda: False) -> int:
    """Act upon all that has fallen due; returns on how many tickets.

    Two that sweep at once never act upon the same: the ticket is the lock, whoever comes second reads what is left.
    Opens its own units of work, so that what was done stays done.
    """
    swept: set[int] = set()
    while _look() and not stopping():
        some = _sweep_some()
        if some <= swept:
            # Held by others, who look at it, or nothing that a look can settle.
            break
        swept |= some
    return len(swept)


def overdue_since() -> datetime | None:
    """The oldest instant that fell due and was not acted upon; None if there is none."""
    asked = {"now": _second_over()}
    dates = [
        db.session.scalar(select(func.min(column)).where(is_due), asked)
        for column, is_due in ((_TIMER.c.breach_at, _IS_LATE), (_TIMER.c.next_rule_at, _HAS_RULE))
    ]
    return min((date for date in dates if date is not None), default=None)


def _look() -> bool:
    # Reading first spares SQLite's write lock whenever there is nothing to do.
    found = _anything_due()
    db.session.rollback()
    return found


def _anything_due() -> bool:
    asked = {"now": _second_over()}
    return any(db.session.execute(look, asked).first() is not None for look in _LOOKS)


def _is_owed() -> bool:
    owed = select(OutboxEntry.id).where(
        OutboxEntry.lane == LANE,
        OutboxEntry.state == OutboxState.WAITING,
        OutboxEntry.job == JOB,
    )
    return db.session.scalar(owed.limit(1)) is not None


def _sweep_some() -> set[int]:
    library = Library()
    with unit_of_work():
        # Asked for anew inside the lock: on SQLite another may have acted since.
        now = second_over(clock.believed())
        ids = list(db.session.scalars(_claim(), {"now": moment(now)}))
        counts = keeping.load(ids, library)
        for count in counts.values():
            count.judge(now)
        finish(list(counts.values()))
    return set(ids)


def _claim() -> Select[Any]:
    """The tickets that are due, held against everybody else; those that somebody holds are left to them."""
    late = select(_TIMER.c.ticket_id, _TIMER.c.breach_at.label("at")).where(_IS_LATE)
    ruled = select(_TIMER.c.ticket_id, _TIMER.c.next_rule_at.label("at")).where(_HAS_RULE)
    due = union(
        late.order_by(_TIMER.c.breach_at).limit(TOGETHER).subquery().select(),
        ruled.order_by(_TIMER.c.next_rule_at).limit(TOGETHER).subquery().select(),
    ).subquery()
    claimed = select(Ticket.id).where(Ticket.id.in_(select(due.c.ticket_id))).order_by(Ticket.id)
    return claimed.with_for_update(skip_locked=True) if is_postgresql() else claimed


def _second_over() -> datetime | None:
    return moment(second_over(clock.believed()))
