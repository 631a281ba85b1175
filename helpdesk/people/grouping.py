"""What changes groups, agencies and organisations, and who belongs to them."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import func, select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.unit_of_work import record
from helpdesk.people.access import Actor, Deed, id_of, require
from helpdesk.people.addresses import normalise_email, tidy_name
from helpdesk.people.events import (
    AgencyCreated,
    GroupChanged,
    GroupCreated,
    MemberJoined,
    MemberLeft,
    OrganisationCreated,
)
from helpdesk.people.models import Agency, Group, Membership, Organisation, Person, Right

Named = Group | Agency | Organisation


def create_group(
    name: str,
    *,
    address: str = "",
    sender_name: str = "",
    reply_to: str = "",
    signature: str = "",
    agency_id: int | None = None,
    actor: Actor | None = None,
    cause: str = "console",
) -> Group:
    """A new group without members. For the addresses see `models.Group`."""
    require(actor, Deed.MANAGE_GROUPS)
    group = Group(
        name=_free_name(Group, name),
        address=_address(address),
        sender_name=_sender_name(sender_name),
        reply_to=_address(reply_to, "reply_to"),
        signature=signature.strip(),
        agency_id=agency_id,
        created_at=clock.now(),
    )
    db.session.add(group)
    db.session.flush()
    record(
        GroupCreated(actor_id=id_of(actor), cause=cause, subject_id=group.id, after=_facts(group))
    )
    return group


def edit_group(
    group: Group,
    *,
    name: str,
    address: str = "",
    sender_name: str = "",
    reply_to: str = "",
    signature: str = "",
    agency_id: int | None = None,
    is_active: bool = True,
    actor: Actor | None = None,
    cause: str = "console",
) -> None:
    """Change a group; an inactive one keeps its tickets, which administrators still see."""
    require(actor, Deed.MANAGE_GROUPS)
    before = _facts(group)
    group.name = _free_name(Group, name, but=group.id)
    group.address, group.signature = _address(address), signature.strip()
    group.sender_name = _sender_name(sender_name)
    group.reply_to = _address(reply_to, "reply_to")
    group.agency_id, group.is_active = agency_id, is_active
    after = _facts(group)
    if after != before:
        record(
            GroupChanged(
                actor_id=id_of(actor), cause=cause, subject_id=group.id, before=before, after=after
            )
        )


def join_group(
    person: Person,
    group: Group,
    right: Right = Right.WORK,
    *,
    actor: Actor | None = None,
    cause: str = "console",
) -> Membership:
    """Make a member of staff a member of a group, or give a member another right.

    A lead chooses who reads and works in the group; who leads it an administrator says (S30).
    """
    require(actor, Deed.CHOOSE_MEMBERS, group_id=group.id)
    if not person.is_staff:
        raise Conflict(
            _("Only agents and administrators belong to groups."), _("Invite this person first.")
        )
    held = _membership(person, group)
    previous = held.right if held else None
    if right is Right.LEAD or previous is Right.LEAD:
        require(actor, Deed.MANAGE_GROUPS)
    if held is None:
        held = Membership(person_id=person.id, group_id=group.id, right=right)
        db.session.add(held)
    held.right = right
    db.session.flush()
    if previous is not right:
        record(
            MemberJoined(
                actor_id=id_of(actor),
                cause=cause,
                subject_id=group.id,
                before={"person": person.id, "right": previous.value if previous else None},
                after={"person": person.id, "right": right.value},
            )
        )
    return held


def leave_group(
    person: Person, group: Group, *, actor: Actor | None = None, cause: str = "console"
) -> None:
    """Take a person out of a group; their sessions stay, and every later request sees the loss."""
    require(actor, Deed.CHOOSE_MEMBERS, group_id=group.id)
    held = _membership(person, group)
    if held is None:
        return
    if held.right is Right.LEAD:
        require(actor, Deed.MANAGE_GROUPS)
    previous = held.right
    db.session.delete(held)
    db.session.flush()
    record(
        MemberLeft(
            actor_id=id_of(actor),
            cause=cause,
            subject_id=group.id,
            before={"person": person.id, "right": previous.value},
            after={"person": person.id, "right": None},
        )
    )


def create_organisation(
    name: str, *, note: str = "", actor: Actor | None = None, cause: str = "console"
) -> Organisation:
    """A body that requesters belong to."""
    require(actor, Deed.EDIT_REQUESTERS)
    organisation = Organisation(
        name=_free_name(Organisation, name), note=note.strip(), created_at=clock.now()
    )
    db.session.add(organisation)
    db.session.flush()
    record(
        OrganisationCreated(
            actor_id=id_of(actor),
            cause=cause,
            subject_id=organisation.id,
            after={"name": organisation.name},
        )
    )
    return organisation


def create_agency(
    name: str,
    *,
    address: str = "",
    signature: str = "",
    note: str = "",
    actor: Actor | None = None,
    cause: str = "console",
) -> Agency:
    """A department or partner body."""
    require(actor, Deed.MANAGE_GROUPS)
    agency = Agency(
        name=_free_name(Agency, name),
        address=_address(address),
        signature=signature.strip(),
        note=note.strip(),
        created_at=clock.now(),
    )
    db.session.add(agency)
    db.session.flush()
    record(
        AgencyCreated(
            actor_id=id_of(actor), cause=cause, subject_id=agency.id, after={"name": agency.name}
        )
    )
    return agency


def _membership(person: Person, group: Group) -> Membership | None:
    return db.session.scalar(
        select(Membership).where(Membership.person_id == person.id, Membership.group_id == group.id)
    )


def _facts(group: Group) -> dict[str, str | int | bool | None]:
    return {
        "name": group.name,
        "address": group.address,
        "sender_name": group.sender_name or "",
        "reply_to": group.reply_to or "",
        "signature": group.signature,
        "agency": group.agency_id,
        "active": group.is_active,
    }


def _address(text: str, field: str = "address") -> str:
    if not text.strip():
        return ""
    try:
        return normalise_email(text)
    except Invalid as unfit:
        raise Invalid(unfit.title, unfit.advice, field=field) from None


def _sender_name(text: str) -> str:
    """The name before a group's address; on one line and without signs that hide (S04, S22)."""
    tidy = tidy_name(text)
    if len(tidy) > 120:
        raise Invalid(
            _("This name is too long."), _("Use at most 120 characters."), field="sender_name"
        )
    return tidy


def _free_name(kind: type[Named], name: str, *, but: int | None = None) -> str:
    tidy = tidy_name(name)
    if not tidy:
        raise Invalid(_("Give a name."), field="name")
    if len(tidy) > 120:
        raise Invalid(_("This name is too long."), _("Use at most 120 characters."), field="name")
    taken = db.session.scalar(select(kind.id).where(func.lower(kind.name) == tidy.lower()).limit(1))
    if taken is not None and taken != but:
        raise Invalid(
            _("There is one of that name already."), _("Choose another name."), field="name"
        )
    return tidy
