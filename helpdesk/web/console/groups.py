"""Groups: their names, addresses and signatures, and who may do what in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import BooleanField, StringField

from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid, Refused
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.identity import account_of_group
from helpdesk.messaging.replies import PLACEHOLDERS
from helpdesk.people import commands
from helpdesk.people.access import Actor, Deed, may, require
from helpdesk.people.models import Group, Person, Right
from helpdesk.people.queries import access_group, agencies, all_agents, all_groups
from helpdesk.web import words
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.fields import id_in, member_in
from helpdesk.web.console.previewing import preview_of
from helpdesk.web.forms import Form, own_line

PREFIX = "right_"
PREVIEW = "preview"


class GroupForm(Form):
    name = StringField(filters=[own_line])
    agency = StringField(filters=[own_line])
    address = StringField(filters=[own_line])
    sender_name = StringField(filters=[own_line])
    reply_to = StringField(filters=[own_line])
    signature = StringField()
    action = StringField(filters=[own_line])
    is_active = BooleanField()


@console.get("/groups")
def groups() -> ResponseReturnValue:
    """Every group."""
    actor = current_actor()
    return render_template(
        "console/groups.html",
        groups=[_row(actor, group) for group in all_groups(actor)],
        can_add=may(actor, Deed.MANAGE_GROUPS),
    )


@console.route("/groups/new", methods=["GET", "POST"])
def new_group() -> ResponseReturnValue:
    """Add a group and its members."""
    actor = current_actor()
    require(actor, Deed.MANAGE_GROUPS)
    staff = all_agents()
    if request.method == "GET":
        return _page(actor, None, {}, {}, staff, {})
    form = _form(staff)
    try:
        rights = _rights(form, staff)
        if form.action.data == PREVIEW:
            return _page(actor, None, form.values, {}, staff, _sent(form))
        with unit_of_work():
            group = commands.create_group(
                form.name.data or "",
                address=form.address.data or "",
                sender_name=form.sender_name.data or "",
                reply_to=form.reply_to.data or "",
                signature=form.signature.data or "",
                agency_id=id_in(form.agency.data, field="agency"),
                actor=actor,
            )
            _put_members(group, {}, rights, actor)
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return _page(actor, None, form.values, form.complaints, staff, _sent(form)), error.status
    flash(_("The group %(name)s was added.", name=group.name), "ok")
    return redirect(url_for(".groups"), code=303)


@console.route("/groups/<int:group_id>", methods=["GET", "POST"])
def edit_group(group_id: int) -> ResponseReturnValue:
    """Change a group; its lead chooses who reads and works in it, an administrator changes the rest."""
    actor = current_actor()
    group = access_group(actor, group_id)
    require(actor, Deed.CHOOSE_MEMBERS, group_id=group_id)
    staff = _staff(group)
    held = {one.person_id: one.right for one in group.memberships}
    if request.method == "GET":
        return _page(actor, group, _values(group), {}, staff, held)
    form = _form(staff)
    try:
        rights = _rights(form, staff)
        if form.action.data == PREVIEW:
            return _page(actor, group, form.values, {}, staff, _sent(form))
        with unit_of_work():
            locked = db.session.get_one(Group, group_id, with_for_update=True)
            _put_facts(locked, form, actor)
            _put_members(locked, held, rights, actor)
    except (Invalid, Conflict, Refused) as error:
        form.refuse(error)
        again = access_group(actor, group_id)
        return _page(actor, again, form.values, form.complaints, staff, _sent(form)), error.status
    flash(_("Saved."), "ok")
    return redirect(url_for(".groups"), code=303)


def _put_facts(group: Group, form: GroupForm, actor: Actor) -> None:
    """A lead sees these facts and sends them back as they are; a difference is for administrators."""
    if "name" not in request.form:
        return
    agency_id = id_in(form.agency.data, field="agency")
    sent = (
        form.name.data or "",
        form.address.data or "",
        form.sender_name.data or "",
        form.reply_to.data or "",
        (form.signature.data or "").replace("\r\n", "\n").strip(),
        agency_id,
        bool(form.is_active.data),
    )
    signature = group.signature.replace("\r\n", "\n").strip()
    held = (group.name, group.address, group.sender_name, group.reply_to, signature)
    if sent == (*held, group.agency_id, group.is_active):
        return
    commands.edit_group(
        group,
        name=form.name.data or "",
        address=form.address.data or "",
        sender_name=form.sender_name.data or "",
        reply_to=form.reply_to.data or "",
        signature=form.signature.data or "",
        agency_id=agency_id,
        is_active=bool(form.is_active.data),
        actor=actor,
    )


def _put_members(
    group: Group, held: Mapping[int, Right], wanted: Mapping[int, Right | None], actor: Actor
) -> None:
    for person_id, right in wanted.items():
        if held.get(person_id) is right:
            continue
        person = db.session.get_one(Person, person_id)
        if right is None:
            commands.leave_group(person, group, actor=actor)
        else:
            commands.join_group(person, group, right, actor=actor)


def _form(staff: Sequence[Person]) -> GroupForm:
    own = {f"{PREFIX}{person.id}": StringField(filters=[own_line]) for person in staff}
    kind: type[GroupForm] = type("FormOfGroup", (GroupForm,), own)
    return kind()


def _rights(form: GroupForm, staff: Sequence[Person]) -> dict[int, Right | None]:
    """The rights that were sent, by person; whom the form does not name stays as they are."""
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
    return {
        person.id: member_in(Right, form._fields[f"{PREFIX}{person.id}"].data, field="members")
        for person in staff
        if f"{PREFIX}{person.id}" in request.form
    }


def _sent(form: GroupForm) -> dict[int, str]:
    return {
        int(name.removeprefix(PREFIX)): field.data or ""
        for name, field in form._fields.items()
        if name.startswith(PREFIX)
    }


def _staff(group: Group) -> Sequence[Person]:
    """Everybody who works here, and members who no longer do, so that they can be taken out."""
    working = list(all_agents())
    known = {person.id for person in working}
    return [*working, *(one.person for one in group.memberships if one.person_id not in known)]


def _page(
    actor: Actor,
    group: Group | None,
    values: Mapping[str, Any],
    errors: Mapping[str, str],
    staff: Sequence[Person],
    held: Mapping[int, Right | str],
) -> str:
    return render_template(
        "console/group_form.html",
        group=group,
        values=values,
        errors=errors,
        options={"agency": [("", _("None")), *((str(one.id), one.name) for one in agencies())]},
        staff=[
            {"id": person.id, "name": person.name, "right": str(held.get(person.id, ""))}
            for person in staff
        ],
        rights=[
            ("", _("Not a member")),
            *((one.value, words.right_word(one.value)) for one in Right),
        ],
        can_change_facts=may(actor, Deed.MANAGE_GROUPS),
        preview=_preview(actor, group, values),
        placeholders=[(f"{{{name}}}", words()) for name, words in PLACEHOLDERS.items()],
    )


def _preview(actor: Actor, group: Group | None, values: Mapping[str, Any]) -> dict[str, str] | None:
    if group is None and not values:
        return None
    return preview_of(values, actor, account_of_group(group.id if group is not None else None))


def _values(group: Group) -> dict[str, Any]:
    return {
        "name": group.name,
        "agency": str(group.agency_id or ""),
        "address": group.address,
        "sender_name": group.sender_name,
        "reply_to": group.reply_to,
        "signature": group.signature,
        "is_active": group.is_active,
    }


def _row(actor: Actor, group: Group) -> dict[str, Any]:
    return {
        "id": group.id,
        "name": group.name,
        "agency": group.agency.name if group.agency else None,
        "address": group.address,
        "members": len(group.memberships),
        "is_active": group.is_active,
        "can_edit": may(actor, Deed.CHOOSE_MEMBERS, group_id=group.id),
    }
