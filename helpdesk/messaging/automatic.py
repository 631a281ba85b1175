"""What rules write to people outside: only to who may get an automatic answer, within the ceilings of receipts (S18, S19)."""

from __future__ import annotations

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.messaging import receipts
from helpdesk.messaging.policy import MailPolicy
from helpdesk.people.addresses import normalise_email
from helpdesk.people.models import ContactPoint
from helpdesk.people.queries import address_of
from helpdesk.tickets.models import Direction, Message, Ticket, Visibility

# What `Message.automation` says of what a rule wrote.
BY_RULE = "rule"


def address_to_write_to(ticket: Ticket, policy: MailPolicy) -> str | None:
    """The address a rule may write to on this ticket now, counted against the ceilings; None for nobody.

    Never a machine, nor who may not have written what stands under their name: the last message that came in decides.
    Whoever has proven their address may get one a day for each ticket, anybody else one a day.
    """
    last = _last_of_requester(ticket)
    if last is not None and not receipts.may_be_answered(last):
        return None
    address = _usable(last.author_address) if last is not None else address_of(ticket.requester)
    if not address:
        return None
    what = f"rule/{ticket.id}" if _is_proven(address) else "rule"
    return address if receipts.may_go_to(address, policy, what) else None


def _last_of_requester(ticket: Ticket) -> Message | None:
    return db.session.scalars(
        select(Message)
        .where(
            Message.ticket_id == ticket.id,
            Message.visibility == Visibility.PUBLIC,
            Message.direction == Direction.IN,
        )
        .order_by(Message.id.desc())
        .limit(1)
    ).first()


def _is_proven(address: str) -> bool:
    proven = select(ContactPoint.id).where(ContactPoint.value == address, ContactPoint.is_proven)
    return db.session.scalar(proven) is not None


def _usable(address: str) -> str | None:
    try:
        return normalise_email(address)
    except Invalid:
        return None
