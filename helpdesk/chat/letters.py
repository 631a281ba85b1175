"""What was said in a chat, as a mail to its visitor; the answer to it comes back to the ticket."""

from __future__ import annotations

from helpdesk.messaging import linking, policy, tokens, wording
from helpdesk.messaging.dispatching import Recipient, new_delivery
from helpdesk.messaging.identity import identity_for, signed_name
from helpdesk.messaging.letters import Letter
from helpdesk.messaging.models import Delivery, DeliveryKind
from helpdesk.messaging.replies import signature_of
from helpdesk.messaging.thread import thread_for
from helpdesk.people.models import ContactKind
from helpdesk.people.queries import find_by_contact_points
from helpdesk.tickets.models import Message


def mail_to(address: str, message: Message, text: str) -> Delivery:
    """Send these words to an address, with the files of the message that they end with.

    Whose address it is, is who the reply token names: the answer of another is marked as such (S16).
    """
    rules = policy.read()
    ticket = message.ticket
    identity = identity_for(ticket, rules)
    owner = find_by_contact_points(ContactKind.EMAIL, [address]).get(address)
    person_id = owner.id if owner is not None else ticket.requester_id
    token, thread = tokens.make(ticket.id, person_id), thread_for(ticket.id, address)
    reply_to = identity.reply_address(token)
    signature = signature_of(ticket.group, ticket.number, message.author, identity, rules)
    return new_delivery(
        DeliveryKind.REPLY,
        identity,
        Recipient(address, person_id),
        ticket_id=ticket.id,
        message_id=message.id,
        subject=wording.reply_subject(ticket),
        letter=Letter(text, signature=signature),
        external_id=tokens.message_id(token, identity.domain),
        headers={
            "from_name": signed_name(identity, message.author, rules),
            "to": [address],
            "reply_to": reply_to,
            "in_reply_to": thread.in_reply_to,
            "references": list(thread.references),
            # A bounce comes back to the token, and so to the delivery it speaks of.
            "envelope_from": reply_to,
            **linking.headers_for(linking.plan(message, linking.room_for(identity.account))),
        },
    )
