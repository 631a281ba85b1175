"""Edits on their way: a new version of a policy, calendar or clock goes into each open ticket it touches, in batches."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, distinct, func, select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, NotFound
from helpdesk.core.unit_of_work import owe, unit_of_work
from helpdesk.definitions.events import DefinitionEvent, DefinitionRetired, DefinitionSaved
from helpdesk.definitions.models import Kind
from helpdesk.sla import catching_up, keeping
from helpdesk.sla.choosing import choose, put_under, take_calendars
from helpdesk.sla.counting import Count
from helpdesk.sla.day_clocks import DAY
from helpdesk.sla.facts import Fact, Names
from helpdesk.sla.library import Library
from helpdesk.sla.models import SlaSpread, SlaTicket, SlaTimer, SpreadState
from helpdesk.sla.recording import finish
from helpdesk.tickets.commands import lock
from helpdesk.tickets.models import Ticket
from workflows.sla import Kind as Fact_
from workflows.sla import Signal

JOB = "spread_edit"
EDIT, RECOUNT, CATCH_UP = "edit", "recount", "catch_up"
# Tickets that share a transaction, and for how long a worker stays with one edit before others have their turn.
TOGETHER = 50
TURN_SECONDS = 20.0
_SPREADING = (Kind.POLICY, Kind.CALENDAR, Kind.CLOCK)
_UNDER_WAY = (SpreadState.WAITING, SpreadState.RUNNING)


def spread_edit(event: DefinitionEvent) -> None:
    """Note that an edit has to go into open tickets, when its version begins to hold."""
    if event.kind not in _SPREADING or not isinstance(event, DefinitionSaved | DefinitionRetired):
        return
    begins_at = clock.now()
    if isinstance(event, DefinitionSaved):
        if not event.before:
            # Nobody is under what was not there; tickets come under it as they change.
            return
        begins_at = datetime.fromisoformat(str(event.after["effective_at"]))
    _begin(
        SlaSpread(
            what=EDIT,
            kind=event.kind,
            name=event.name,
            version_id=event.version_id if isinstance(event, DefinitionSaved) else None,
            begins_at=begins_at,
            made_by=event.actor_id,
        )
    )


def try_edit(count: Count, kind: Kind, name: str, names: Names, *, at: datetime) -> None:
    """Let an edit move the timers of a ticket that is only looked at; by the library of its count, and unwritten."""
    _edit(SlaSpread(what=EDIT, kind=kind, name=name, begins_at=at), count, names)


def order_recount(policy: str, *, by: int | None) -> SlaSpread:
    """Have every running clock of the tickets under a policy counted anew from its start, by the rules as they are."""
    return _begin(
        SlaSpread(what=RECOUNT, kind=Kind.POLICY, name=policy, begins_at=clock.now(), made_by=by)
    )


def order_catch_up(*, by: int | None) -> SlaSpread:
    """Have the open tickets from before taken into the counting."""
    return _begin(SlaSpread(what=CATCH_UP, begins_at=clock.now(), made_by=by))


def owe_begun() -> None:
    """Owe the edits whose time has come and which nobody is at; comes round each minute."""
    due = select(SlaSpread.id).where(
        SlaSpread.state.in_(_UNDER_WAY), SlaSpread.begins_at <= clock.now()
    )
    for spread_id in db.session.scalars(due.order_by(SlaSpread.id).limit(20)):
        owe(JOB, spread_id)


def spread(spread_id: int, *, stopping: Callable[[], bool] = lambda: False) -> None:
    """Carry one edit on for a while, from where it stopped; owes the rest. Opens its own units of work."""
    ends = time.monotonic() + TURN_SECONDS
    while not stopping():
        with unit_of_work():
            row = _locked(spread_id)
            if row is None or row.state not in _UNDER_WAY or row.begins_at > clock.now():
                return
            if time.monotonic() > ends:
                owe(JOB, spread_id)
                return
            _carry_on(row)


def stop(spread_id: int) -> None:
    """Let an edit rest where it is; the tickets it has reached keep it."""
    row = _there(spread_id)
    if row.state not in _UNDER_WAY:
        raise Conflict(_("This edit is not on its way."), _("Look at the list again."))
    row.state = SpreadState.STOPPED


def go_on(spread_id: int) -> None:
    """Carry a stopped edit on from where it stopped."""
    row = _there(spread_id)
    if row.state is not SpreadState.STOPPED:
        raise Conflict(_("This edit was not stopped."), _("Look at the list again."))
    row.state = SpreadState.WAITING
    owe(JOB, row.id)


def spreads(*, limit: int = 50) -> Sequence[SlaSpread]:
    """The newest edits and how far they have come."""
    newest = select(SlaSpread).order_by(SlaSpread.id.desc()).limit(limit)
    return db.session.scalars(newest).all()


def _begin(row: SlaSpread) -> SlaSpread:
    row.state = SpreadState.WAITING
    row.of = row.done = row.changed = row.last_ticket_id = 0
    db.session.add(row)
    db.session.flush()
    if row.begins_at <= clock.now():
        owe(JOB, row.id)
    return row


def _carry_on(row: SlaSpread) -> None:
    if row.state is SpreadState.WAITING and row.began_at is None:
        row.began_at = clock.now()
        counted = select(func.count()).select_from(_touched(row).subquery())
        row.of = db.session.scalar(counted) or 0
    row.state = SpreadState.RUNNING
    ids = list(db.session.scalars(_touched(row).limit(TOGETHER)))
    if not ids:
        row.state, row.ended_at, row.of = SpreadState.DONE, clock.now(), row.done
        return
    row.changed += _apply(row, ids)
    row.done += len(ids)
    row.last_ticket_id = ids[-1]


def _touched(row: SlaSpread) -> Select[Any]:
    """The open tickets that an edit may concern and has not reached yet, in order of their ids."""
    if row.what == CATCH_UP:
        uncounted = select(Ticket.id).outerjoin(SlaTicket, SlaTicket.ticket_id == Ticket.id)
        return uncounted.where(
            Ticket.is_open, SlaTicket.ticket_id.is_(None), Ticket.id > row.last_ticket_id
        ).order_by(Ticket.id)
    if row.kind == Kind.CLOCK:
        return (
            select(distinct(SlaTimer.ticket_id))
            .where(
                SlaTimer.metric == row.name,
                SlaTimer.stopped_at.is_(None),
                SlaTimer.ticket_id > row.last_ticket_id,
            )
            .order_by(SlaTimer.ticket_id)
        )
    touched = select(SlaTicket.ticket_id).where(
        SlaTicket.is_open, SlaTicket.ticket_id > row.last_ticket_id
    )
    if row.kind == Kind.POLICY:
        touched = touched.where(SlaTicket.policy == row.name)
    return touched.order_by(SlaTicket.ticket_id)


def _apply(row: SlaSpread, ids: Sequence[int]) -> int:
    """Let an edit reach some tickets; returns how many it changed."""
    if row.what == CATCH_UP:
        return catching_up.catch_up(ids)
    library, names = Library(), Names()
    for ticket_id in ids:
        lock(ticket_id)
    counts = keeping.load(ids, library)
    for count in counts.values():
        _edit(row, count, names)
    changed = [count for count in counts.values() if count.facts]
    finish(changed)
    return len(changed)


def _edit(row: SlaSpread, count: Count, names: Names) -> None:
    if count.has_ended:
        return
    cause, by = _cause(row), row.made_by
    if row.what == RECOUNT:
        count.take(clock.believed(), Fact(Fact_.RECOUNT, {}), cause=cause, by=by)
    elif row.kind == Kind.POLICY:
        _edit_policy(row, count, names, cause=cause, by=by)
    elif row.kind == Kind.CALENDAR:
        for reference in (count.state.policy, *count.state.clocks.values()):
            if reference is not None:
                take_calendars(count, reference, at=row.begins_at, cause=cause, by=by)
    else:
        _edit_clock(row, count, cause=cause, by=by)


def _edit_policy(row: SlaSpread, count: Count, names: Names, *, cause: str, by: int | None) -> None:
    ticket = db.session.get_one(Ticket, count.ticket_id)
    chosen = choose(count.library, ticket, names, at=row.begins_at)
    if (str(chosen.id) if chosen else None) != count.state.policy:
        put_under(count, chosen, at=row.begins_at, cause=cause, by=by)


def _edit_clock(row: SlaSpread, count: Count, *, cause: str, by: int | None) -> None:
    reference = count.library.reference(Kind.CLOCK, row.name)
    if row.name in count.days:
        # A clock of the law goes on by the rules under which the request was received.
        if reference is None:
            data: dict[str, Any] = {"clock": row.name, "signal": Signal.CANCEL.value}
            count.take(row.begins_at, Fact(DAY, data), cause=cause, by=by)
    elif reference is None:
        data = {"clock": row.name, "to": Signal.CANCEL.value}
        count.take(row.begins_at, Fact(Fact_.SIGNAL, data), cause=cause, by=by)
    elif count.state.clocks.get(row.name) != reference:
        take_calendars(count, reference, at=row.begins_at, cause=cause, by=by)
        data = {"clock": row.name, "to": reference}
        count.take(row.begins_at, Fact(Fact_.TERMS, data), cause=cause, by=by)


def _cause(row: SlaSpread) -> str:
    return f"{row.kind}: {row.name}" if row.what == EDIT else f"recount: {row.name}"


def _locked(spread_id: int) -> SlaSpread | None:
    return db.session.scalars(
        select(SlaSpread)
        .where(SlaSpread.id == spread_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()


def _there(spread_id: int) -> SlaSpread:
    row = _locked(spread_id)
    if row is None:
        raise NotFound(_("There is no such edit."), _("Look at the list again."))
    return row
