"""People: found, shown, added and changed; who works at the desk, and as what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast
from zoneinfo import available_timezones

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload
from wtforms import BooleanField, StringField

from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, DomainError, Invalid
from helpdesk.core.paging import decode_cursor, encode_cursor
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.notifications.digests import follow_zone
from helpdesk.people import commands
from helpdesk.people.access import Actor, Deed, may
from helpdesk.people.models import ContactKind, ContactPoint, Organisation, Person, Role
from helpdesk.people.preferences import choose_zone
from helpdesk.people.queries import access_person, organisations, search_people
from helpdesk.web import words
from helpdesk.web.auth import NotConfirmed, current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.fields import member_in
from helpdesk.web.console.person_page import person_page
from helpdesk.web.forms import Form, own_line

PAGE = 50
CAUSE = "console"


class PersonForm(Form):
    name = StringField(filters=[own_line])
    email = StringField(filters=[own_line])
    phone = StringField(filters=[own_line])
    organisation = StringField(filters=[own_line])
    role = StringField(filters=[own_line])
    time_zone = StringField(filters=[own_line])
    note = StringField()
    invite = BooleanField()


class StateForm(Form):
    is_active = StringField()


@console.get("/people")
def people() -> ResponseReturnValue:
    """Find people, or look through them from the newest."""
    actor = current_actor()
    asked = " ".join(request.args.get("q", "").split())[:200]
    role = member_in(Role, request.args.get("role"), field="role")
    after = request.args.get("after") or None
    found, older = _found(actor, asked, role) if asked else _newest(role, after)
    kept: dict[str, Any] = {"role": role.value} if role else {}
    return render_template(
        "console/people.html",
        people=[_row(one) for one in found],
        q=asked,
        filters={"role": role.value if role else ""},
        options={"role": _roles()},
        can_add=True,
        paging={
            "newer_url": url_for(".people", **kept) if after else None,
            "older_url": url_for(".people", after=older, **kept) if older else None,
            "text": "",
        },
    )


@console.get("/people/<int:person_id>")
def person(person_id: int) -> ResponseReturnValue:
    """A person: how they are reached, where they belong, and what of theirs the reader may see."""
    actor = current_actor()
    found = access_person(actor, person_id)
    if found.id != person_id:
        return redirect(url_for(".person", person_id=found.id))
    return person_page(actor, found)


@console.route("/people/new", methods=["GET", "POST"])
def new_person() -> ResponseReturnValue:
    """Add a requester, or invite somebody to work at the desk."""
    actor = current_actor()
    if request.method == "GET":
        return _page(actor, None, {"role": Role.REQUESTER.value, "time_zone": "Europe/London"}, {})
    form = PersonForm()
    try:
        _require(form)
        role = member_in(Role, form.role.data, field="role") or Role.REQUESTER
        if role is not Role.REQUESTER:
            _require_confirmed()
        with unit_of_work():
            made = _add(actor, form, role)
    except (Invalid, Conflict) as error:
        return _again(actor, None, form, error)
    flash(_("%(name)s was added.", name=made.name), "ok")
    return redirect(url_for(".person", person_id=made.id), code=303)


@console.route("/people/<int:person_id>/edit", methods=["GET", "POST"])
def edit_person(person_id: int) -> ResponseReturnValue:
    """Change what the desk knows of a person; an address or number that is typed is added to theirs."""
    actor = current_actor()
    found = access_person(actor, person_id)
    person_id = found.id
    if request.method == "GET":
        return _page(actor, found, _values(found), {})
    form = PersonForm()
    try:
        _require(form)
        role = member_in(Role, form.role.data, field="role")
        if role is not None and role is not found.role:
            _require_confirmed()
        with unit_of_work():
            _change(actor, person_id, form, role)
    except (Invalid, Conflict) as error:
        return _again(actor, access_person(actor, person_id), form, error)
    flash(_("Saved."), "ok")
    return redirect(url_for(".person", person_id=person_id), code=303)


@console.post("/people/<int:person_id>/invite")
def invite_person(person_id: int) -> ResponseReturnValue:
    """Send a member of staff a new link to choose a password."""
    if set(request.form) - {"csrf_token"}:
        raise Invalid(_("The form sent something we did not ask for."))
    actor = current_actor()
    person_id = access_person(actor, person_id).id
    with unit_of_work():
        commands.invite_again(db.session.get_one(Person, person_id), actor=actor)
    flash(_("A link to choose a password is on its way; the one before is void."), "ok")
    return redirect(url_for(".person", person_id=person_id), code=303)


@console.post("/people/<int:person_id>/state")
def disable_person(person_id: int) -> ResponseReturnValue:
    """Switch a person off, from this moment on, or on again."""
    actor = current_actor()
    person_id = access_person(actor, person_id).id
    form = StateForm()
    _require(form)
    with unit_of_work():
        found = db.session.get_one(Person, person_id)
        if form.is_active.data:
            commands.reactivate(found, actor=actor)
        else:
            commands.deactivate(found, actor=actor)
    return redirect(url_for(".person", person_id=person_id), code=303)


def _require(form: Form) -> None:
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))


def _require_confirmed() -> None:
    """Who works at the desk, and as what, is changed with the password fresh in mind (S30)."""
    if not current_user.is_confirmed:
        raise NotConfirmed


def _add(actor: Actor, form: PersonForm, role: Role) -> Person:
    name, address, phone = form.name.data or "", form.email.data or "", form.phone.data or ""
    if role is Role.REQUESTER:
        made = commands.register_requester(name, address, phone=phone, actor=actor)
    elif form.invite.data:
        made = commands.invite_agent(name, address, role=role, actor=actor)
    else:
        made = commands.create_staff(name, address, role=role, actor=actor)
    if role is not Role.REQUESTER and phone:
        commands.add_contact_point(made, ContactKind.PHONE, phone, actor=actor)
    commands.edit_person(
        made,
        name=name or made.name,
        organisation_id=_organisation(form.organisation.data, actor),
        note=form.note.data or "",
        actor=actor,
    )
    _put_zone(made, form)
    return made


def _change(actor: Actor, person_id: int, form: PersonForm, role: Role | None) -> None:
    found = db.session.get_one(Person, person_id)
    commands.edit_person(
        found,
        name=form.name.data or "",
        organisation_id=_organisation(form.organisation.data, actor),
        note=form.note.data or "",
        actor=actor,
    )
    for kind, field in ((ContactKind.EMAIL, form.email), (ContactKind.PHONE, form.phone)):
        if field.data:
            commands.add_contact_point(found, kind, field.data, actor=actor)
    _put_zone(found, form)
    if role is not None:
        commands.set_role(found, role, actor=actor)


def _put_zone(found: Person, form: PersonForm) -> None:
    if form.time_zone.data and form.time_zone.data != found.time_zone:
        choose_zone(found, form.time_zone.data)
        follow_zone(found)


def _organisation(name: str | None, actor: Actor) -> int | None:
    """The organisation of this name, made now if there is none."""
    if not name:
        return None
    known = db.session.scalar(
        select(Organisation.id).where(func.lower(Organisation.name) == name.lower())
    )
    return known if known is not None else commands.create_organisation(name, actor=actor).id


def _again(
    actor: Actor, found: Person | None, form: PersonForm, error: DomainError
) -> ResponseReturnValue:
    field = error.field if isinstance(error, Invalid) else None
    if field == "address":
        # The commands speak of an address; the form calls it e-mail.
        form.complain("email", f"{error.title} {error.advice}")
    else:
        form.refuse(error)
    return _page(actor, found, form.values, form.complaints), error.status


def _page(
    actor: Actor, found: Person | None, values: Mapping[str, Any], errors: Mapping[str, str]
) -> str:
    return render_template(
        "console/person_form.html",
        person=found,
        values=values,
        errors=errors,
        options={
            "role": _roles(),
            "time_zone": [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())],
            "organisations": [one.name for one in organisations()],
        },
        can_set_role=may(actor, Deed.MANAGE_STAFF),
    )


def _values(found: Person) -> dict[str, Any]:
    return {
        "name": found.name,
        "organisation": found.organisation.name if found.organisation else "",
        "role": found.role.value,
        "time_zone": found.time_zone,
        "note": found.note,
    }


def _roles() -> list[tuple[str, str]]:
    return [(role.value, words.role_word(role.value)) for role in Role]


def _found(actor: Actor, asked: str, role: Role | None) -> tuple[Sequence[Person], str | None]:
    found = search_people(actor, asked, limit=PAGE)
    return [one for one in found if role is None or one.role is role], None


def _newest(role: Role | None, after: str | None) -> tuple[Sequence[Person], str | None]:
    wanted = (
        select(Person)
        .where(Person.merged_into_id.is_(None))
        .options(selectinload(Person.contact_points), joinedload(Person.organisation))
    )
    if role is not None:
        wanted = wanted.where(Person.role == role)
    if after:
        wanted = wanted.where(Person.id < cast(int, decode_cursor(after, (int,))[0]))
    rows = db.session.scalars(wanted.order_by(Person.id.desc()).limit(PAGE + 1)).all()
    older = encode_cursor([rows[PAGE - 1].id]) if len(rows) > PAGE else None
    return rows[:PAGE], older


def _row(found: Person) -> dict[str, Any]:
    return {
        "id": found.id,
        "name": found.name,
        "role": found.role.value,
        "organisation": found.organisation.name if found.organisation else None,
        "address": _address(found.contact_points),
        "is_active": found.is_active,
    }


def _address(points: Sequence[ContactPoint]) -> str | None:
    mail = next((one.value for one in points if one.kind is ContactKind.EMAIL), None)
    return mail or next((words.contact_word(one.value, one.kind) for one in points), None)
