"""What changes people: who is known, how they are reached, who works at the desk."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from sqlalchemy import func, select

from helpdesk.core import clock, push
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.unit_of_work import record
from helpdesk.people.access import Actor, Deed, id_of, require
from helpdesk.people.addresses import normalise as normalise
from helpdesk.people.addresses import normalise_email, tidy_name
from helpdesk.people.events import (
    AgentInvited,
    ContactPointAdded,
    ContactPointProven,
    PersonDeactivated,
    PersonEdited,
    PersonReactivated,
    RoleChanged,
)
from helpdesk.people.grouping import create_agency as create_agency
from helpdesk.people.grouping import create_group as create_group
from helpdesk.people.grouping import create_organisation as create_organisation
from helpdesk.people.grouping import edit_group as edit_group
from helpdesk.people.grouping import join_group as join_group
from helpdesk.people.grouping import leave_group as leave_group
from helpdesk.people.models import (
    ContactKind,
    ContactPoint,
    Group,
    Person,
    Right,
    Role,
    TokenPurpose,
    WebSession,
)
from helpdesk.people.registering import contact_point_of, register
from helpdesk.people.registering import find_or_register as find_or_register
from helpdesk.people.registering import find_or_register_point as find_or_register_point
from helpdesk.people.sessions import TOPIC as SESSIONS
from helpdesk.people.tokens import mail_password_token, void_all_tokens
from helpdesk.people.visitor_models import VisitorSession


def register_requester(
    name: str,
    address: str = "",
    *,
    phone: str = "",
    actor: Actor | None = None,
    cause: str = "console",
) -> Person:
    """A new requester, reached by an address, a telephone number or both.

    Raises Conflict when either belongs to somebody already.
    """
    require(actor, Deed.EDIT_REQUESTERS)
    points = [(ContactKind.EMAIL, address), (ContactKind.PHONE, phone)]
    wanted = [(kind, normalise(kind, value)) for kind, value in points if value.strip()]
    if not wanted:
        raise Invalid(
            _("Say how to reach this person."),
            _("Give an e-mail address or a number."),
            field="address",
        )
    for kind, value in wanted:
        _refuse_taken(kind, value)
    person = register(name, *wanted[0], actor=actor, cause=cause)
    for kind, value in wanted[1:]:
        add_contact_point(person, kind, value, actor=actor, cause=cause)
    return person


def add_contact_point(
    person: Person,
    kind: ContactKind,
    value: str,
    *,
    actor: Actor | None = None,
    cause: str = "console",
) -> ContactPoint:
    """One more way to reach a person, not yet proven; adding one they have already changes nothing.

    One that belongs to somebody else is refused without saying whose it is (S14).
    """
    normal = normalise(kind, value)
    owned = contact_point_of(kind, normal)
    if owned is not None and owned.person_id == person.id:
        return owned
    _refuse_taken(kind, normal)
    point = ContactPoint(person_id=person.id, kind=kind, value=normal, created_at=clock.now())
    db.session.add(point)
    db.session.flush()
    record(
        ContactPointAdded(
            actor_id=id_of(actor),
            cause=cause,
            subject_id=person.id,
            after={"contact": kind.value},
            personal={kind.value: normal},
        )
    )
    return point


def vouch_for_contact_point(point: ContactPoint, *, actor: Actor | None) -> None:
    """Note that an agent knows a number to be its person's; an address is proven by what is sent there, and not so."""
    require(actor, Deed.MANAGE_STAFF if point.person.is_staff else Deed.EDIT_REQUESTERS)
    if point.kind is ContactKind.EMAIL:
        raise Invalid(
            _("An address is proven by its owner."), _("Send them a link, or wait for an answer.")
        )
    prove_contact_point(point, actor=actor, cause="console")


def prove_contact_point(
    point: ContactPoint, *, actor: Actor | None = None, cause: str = "desk"
) -> None:
    """Note that the owner of a contact point has shown that they read it."""
    if point.is_proven:
        return
    point.is_proven, point.proven_at = True, clock.now()
    record(
        ContactPointProven(
            actor_id=id_of(actor),
            cause=cause,
            subject_id=point.person_id,
            after={"contact": point.kind.value},
            personal={point.kind.value: point.value},
        )
    )


def _refuse_taken(kind: ContactKind, value: str) -> None:
    if contact_point_of(kind, value) is not None:
        field = "address" if kind is ContactKind.EMAIL else "phone"
        raise Invalid(
            _("This cannot be added."),
            _("It may be in use already; search for it among the people."),
            field=field,
        )


def edit_person(
    person: Person,
    *,
    name: str,
    organisation_id: int | None = None,
    note: str = "",
    actor: Actor | None = None,
    cause: str = "console",
) -> None:
    """Change what the desk knows of a person; staff are changed by administrators only."""
    require(actor, Deed.MANAGE_STAFF if person.is_staff else Deed.EDIT_REQUESTERS)
    tidy = tidy_name(name)
    if not tidy:
        raise Invalid(_("Give a name."), field="name")
    before = {"organisation": person.organisation_id}
    person.name, person.organisation_id, person.note = tidy, organisation_id, note
    record(
        PersonEdited(
            actor_id=id_of(actor),
            cause=cause,
            subject_id=person.id,
            before=before,
            after={"organisation": organisation_id},
            personal={"name": tidy, "note": note},
        )
    )


def create_staff(
    name: str,
    address: str,
    *,
    role: Role = Role.AGENT,
    actor: Actor | None = None,
    cause: str = "console",
) -> Person:
    """A person who works at the desk, without a password as yet; one who was a requester keeps their history."""
    require(actor, Deed.MANAGE_STAFF)
    if role is Role.REQUESTER:
        raise Invalid(_("Choose agent or administrator."), field="role")
    person = find_or_register(address, name, cause=cause)
    if person.is_staff:
        raise Conflict(
            _("This person works at the desk already."), _("Change their role on their page.")
        )
    tidy = tidy_name(name)
    if tidy:
        person.name = tidy
    person.sign_in_name = normalise_email(address)
    _give_role(person, role, actor=actor, cause=cause)
    return person


def invite_agent(
    name: str,
    address: str,
    *,
    role: Role = Role.AGENT,
    groups: Mapping[int, Right] | None = None,
    actor: Actor | None = None,
    cause: str = "console",
) -> Person:
    """Ask somebody to work at the desk; a mail with a link to choose a password is owed, good for 72 hours."""
    person = create_staff(name, address, role=role, actor=actor, cause=cause)
    for group_id, right in (groups or {}).items():
        join_group(person, db.session.get_one(Group, group_id), right, actor=actor, cause=cause)
    mail_password_token(person, TokenPurpose.INVITE)
    record(
        AgentInvited(
            actor_id=id_of(actor),
            cause=cause,
            subject_id=person.id,
            after={"role": role.value},
            personal={"name": person.name, "email": person.sign_in_name or ""},
        )
    )
    return person


def invite_again(person: Person, *, actor: Actor | None = None) -> None:
    """Send another invitation; the link sent before is void."""
    require(actor, Deed.MANAGE_STAFF)
    if not person.is_staff or not person.is_active:
        raise Conflict(_("Only active members of staff can be invited."))
    mail_password_token(person, TokenPurpose.INVITE)


def set_role(
    person: Person, role: Role, *, actor: Actor | None = None, cause: str = "console"
) -> None:
    """Make a person a requester, an agent or an administrator; their sessions end (S37).

    Only administrators do this (S30), and the last of them stays one.
    """
    require(actor, Deed.MANAGE_STAFF)
    _lock(person)
    if person.role is role:
        return
    if person.role is Role.ADMIN:
        _keep_an_administrator(person)
    _give_role(person, role, actor=actor, cause=cause)


def _give_role(person: Person, role: Role, *, actor: Actor | None, cause: str) -> None:
    previous, person.role = person.role, role
    if role is Role.REQUESTER:
        person.sign_in_name, person.password_hash = None, None
    end_sessions(person)
    record(
        RoleChanged(
            actor_id=id_of(actor),
            cause=cause,
            subject_id=person.id,
            before={"role": previous.value},
            after={"role": role.value},
        )
    )


def deactivate(person: Person, *, actor: Actor | None = None, cause: str = "console") -> None:
    """Let a person sign in no more, from this moment on; what they did stays under their name."""
    require(actor, Deed.MANAGE_STAFF)
    _lock(person)
    if not person.is_active:
        return
    if person.role is Role.ADMIN:
        _keep_an_administrator(person)
    person.is_active = False
    end_sessions(person)
    record(
        PersonDeactivated(
            actor_id=id_of(actor),
            cause=cause,
            subject_id=person.id,
            before={"active": True},
            after={"active": False},
        )
    )


def reactivate(person: Person, *, actor: Actor | None = None, cause: str = "console") -> None:
    """Let a person sign in again."""
    require(actor, Deed.MANAGE_STAFF)
    _lock(person)
    if person.is_active:
        return
    person.is_active = True
    end_sessions(person)
    record(
        PersonReactivated(
            actor_id=id_of(actor),
            cause=cause,
            subject_id=person.id,
            before={"active": False},
            after={"active": True},
        )
    )


def end_sessions(person: Person) -> None:
    """End every session of a person and void the links by which they could set a password."""
    person.credential_version += 1
    for kind in (WebSession, VisitorSession):
        db.session.query(kind).filter_by(person_id=person.id).delete(synchronize_session=False)
    void_all_tokens(person)
    db.session.flush()
    push.publish_after(SESSIONS)


def _lock(person: Person) -> None:
    db.session.refresh(person, with_for_update=True)


def _keep_an_administrator(person: Person) -> None:
    # The rows are locked, so that two administrators who remove each other at once do not both succeed.
    administrators = db.session.scalars(
        select(Person.id)
        .where(Person.role == Role.ADMIN, Person.is_active)
        .order_by(Person.id)
        .with_for_update()
    ).all()
    if set(administrators) <= {person.id}:
        raise Conflict(
            _("The desk would have no administrator left."),
            _("Make somebody else an administrator first."),
        )


def count_administrators() -> int:
    """How many active administrators there are; a desk with none is not set up yet."""
    return (
        db.session.scalar(
            select(func.count(Person.id)).where(Person.role == Role.ADMIN, Person.is_active)
        )
        or 0
    )
