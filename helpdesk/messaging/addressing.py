"""Which of our mailboxes a mail is for: the first of ours among its recipients, wherever the copy lay."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from channels.message import InboundMessage
from helpdesk.core.db import db
from helpdesk.messaging import tokens
from helpdesk.messaging.accounts import EMAIL, is_our_address
from helpdesk.messaging.models import ChannelAccount, RawMessage


def account_addressed(raw: RawMessage, inbound: InboundMessage) -> ChannelAccount:
    """The mailbox whose group gets a new ticket: the first of ours in To, then in Cc, else where the mail lay.

    So a mail to two of our addresses goes to the same group, whichever copy comes first.
    """
    first = _first_of_ours(inbound)
    if first is None or first == raw.account.address:
        return raw.account
    found = db.session.scalars(
        select(ChannelAccount)
        .where(
            ChannelAccount.kind == EMAIL, ChannelAccount.is_active, ChannelAccount.address == first
        )
        .options(joinedload(ChannelAccount.group))
        .order_by(ChannelAccount.id)
        .limit(1)
    ).first()
    return found or raw.account


def _first_of_ours(inbound: InboundMessage) -> str | None:
    for person in (*inbound.recipients, *inbound.cc):
        address = tokens.without_token(person.address).casefold()
        if is_our_address(address):
            return address
    return None
