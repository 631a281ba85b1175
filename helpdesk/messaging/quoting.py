"""of(): the words of an earlier message that somebody points at in a conversation, shown beside their own."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select

from channels.message import InboundMessage
from helpdesk.core.db import db
from helpdesk.messaging.models import ChannelAccount, ChannelThread, Delivery
from helpdesk.tickets.models import Message, Visibility

LONGEST = 500


def of(account: ChannelAccount, thread: ChannelThread | None, inbound: InboundMessage) -> str:
    """What the message it answers says, "" where there is none: only a public one of the same conversation counts (S12)."""
    if thread is None or not inbound.in_reply_to:
        return ""
    name = inbound.in_reply_to[0]
    own = f"{account.kind}/{account.id}/{name}"
    found = db.session.scalars(
        select(Message)
        .where(
            Message.ticket_id == thread.ticket_id,
            Message.visibility == Visibility.PUBLIC,
            or_(Message.external_id == own, Message.id.in_(_sent_as(account, thread, name))),
        )
        .order_by(Message.id)
        .limit(1)
    ).first()
    return found.text.strip()[:LONGEST] if found is not None else ""


def _sent_as(account: ChannelAccount, thread: ChannelThread, name: str) -> ColumnElement[int]:
    return (
        select(Delivery.message_id)
        .where(
            Delivery.account_id == account.id,
            Delivery.recipient == thread.address,
            Delivery.remote_id == name,
            Delivery.message_id.is_not(None),
        )
        .scalar_subquery()
    )
