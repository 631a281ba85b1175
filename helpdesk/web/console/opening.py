"""An agent opens a ticket for somebody: a call that was taken, a mail that was handed on, a visit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import MultipleFileField, SelectMultipleField, StringField

from helpdesk.automation import forms
from helpdesk.automation.forms import Unanswered
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.writing_down import Said, Way, first_words
from helpdesk.people.access import Actor
from helpdesk.people.addresses import normalise_email, normalise_phone
from helpdesk.people.commands import register_requester
from helpdesk.people.models import ContactKind, Group, Person
from helpdesk.people.needs import call_reminders, needs_of
from helpdesk.people.queries import access_person, address_of, find_by_contact_point, search_people
from helpdesk.tickets import commands
from helpdesk.tickets.conversation import NewFile
from helpdesk.tickets.customizing import set_custom
from helpdesk.tickets.models import CustomField, Ticket, TicketType
from helpdesk.tickets.prioritizing import matrix
from helpdesk.tickets.queries import visible_ids
from helpdesk.web.auth import current_actor
from helpdesk.web.console import menus, ruled_forms, seen
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.changing import CAUSE
from helpdesk.web.console.fields import id_in, instant_in, level_in, type_in
from helpdesk.web.console.spoken import speakers_for, ways
from helpdesk.web.console.uploads import KeptFile, keep_files, read_files
from helpdesk.web.forms import Form, own_line
from workflows.fields import CUSTOM
from workflows.form_rules import FormState

CHANNELS = ("phone", "email", *(way.value for way in Way))
MOST_MATCHES = 8
LONGEST_SUBJECT = 500
_TELEPHONE_SIGNS = set("+0123456789 ()-./")


class NewTicketForm(Form):
    person_id = StringField(filters=[own_line])
    name = StringField(filters=[own_line])
    address = StringField(filters=[own_line])
    phone = StringField(filters=[own_line])
    spoken_by = StringField(filters=[own_line])
    channel = StringField(filters=[own_line])
    said_at = StringField(filters=[own_line])
    subject = StringField(filters=[own_line])
    text = StringField()
    group = StringField(filters=[own_line])
    assignee = StringField(filters=[own_line])
    type = StringField(filters=[own_line])
    impact = StringField(filters=[own_line])
    urgency = StringField(filters=[own_line])
    tags = StringField(filters=[own_line])
    files = MultipleFileField()
    kept = SelectMultipleField(validate_choice=False)


@console.route("/tickets/new", methods=["GET", "POST"])
def new_ticket() -> ResponseReturnValue:
    """The form, where `find` looks for the person and `person_id` has chosen one; and opening the ticket."""
    actor = current_actor()
    if request.method == "GET":
        person = _chosen(actor, request.args.get("person_id"))
        versions = forms.lately()
        state = ruled_forms.opening_state(versions, {"channel": "phone"}, person, ())
        values = {"channel": "phone", **_usual(), **_filled(state)}
        return _page(actor, values, {}, person)
    return _open_by_form(actor)


def _usual() -> dict[str, str]:
    """What stands in the menus of a fresh form."""
    usual_impact, usual_urgency = matrix().usual
    return {"type": TicketType.REQUEST.value, "impact": usual_impact, "urgency": usual_urgency}


def _filled(state: FormState) -> dict[str, str]:
    """What rules fill in, as this form sends it; a name that there is not is left out, and said when it is saved."""
    found = {name: value for name, value in state.filled.items() if name in ruled_forms.SHOWN}
    if "group" in found:
        named = found.pop("group").casefold()
        ids = [str(one.id) for one in seen.groups() if one.name.casefold() == named]
        found |= {"group": ids[0]} if ids else {}
    return found


def _form() -> tuple[NewTicketForm, list[CustomField]]:
    """The form, with the added fields that form rules may ask for."""
    asked = ruled_forms.asked_fields(forms.in_force())
    own = ruled_forms.form_fields(asked)
    kind: type[NewTicketForm] = type("FormOfNewTicket", (NewTicketForm,), own)
    return kind(), asked


def _open_by_form(actor: Actor) -> ResponseReturnValue:
    """Open the ticket; what cannot be used comes back with all that was typed."""
    form, asked = _form()
    person = _chosen(actor, form.person_id.data)
    files: tuple[NewFile, ...] = ()
    try:
        _check(form, person, asked)
        files = read_files(form.files.data or (), form.kept.data or (), person_id=actor.person_id)
        ticket = _open(actor, form, person, files)
    except (Invalid, Conflict) as error:
        if isinstance(error, Unanswered):
            for name in error.fields:
                form.complain(ruled_forms.form_name(name), error.title)
        else:
            form.refuse(error)
        kept = keep_files(files, person_id=actor.person_id)
        return _page(actor, form.values, form.complaints, person, kept), error.status
    if not visible_ids(actor, [ticket.id]):
        flash(
            _("%(number)s was opened for a group that you do not read.", number=ticket.number), "ok"
        )
        return redirect(url_for(".tickets"), code=303)
    flash(_("%(number)s was opened.", number=ticket.number), "ok")
    return redirect(url_for(".ticket", number=ticket.number), code=303)


def _check(form: NewTicketForm, person: Person | None, asked: Sequence[CustomField]) -> None:
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
    _follow_rules(form, person, asked)
    needed = (
        ("subject", _("Write in a few words what it is about.")),
        ("text", _("Write down what they said.")),
    )
    for name, sentence in needed:
        if not (form._fields[name].data or "").strip():
            form.complain(name, sentence)
    if len(form.subject.data or "") > LONGEST_SUBJECT:
        form.complain("subject", _("Use at most 500 characters."))
    if form.channel.data not in CHANNELS:
        form.complain("channel", _("Say how they reached you."))
    if form.complaints:
        name, sentence = next(iter(form.complaints.items()))
        raise Invalid(sentence, field=name)


def _follow_rules(form: NewTicketForm, person: Person | None, asked: Sequence[CustomField]) -> None:
    """Complain of what rules ask for, and take out what they hide; what was chosen there is said to be left out."""
    versions = forms.in_force()
    state = ruled_forms.opening_state(versions, form.values, person, asked)
    for name, sentence in ruled_forms.missing_of_opening(state, form.values).items():
        form.complain(name, sentence)
    for name in sorted(map(ruled_forms.form_name, state.hidden)):
        field = form._fields.get(name)
        if field is None or name in ruled_forms.ALWAYS_SHOWN:
            continue
        usual = _usual().get(name, "")
        if field.data and field.data != usual:
            form.complain("", ruled_forms.left_out(name))
        field.data = usual
    for name, value in _filled(state).items():
        if name in ("type", "impact", "urgency", "subject", "text"):
            form._fields[name].data = value


def _open(
    actor: Actor, form: NewTicketForm, person: Person | None, files: Sequence[NewFile]
) -> Ticket:
    by = actor.person_id
    kind = type_in(form.type.data) or TicketType.REQUEST.value
    impact = level_in(form.impact.data, matrix().impacts, "", field="impact")
    urgency = level_in(form.urgency.data, matrix().urgencies, "", field="urgency")
    group_id = id_in(form.group.data, field="group")
    said_at = instant_in(form.said_at.data, actor.time_zone, field="said_at")
    with unit_of_work():
        requester = _requester(actor, form, person)
        said = Said(
            text=form.text.data or "",
            channel=form.channel.data or "phone",
            author=requester,
            agent_id=by,
            address=address_of(requester) or "",
            at=said_at,
            files=files,
        )
        first = first_words(said, id_in(form.spoken_by.data, field="spoken_by"), type=kind)
        ticket = commands.open_ticket(
            requester=requester,
            subject=form.subject.data or "",
            type=kind,
            channel=first.channel,
            first=first,
            group=_group(group_id),
            impact=impact,
            urgency=urgency,
            by=by,
            cause=CAUSE,
        )
        _set_further(ticket, form, by=by)
        forms.settle_opening(ticket, first.text)
        return ticket


def _set_further(ticket: Ticket, form: NewTicketForm, *, by: int) -> None:
    """What a ticket is given once it is there: an assignee, tags, and what rules ask for."""
    assignee_id = id_in(form.assignee.data, field="assignee")
    if assignee_id:
        commands.assign(ticket, _agent(assignee_id), by=by, cause=CAUSE)
    commands.set_tags(ticket, (form.tags.data or "").split(","), by=by, cause=CAUSE)
    own = {
        name.removeprefix(ruled_forms.PREFIX): value
        for name, value in form.values.items()
        if name.startswith(ruled_forms.PREFIX) and value
    }
    if own:
        set_custom(ticket, own, by=by, cause=CAUSE)


def _requester(actor: Actor, form: NewTicketForm, person: Person | None) -> Person:
    """The person chosen, one whom the address or number belongs to, or a new one."""
    if person is not None:
        return db.session.get_one(Person, person.id)
    address, phone = form.address.data or "", form.phone.data or ""
    if address:
        known = find_by_contact_point(ContactKind.EMAIL, normalise_email(address))
        if known is not None:
            return known
    if phone:
        known = find_by_contact_point(ContactKind.PHONE, normalise_phone(phone))
        if known is not None:
            return known
    return register_requester(form.name.data or "", address, phone=phone, actor=actor)


def _group(group_id: int | None) -> Group | None:
    if not group_id:
        return None
    group = db.session.get(Group, group_id)
    if group is None or not group.is_active:
        raise Invalid(_("There is no such group."), _("Choose one of the list."), field="group")
    return group


def _agent(person_id: int) -> Person:
    person = db.session.get(Person, person_id)
    if person is None:
        raise Invalid(_("There is no such agent."), _("Choose one of the list."), field="assignee")
    return person


def _chosen(actor: Actor, text: str | None) -> Person | None:
    person_id = id_in(text, field="person_id")
    return access_person(actor, person_id) if person_id is not None else None


def _page(
    actor: Actor,
    values: Mapping[str, Any],
    errors: Mapping[str, str],
    person: Person | None,
    kept: Sequence[KeptFile] = (),
) -> str:
    find = " ".join(request.args.get("find", "").split())[:200]
    versions = forms.lately()
    asked = ruled_forms.asked_fields(versions)
    state = ruled_forms.opening_state(versions, values, person, asked)
    return render_template(
        "console/new_ticket.html",
        values=values,
        errors=errors,
        options=_options(actor),
        find=find,
        matches=[_match(one) for one in _found(actor, find)],
        person=_match(person) if person else None,
        speakers=speakers_for(person),
        reminders=call_reminders(needs_of(person.id)) if person else [],
        kept_files=kept,
        **ruled_forms.marks(state),
        fields=[
            ruled_forms.drawn(one, values.get(ruled_forms.PREFIX + one.key))
            for one in asked
            if CUSTOM + one.key in state.required or values.get(ruled_forms.PREFIX + one.key)
        ],
    )


def _found(actor: Actor, text: str) -> Sequence[Person]:
    if text and set(text) <= _TELEPHONE_SIGNS:
        try:
            text = normalise_phone(text)
        except Invalid:
            return []
    return search_people(actor, text, limit=MOST_MATCHES)


def _match(person: Person) -> dict[str, Any]:
    points = person.contact_points
    mail = next((one for one in points if one.kind is ContactKind.EMAIL), None)
    shown = mail or next(iter(points), None)
    return {
        "id": person.id,
        "name": person.name,
        "address": shown.value if shown else "",
        "organisation": person.organisation.name if person.organisation else None,
    }


def _options(actor: Actor) -> dict[str, seen.Choices]:
    me = (str(actor.person_id), _("Me"))
    agents = menus.agents_for(None)
    return {
        "group": [
            ("", _("No group")),
            *seen.choices_of(one for one in seen.groups() if one.is_active),
        ],
        "assignee": [("", _("Nobody")), me, *(one for one in agents if one[0] != me[0])],
        "type": menus.types(),
        "impact": menus.impacts(),
        "urgency": menus.urgencies(),
        "channel": [
            ("phone", _("By telephone")),
            ("email", _("By e-mail")),
            *ways(),
        ],
    }
