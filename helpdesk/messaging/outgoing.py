"""A delivery as the message that its channel sends."""

from __future__ import annotations

from datetime import datetime

from flask_babel import force_locale
from sqlalchemy import select

from channels.choices import Choice
from channels.message import Address, File, FilledTemplate, OutboundMessage
from helpdesk.core import clock, files
from helpdesk.core.db import db
from helpdesk.messaging import letters, linking
from helpdesk.messaging.models import ChannelAccount, ChannelThread, Delivery
from helpdesk.messaging.replies import picture_id
from helpdesk.messaging.thread import leaving_message
from helpdesk.tickets.models import Attachment

# Among the headers of a delivery: the other side's name of the conversation.
THREAD_KEY = "thread_key"
# The ids of the attachments that go along, where not all do; and the template that stands in for the words.
ALONG, TEMPLATE = "along", "template"
# What may be pressed with it: pairs of a name and a label. Among the recipients of a message, too.
CHOICES = "choices"


def outbound_of(delivery: Delivery) -> tuple[OutboundMessage, ChannelAccount | None]:
    """What this delivery says, the same at every try but for its moment, and the account it leaves by. Raises FileDamaged."""
    headers = delivery.headers
    account = db.session.get(ChannelAccount, delivery.account_id) if delivery.account_id else None
    reply_to = headers.get("reply_to")
    text, html, files_here = _content_of(delivery)
    message = OutboundMessage(
        from_=Address(delivery.sender, str(headers.get("from_name") or "")),
        to=_people(headers.get("to") or delivery.recipients),
        cc=_people(headers.get("cc") or []),
        subject=delivery.subject,
        # A mail ends with a line break; what is said in a conversation does not.
        text=text.rstrip() if headers.get(THREAD_KEY) else text,
        html=html,
        external_id=delivery.external_id,
        sent_at=delivery.created_at,
        reply_to=Address(str(reply_to)) if reply_to else None,
        in_reply_to=headers.get("in_reply_to"),
        references=tuple(headers.get("references") or ()),
        thread_key=headers.get(THREAD_KEY),
        files=files_here,
        auto_submitted=headers.get("auto_submitted"),
        loop_mark=headers.get("loop_mark"),
        envelope_from=headers.get("envelope_from"),
        envelope_to=tuple(str(address) for address in delivery.recipients),
        tried_at=clock.now(),
        heard_at=_heard_at(delivery),
        template=_template(headers.get(TEMPLATE)),
        choices=tuple(Choice(str(one), str(label)) for one, label in headers.get(CHOICES) or ()),
    )
    return message, account


def _heard_at(delivery: Delivery) -> datetime | None:
    """When the person last wrote in the conversation this goes to."""
    key = delivery.headers.get(THREAD_KEY)
    if not key:
        return None
    return db.session.scalar(
        select(ChannelThread.last_in_at).where(
            ChannelThread.account_id == delivery.account_id, ChannelThread.thread_key == key
        )
    )


def _template(said: object) -> FilledTemplate | None:
    if not isinstance(said, dict):
        return None
    values = {str(name): str(value) for name, value in said.get("values", {}).items()}
    return FilledTemplate(str(said["name"]), str(said["language"]), values)


def _people(addresses: list[object]) -> tuple[Address, ...]:
    return tuple(Address(str(address)) for address in addresses)


def _content_of(delivery: Delivery) -> tuple[str, str | None, tuple[File, ...]]:
    """The words, and the files that go along; those that do not fit stand among the words as links."""
    message = leaving_message(delivery.message_id) if delivery.message_id else None
    attachments = message.attachments if message is not None else []
    linked = linking.linked_files(delivery, attachments)
    until = linking.lapses_at(delivery)
    apart = set(delivery.headers.get(linking.LINKED, ())) if linked else set()
    html = delivery.html or ""
    along = delivery.headers.get(ALONG)
    here = tuple(
        _file(one, html)
        for one in attachments
        if one.id not in apart and (along is None or one.id in along)
    )
    if not linked or until is None:
        return delivery.text, letters.without_mark(delivery.html), here
    locale = message.ticket.requester.locale if message is not None else "en"
    with force_locale(locale):
        return *letters.with_files(delivery.text, delivery.html, linked, until), here


def _file(attachment: Attachment, html: str) -> File:
    """An attachment; a picture that the HTML shows by its content id stays in its place."""
    content_id = picture_id(attachment)
    return File(
        name=attachment.name,
        content_type=attachment.content_type,
        body=files.open_file(attachment.digest).read(),
        content_id=content_id,
        inline=f'"cid:{content_id}"' in html,
    )
