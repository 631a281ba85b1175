"""Whose ticket it is can be changed, and the journal says so."""

from __future__ import annotations

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.journal.models import Entry
from helpdesk.people.models import Person
from helpdesk.tickets.commands import lock
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.requesting import change_requester
from helpdesk.tickets.verifying import verify_ticket
from tests.cast import Cast
from tests.makers import make_ticket


def give(ticket: Ticket, person: Person, by: Person) -> None:
    with unit_of_work():
        change_requester(lock(ticket.id), person, by=by.id, cause="test")


def entries_of(ticket: Ticket) -> list[Entry]:
    wanted = db.select(Entry).filter_by(subject_id=ticket.id, event="RequesterChanged")
    return list(db.session.scalars(wanted))


def test_a_ticket_goes_to_another_requester(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    version = ticket.version
    give(ticket, cast.eve, by=cast.ben)
    now = lock(ticket.id)
    assert now.requester_id == cast.eve.id
    assert now.version == version + 1
    [entry] = entries_of(ticket)
    assert (entry.before["requester"], entry.after["requester"]) == (cast.ada.id, cast.eve.id)
    assert entry.actor_id == cast.ben.id


def test_its_own_requester_changes_nothing(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    give(ticket, cast.ada, by=cast.ben)
    assert entries_of(ticket) == []


def test_what_was_said_stays_its_writers(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    give(ticket, cast.eve, by=cast.ben)
    [message] = lock(ticket.id).messages
    assert message.author_id == cast.ada.id


def test_the_journal_still_proves_the_ticket(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    give(ticket, cast.eve, by=cast.ben)
    assert verify_ticket(ticket.id) == []
