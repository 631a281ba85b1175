"""The people of one ticket's page, read in one query, and the names of groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from helpdesk.core.db import db
from helpdesk.people.models import ContactPoint, Person
from helpdesk.web.console import seen

MOST_PEOPLE = 1000


class Names:
    """Whom a page speaks of; ids it was not told of have no name."""

    def __init__(self, people: Mapping[int, Person]) -> None:
        self.people = people

    def person(self, person_id: int | None) -> str:
        """The name of a person; nobody is the desk itself."""
        if person_id is None:
            return _("The desk")
        known = self.people.get(person_id)
        return known.name if known else _("Somebody")

    def group(self, group_id: int | None) -> str:
        return seen.group_name(group_id) or _("No group")


def read_names(ids: Iterable[int | None]) -> Names:
    """The names of these people; they are then at hand for every row that points at them."""
    wanted = sorted({one for one in ids if one is not None})[:MOST_PEOPLE]
    found = db.session.scalars(
        select(Person).where(Person.id.in_(wanted)).options(joinedload(Person.organisation))
    )
    return Names({person.id: person for person in found})


def contact_points(ids: Iterable[int]) -> dict[int, list[ContactPoint]]:
    """The contact points of some people."""
    found: dict[int, list[ContactPoint]] = {}
    for point in db.session.scalars(
        select(ContactPoint)
        .where(ContactPoint.person_id.in_(sorted(set(ids))))
        .order_by(ContactPoint.is_proven.desc(), ContactPoint.id)
        .limit(MOST_PEOPLE)
    ):
        found.setdefault(point.person_id, []).append(point)
    return found


def address_in(points: Sequence[ContactPoint]) -> ContactPoint | None:
    """The contact point that mail goes to: a proven one before others."""
    return next((point for point in points if point.kind == "email"), None)
