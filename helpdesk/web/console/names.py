"""The people of one ticket's page, read in two queries, and the names of groups."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import BigInteger, Select, bindparam, exists, select
from sqlalchemy.orm import joinedload, selectinload

from channels.chat.channel import ChatChannel
from helpdesk.core.db import db
from helpdesk.people.models import ContactKind, ContactPoint, Person
from helpdesk.tickets.customizing import labels_of
from helpdesk.tickets.models import Watcher
from helpdesk.web.console import seen

MOST_PEOPLE = 1000


class Names:
    """Whom a page speaks of; ids it was not told of have no name."""

    def __init__(
        self, people: Mapping[int, Person], watchers: Sequence[Person], fields: Mapping[str, str]
    ) -> None:
        self.people = people
        self.watchers = watchers
        self._fields = fields

    def person(self, person_id: int | None) -> str:
        """The name of a person; nobody is the desk itself."""
        if person_id is None:
            return _("The desk")
        known = self.people.get(person_id)
        return known.name if known else _("Somebody")

    def group(self, group_id: int | None) -> str:
        return seen.group_name(group_id) or _("No group")

    def field(self, key: str) -> str:
        """The label of a custom field."""
        return self._fields.get(key) or _("A field")


def read_names(ids: Iterable[int | None], *, watching: int, fields: Collection[str] = ()) -> Names:
    """These people and the watchers of a ticket, with their contact points; and the labels of custom fields by key.

    The people are then at hand for every row that points at them.
    """
    wanted = sorted({one for one in ids if one is not None})[:MOST_PEOPLE]
    found = db.session.execute(_people(), {"wanted": wanted, "ticket": watching}).all()
    return Names(
        people={row.Person.id: row.Person for row in found},
        watchers=[row.Person for row in found if row.watches],
        fields=labels_of(fields),
    )


@cache
def _people() -> Select[Person, bool]:
    ticket = bindparam("ticket", type_=BigInteger)
    watchers = select(Watcher.person_id).where(Watcher.ticket_id == ticket)
    # A union, since PostgreSQL reads every person to decide an OR of a list and a subquery.
    wanted = Person.id.in_(bindparam("wanted", expanding=True))
    these = select(Person.id).where(wanted).union(watchers)
    is_watcher = exists().where(Watcher.ticket_id == ticket, Watcher.person_id == Person.id)
    return (
        select(Person, is_watcher.label("watches"))
        .where(Person.id.in_(these))
        .options(joinedload(Person.organisation), selectinload(Person.contact_points))
        .order_by(Person.id)
    )


def address_in(points: Sequence[ContactPoint]) -> ContactPoint | None:
    """The contact point that mail goes to: a proven one before others, an older before a newer."""
    mails = [point for point in points if point.kind is ContactKind.EMAIL]
    return min(mails, key=lambda point: (not point.is_proven, point.id), default=None)


def addresses_shown(channel: str, recipients: Mapping[str, Any], *kinds: str) -> str:
    """Addresses as people read them; what the desk calls a visitor of the chat says nothing to anybody."""
    if channel == ChatChannel.kind:
        return ""
    return ", ".join(str(one) for kind in kinds for one in recipients.get(kind, ()))
