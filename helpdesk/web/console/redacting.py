"""Taking a stretch of text or a file out of a message: chosen, looked at, and done for good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import BooleanField, SelectMultipleField, StringField

from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, DomainError, Invalid, NotFound
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.passing_on import writer_of
from helpdesk.redaction import stretches
from helpdesk.redaction.doing import redact as take_out_of
from helpdesk.redaction.finding import Found, find
from helpdesk.tickets.access import access_message, access_ticket
from helpdesk.tickets.commands import lock
from helpdesk.tickets.models import Message, Ticket
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.changing import CAUSE
from helpdesk.web.console.plain import shown
from helpdesk.web.forms import Form, own_line

PREVIEW, DO = "preview", "do"


class RedactForm(Form):
    what = StringField()
    file = SelectMultipleField(validate_choice=False)
    why = StringField(filters=[own_line])
    step = StringField(filters=[own_line])
    seen = StringField(filters=[own_line])
    sure = BooleanField()


@console.get("/tickets/<number>/messages/<int:message_id>/redact")
def redact(number: str, message_id: int) -> ResponseReturnValue:
    """The message, to mark what is to be taken out of it."""
    ticket, message = _message(number, message_id)
    return _page(ticket, message, {})


@console.post("/tickets/<number>/messages/<int:message_id>/redact")
def take_out(number: str, message_id: int) -> ResponseReturnValue:
    """Show what taking it out would touch; or do it, once that was looked at and confirmed."""
    actor = current_actor()
    ticket, message = _message(number, message_id)
    form = RedactForm()
    try:
        if not form.is_valid():
            raise Invalid(next(iter(form.complaints.values())))
        found = _found(ticket, message, form)
        if form.step.data != DO:
            return _page(ticket, message, form.values, found=found)
        _require_sure(form)
        with unit_of_work():
            take_out_of(
                lock(ticket.id),
                db.session.get_one(Message, message.id),
                form.what.data or "",
                _files(form, message),
                form.why.data or "",
                seen=form.seen.data or "",
                by=actor.person_id,
                cause=CAUSE,
            )
    except (Invalid, Conflict) as error:
        db.session.rollback()
        return _again(number, message_id, form, error)
    flash(_("Taken out for good. Nobody can bring it back."), "ok")
    return redirect(url_for(".ticket", number=number, _anchor=f"m{message_id}"), code=303)


def _message(number: str, message_id: int) -> tuple[Ticket, Message]:
    actor = current_actor()
    ticket = access_ticket(actor, number, to="redact")
    message = access_message(actor, message_id)
    if message.ticket_id != ticket.id:
        raise NotFound(
            _("There is no such message."), _("It may be on a ticket that you cannot see.")
        )
    return ticket, message


def _found(ticket: Ticket, message: Message, form: RedactForm) -> Found:
    """Where it stands. Raises Invalid when nothing was chosen, or it stands nowhere."""
    what, files = form.what.data or "", _files(form, message)
    if not what.strip() and not files:
        raise Invalid(_("Mark or type what is to be taken out, or tick a file."), field="what")
    if what.strip() and stretches.pattern_of(what) is None:
        raise Invalid(
            _("Take out at least two signs, and at most %(num)s.", num=stretches.LONGEST),
            field="what",
        )
    found = find(ticket, message, what, files)
    here = next((one for one in found.places if one.message.id == message.id), None)
    if what.strip() and (here is None or not here.count):
        raise Invalid(
            _("This does not stand in the message."),
            _("Copy it from the text beside, as it stands there."),
            field="what",
        )
    return found


def _files(form: RedactForm, message: Message) -> set[int]:
    """The ticked files of this message. Raises Invalid for any other."""
    own = {str(one.id): one.id for one in message.attachments}
    wanted = set(form.file.data or ())
    if wanted - set(own):
        raise Invalid(
            _("One of these files is not here any more."), _("Open the page again."), field="file"
        )
    return {own[one] for one in wanted}


def _require_sure(form: RedactForm) -> None:
    if not (form.why.data or "").strip():
        raise Invalid(_("Say why it is taken out."), _("A few words are enough."), field="why")
    if not form.sure.data:
        raise Invalid(
            _("Confirm that it cannot be brought back."), _("Tick the box below."), field="sure"
        )


def _again(
    number: str, message_id: int, form: RedactForm, error: DomainError
) -> ResponseReturnValue:
    """The page with what was typed and what is wrong; with the preview anew where there is still something to see."""
    ticket, message = _message(number, message_id)
    sentence = " ".join(part for part in (error.title, error.advice) if part)
    name = error.field if isinstance(error, Invalid) and error.field in form._fields else ""
    found = None
    if form.step.data == DO and name in ("", "why", "sure"):
        own = {one.id for one in message.attachments}
        ids = {int(one) for one in form.file.data or () if one.isdigit()} & own
        found = find(ticket, message, form.what.data or "", ids)
    errors = {name or "": sentence}
    found = None if found is None or found.is_empty else found
    return _page(ticket, message, form.values, found=found, errors=errors), error.status


def _page(
    ticket: Ticket,
    message: Message,
    values: Mapping[str, Any],
    *,
    found: Found | None = None,
    errors: Mapping[str, str] | None = None,
) -> str:
    page = render_template(
        "console/redact.html",
        ticket=ticket,
        message={
            "id": message.id,
            "who": writer_of(message),
            "at": message.created_at,
            "text": shown("\n\n".join(part for part in (message.text, message.quoted) if part)),
            "files": [
                {"id": one.id, "name": one.name, "size": one.size} for one in message.attachments
            ],
        },
        values=values,
        errors=errors or {},
        preview=_preview(found) if found is not None else None,
        mark=stretches.MARK,
    )
    # Looking locks what was sent, so that nobody's mail waits for a reader.
    db.session.rollback()
    return page


def _preview(found: Found) -> dict[str, Any]:
    return {
        "seen": found.state,
        "count": found.count,
        "places": [
            {
                "id": place.message.id,
                "who": writer_of(place.message),
                "at": place.message.created_at,
                "count": place.count,
                "around": stretches.around(
                    found.pattern, f"{place.message.text}\n{place.message.quoted}"
                ),
                "files": [one.name for one in place.files],
                "loses_html": place.loses_html,
            }
            for place in found.places
        ],
        "originals": sum(1 for raw in found.raws if raw.size and raw.digest),
        "sent": len(found.deliveries),
        "drafts": len(found.drafts) + len(found.planned),
        "in_subject": found.in_subject,
        "beside": sum(one.count for one in found.besides),
        "elsewhere": found.elsewhere,
    }
