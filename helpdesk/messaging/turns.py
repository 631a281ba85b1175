"""Whose turn it is: mails of one ticket leave in the order in which they were written, receipts first."""

from __future__ import annotations

import enum
from collections.abc import Sequence

from sqlalchemy import and_, exists, or_, select

from helpdesk.core.db import db
from helpdesk.core.models import OutboxEntry, OutboxState
from helpdesk.core.unit_of_work import owe
from helpdesk.messaging.models import Delivery, DeliveryKind, DeliveryState
from helpdesk.tickets.models import Direction, Message, Ticket, Visibility

DELIVER = "deliver"
MOST_LOOKED_AT = 200
# Doors whose people are told by mail that their message arrived; whoever telephones was told by the agent.
RECEIPTED_CHANNELS = frozenset({"email", "web"})


class Held(enum.StrEnum):
    """What a delivery waits for."""

    TURN = ""
    EARLIER = "earlier"  # another mail of its ticket
    SERVER = "server"  # the server that takes our mail, which is away
    REFUSED = "refused"  # a pause after a refusal for now
    RECIPIENT = "recipient"  # the same, where it was the recipient who was refused
    CEILING = "ceiling"  # the next minute or hour, since this one's mails are sent


def waits_for_earlier(delivery: Delivery) -> bool:
    """Whether an earlier mail of its ticket has yet to leave.

    A recipient whom the server refuses for now holds back their own mails only. The rows looked at stay locked against
    change until the unit of work ends, so that whoever ends an earlier mail sees that this one waits.
    """
    if delivery.ticket_id is None:
        return False
    still_waits = or_(
        Delivery.state.in_((DeliveryState.WAITING, DeliveryState.SENDING)),
        and_(Delivery.state == DeliveryState.UNCERTAIN, Delivery.next_try_at.is_not(None)),
    )
    others = db.session.scalars(
        select(Delivery)
        .where(Delivery.ticket_id == delivery.ticket_id, Delivery.id != delivery.id, still_waits)
        .order_by(Delivery.id)
        .limit(MOST_LOOKED_AT)
        .with_for_update(read=True)
    ).all()
    return any(_holds_back(other, delivery) for other in others) or _is_unprepared(delivery)


def wake(delivery: Delivery) -> None:
    """Let those try that waited for this one."""
    if delivery.ticket_id is None:
        return
    waiting = select(Delivery.id).where(
        Delivery.ticket_id == delivery.ticket_id,
        Delivery.held_for == Held.EARLIER,
        Delivery.state.in_((DeliveryState.WAITING, DeliveryState.UNCERTAIN)),
    )
    for delivery_id in db.session.scalars(waiting.order_by(Delivery.id).limit(MOST_LOOKED_AT)):
        owe(DELIVER, delivery_id)


def overtaken_receipts(delivery: Delivery) -> Sequence[Delivery]:
    """Receipts that wait for the next hour while an agent's answer already leaves: nobody needs them any more."""
    if delivery.kind is not DeliveryKind.REPLY or delivery.ticket_id is None:
        return ()
    return db.session.scalars(
        select(Delivery)
        .where(
            Delivery.ticket_id == delivery.ticket_id,
            Delivery.kind == DeliveryKind.RECEIPT,
            Delivery.state == DeliveryState.WAITING,
            Delivery.held_for == Held.CEILING,
            Delivery.recipient == delivery.recipient,
        )
        .limit(MOST_LOOKED_AT)
    ).all()


def _holds_back(other: Delivery, delivery: Delivery) -> bool:
    if not _comes_first(other, delivery):
        return False
    if other.recipients == delivery.recipients:
        return not (other.kind is DeliveryKind.RECEIPT and other.held_for == Held.CEILING)
    return other.held_for not in (Held.RECIPIENT, Held.CEILING)


def _comes_first(other: Delivery, delivery: Delivery) -> bool:
    """News to staff and mail to the people of the ticket do not wait for each other."""
    if delivery.kind is DeliveryKind.REPLY:
        if other.kind is DeliveryKind.RECEIPT:
            return True
        both = other.message_id is not None and delivery.message_id is not None
        if both and other.message_id == delivery.message_id:
            # Words before the files that follow them in a conversation; copies to several people leave side by side.
            return other.recipients == delivery.recipients and other.id < delivery.id
        return bool(
            other.kind is DeliveryKind.REPLY and both and other.message_id < delivery.message_id  # type: ignore[operator]
        )
    return other.kind is delivery.kind and other.id < delivery.id


def _is_unprepared(delivery: Delivery) -> bool:
    """Whether an earlier answer, or the receipt, is still owed and has no row yet."""
    if delivery.kind is not DeliveryKind.REPLY:
        return False
    earlier = select(Message.id).where(
        Message.ticket_id == delivery.ticket_id,
        Message.id < delivery.message_id,
        Message.direction == Direction.OUT,
        Message.visibility == Visibility.PUBLIC,
        ~exists().where(Delivery.message_id == Message.id),
    )
    messages = list(db.session.scalars(earlier.order_by(Message.id.desc()).limit(20)))
    receipted = select(Ticket.id).where(
        Ticket.id == delivery.ticket_id, Ticket.channel.in_(RECEIPTED_CHANNELS)
    )
    owed = [
        and_(OutboxEntry.job == "send_receipt", OutboxEntry.subject_id.in_(receipted)),
        and_(OutboxEntry.job == "prepare_message", OutboxEntry.subject_id.in_(messages)),
    ]
    found = select(OutboxEntry.id).where(
        OutboxEntry.lane == "tell", OutboxEntry.state != OutboxState.DEAD, or_(*owed)
    )
    return db.session.scalar(found.limit(1)) is not None
