"""Who acts, and what they may do to people, groups and the desk's own set-up."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.errors import Refused
from helpdesk.people.models import RIGHTS_IN_ORDER, Group, Membership, Person, Right, Role

# Among a person's choices: the language of the console, where one was chosen.
LANGUAGE = "language"
_NO_GROUPS: Mapping[int, Right] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Actor:
    """A person who acts, with all that decides what they may see and do; holds no row and asks no database.

    `groups` has the active groups of which they are a member. An administrator may do everything everywhere, whatever
    `groups` says.
    """

    person_id: int
    name: str
    role: Role
    groups: Mapping[int, Right] = field(default_factory=lambda: _NO_GROUPS, hash=False)
    locale: str = "en"
    time_zone: str = "Europe/London"
    theme: str = "system"
    single_keys: bool = True
    undo_seconds: int = 10
    choices: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def id(self) -> int:
        """The same as `person_id`, by the name that pages use."""
        return self.person_id

    @property
    def language(self) -> str:
        """The language that this person chose for the console; "" for that of their browser."""
        return str(self.choices.get(LANGUAGE) or "")

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN

    @property
    def is_staff(self) -> bool:
        return self.role in (Role.AGENT, Role.ADMIN)

    @property
    def readable_group_ids(self) -> frozenset[int]:
        """The groups whose tickets this person reads by membership; says nothing of administrators, who read all."""
        return frozenset(self.groups) if self.is_staff else frozenset()

    def holds(self, group_id: int | None, right: Right) -> bool:
        """Whether this person holds a right over the tickets of a group; None stands for tickets without a group.

        Those are everybody's to read and work on, and nobody's but an administrator's to lead.
        """
        if self.is_admin:
            return True
        if not self.is_staff:
            return False
        if group_id is None:
            return right is not Right.LEAD
        held = self.groups.get(group_id)
        return held is not None and RIGHTS_IN_ORDER.index(held) >= RIGHTS_IN_ORDER.index(right)


# Where a command takes `Actor | None`, this is the desk itself: a job, a rule, a first set-up. It may do everything.
SYSTEM: Final[Actor | None] = None


class Deed(enum.StrEnum):
    """What may be done to people, groups and mailboxes."""

    SEE_PEOPLE = "see people"
    EDIT_REQUESTERS = "edit requesters"
    MANAGE_STAFF = "manage staff"
    MANAGE_GROUPS = "manage groups"
    CHOOSE_MEMBERS = "choose members"
    MANAGE_MAILBOXES = "manage mailboxes"
    MANAGE_SETTINGS = "manage settings"


_DEEDS_OF_AGENTS = frozenset({Deed.SEE_PEOPLE, Deed.EDIT_REQUESTERS})


def actor_of(person: Person) -> Actor:
    """The actor that a person is now; one query."""
    return actors_of([person])[person.id]


def actors_of(people: Iterable[Person]) -> dict[int, Actor]:
    """The actors that people are now, by their ids; one query for all."""
    found = {person.id: person for person in people}
    groups: dict[int, dict[int, Right]] = {one: {} for one in found}
    staff = [person.id for person in found.values() if person.is_staff]
    if staff:
        rows = db.session.execute(
            select(Membership.person_id, Membership.group_id, Membership.right)
            .join(Group, Group.id == Membership.group_id)
            .where(Membership.person_id.in_(staff), Group.is_active)
            .order_by(Membership.group_id)
        )
        for person_id, group_id, right in rows:
            groups[person_id][group_id] = right
    return {one: _actor(person, groups[one]) for one, person in found.items()}


def _actor(person: Person, groups: dict[int, Right]) -> Actor:
    return Actor(
        person_id=person.id,
        name=person.name,
        role=person.role,
        groups=MappingProxyType(groups),
        locale=person.locale,
        time_zone=person.time_zone,
        theme=person.theme,
        single_keys=person.single_keys,
        undo_seconds=person.undo_seconds,
        choices=person.choices,
    )


def may(actor: Actor | None, deed: Deed, *, group_id: int | None = None) -> bool:
    """Whether an actor may do a deed; `group_id` says in which group, where that matters."""
    if actor is None or actor.is_admin:
        return True
    if not actor.is_staff:
        return False
    if deed is Deed.CHOOSE_MEMBERS:
        return group_id is not None and actor.holds(group_id, Right.LEAD)
    return deed in _DEEDS_OF_AGENTS


def require(actor: Actor | None, deed: Deed, *, group_id: int | None = None) -> None:
    """Refuse an actor who may not do a deed."""
    if not may(actor, deed, group_id=group_id):
        raise Refused(_("You may not do this."), _("Ask an administrator of the desk."))


def id_of(actor: Actor | None) -> int | None:
    """What an event says of who did it; None is the desk itself."""
    return None if actor is None else actor.person_id
