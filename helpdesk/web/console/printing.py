"""A ticket on paper: as its requester may have it, or, when chosen, as staff have it, with what is internal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.messaging import policy as policies
from helpdesk.messaging.identity import identity_for, signed_name
from helpdesk.messaging.passing_on import writer_of
from helpdesk.people.access import Actor, actor_of
from helpdesk.tickets.access import access_ticket, readable
from helpdesk.tickets.models import Direction, Message, Ticket, Visibility
from helpdesk.web import moments
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.formatted import formatted
from helpdesk.web.console.plain import fit
from helpdesk.web.console.taken_out import was_redacted

# What is asked for in the address to have what is internal on the paper.
ALL = "all"
MOST_MESSAGES = 2_000


@console.get("/tickets/<number>/print")
def print_ticket(number: str) -> ResponseReturnValue:
    """The whole ticket in one plain column; without notes and side conversations unless they were chosen (S12)."""
    actor = current_actor()
    ticket = access_ticket(actor, number)
    whole = request.args.get("with") == ALL
    messages = _messages(ticket, actor if whole else actor_of(ticket.requester))
    return render_template(
        "console/print.html",
        ticket=ticket,
        whole=whole,
        messages=[_printed(one, ticket, whole=whole) for one in messages],
        left_out=len(messages) == MOST_MESSAGES,
        opened_at=moments.moment(ticket.created_at),
        made_at=moments.moment(clock.now()),
        agent=ticket.assignee.name if whole and ticket.assignee else "",
    )


def _messages(ticket: Ticket, reader: Actor) -> Sequence[Message]:
    """What this reader may read; the requester's copy is asked for with the requester's own rights."""
    newest = db.session.scalars(
        select(Message)
        .where(Message.ticket_id == ticket.id, readable(reader))
        .options(selectinload(Message.attachments), selectinload(Message.author))
        .order_by(Message.id.desc())
        .limit(MOST_MESSAGES)
    ).all()
    return newest[::-1]


def _printed(message: Message, ticket: Ticket, *, whole: bool) -> dict[str, Any]:
    return {
        "who": _who(message, ticket, whole=whole),
        "at": moments.moment(message.created_at),
        "kind": _kind(message),
        "text": fit(message.text),
        "formatted": formatted(message),
        "files": [one.name for one in message.attachments],
        "unverified": message.unverified if whole else "",
        "redacted": was_redacted(message.facts),
    }


def _who(message: Message, ticket: Ticket, *, whole: bool) -> str:
    """The writer; to the outside agents are named as in the mails they send."""
    if whole or message.direction is Direction.IN:
        return writer_of(message)
    policy = policies.lately()
    return signed_name(identity_for(ticket, policy), message.author, policy)


def _kind(message: Message) -> str:
    if message.visibility is Visibility.INTERNAL:
        return _("Internal note")
    return _("Side conversation") if message.visibility is Visibility.ASIDE else ""
