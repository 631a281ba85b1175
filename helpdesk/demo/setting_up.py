"""Setting up the council of the demo desk: departments, groups, agents, fields, and the people who write to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from sqlalchemy import select

from helpdesk.core import settings
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.demo.chats import set_up_chat
from helpdesk.demo.forms import set_up_forms
from helpdesk.demo.levels import set_up_levels
from helpdesk.demo.scripts import Agent, Contact, Desk
from helpdesk.messaging import policy as policies
from helpdesk.people.authentication import set_password
from helpdesk.people.commands import (
    add_contact_point,
    create_agency,
    create_group,
    create_organisation,
    create_staff,
    edit_person,
    join_group,
    normalise,
    prove_contact_point,
    register_requester,
)
from helpdesk.people.models import (
    Agency,
    ContactKind,
    ContactPoint,
    Group,
    Organisation,
    Person,
    Right,
    Role,
)
from helpdesk.people.queries import find_by_contact_point
from helpdesk.tickets.customizing import add_field
from helpdesk.tickets.models import CustomField

CAUSE = "demo"
# The sign-in page reads it, and shows it to nobody but a browser on this machine.
SIGN_INS_SETTING = "demo.sign_ins"
HOURS_SETTING = "business_hours"
PEOPLE_TOGETHER = 12


@dataclass(slots=True)
class Ids:
    """The rows of the demo desk, by the names its stories use."""

    groups: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)


def set_up(desk: Desk, people: tuple[Contact, ...]) -> Ids:
    """Make all that is not there yet; a load that was broken off goes on where it stood."""
    ids = Ids()
    with unit_of_work():
        _make_bodies(desk)
        _make_groups(desk, ids)
        _make_fields(desk)
        set_up_levels()
        set_up_forms()
        set_up_chat()
        settings.write(HOURS_SETTING, desk.hours)
        settings.write(SIGN_INS_SETTING, _sign_ins(desk))
        policies.write(replace(policies.read(), desk_name=desk.council))
    for agent in desk.agents:
        with unit_of_work():
            ids.people[agent.name] = _make_agent(agent, desk, ids).id
    for some in _in_parts(people, PEOPLE_TOGETHER):
        with unit_of_work():
            for contact in some:
                ids.people[contact.name] = _make_requester(contact, desk).id
    return ids


def _in_parts(people: tuple[Contact, ...], size: int) -> Iterator[tuple[Contact, ...]]:
    return (people[start : start + size] for start in range(0, len(people), size))


def _make_bodies(desk: Desk) -> None:
    known = set(db.session.scalars(select(Agency.name)))
    for agency in desk.agencies:
        if agency["name"] not in known:
            create_agency(agency["name"], address=agency["address"], cause=CAUSE)
    known = set(db.session.scalars(select(Organisation.name)))
    for organisation in desk.organisations:
        if organisation["name"] not in known:
            note = f"Writes from {organisation['domain']}"
            create_organisation(organisation["name"], note=note, cause=CAUSE)


def _make_groups(desk: Desk, ids: Ids) -> None:
    agencies = {row.name: row.id for row in db.session.scalars(select(Agency))}
    names = {agency["key"]: agency["name"] for agency in desk.agencies}
    known = {row.name: row for row in db.session.scalars(select(Group))}
    for entry in desk.groups:
        group = known.get(entry["name"]) or create_group(
            entry["name"],
            address=entry["address"],
            signature=f"{entry['name']}\n{names[entry['agency']]}\nTelephone 01632 960200",
            agency_id=agencies[names[entry["agency"]]],
            cause=CAUSE,
        )
        ids.groups[entry["key"]] = group.id


def _make_fields(desk: Desk) -> None:
    known = set(db.session.scalars(select(CustomField.key)))
    for entry in desk.fields:
        if entry["key"] not in known:
            add_field(
                key=entry["key"],
                label=entry["label"],
                kind=entry["kind"],
                options=list(entry.get("options", [])),
                ticket_types=list(entry.get("types", [])),
            )


def _sign_ins(desk: Desk) -> list[dict[str, str]]:
    """Whom the sign-in page offers: an administrator and an agent, with the password all of them share."""
    admin = next(agent for agent in desk.agents if agent.is_admin)
    agent = next(agent for agent in desk.agents if not agent.is_admin)
    return [
        {"name": one.name, "sign_in_name": one.email, "password": desk.password, "words": words}
        for one, words in ((admin, "Administrator"), (agent, "Agent"))
    ]


def _make_agent(agent: Agent, desk: Desk, ids: Ids) -> Person:
    known = find_by_contact_point(ContactKind.EMAIL, agent.email)
    if known is not None and known.is_staff:
        return known
    role = Role.ADMIN if agent.is_admin else Role.AGENT
    person = create_staff(agent.name, agent.email, role=role, cause=CAUSE)
    set_password(person, desk.password, cause=CAUSE)
    _prove(person)
    if agent.phone:
        add_contact_point(person, ContactKind.PHONE, agent.phone, cause=CAUSE)
    edit_person(
        person, name=agent.name, organisation_id=_organisation_id(desk, "council"), cause=CAUSE
    )
    for keys, right in (
        (agent.reads, Right.READ),
        (agent.works, Right.WORK),
        (agent.leads, Right.LEAD),
    ):
        for key in keys:
            join_group(person, db.session.get_one(Group, ids.groups[key]), right, cause=CAUSE)
    return person


def _make_requester(contact: Contact, desk: Desk) -> Person:
    kind = ContactKind.EMAIL if contact.email else ContactKind.PHONE
    known = find_by_contact_point(kind, normalise(kind, contact.email or contact.phone))
    if known is not None:
        return known
    person = register_requester(contact.name, contact.email, phone=contact.phone, cause=CAUSE)
    for address in contact.more_emails:
        add_contact_point(person, ContactKind.EMAIL, address, cause=CAUSE)
    for number in contact.more_phones:
        add_contact_point(person, ContactKind.PHONE, number, cause=CAUSE)
    _prove(person)
    organisation_id = _organisation_id(desk, contact.organisation) if contact.organisation else None
    if organisation_id is not None:
        edit_person(person, name=person.name, organisation_id=organisation_id, cause=CAUSE)
    return person


def _prove(person: Person) -> None:
    for point in _points_of(person):
        if point.kind is ContactKind.EMAIL:
            prove_contact_point(point, cause=CAUSE)


def _points_of(person: Person) -> Iterable[ContactPoint]:
    return db.session.scalars(
        select(ContactPoint).where(ContactPoint.person_id == person.id).order_by(ContactPoint.id)
    ).all()


def _organisation_id(desk: Desk, key: str) -> int | None:
    name = next(entry["name"] for entry in desk.organisations if entry["key"] == key)
    return db.session.scalar(select(Organisation.id).where(Organisation.name == name))
