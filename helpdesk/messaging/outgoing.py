"""A delivery as the message that its channel sends."""

from __future__ import annotations

from channels.message import Address, File, OutboundMessage
from helpdesk.core import files
from helpdesk.core.db import db
from helpdesk.messaging.models import ChannelAccount, Delivery
from helpdesk.messaging.thread import outgoing_message


def outbound_of(delivery: Delivery) -> tuple[OutboundMessage, ChannelAccount | None]:
    """What this delivery says, the same at every try, and the account it leaves by. Raises FileDamaged."""
    headers = delivery.headers
    account = db.session.get(ChannelAccount, delivery.account_id) if delivery.account_id else None
    reply_to = headers.get("reply_to")
    message = OutboundMessage(
        from_=Address(delivery.sender, str(headers.get("from_name") or "")),
        to=_people(headers.get("to") or delivery.recipients),
        cc=_people(headers.get("cc") or []),
        subject=delivery.subject,
        text=delivery.text,
        html=delivery.html,
        external_id=delivery.external_id,
        sent_at=delivery.created_at,
        reply_to=Address(str(reply_to)) if reply_to else None,
        in_reply_to=headers.get("in_reply_to"),
        references=tuple(headers.get("references") or ()),
        files=_files_of(delivery),
        auto_submitted=headers.get("auto_submitted"),
        loop_mark=headers.get("loop_mark"),
        envelope_from=headers.get("envelope_from"),
        envelope_to=tuple(str(address) for address in delivery.recipients),
    )
    return message, account


def _people(addresses: list[object]) -> tuple[Address, ...]:
    return tuple(Address(str(address)) for address in addresses)


def _files_of(delivery: Delivery) -> tuple[File, ...]:
    message = outgoing_message(delivery.message_id) if delivery.message_id else None
    if message is None:
        return ()
    return tuple(
        File(
            name=attachment.name,
            content_type=attachment.content_type,
            body=files.open_file(attachment.digest).read(),
        )
        for attachment in message.attachments
    )
