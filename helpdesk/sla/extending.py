"""extend(): a clock that may be put off once is put off, with a reason and the letter that tells of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _

from helpdesk.core import clock as desk_clock
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.unit_of_work import record
from helpdesk.sla import keeping
from helpdesk.sla.counting import Count
from helpdesk.sla.day_clocks import DAY, DayClock
from helpdesk.sla.events import SlaExtended
from helpdesk.sla.facts import Fact
from helpdesk.sla.library import Library
from helpdesk.sla.recording import finish
from helpdesk.tickets.models import Ticket
from workflows.dates import ClockRefused, SignalKind, letter, replay
from workflows.dates import extend as extended
from workflows.sla import Kind
from workflows.sla_agreement import read_free_clock

LONGEST_REASON = 2_000


def extend(
    ticket: Ticket,
    name: str,
    *,
    reason: str,
    amount: int | None = None,
    by: int | None,
    cause: str,
) -> str:
    """Put a running clock off, once, and return the letter to the requester; the caller has locked the ticket.

    `amount` is of what the clock counts, all that is allowed if None. Raises Invalid for what the clock does not allow.
    """
    why = reason.strip()[:LONGEST_REASON]
    if not why:
        raise Invalid(
            _("An extension needs a reason, which the requester is told."),
            _("Say it in a sentence."),
            field="reason",
        )
    library = Library()
    count = keeping.load([ticket.id], library).get(ticket.id)
    if count is None or count.clock_status(name) not in ("running", "paused"):
        raise NotFound(_("No such clock runs on this ticket."), _("Look at the ticket again."))
    at = desk_clock.believed()
    if name in count.days:
        said = _extend_days(count, ticket, count.days[name], why, amount, at, by=by, cause=cause)
    else:
        said = _extend_seconds(count, ticket, name, why, at, by=by, cause=cause)
    finish([count])
    record(
        SlaExtended(
            actor_id=by,
            cause=cause,
            subject_id=ticket.id,
            after={"clock": name},
            personal={"reason": why},
        )
    )
    return said


def _extend_days(
    count: Count,
    ticket: Ticket,
    clock: DayClock,
    why: str,
    amount: int | None,
    at: datetime,
    *,
    by: int | None,
    cause: str,
) -> str:
    definition = count.library.version(clock.reference).value
    try:
        extended(definition, replay(definition, clock.signals), at, reason=why, amount=amount)
    except ClockRefused as refused:
        fault = refused.faults[0]
        raise Invalid(_(fault.text, **fault.values), _("Look at the clock again.")) from None
    before = clock.account(definition, at)
    data: dict[str, Any] = {"clock": clock.name, "signal": SignalKind.EXTEND.value}
    data |= {"reason": why, "amount": amount}
    count.take(at, Fact(DAY, data), cause=cause, by=by)
    values = {"ticket": ticket.number, "name": ticket.requester.name}
    return letter(definition, before, clock.account(definition, at), values=values, say=format_date)


def _extend_seconds(
    count: Count, ticket: Ticket, name: str, why: str, at: datetime, *, by: int | None, cause: str
) -> str:
    reference = count.state.clocks[name]
    clock = read_free_clock(name, count.library.version(reference).body)
    assert count.timers is not None  # A clock runs.
    row = next(row for row in reversed(count.timers.rows) if row.metric == name)
    if not clock.extension or row.extension:
        raise Conflict(
            _("This clock cannot be put off, or was once already."), _("Look at the clock again.")
        )
    data = {"clock": name, "seconds": clock.extension, "reason": why}
    count.take(at, Fact(Kind.EXTENSION, data), cause=cause, by=by)
    # Only the reason is filled in, so that no text of a person is read as a place to fill.
    return clock.letter.replace("{ticket}", ticket.number).replace("{reason}", why)
