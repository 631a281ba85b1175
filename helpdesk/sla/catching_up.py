"""catch_up(): tickets from before the desk counted are taken in, their facts made of the journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.journal.models import Entry
from helpdesk.sla import choosing, keeping
from helpdesk.sla.facts import Happening, Names
from helpdesk.sla.library import Library
from helpdesk.sla.models import SlaTicket
from helpdesk.sla.recording import CATCH_UP, finish, take
from helpdesk.tickets.commands import lock
from helpdesk.tickets.lives import category_of
from helpdesk.tickets.models import Message, Ticket

JOB = CATCH_UP
_MOST_ENTRIES = 5000


def catch_up(ticket_ids: Sequence[int]) -> int:
    """Take these tickets into the counting, inside the open unit of work; returns how many were not in it yet.

    What happened before counts by no policy, since none held; the policy that fits now holds from now on.
    """
    library, names = Library(), Names()
    taken = []
    for ticket_id in ticket_ids:
        ticket = lock(ticket_id)
        if db.session.get(SlaTicket, ticket_id) is not None:
            continue
        happenings = _happenings(ticket)
        if not happenings or happenings[0].name != "TicketOpened":
            continue
        count = keeping.new_count(ticket_id, library, clock.believed())
        take(count, ticket, happenings, names, choice=choosing.no_choice)
        taken.append(count)
    finish(taken)
    return len(taken)


def _happenings(ticket: Ticket) -> list[Happening]:
    entries = db.session.scalars(
        select(Entry)
        .where(Entry.subject_kind == "ticket", Entry.subject_id == ticket.id)
        .order_by(Entry.seq)
        .limit(_MOST_ENTRIES)
    ).all()
    told = {
        row.id: row
        for row in db.session.execute(
            select(Message.id, Message.automation, Message.created_at).where(
                Message.ticket_id == ticket.id
            )
        )
    }
    return [_happening(entry, ticket, told) for entry in entries]


def _happening(entry: Entry, ticket: Ticket, told: Mapping[int, Any]) -> Happening:
    message = told.get(entry.after.get("message", 0))
    at = message.created_at if message is not None else entry.at
    category = ""
    if entry.event == "StatusChanged":
        category = category_of(str(ticket.type), str(entry.after["status"])).value
    return Happening(
        ticket.id,
        entry.event,
        min(at, ticket.created_at) if entry.event == "TicketOpened" else at,
        entry.before,
        entry.after,
        entry.actor_id,
        entry.cause,
        category=category,
        by_person=message is None or message.automation is None,
    )
