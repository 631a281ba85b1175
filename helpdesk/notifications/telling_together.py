"""Several tickets that were assigned to somebody in one act: one line and one mail, whatever their number."""

from __future__ import annotations

from collections.abc import Sequence

from helpdesk.core.db import db
from helpdesk.notifications.kinds import ASSIGNED_TOGETHER
from helpdesk.notifications.preferences import Topic
from helpdesk.notifications.saying import tell
from helpdesk.people.access import actor_of
from helpdesk.people.models import Person, Right
from helpdesk.tickets.models import Ticket


def tell_of_assignments(person_id: int, ticket_ids: Sequence[int]) -> None:
    """Tell an agent that they were given these tickets; rights are asked again (S13)."""
    person, ticket = (
        db.session.get_one(Person, person_id),
        db.session.get_one(Ticket, ticket_ids[0]),
    )
    if not person.is_active or not actor_of(person).holds(ticket.group_id, Right.READ):
        return
    tell(person, ticket, Topic.ASSIGNED, ASSIGNED_TOGETHER, times=len(ticket_ids))
