"""What stands in the place of placeholders on a ticket: plain words, from a fixed list (S31)."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from flask_babel import format_datetime
from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.messaging import policy as policies
from helpdesk.messaging.identity import identity_for
from helpdesk.people.models import ContactPoint, Person
from helpdesk.tickets.models import Ticket
from workflows.actions import AddNote, Notify, SendReply
from workflows.placeholders import filled_in
from workflows.rules import Answer


def text_of(action: SendReply | AddNote | Notify, ticket: Ticket, values: Mapping[str, str]) -> str:
    """The text of an action, its placeholders filled in. Raises NotFound for an answer that is gone."""
    text = action.text
    if isinstance(action, SendReply) and action.answer:
        answer: Answer = store.find(Kind.ANSWER, action.answer).value
        text = answer.text_in(ticket.requester.locale)
    return filled_in(text, values)


def values_for_agent(ticket: Ticket, agent: Person) -> dict[str, str]:
    """What an agent's own text may name."""
    first_name = agent.name.split()[0] if agent.name.split() else ""
    return {
        **_of_ticket(ticket),
        "subject": ticket.subject,
        "requester": ticket.requester.name,
        "agent": agent.name,
        "first_name": first_name,
    }


def values_for_rule(ticket: Ticket) -> dict[str, str]:
    """What a text that nobody looks at before it leaves may name: nothing that an unknown sender wrote (S18)."""
    proven = db.session.scalar(
        select(ContactPoint.id)
        .where(ContactPoint.person_id == ticket.requester_id, ContactPoint.is_proven)
        .limit(1)
    )
    fixed = _of_ticket(ticket)
    return {
        **fixed,
        "subject": ticket.number,
        "requester": ticket.requester.name if proven is not None else "",
        "agent": fixed["group"],
        "first_name": fixed["group"],
    }


def _of_ticket(ticket: Ticket) -> dict[str, str]:
    identity = identity_for(ticket, policies.read())
    group = ticket.group
    due = ticket.due_at
    zone = ZoneInfo(ticket.requester.time_zone)
    return {
        "number": ticket.number,
        "status": ticket.status.replace("_", " "),
        "priority": str(ticket.priority),
        "due": format_datetime(due.astimezone(zone), "d MMMM y HH:mm", rebase=False)
        if due is not None
        else _("no date yet"),
        "group": group.name if group else identity.name,
        "agency": group.agency.name if group and group.agency else identity.desk,
        "desk": identity.desk,
    }
