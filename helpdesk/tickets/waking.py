"""What time does to tickets: each has one instant (`tickets.timing`), found by its index and acted on once."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import record
from helpdesk.tickets import timing
from helpdesk.tickets.commands import lock
from helpdesk.tickets.conversation import NewMessage, add_message
from helpdesk.tickets.events import TicketChanged
from helpdesk.tickets.models import Direction, Ticket
from helpdesk.tickets.processing import keep, process_facts
from helpdesk.tickets.stepping import move_by_itself
from helpdesk.tickets.timing import WakesFor
from workflows.lifecycle import Occasion

JOB = "wake_ticket"
MOST_AT_ONCE = 500
# What a message of the desk's own is to those who read it: no person wrote it, and none is answered by it.
REMINDER = "reminder"

_OCCASIONS = {
    WakesFor.WAKE.value: Occasion.WAKE,
    WakesFor.END.value: Occasion.NO_RESPONSE,
    WakesFor.CLOSE.value: Occasion.AUTO_CLOSE,
}


def tickets_due() -> Sequence[int]:
    """The ids of the tickets whose instant has come, the oldest first; one walk of a small index."""
    due = select(Ticket.id).where(Ticket.wakes_at <= clock.now())
    return db.session.scalars(due.order_by(Ticket.wakes_at).limit(MOST_AT_ONCE)).all()


def wake_ticket(ticket_id: int) -> None:
    """Do to a ticket what its instant is for, if it still has come; again does nothing."""
    ticket = lock(ticket_id)
    if ticket.wakes_at is None or ticket.wakes_at > clock.now():
        return
    cause = f"lifecycle: {ticket.wakes_for}, planned for {ticket.wakes_at.isoformat()}"
    if ticket.wakes_for == WakesFor.REMIND:
        _remind(ticket, cause=cause)
        return
    occasion = _OCCASIONS[str(ticket.wakes_for)]
    if move_by_itself(ticket, occasion, by=None, cause=cause) is not None:
        return
    # Something stands against it, and would tomorrow; whoever changes the ticket makes a new plan.
    if occasion is Occasion.WAKE:
        _forget_waiting(ticket, cause=cause)
    else:
        ticket.wakes_at = ticket.wakes_for = None


def _remind(ticket: Ticket, *, cause: str) -> None:
    """Ask the requester once more, by words of the desk on the ticket."""
    with force_locale(ticket.requester.locale):
        text = _(
            "We are waiting for your answer about “%(subject)s”. Please reply to this message.",
            subject=ticket.subject,
        )
    ticket.reminded = (ticket.reminded or 0) + 1
    timing.plan(ticket)
    name = ticket.group.name if ticket.group else ""
    new = NewMessage(
        text=text,
        direction=Direction.OUT,
        channel=ticket.channel,
        author_name=name,
        automation=REMINDER,
    )
    add_message(ticket, new, by=None, cause=cause)


def _forget_waiting(ticket: Ticket, *, cause: str) -> None:
    before = process_facts(ticket)
    keep(ticket, {}, forgetting={"pending_until"})
    timing.plan(ticket)
    ticket.version += 1
    record(
        TicketChanged(
            cause=cause,
            subject_id=ticket.id,
            before={"pending_until": before["pending_until"]},
            after={"pending_until": None},
        )
    )
