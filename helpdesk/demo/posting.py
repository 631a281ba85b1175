"""The mails that the demo desk has sent: on the "Sent mail" page, and never on a wire."""

from __future__ import annotations

import re
from datetime import timedelta

from flask import current_app

from channels.email.compose import compose
from channels.message import Address, OutboundMessage
from helpdesk.core import clock, files
from helpdesk.core.db import db
from helpdesk.messaging import tokens
from helpdesk.messaging.failing import fail
from helpdesk.messaging.models import Delivery, DeliveryKind, DeliveryState
from helpdesk.people.models import Person
from helpdesk.tickets.models import Message, Ticket

VIA = "demo"


def post(
    message: Message, ticket: Ticket, *, agent: Person, to: Person, address: str, refused: str
) -> None:
    """Note that this answer went out by mail, or what the other server said when it refused it."""
    wrong = re.search(r"[\w.]+@[\w.]+\.example", refused)
    delivery = _delivery(message, ticket, agent, to, wrong.group() if wrong else address)
    db.session.add(delivery)
    db.session.flush()
    if refused:
        fail(delivery, refused)


def _delivery(
    message: Message, ticket: Ticket, agent: Person, to: Person, address: str
) -> Delivery:
    group = ticket.group
    mail = OutboundMessage(
        external_id=tokens.message_id(
            tokens.make(ticket.id, to.id), current_app.config["DESK_MAIL_DOMAIN"]
        ),
        from_=Address(group.address if group else address, agent.name),
        to=(Address(address, to.name),),
        subject=f"Re: {ticket.subject}",
        text=message.text,
        sent_at=message.created_at,
    )
    return Delivery(
        kind=DeliveryKind.REPLY,
        ticket_id=ticket.id,
        message_id=message.id,
        person_id=to.id,
        sender=mail.from_.address,
        recipients=[address],
        subject=mail.subject[:500],
        text=mail.text,
        external_id=mail.external_id,
        state=DeliveryState.SENT,
        attempts=1,
        via=VIA,
        digest=files.keep(bytes(compose(mail))),
        created_at=message.created_at,
        sent_at=clock.now() + timedelta(seconds=4),
    )
