"""What is asked about people, groups and organisations; each list has a limit and an order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, bindparam, false, func, or_, select
from sqlalchemy.orm import selectinload

from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.people.access import Actor, Deed, may
from helpdesk.people.models import (
    RIGHTS_IN_ORDER,
    Agency,
    ContactKind,
    ContactPoint,
    Group,
    Membership,
    Organisation,
    Person,
    Right,
    Role,
)

MOST_FOUND = 20
MOST_LISTED = 500
# Nobody is merged from person to person more often than this.
MOST_MERGES = 20


def find_by_contact_point(
    kind: ContactKind, value: str, *, proven_only: bool = False
) -> Person | None:
    """Whose contact point this is; `value` must be normalised."""
    return find_by_contact_points(kind, [value], proven_only=proven_only).get(value)


def find_by_contact_points(
    kind: ContactKind, values: Iterable[str], *, proven_only: bool = False
) -> dict[str, Person]:
    """Whose contact points these are, in one query; unknown ones are left out."""
    asked = list(values)
    if not asked:
        return {}
    found = (
        select(ContactPoint.value, Person)
        .join(Person, Person.id == ContactPoint.person_id)
        .where(ContactPoint.kind == kind, ContactPoint.value.in_(asked))
    )
    if proven_only:
        found = found.where(ContactPoint.is_proven)
    return dict(db.session.execute(found).all())


def names_of(ids: Iterable[int]) -> dict[int, str]:
    """The names of people by their ids, in one query; unknown ones are left out."""
    asked = sorted(set(ids))[:MOST_LISTED]
    if not asked:
        return {}
    return dict(
        db.session.execute(select(Person.id, Person.name).where(Person.id.in_(asked))).all()
    )


def address_of(person: Person) -> str | None:
    """Where a person gets mail: a proven address before an unproven one, an older before a newer."""
    return db.session.scalar(
        select(ContactPoint.value)
        .where(ContactPoint.person_id == person.id, ContactPoint.kind == ContactKind.EMAIL)
        .order_by(ContactPoint.is_proven.desc(), ContactPoint.id)
        .limit(1)
    )


def access_person(actor: Actor | None, person_id: int) -> Person:
    """The person with this id, contact points read, for one who may see people; otherwise NotFound.

    Who was merged into another is that other: compare the id, and lead whoever asked there.
    """
    found = None
    if may(actor, Deed.SEE_PEOPLE):
        found = _person(person_id)
        for _merge in range(MOST_MERGES):
            if found is None or found.merged_into_id is None:
                break
            found = _person(found.merged_into_id)
    if found is None:
        raise NotFound(_("There is no such person."), _("Search for them by name or address."))
    return found


def standing_id(person_id: int) -> int:
    """Whom an id stands for after merges."""
    for _merge in range(MOST_MERGES):
        into = db.session.scalar(select(Person.merged_into_id).where(Person.id == person_id))
        if into is None:
            break
        person_id = into
    return person_id


def _person(person_id: int) -> Person | None:
    return db.session.scalar(
        select(Person).where(Person.id == person_id).options(selectinload(Person.contact_points))
    )


def search_people(actor: Actor | None, text: str, *, limit: int = MOST_FOUND) -> Sequence[Person]:
    """People whose name contains the text, or one of whose contact points begins with it, by name.

    Nobody but staff finds anybody.
    """
    wanted = " ".join(text.split())
    if not wanted or not may(actor, Deed.SEE_PEOPLE):
        return []
    by_contact_point = select(ContactPoint.person_id).where(
        ContactPoint.value.startswith(wanted.lower(), autoescape=True)
    )
    return db.session.scalars(
        select(Person)
        .where(
            or_(Person.name.icontains(wanted, autoescape=True), Person.id.in_(by_contact_point)),
            Person.merged_into_id.is_(None),
        )
        .options(selectinload(Person.contact_points), selectinload(Person.organisation))
        .order_by(func.lower(Person.name), Person.id)
        .limit(min(limit, MOST_LISTED))
    ).all()


def staff(actor: Actor | None) -> Sequence[Person]:
    """Everybody who works at the desk, the inactive too, with their memberships, by name."""
    if not may(actor, Deed.SEE_PEOPLE):
        return []
    return db.session.scalars(
        select(Person)
        .where(is_staff())
        .options(
            selectinload(Person.memberships).selectinload(Membership.group),
            selectinload(Person.contact_points),
        )
        .order_by(Person.is_active.desc(), func.lower(Person.name), Person.id)
        .limit(MOST_LISTED)
    ).all()


def agents_of(group_ids: Iterable[int], *, right: Right = Right.WORK) -> Sequence[Person]:
    """Active members of these groups who hold at least this right, by name."""
    enough = RIGHTS_IN_ORDER[RIGHTS_IN_ORDER.index(right) :]
    members = select(Membership.person_id).where(
        Membership.group_id.in_(list(group_ids)), Membership.right.in_(enough)
    )
    return db.session.scalars(_active_staff().where(Person.id.in_(members))).all()


def all_agents() -> Sequence[Person]:
    """Everybody who works at the desk now, by name: who may take a ticket that has no group."""
    return db.session.scalars(_active_staff()).all()


def is_staff() -> ColumnElement[bool]:
    """The condition that a person works at the desk, in the words of the index of staff."""
    role = Person.__table__.c.role
    return role != bindparam(None, Role.REQUESTER, type_=role.type, literal_execute=True)


def _active_staff() -> Select[Person]:
    return (
        select(Person)
        .where(Person.is_active, is_staff())
        .order_by(func.lower(Person.name), Person.id)
        .limit(MOST_LISTED)
    )


def groups_of(actor: Actor | None) -> Sequence[Group]:
    """The active groups whose tickets an actor may read, by name; an administrator reads all."""
    wanted = (
        select(Group)
        .where(Group.is_active)
        .order_by(func.lower(Group.name), Group.id)
        .limit(MOST_LISTED)
    )
    if actor is not None and not actor.is_admin:
        readable = actor.readable_group_ids
        wanted = wanted.where(Group.id.in_(readable) if readable else false())
    return db.session.scalars(wanted).all()


def all_groups(actor: Actor | None) -> Sequence[Group]:
    """Every group, the inactive too, with members and agency, by name; for staff."""
    if not may(actor, Deed.SEE_PEOPLE):
        return []
    return db.session.scalars(
        select(Group)
        .options(
            selectinload(Group.memberships).selectinload(Membership.person),
            selectinload(Group.agency),
        )
        .order_by(Group.is_active.desc(), func.lower(Group.name), Group.id)
        .limit(MOST_LISTED)
    ).all()


def access_group(actor: Actor | None, group_id: int) -> Group:
    """The group with this id, its members read, for staff; otherwise NotFound."""
    found = None
    if may(actor, Deed.SEE_PEOPLE):
        found = db.session.scalar(
            select(Group)
            .where(Group.id == group_id)
            .options(
                selectinload(Group.memberships).selectinload(Membership.person),
                selectinload(Group.agency),
            )
        )
    if found is None:
        raise NotFound(_("There is no such group."), _("Look for it in the list of groups."))
    return found


def organisations() -> Sequence[Organisation]:
    """Every organisation, by name."""
    return db.session.scalars(
        select(Organisation)
        .order_by(func.lower(Organisation.name), Organisation.id)
        .limit(MOST_LISTED)
    ).all()


def agencies() -> Sequence[Agency]:
    """Every agency, by name."""
    return db.session.scalars(
        select(Agency).order_by(func.lower(Agency.name), Agency.id).limit(MOST_LISTED)
    ).all()
