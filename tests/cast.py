"""The people of every test: Ada asks, Ben answers, Cleo leads, Dan must be refused, Eve administers."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.access import Actor, actor_of
from helpdesk.people.models import ContactKind, ContactPoint, Group, Membership, Person, Right, Role
from helpdesk.people.passwords import hash_password

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Cast:
    """Ada is a requester; Ben works and Cleo leads in IT; Dan works in Highways, which has nothing to do with IT."""

    ada: Person
    ben: Person
    cleo: Person
    dan: Person
    eve: Person
    it: Group
    highways: Group

    def actor(self, name: str) -> Actor:
        person: Person = getattr(self, name)
        return actor_of(person)


def make_cast() -> Cast:
    with unit_of_work():
        it, highways = make_group("IT support"), make_group("Highways")
        ada = make_person("Ada Byrne", "ada@borough.example")
        ben = make_person("Ben Kaya", "ben@borough.example", Role.AGENT)
        cleo = make_person("Cleo Marsh", "cleo@borough.example", Role.AGENT)
        dan = make_person("Dan Okoro", "dan@borough.example", Role.AGENT)
        eve = make_person("Eve Adair", "eve@borough.example", Role.ADMIN)
        for person, group, right in (
            (ben, it, Right.WORK),
            (cleo, it, Right.LEAD),
            (dan, highways, Right.WORK),
        ):
            db.session.add(Membership(person_id=person.id, group_id=group.id, right=right))
    return Cast(ada, ben, cleo, dan, eve, it, highways)


_hash: list[str] = []


def make_person(name: str, address: str, role: Role = Role.REQUESTER) -> Person:
    """A person with a proven address; staff have the password of the tests. Inside a unit of work."""
    if not _hash:
        _hash.append(hash_password(PASSWORD))
    at = clock.now()
    # What tests send leaves at once, unless they are about taking back.
    person = Person(name=name, role=role, undo_seconds=0, created_at=at)
    if role is not Role.REQUESTER:
        person.sign_in_name, person.password_hash = address, _hash[0]
    person.contact_points = [
        ContactPoint(
            kind=ContactKind.EMAIL, value=address, is_proven=True, proven_at=at, created_at=at
        )
    ]
    db.session.add(person)
    db.session.flush()
    return person


def make_group(name: str) -> Group:
    """A group. Inside a unit of work."""
    group = Group(name=name, created_at=clock.now())
    db.session.add(group)
    db.session.flush()
    return group
