"""People who turn out to be one, made for the tests of merging."""

from __future__ import annotations

from typing import Any

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.identity import merging
from helpdesk.identity.models import PersonMerge
from helpdesk.people.access import SYSTEM
from helpdesk.people.commands import add_contact_point, register_requester
from helpdesk.people.models import ContactKind, ContactPoint, Person


def make_requester(name: str, address: str = "", *, phone: str = "", **details: Any) -> Person:
    """A requester with unproven contact points."""
    with unit_of_work():
        person = register_requester(name, address, phone=phone, actor=SYSTEM)
        for key, value in details.items():
            setattr(person, key, value)
        return person


def add_point(person: Person, kind: ContactKind, value: str, *, is_proven: bool = False) -> None:
    """One more contact point of a person."""
    with unit_of_work():
        point = add_contact_point(db.session.get_one(Person, person.id), kind, value)
        point.is_proven = is_proven


def merged(kept: Person, gone: Person, **how: Any) -> PersonMerge:
    """Two people merged by the desk itself, or by the actor given."""
    with unit_of_work():
        return merging.merge(kept.id, gone.id, **{"actor": SYSTEM, **how})


def undone(merge: PersonMerge, **how: Any) -> PersonMerge:
    """A merge taken back."""
    with unit_of_work():
        return merging.undo(merge.id, **{"actor": SYSTEM, **how})


def values_of(person: Person) -> set[str]:
    """The addresses and numbers that a person has now."""
    rows = db.session.query(ContactPoint.value).filter_by(person_id=person.id)
    return {value for (value,) in rows}
