"""Notes about a person and warnings: written, changed and ended, from their page or from beside a ticket of theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import StringField

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people import remarks
from helpdesk.people.access import Actor
from helpdesk.people.models import Person
from helpdesk.people.queries import access_person
from helpdesk.people.remark_models import WarningKind
from helpdesk.tickets.access import access_ticket
from helpdesk.web.auth import current_actor
from helpdesk.web.console.beside import beside_panel
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.fields import member_in
from helpdesk.web.console.person_page import person_page
from helpdesk.web.console.remarks_shown import NEW_NOTE, NOTHING, WARN, TypedRemark
from helpdesk.web.forms import Form, own_line, require_valid

# Does what was asked, to this person and by this actor, in an open unit of work; says what was done.
Deed = Callable[[Person, Actor], str]


class NoteForm(Form):
    text = StringField()
    ticket = StringField(filters=[own_line])


class BareForm(Form):
    ticket = StringField(filters=[own_line])


class WarningForm(Form):
    kind = StringField(filters=[own_line])
    reason = StringField(filters=[own_line])
    review_on = StringField(filters=[own_line])
    ticket = StringField(filters=[own_line])


@console.post("/people/<int:person_id>/notes")
def write_remark(person_id: int) -> ResponseReturnValue:
    """Write a note about a person."""
    form = NoteForm()

    def write(person: Person, actor: Actor) -> str:
        remarks.write_note(person, form.text.data or "", actor=actor)
        return _("The note is kept.")

    return _done(person_id, form, NEW_NOTE, write)


@console.post("/people/<int:person_id>/notes/<int:remark_id>")
def change_remark(person_id: int, remark_id: int) -> ResponseReturnValue:
    """Write a note anew."""
    form = NoteForm()

    def change(person: Person, actor: Actor) -> str:
        row = remarks.access_note(person, remark_id)
        remarks.change_note(person, row, form.text.data or "", actor=actor)
        return _("The note is kept.")

    return _done(person_id, form, f"note-{remark_id}", change)


@console.post("/people/<int:person_id>/notes/<int:remark_id>/remove")
def remove_remark(person_id: int, remark_id: int) -> ResponseReturnValue:
    """Take a note away."""

    def remove(person: Person, actor: Actor) -> str:
        remarks.remove_note(person, remarks.access_note(person, remark_id), actor=actor)
        return _("The note is gone.")

    return _done(person_id, BareForm(), "", remove)


@console.post("/people/<int:person_id>/warnings")
def give_warning(person_id: int) -> ResponseReturnValue:
    """Warn colleagues about a person."""
    form = WarningForm()

    def warn(person: Person, actor: Actor) -> str:
        kind = member_in(WarningKind, form.kind.data, field="kind")
        if kind is None:
            raise Invalid(_("Say of what colleagues are warned."), field="kind")
        until = _day(form.review_on.data)
        remarks.give_warning(person, kind, form.reason.data or "", until, actor=actor)
        return _("Colleagues are warned.")

    return _done(person_id, form, WARN, warn)


@console.post("/people/<int:person_id>/warnings/<int:warning_id>/end")
def end_warning(person_id: int, warning_id: int) -> ResponseReturnValue:
    """Let a warning hold no longer."""

    def end(person: Person, actor: Actor) -> str:
        remarks.end_warning(person, remarks.access_warning(person, warning_id), actor=actor)
        return _("The warning holds no longer.")

    return _done(person_id, BareForm(), "", end)


def _done(
    person_id: int, form: NoteForm | BareForm | WarningForm, name: str, deed: Deed
) -> ResponseReturnValue:
    """Do it, and go back to where it was asked; what could not be kept comes back there as it was typed."""
    actor = current_actor()
    found = access_person(actor, person_id)
    try:
        require_valid(form)
        with unit_of_work():
            said = deed(db.session.get_one(Person, found.id), actor)
    except Invalid as error:
        form.refuse(error)
        number = form.ticket.data or ""
        return _again(actor, found, TypedRemark(name, number, form.values, form.complaints))
    if form.ticket.data and _asks_for_part():
        return beside_panel(actor, access_ticket(actor, form.ticket.data), NOTHING, said=said)
    flash(said, "ok")
    if form.ticket.data:
        number = access_ticket(actor, form.ticket.data).number
        return redirect(url_for(".ticket", number=number), code=303)
    return redirect(url_for(".person", person_id=found.id), code=303)


def _again(actor: Actor, found: Person, typed: TypedRemark) -> ResponseReturnValue:
    """The panel beside the ticket; without the script, and from their own page, the page of the person."""
    if typed.ticket and _asks_for_part():
        return beside_panel(actor, access_ticket(actor, typed.ticket), typed), 422
    return person_page(actor, db.session.get_one(Person, found.id), typed), 422


def _asks_for_part() -> bool:
    return "HX-Request" in request.headers


def _day(text: str | None) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        raise Invalid(
            _("This is no date."), _("For example: 2027-01-31."), field="review_on"
        ) from None
