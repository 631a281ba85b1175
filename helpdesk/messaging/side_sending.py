"""prepare_aside(): what is said aside as mails to third parties: their own thread, their own tokens, nothing of the rest."""

from __future__ import annotations

from sqlalchemy import exists, select

from helpdesk.core.db import db
from helpdesk.messaging import linking, tokens
from helpdesk.messaging import policy as policies
from helpdesk.messaging.accounts import is_our_address
from helpdesk.messaging.dispatching import Recipient, new_delivery
from helpdesk.messaging.identity import Identity, identity_for, signed_name
from helpdesk.messaging.letters import Letter
from helpdesk.messaging.models import Delivery, DeliveryKind
from helpdesk.messaging.replies import PICTURES, picture_id, signature_of
from helpdesk.messaging.thread import aside_message, thread_aside
from helpdesk.messaging.wording import aside_subject
from helpdesk.people.models import ContactKind
from helpdesk.people.queries import find_by_contact_points
from helpdesk.tickets.models import Message
from helpdesk.tickets.side_models import SideConversation, SideParticipant
from helpdesk.tickets.siding import TO


def prepare_aside(message_id: int) -> list[Delivery]:
    """Prepare what an agent said aside for everybody it names; again changes nothing."""
    message = aside_message(message_id)
    if message is None or _is_prepared(message_id):
        return []
    policy = policies.read()
    identity = identity_for(message.ticket, policy)
    side = db.session.get_one(SideConversation, message.side_id)
    named = set(message.recipients.get(TO, ()))
    wanted = [
        one for one in side.participants if one.address in named and not is_our_address(one.address)
    ]
    owners = find_by_contact_points(ContactKind.EMAIL, [one.address for one in wanted])
    return [
        _mail(message, side, identity, policy, one, owner.id if owner else None)
        for one in wanted
        for owner in (owners.get(one.address),)
    ]


def _mail(
    message: Message,
    side: SideConversation,
    identity: Identity,
    policy: policies.MailPolicy,
    reader: SideParticipant,
    person_id: int | None,
) -> Delivery:
    token = tokens.make_for_side(side.id, reader.id)
    reply_to = identity.reply_address(token)
    thread = thread_aside(side.id, reader.address, before=message.id)
    return new_delivery(
        DeliveryKind.REPLY,
        identity,
        Recipient(reader.address, person_id),
        ticket_id=message.ticket_id,
        message_id=message.id,
        subject=aside_subject(side.subject, message.ticket, is_answer=bool(thread.references)),
        letter=_letter(message, identity, policy),
        external_id=tokens.message_id(token, identity.domain),
        headers={
            "from_name": signed_name(identity, message.author, policy),
            "to": list(message.recipients.get(TO, ())),
            "reply_to": reply_to,
            "in_reply_to": thread.in_reply_to,
            "references": list(thread.references),
            "envelope_from": reply_to,
            **linking.headers_for(linking.plan(message, linking.room_for(identity.account))),
        },
    )


def _letter(message: Message, identity: Identity, policy: policies.MailPolicy) -> Letter:
    """The words, the signature of the group, and below it what is passed on, as the agent saw and trimmed it."""
    ticket = message.ticket
    return Letter(
        text=message.text,
        html=message.html,
        signature=signature_of(ticket.group, ticket.number, message.author, identity, policy),
        pictures={
            one.name: picture_id(one)
            for one in message.attachments
            if one.content_type in PICTURES and f"[{one.name}]" in message.text
        },
        passed_on=message.quoted,
    )


def _is_prepared(message_id: int) -> bool:
    return bool(db.session.scalar(select(exists().where(Delivery.message_id == message_id))))
