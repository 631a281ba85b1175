"""The telephone of the demo council: calls that were taken, one that was missed, and what was promised on it."""

from __future__ import annotations

import json
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from channels.channel import RawItem
from channels.telephony.channel import TelephonyChannel
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.messaging import accounts, filing
from helpdesk.messaging.keeping import keep
from helpdesk.messaging.models import ChannelAccount
from helpdesk.people.models import ContactKind, ContactPoint, Group, Person
from helpdesk.phone.call_backs import Promise, promise
from helpdesk.phone.models import (
    CallDirection,
    CallOutcome,
    CallState,
    PhoneCall,
    PhoneExtension,
)
from helpdesk.tickets.models import Direction, Message, Ticket

MOST_CALLS = 400
EXTENSION = "204"
# For a switchboard that is not there: nobody knows it but who loads the demo into a desk of their own.
_SECRET = "no switchboard signs with this one"  # noqa: S105 - of the demo


def set_up_calls(agent_address: str) -> None:
    """Give every call of the stories its length and number, and an agent calls to make; inside a unit of work."""
    agent = db.session.scalars(select(Person).where(Person.sign_in_name == agent_address)).one()
    _tell_of_calls()
    db.session.add(PhoneExtension(person_id=agent.id, extension=EXTENSION))
    _promise_calls(agent)
    _miss_a_call()


def _tell_of_calls() -> None:
    """A row for each message that came by telephone, as if an agent had logged it."""
    rows = db.session.execute(
        select(Message, Ticket.requester_id, Ticket.assignee_id)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(Message.channel == "phone", Message.author_id.is_not(None))
        .order_by(Message.id)
        .limit(MOST_CALLS)
    ).all()
    numbers = _numbers({requester_id for _message, requester_id, _assignee in rows})
    for message, requester_id, assignee_id in rows:
        seconds = 60 + message.id * 47 % 540
        began = message.created_at - timedelta(seconds=seconds)
        outward = message.direction is Direction.OUT
        db.session.add(
            PhoneCall(
                direction=CallDirection.OUT if outward else CallDirection.IN,
                state=CallState.ENDED,
                outcome=CallOutcome.SPOKE,
                number=numbers.get(requester_id, ""),
                person_id=requester_id,
                agent_id=message.author_id if outward else assignee_id,
                ticket_id=message.ticket_id,
                message_id=message.id,
                started_at=began,
                answered_at=began,
                ended_at=message.created_at,
                duration=seconds,
                created_at=message.created_at,
            )
        )
    db.session.flush()


def _numbers(person_ids: set[int]) -> dict[int, str]:
    found = db.session.execute(
        select(ContactPoint.person_id, ContactPoint.value).where(
            ContactPoint.kind == ContactKind.PHONE, ContactPoint.person_id.in_(sorted(person_ids))
        )
    )
    return dict(found.all())


def _promise_calls(agent: Person) -> None:
    """Two calls to make on tickets that the agent has, the nearer within the hour."""
    own = db.session.scalars(
        select(Ticket)
        .where(Ticket.assignee_id == agent.id, Ticket.is_open)
        .order_by(Ticket.last_activity_at.desc(), Ticket.id)
        .limit(2)
    ).all()
    for ticket, minutes in zip(own, (40, 190), strict=False):
        number = _numbers({ticket.requester_id}).get(ticket.requester_id, "")
        due = clock.now() + timedelta(minutes=minutes)
        promise(ticket, ticket.requester, agent, number=number, promised=Promise(due))


def _miss_a_call() -> None:
    """A telephone system, and the one call that it reported; nobody took it."""
    group = db.session.scalars(
        select(Group).where(Group.is_active).order_by(Group.id).limit(1)
    ).first()
    account = accounts.create_account(
        kind="telephony",
        name=_("Switchboard"),
        values={"secret": _SECRET, "ticket_type": "question"},
        group=group,
    )
    # Withheld: a call that nobody can be rung back for is a line among the calls, and no ticket.
    _report(account, "demo-1", "")


def miss_a_call_of(number: str) -> None:
    """Somebody rang whom the desk knows, and nobody took it: it has a ticket now. Inside a unit of work."""
    account = db.session.scalars(
        select(ChannelAccount).where(ChannelAccount.kind == "telephony").limit(1)
    ).one()
    _report(account, "demo-2", number)


def _report(account: ChannelAccount, call: str, number: str) -> None:
    for step in ("ringing", "missed"):
        _tell_of(account, call, step, number)


def _tell_of(account: ChannelAccount, call: str, step: str, number: str) -> None:
    said = {"id": f"{call}-{step}", "call": call, "event": step, "number": number}
    item = RawItem(f"{call}-{step}", json.dumps(said).encode())
    raw = keep(account, item)
    if raw is not None:
        for message in TelephonyChannel({}).parse(item):
            filing.file_message(raw, message)
