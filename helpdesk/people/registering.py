"""Who wrote: the person with an address, made when nobody has it, whoever else makes them at the same moment."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from helpdesk.core import clock
from helpdesk.core.db import db, is_postgresql
from helpdesk.core.unit_of_work import record
from helpdesk.people.access import Actor, id_of
from helpdesk.people.addresses import normalise, tidy_name
from helpdesk.people.events import PersonRegistered
from helpdesk.people.models import ContactKind, ContactPoint, Person, Role

# Built once, since every mail asks it. All points of the person come along: their search document names them.
_POINT = (
    select(ContactPoint)
    .where(ContactPoint.kind == bindparam("kind"), ContactPoint.value == bindparam("value"))
    .options(joinedload(ContactPoint.person).joinedload(Person.contact_points))
)


def find_or_register(address: str, name: str = "", *, cause: str = "desk") -> Person:
    """The person with this e-mail address, registered now if nobody has it.

    Two workers that meet the same new address at once get the same person: the second waits for the unique contact
    point and reads what the first has written. The address proves nothing until its owner has shown that they read it.
    """
    return find_or_register_point(address, name, cause=cause).person


def find_or_register_point(
    address: str, name: str = "", *, kind: ContactKind = ContactKind.EMAIL, cause: str = "desk"
) -> ContactPoint:
    """As `find_or_register`, but the contact point itself, its person read; of any kind."""
    value = normalise(kind, address)
    known = contact_point_of(kind, value)
    while known is None:
        made = _register_unless_taken(name, kind, value, cause)
        # Whoever else registers the address now was waited for, and can be read.
        known = made or contact_point_of(kind, value)
    return known


def contact_point_of(kind: ContactKind, value: str) -> ContactPoint | None:
    """The contact point of this normalised value, with its person and all of theirs."""
    found = db.session.scalars(_POINT, {"kind": kind, "value": value})
    return found.unique().one_or_none()


def register(
    name: str, kind: ContactKind, value: str, *, actor: Actor | None, cause: str
) -> Person:
    """A new requester with one contact point; the caller has made sure that nobody has it."""
    person = _new_person(name, value)
    set_committed_value(person, "contact_points", [])
    person.contact_points.append(ContactPoint(kind=kind, value=value, created_at=person.created_at))
    db.session.flush()
    _record_registered(person, kind, value, actor=actor, cause=cause)
    return person


def _register_unless_taken(
    name: str, kind: ContactKind, value: str, cause: str
) -> ContactPoint | None:
    """A new person with this address; None when another worker was quicker."""
    person = _new_person(name, value)
    insert = insert_on_postgresql if is_postgresql() else insert_on_sqlite
    point = db.session.scalars(
        insert(ContactPoint)
        .values(person_id=person.id, kind=kind, value=value, created_at=person.created_at)
        .on_conflict_do_nothing(index_elements=["kind", "value"])
        .returning(ContactPoint)
    ).one_or_none()
    if point is None:
        db.session.expunge(person)
        db.session.execute(delete(Person).where(Person.id == person.id))
        return None
    set_committed_value(person, "contact_points", [point])
    set_committed_value(point, "person", person)
    _record_registered(person, kind, value, actor=None, cause=cause)
    return point


def _new_person(name: str, value: str) -> Person:
    own = tidy_name(name) or tidy_name(value.partition("@")[0]) or value
    person = Person(name=own, role=Role.REQUESTER, created_at=clock.now())
    db.session.add(person)
    db.session.flush()
    return person


def _record_registered(
    person: Person, kind: ContactKind, value: str, *, actor: Actor | None, cause: str
) -> None:
    record(
        PersonRegistered(
            actor_id=id_of(actor),
            cause=cause,
            subject_id=person.id,
            after={"role": person.role.value, "contact": kind.value},
            personal={"name": person.name, kind.value: value},
        )
    )
