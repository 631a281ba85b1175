"""Several tickets that were assigned to somebody in one act: one line and one mail, whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.notifications.kinds import ASSIGNED_TOGETHER, STATUS, STATUS_TOGETHER
from helpdesk.notifications.preferences import Topic
from helpdesk.notifications.saying import tell
from helpdesk.people.access import actor_of
from helpdesk.people.models import Person, Right
from helpdesk.tickets.models import Ticket, Watcher
from helpdesk.tickets.queries import visible_ids


def tell_of_assignments(person_id: int, ticket_ids: Sequence[int]) -> None:
    """Tell an agent that they were given these tickets; rights are asked again (S13)."""
    person, ticket = (
        db.session.get_one(Person, person_id),
        db.session.get_one(Ticket, ticket_ids[0]),
    )
    if not person.is_active or not actor_of(person).holds(ticket.group_id, Right.READ):
        return
    tell(person, ticket, Topic.ASSIGNED, ASSIGNED_TOGETHER, times=len(ticket_ids))


def tell_of_statuses(ticket_ids: Sequence[int], *, by: int | None) -> None:
    """Tell whoever has or watches some of these tickets that their status was changed in one act: one line each."""
    for person_id, ids in sorted(_followed(ticket_ids).items()):
        person = db.session.get_one(Person, person_id)
        if person_id == by or not person.is_active or not person.is_staff:
            continue
        seen = visible_ids(actor_of(person), sorted(ids))
        if seen:
            ticket = db.session.get_one(Ticket, min(seen))
            kind = STATUS if len(seen) == 1 else STATUS_TOGETHER
            tell(person, ticket, Topic.STATUS, kind, times=len(seen))


def _followed(ticket_ids: Sequence[int]) -> dict[int, set[int]]:
    """The tickets of these that each person has or watches."""
    had = select(Ticket.assignee_id, Ticket.id).where(
        Ticket.id.in_(ticket_ids), Ticket.assignee_id.is_not(None)
    )
    watched = select(Watcher.person_id, Watcher.ticket_id).where(Watcher.ticket_id.in_(ticket_ids))
    found: dict[int, set[int]] = defaultdict(set)
    for person_id, ticket_id in [*db.session.execute(had), *db.session.execute(watched)]:
        found[person_id].add(ticket_id)
    return found
