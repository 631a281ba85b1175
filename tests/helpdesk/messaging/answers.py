"""What the tests answer: mails that the desk prepared, and answers to them as a person's program writes them."""

from __future__ import annotations

from typing import Any

from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.models import Delivery, DeliveryState
from helpdesk.messaging.preparing import prepare_message
from helpdesk.people.models import Person
from helpdesk.tickets import merging, moving
from helpdesk.tickets.commands import change_status, lock
from helpdesk.tickets.models import Message, Ticket
from tests.helpdesk.messaging.post import mail_from
from tests.makers import make_reply
from workflows.lifecycle import Status

ADA = "Ada Byrne <ada@borough.example>"


def sent(ticket: Ticket, agent: Person, text: str = "Please try again.") -> Delivery:
    """An agent's answer that left the desk, as its requester has it."""
    message = make_reply(ticket, agent, text)
    with unit_of_work():
        [delivery] = prepare_message(message.id)
        delivery.state = DeliveryState.SENT
    return delivery


def answer(
    delivery: Delivery, sender: str = ADA, text: str = "It works now.", **more: Any
) -> bytes:
    """An answer as a mail program writes it: to the reply address, naming the mail it answers."""
    headers = {"In-Reply-To": f"<{delivery.external_id}>", **more.pop("headers", {})}
    return mail_from(
        sender,
        text,
        to=str(delivery.headers["reply_to"]),
        subject=f"Re: {delivery.subject}",
        headers=headers,
        **more,
    )


def close(ticket: Ticket) -> None:
    with unit_of_work():
        change_status(lock(ticket.id), Status.RESOLVED, by=None, cause="test")
        change_status(lock(ticket.id), Status.CLOSED, by=None, cause="test")


def merge(source: Ticket, target: Ticket) -> None:
    with unit_of_work():
        merging.merge(*moving.lock_both(source.id, target.id), by=None, cause="test")


def move_out(message: Message) -> Ticket:
    with unit_of_work():
        return moving.move_out(message, by=None, cause="test")
