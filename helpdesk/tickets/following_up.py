"""A ticket that goes on where another ended: what it takes over from it."""

from __future__ import annotations

from datetime import timedelta

from helpdesk.core import clock
from helpdesk.people.models import Person
from helpdesk.tickets.commands import move_to_group, watch
from helpdesk.tickets.customizing import fields_of, set_custom
from helpdesk.tickets.lives import lifecycle_of
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.requesting import change_requester


def takes_up(ticket: Ticket) -> bool:
    """Whether words to an ended ticket still belong to its matter, as its lifecycle says in days."""
    ended = ticket.closed_at or ticket.updated_at
    days = lifecycle_of(ticket.type).times.follow_up_days
    return clock.now() - ended <= timedelta(days=days)


def take_over(opened: Ticket, ended: Ticket, author: Person, *, by: int | None, cause: str) -> None:
    """Give a follow-up the requester, group and fields of the ticket it follows; whoever wrote takes part in it."""
    if ended.group is not None and ended.group.is_active:
        move_to_group(opened, ended.group, by=by, cause=cause)
    known = {field.key for field in fields_of(opened.type)}
    custom = {key: value for key, value in ended.custom.items() if key in known}
    if custom:
        set_custom(opened, custom, by=by, cause=cause)
    if ended.requester_id != author.id:
        change_requester(opened, ended.requester, by=by, cause=cause)
        watch(opened, author, by=by, cause=cause)
