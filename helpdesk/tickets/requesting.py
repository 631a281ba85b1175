"""Whose ticket it is, when another than its sender turns out to be meant."""

from __future__ import annotations

from helpdesk.core.unit_of_work import record
from helpdesk.people.models import Person
from helpdesk.tickets.commands import touch
from helpdesk.tickets.events import RequesterChanged
from helpdesk.tickets.models import Ticket


def change_requester(ticket: Ticket, person: Person, *, by: int | None, cause: str) -> None:
    """Make a person the one a ticket is for, whom answers go to from now on. The caller has locked the ticket.

    What was said stays as it is and as its writers'. Whoever was the requester no longer takes part through that.
    """
    if person.id == ticket.requester_id:
        return
    touch(ticket)
    record(
        RequesterChanged(
            actor_id=by,
            cause=cause,
            subject_id=ticket.id,
            before={"requester": ticket.requester_id},
            after={"requester": person.id},
        )
    )
    ticket.requester_id = person.id
    ticket.requester = person
