"""in_thread(): an answer in the conversation it belongs to: its words, and each file as its channel takes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from channels.channel import FileChannel
from helpdesk.messaging import linking, talking, tokens
from helpdesk.messaging.dispatching import Recipient, new_delivery
from helpdesk.messaging.identity import Identity, desk_identity, identity_of, signed_name
from helpdesk.messaging.letters import Letter
from helpdesk.messaging.models import ChannelThread, Delivery, DeliveryKind
from helpdesk.messaging.outgoing import ALONG, CHOICES, TEMPLATE, THREAD_KEY
from helpdesk.messaging.policy import MailPolicy
from helpdesk.tickets.models import Attachment, Message


def in_thread(message: Message, thread: ChannelThread, policy: MailPolicy) -> list[Delivery]:
    """The words alone, since a chat has no letterhead; where each file is a message of its own, those follow.

    Files that the service does not take stand among the words as links.
    """
    apart, linked = _sorted(thread, message.attachments)
    headers: dict[str, Any] = linking.headers_for(linked)
    if message.recipients.get(TEMPLATE):
        headers[TEMPLATE] = message.recipients[TEMPLATE]
    if message.recipients.get(CHOICES):
        headers[CHOICES] = message.recipients[CHOICES]
    if apart is None:
        return [_said(message, thread, policy, message.text, headers)]
    first = [_said(message, thread, policy, message.text, {**headers, ALONG: []})]
    if not message.text.strip() and not linked and apart:
        first = []
    return first + [_said(message, thread, policy, "", {ALONG: [one]}) for one in apart]


def _sorted(
    thread: ChannelThread, attachments: Sequence[Attachment]
) -> tuple[list[int] | None, list[int]]:
    """The ids of the files that go each by itself, None where all go along; and those that go as links."""
    channel = talking.without_secrets(thread.account)
    if not isinstance(channel, FileChannel):
        return None, []
    apart: list[int] = []
    linked: list[int] = []
    for one in attachments:
        taken = channel.takes_file(one.content_type, one.size)
        (apart if taken else linked).append(one.id)
    return apart, linked


def _said(
    message: Message,
    thread: ChannelThread,
    policy: MailPolicy,
    text: str,
    headers: dict[str, Any],
) -> Delivery:
    identity: Identity = replace(
        identity_of(message.ticket.group, thread.account, policy), address=thread.account.name
    )
    token = tokens.make(message.ticket_id, thread.person_id)
    return new_delivery(
        DeliveryKind.REPLY,
        identity,
        Recipient(thread.address, thread.person_id),
        ticket_id=message.ticket_id,
        message_id=message.id,
        subject=message.ticket.subject,
        letter=Letter(text),
        external_id=tokens.message_id(token, desk_identity(policy).domain),
        headers={
            "from_name": signed_name(identity, message.author, policy),
            "to": [thread.address],
            THREAD_KEY: thread.thread_key,
            **headers,
        },
    )
