"""The counts of the rail for all consoles that are open, in as many statements as for one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.people.access import Actor
from helpdesk.people.models import Group
from helpdesk.tickets.counting import ALL, MOST_COUNTED, counts_by_group
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.narrowing import Filters
from helpdesk.views import choosing, store
from helpdesk.views.counting import counts_of_many
from helpdesk.web.console import views

# As the rail: a person of very many groups sees their names without counts.
MOST_COUNTED_GROUPS = 24
MINE = "mine"
# Among the counts: by what an open page sees that its views are others now.
RAIL = "rail"
# The views of everybody whose counts are sums over groups; see `views.fixed_views`.
SHAPES = {
    "unassigned": Filters(assignee=0),
    views.DUE_SOON: Filters(due="soon"),
    views.LATE: Filters(due="late"),
    views.DEFAULT: Filters(),
}

_GROUPS = select(Group.id).where(Group.is_active).order_by(func.lower(Group.name)).limit(500)


def counts_of_all(actors: Sequence[Actor]) -> list[dict[str, int]]:
    """For each person the counts of the views in their rail, by the keys of the views."""
    has_admins = any(actor.is_admin for actor in actors)
    every = list(db.session.scalars(_GROUPS)) if has_admins else []
    groups = {*every, *(group for actor in actors for group in actor.readable_group_ids)}
    counts = counts_by_group(SHAPES, groups, with_all=has_admins)
    mine = _mine({actor.person_id for actor in actors})
    known = store.known_now()
    rails = {actor.person_id: choosing.in_rail(actor, known) for actor in actors}
    saved = counts_of_many(actors, lambda actor: rails[actor.person_id])
    found = []
    for actor, of_saved in zip(actors, saved, strict=True):
        own = every if actor.is_admin else sorted(actor.readable_group_ids)
        places: list[int | None] = [ALL] if actor.is_admin else [None, *own]
        said = {key: _capped(counts.get((key, place), 0) for place in places) for key in SHAPES}
        said[MINE] = _capped(
            count
            for (person, group), count in mine.items()
            if person == actor.person_id and (actor.is_admin or group is None or group in own)
        )
        if len(own) <= MOST_COUNTED_GROUPS:
            key = views.DEFAULT
            said |= {f"{views.GROUP_PREFIX}{one}": counts.get((key, one), 0) for one in own}
        said[RAIL] = choosing.mark_of(rails[actor.person_id])
        found.append({**said, **of_saved})
    return found


def _mine(people: Collection[int]) -> dict[tuple[int, int | None], int]:
    """How many open tickets of each group each of these people has."""
    ticket = Ticket.__table__.c
    rows = db.session.execute(
        select(ticket.assignee_id, ticket.group_id, func.count())
        .where(ticket.assignee_id.in_(sorted(people)), ticket.is_open)
        .group_by(ticket.assignee_id, ticket.group_id)
    )
    return {(person, group): count for person, group, count in rows}


def _capped(counts: Iterable[int]) -> int:
    return min(sum(counts), MOST_COUNTED)
