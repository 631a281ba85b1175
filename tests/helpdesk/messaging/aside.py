"""A side conversation of the tests: Ben asks a supplier about Ada's ticket."""

from __future__ import annotations

from typing import Any

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.models import Delivery, DeliveryState
from helpdesk.messaging.preparing import prepare_message
from helpdesk.people.models import Person
from helpdesk.tickets.commands import lock
from helpdesk.tickets.conversation import NewMessage
from helpdesk.tickets.models import Direction, Message, Ticket
from helpdesk.tickets.side_models import SideConversation
from helpdesk.tickets.siding import open_side, say_aside, side_on

SUPPLIER = "Toner Ltd <service@toner.example>"
ADDRESS = "service@toner.example"


def ask_aside(
    ticket: Ticket,
    agent: Person,
    text: str = "Do you have a drum unit?",
    *,
    to: tuple[str, ...] = (ADDRESS,),
    side: SideConversation | None = None,
    **more: Any,
) -> Message:
    """Write to a supplier, in a new side conversation or a further time."""
    with unit_of_work():
        locked = lock(ticket.id)
        if side is None:
            side = open_side(locked, subject="Drum unit wanted", by=agent.id, cause="test")
        else:
            side = side_on(locked, side.id, locked=True)
        new = NewMessage(text=text, direction=Direction.OUT, author=agent, **more)
        return say_aside(locked, side, new, to, by=agent.id, cause="test")


def sent_aside(
    ticket: Ticket, agent: Person, text: str = "Do you have one?", **more: Any
) -> Delivery:
    """The same, as the supplier has it."""
    message = ask_aside(ticket, agent, text, **more)
    with unit_of_work():
        delivery = prepare_message(message.id)[0]
        delivery.state = DeliveryState.SENT
    return delivery


def side_of(message: Message) -> SideConversation:
    return db.session.get_one(SideConversation, message.side_id, populate_existing=True)
