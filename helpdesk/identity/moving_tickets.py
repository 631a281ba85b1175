"""Tickets that go from one person to another in a merge, each with an entry of its own, and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import react
from helpdesk.identity.models import PersonMerge, PersonMergeMove
from helpdesk.identity.places import TICKETS, WATCHED, WATCHED_BY_BOTH
from helpdesk.people.models import Person
from helpdesk.tickets.commands import lock, unwatch, watch
from helpdesk.tickets.models import Ticket, Watcher
from helpdesk.tickets.requesting import change_requester

# A person may have very many tickets; each is journalled, and after so many what follows is done.
TOGETHER = 100


def move_tickets(merge: PersonMerge, *, by: int | None, cause: str) -> int:
    """Give the kept person the tickets of the gone one, and let them watch what that one watched."""
    kept, gone = _both(merge)
    theirs = select(Ticket.id).where(Ticket.requester_id == gone.id).order_by(Ticket.id)
    watched = select(Watcher.ticket_id).where(Watcher.person_id == gone.id)

    def hand_over(ticket: Ticket) -> bool:
        change_requester(ticket, kept, by=by, cause=cause)
        _note(merge, TICKETS, ticket)
        return True

    def hand_over_watch(ticket: Ticket) -> bool:
        both = any(one.person_id == kept.id for one in ticket.watchers)
        unwatch(ticket, gone, by=by, cause=cause)
        if not both:
            watch(ticket, kept, by=by, cause=cause)
        _note(merge, WATCHED_BY_BOTH if both else WATCHED, ticket)
        return True

    _each(db.session.scalars(watched.order_by(Watcher.ticket_id)).all(), hand_over_watch)
    return _each(db.session.scalars(theirs).all(), hand_over)


def take_back_tickets(merge: PersonMerge, *, by: int | None, cause: str) -> int:
    """Bring back the tickets that a merge moved, where they are still with the kept person."""
    kept, gone = _both(merge)

    def hand_back(ticket: Ticket) -> bool:
        if ticket.requester_id != kept.id:
            return False
        change_requester(ticket, gone, by=by, cause=cause)
        return True

    def hand_back_watch(ticket: Ticket) -> bool:
        if all(one.person_id != kept.id for one in ticket.watchers):
            return False
        unwatch(ticket, kept, by=by, cause=cause)
        watch(ticket, gone, by=by, cause=cause)
        return True

    def watch_again(ticket: Ticket) -> bool:
        watch(ticket, gone, by=by, cause=cause)
        return True

    _each(_noted(merge, WATCHED), hand_back_watch)
    _each(_noted(merge, WATCHED_BY_BOTH), watch_again)
    return _each(_noted(merge, TICKETS), hand_back)


def _each(ticket_ids: Sequence[int], do: Callable[[Ticket], bool]) -> int:
    """Do something to each of these tickets, in the order of their ids, so that two of us never wait for each other."""
    count = 0
    for number, ticket_id in enumerate(ticket_ids, start=1):
        count += do(lock(ticket_id))
        db.session.flush()
        if number % TOGETHER == 0:
            react()
    return count


def _both(merge: PersonMerge) -> tuple[Person, Person]:
    return db.session.get_one(Person, merge.kept_id), db.session.get_one(Person, merge.gone_id)


def _noted(merge: PersonMerge, place: str) -> Sequence[int]:
    return db.session.scalars(
        select(PersonMergeMove.row_id)
        .where(PersonMergeMove.merge_id == merge.id, PersonMergeMove.place == place)
        .order_by(PersonMergeMove.row_id)
    ).all()


def _note(merge: PersonMerge, place: str, ticket: Ticket) -> None:
    db.session.add(PersonMergeMove(merge_id=merge.id, place=place, row_id=ticket.id))
