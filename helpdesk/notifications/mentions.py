"""Who is named in a note by an @ before their name: people of the staff, and groups."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.messaging.rights import may_read
from helpdesk.people.models import Group, Person
from helpdesk.people.queries import agents_of, all_agents
from helpdesk.tickets.models import Ticket

MOST_TOLD = 100


@dataclass(frozen=True, slots=True)
class Mentionable:
    """Somebody who can be named, or a group; `may_see` says whether being named would tell them anything."""

    name: str
    is_group: bool
    may_see: bool


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a text names: those who may read the ticket, and the names of those who may not."""

    people: Sequence[Person]
    blind: Sequence[str]


def mentionable(ticket: Ticket, *, but: int) -> list[Mentionable]:
    """Everybody who can be named on this ticket, those who see it first."""
    people = [
        Mentionable(one.name, False, may_read(one, ticket)) for one in all_agents() if one.id != but
    ]
    groups = [
        Mentionable(one.name, True, any(may_read(each, ticket) for each in agents_of([one.id])))
        for one in _groups()
    ]
    return sorted([*people, *groups], key=lambda one: (not one.may_see, one.name.casefold()))


def named_in(text: str, ticket: Ticket) -> Named:
    """Whom this text names, as they are now (S13); each once."""
    if "@" not in text:
        return Named((), ())
    found: dict[int, Person] = {}
    blind: list[str] = []
    people: dict[str, list[Person]] = {}
    for one in all_agents():
        people.setdefault(_plain(one.name), []).append(one)
    groups = {_plain(one.name): one for one in _groups()}
    for name in names_in(text, [*people, *groups]):
        group = groups.get(name)
        meant = [*people.get(name, ()), *(agents_of([group.id]) if group else ())]
        seeing = [one for one in meant if may_read(one, ticket)]
        found.update((one.id, one) for one in seeing[:MOST_TOLD])
        if not seeing:
            blind.append(group.name if group else meant[0].name)
    return Named(list(found.values()), blind)


def names_in(text: str, known: Iterable[str]) -> list[str]:
    """Which of these names, all in small letters, stand in a text behind an @; the longest that fits, each once."""
    plain = _plain(text)
    longest_first = sorted({one for one in known if one}, key=len, reverse=True)
    found: list[str] = []
    for at in (place.end() for place in re.finditer(r"(?<![\w.+-])@", plain)):
        rest = plain[at:]
        name = next((one for one in longest_first if _begins(rest, one)), None)
        if name is not None and name not in found:
            found.append(name)
    return found


def _begins(rest: str, name: str) -> bool:
    return rest.startswith(name) and not re.match(r"\w", rest[len(name) :])


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _groups() -> Sequence[Group]:
    return db.session.scalars(
        select(Group).where(Group.is_active).order_by(Group.name, Group.id).limit(500)
    ).all()
