"""Plain functions that make rows for tests, with defaults; each opens its own unit of work."""

from __future__ import annotations

from typing import Any

from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.models import Group, Person
from helpdesk.tickets import commands
from helpdesk.tickets.conversation import NewMessage, add_message
from helpdesk.tickets.models import Direction, Message, Ticket, TicketType, Visibility


def make_ticket(
    requester: Person,
    group: Group | None = None,
    *,
    subject: str = "Printer prints blank pages",
    text: str = "The printer on floor 2 prints blank pages.",
    type: TicketType = TicketType.INCIDENT,
    channel: str = "email",
    **first: Any,
) -> Ticket:
    """A ticket as if its requester had written it."""
    with unit_of_work():
        address = requester.contact_points[0].value if requester.contact_points else ""
        message = NewMessage(
            text=text,
            direction=Direction.IN,
            channel=channel,
            author=requester,
            author_address=address,
            **first,
        )
        return commands.open_ticket(
            requester=requester,
            subject=subject,
            type=type,
            channel=channel,
            group=group,
            first=message,
            cause="test",
        )


def make_reply(
    ticket: Ticket, agent: Person, text: str = "Please try again.", **more: Any
) -> Message:
    """An agent's public answer."""
    with unit_of_work():
        new = NewMessage(text=text, direction=Direction.OUT, author=agent, **more)
        return add_message(commands.lock(ticket.id), new, by=agent.id, cause="console")


def make_note(ticket: Ticket, agent: Person, text: str = "Drum unit again.") -> Message:
    """An agent's internal note."""
    with unit_of_work():
        new = NewMessage(
            text=text, direction=Direction.NOTE, visibility=Visibility.INTERNAL, author=agent
        )
        return add_message(commands.lock(ticket.id), new, by=agent.id, cause="console")


def make_words_of(
    ticket: Ticket, requester: Person, text: str = "Still blank.", **more: Any
) -> Message:
    """A requester's further message."""
    with unit_of_work():
        new = NewMessage(text=text, direction=Direction.IN, author=requester, **more)
        return add_message(commands.lock(ticket.id), new, by=requester.id, cause="mail")
