"""What somebody told an agent elsewhere, at the counter or in a letter: the form that writes it down on a ticket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import MultipleFileField, SelectMultipleField, StringField

from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.writing_down import Said, Way, write_onto
from helpdesk.people import representing
from helpdesk.people.models import Person
from helpdesk.people.queries import address_of
from helpdesk.tickets.access import access_ticket
from helpdesk.tickets.commands import lock
from helpdesk.tickets.conversation import NewFile
from helpdesk.tickets.models import Ticket
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.changing import CAUSE
from helpdesk.web.console.fields import id_in, instant_in, member_in
from helpdesk.web.console.uploads import KeptFile, keep_files, read_files
from helpdesk.web.forms import Form, own_line


class SpokenForm(Form):
    spoken_by = StringField(filters=[own_line])
    channel = StringField(filters=[own_line])
    said_at = StringField(filters=[own_line])
    text = StringField()
    files = MultipleFileField()
    kept = SelectMultipleField(validate_choice=False)


def ways() -> list[tuple[str, str]]:
    """How somebody may have said something, for a menu."""
    return [
        (Way.VISIT.value, _("In person")),
        (Way.LETTER.value, _("By letter")),
        (Way.OTHER.value, _("Otherwise")),
    ]


def speakers_for(person: Person | None) -> list[tuple[str, str]]:
    """The choices of a menu of who got in touch; none where only the person themselves can have."""
    if person is None:
        return []
    held = [row for row in representing.of_person(person.id) if representing.is_held(row)]
    named = {row.representative_id: row for row in reversed(held)}
    if not named:
        return []
    return [
        ("", str(_("%(name)s themselves", name=person.name))),
        *(
            (str(row.representative_id), f"{row.representative.name}, {representing.said_of(row)}")
            for row in named.values()
        ),
    ]


@console.route("/tickets/<number>/said", methods=["GET", "POST"])
def write_down(number: str) -> ResponseReturnValue:
    """The form, and writing down what was said as a message of whoever said it."""
    actor, form = current_actor(), SpokenForm()
    ticket = access_ticket(actor, number, to="note")
    if request.method == "POST":
        return _save(ticket, form)
    return _page(ticket, {"channel": Way.VISIT.value}, {})


def _save(ticket: Ticket, form: SpokenForm) -> ResponseReturnValue:
    """Write it down; what cannot be used comes back with all that was typed."""
    actor, files = current_actor(), tuple[NewFile, ...]()
    try:
        if not form.is_valid():
            raise Invalid(next(iter(form.complaints.values())))
        files = read_files(form.files.data or (), form.kept.data or (), person_id=actor.person_id)
        if not (form.text.data or "").strip() and not files:
            raise Invalid(_("Write down what they said."), field="text")
        way = member_in(Way, form.channel.data, field="channel") or Way.OTHER
        at = instant_in(form.said_at.data, actor.time_zone, field="said_at")
        speaker_id = id_in(form.spoken_by.data, field="spoken_by")
        with unit_of_work():
            locked = lock(ticket.id)
            person = db.session.get_one(Person, locked.requester_id)
            said = Said(
                text=form.text.data or "",
                channel=way.value,
                author=person,
                agent_id=actor.person_id,
                address=address_of(person) or "",
                at=at,
                files=files,
            )
            message = write_onto(locked, said, speaker_id, cause=CAUSE)
    except (Invalid, Conflict) as error:
        form.refuse(error)
        kept = keep_files(files, person_id=actor.person_id)
        return _page(ticket, form.values, form.complaints, kept), error.status
    flash(_("It is written down."), "ok")
    return redirect(url_for(".ticket", number=ticket.number, _anchor=f"m{message.id}"), code=303)


def _page(
    ticket: Ticket,
    values: Mapping[str, Any],
    errors: Mapping[str, str],
    kept: Sequence[KeptFile] = (),
) -> str:
    return render_template(
        "console/said.html",
        ticket=ticket,
        values=values,
        errors=errors,
        ways=ways(),
        speakers=speakers_for(ticket.requester),
        kept_files=kept,
    )
