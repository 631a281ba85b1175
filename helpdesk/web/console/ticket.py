"""One ticket: its page, replies and notes, and changes of its properties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar
from zoneinfo import ZoneInfo

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import BooleanField, MultipleFileField, SelectMultipleField, StringField

from helpdesk.automation import forms
from helpdesk.composing import drafts
from helpdesk.composing.planning import Plan, plan
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import talking
from helpdesk.operations.models import Act
from helpdesk.operations.recording import Recording, recording
from helpdesk.people.access import Actor
from helpdesk.people.models import Person
from helpdesk.tickets.access import access_ticket
from helpdesk.tickets.commands import change_status, lock_version
from helpdesk.tickets.conversation import NewFile, NewMessage, add_message
from helpdesk.tickets.lives import lifecycle_of
from helpdesk.tickets.models import Direction, Message, Ticket, Visibility
from helpdesk.tickets.moves import MoveRefused, roles_of
from helpdesk.tickets.processing import read_fields
from helpdesk.tickets.queries import visible_ids
from helpdesk.web.auth import current_actor
from helpdesk.web.console import asking, before_sending, changing
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.canned import canned_text
from helpdesk.web.console.composer import (
    Composer,
    default_way,
    recipients_by,
    recipients_of,
    refuse_blanks,
    why_not,
)
from helpdesk.web.console.done import flash_done
from helpdesk.web.console.drafts import written_in
from helpdesk.web.console.fields import id_in, status_in
from helpdesk.web.console.lists import last_list
from helpdesk.web.console.mentioning import say_who_is_blind
from helpdesk.web.console.names import address_in
from helpdesk.web.console.operation_words import field_word
from helpdesk.web.console.page import Meanwhile, Shown, ticket_page
from helpdesk.web.console.planned import plan_in
from helpdesk.web.console.properties import (
    PropertiesForm,
    Typed,
    changes_in,
    follow_rules,
    form_for,
)
from helpdesk.web.console.quoting import quoted_article
from helpdesk.web.console.said import refuse_too_long, said_in
from helpdesk.web.console.uploads import keep_files, read_files
from helpdesk.web.console.waiting_pictures import with_pictures
from helpdesk.web.forms import Form, own_line

CAUSE = changing.CAUSE


class WritingForm(Form):
    """What replies and notes have in common."""

    files = MultipleFileField()
    kept = SelectMultipleField(validate_choice=False)
    status = StringField(filters=[own_line])
    version = StringField()
    seen = StringField()
    # Which window sends it, and the version of the draft that it began from.
    writer = StringField(filters=[own_line])
    known = StringField(filters=[own_line])


class ReplyForm(WritingForm):
    way = StringField()
    text = StringField()
    # The same with marks, where the editor wrote it.
    html = StringField()
    cc = StringField()
    bcc = StringField()
    # Whether the form can ask before it leaves, what it has shown, and who is to be among the copies too.
    asks = StringField(filters=[own_line])
    warned = SelectMultipleField(validate_choice=False)
    add_copies = StringField(filters=[own_line])
    # Names in braces that nothing stands for may go as they are, once somebody said so.
    blanks_ok = BooleanField()
    # For how many seconds it can be taken back, or when it is to leave.
    undo = StringField(filters=[own_line])
    later = StringField(filters=[own_line])
    later_at = StringField(filters=[own_line])


class NoteForm(WritingForm):
    note_text = StringField()


Writing = TypeVar("Writing", bound=WritingForm)


@console.get("/tickets/<number>")
def ticket(number: str) -> ResponseReturnValue:
    """A ticket with its conversation."""
    actor = current_actor()
    found = access_ticket(actor, number)
    return ticket_page(
        actor,
        found,
        Shown(composer=Composer(text=quoted_article(actor, found) or canned_text(actor, found))),
    )


@console.post("/tickets/<number>/replies")
def reply(number: str) -> ResponseReturnValue:
    """Answer the requester; an answer to a ticket that changed meanwhile is kept and shown beside the change."""
    actor = current_actor()
    found = access_ticket(actor, number, to="reply")
    form = _form_of(ReplyForm, found)
    text = said_in(form.values).text
    files: tuple[NewFile, ...] = ()
    try:
        files = _read(form, text, field="text", actor=actor)
        new = _reply(found, form, text, files, actor)
        placed = with_pictures(found, new, actor)
        before_sending.require_asked(found, placed, form.values)
        seen_id = id_in(form.seen.data, field="seen") or 0
        how = plan_in(form.values, actor, seen_id=seen_id, way=form.way.data or "")
        if how is not None:
            _let_wait(found, new, form, actor, how)
            return redirect(url_for(".ticket", number=number, _anchor="planned"), code=303)
        message = _add(found, placed, form, actor, draft="reply")
    except (Invalid, Conflict) as error:
        return _writing_again(actor, found, form, error, files, mode="reply")
    return redirect(url_for(".ticket", number=number, _anchor=f"m{message.id}"), code=303)


@console.post("/tickets/<number>/notes")
def note(number: str) -> ResponseReturnValue:
    """Write to colleagues; a note is never sent."""
    actor = current_actor()
    found = access_ticket(actor, number, to="note")
    form = _form_of(NoteForm, found)
    text = form.note_text.data or ""
    files: tuple[NewFile, ...] = ()
    try:
        files = _read(form, text, field="note_text", actor=actor)
        new = NewMessage(
            text=text,
            direction=Direction.NOTE,
            visibility=Visibility.INTERNAL,
            channel="desk",
            author=db.session.get_one(Person, actor.person_id),
            files=files,
        )
        message = _add(found, new, form, actor, draft="note")
        say_who_is_blind(found, text)
    except (Invalid, Conflict) as error:
        return _writing_again(actor, found, form, error, files, mode="note")
    return redirect(url_for(".ticket", number=number, _anchor=f"m{message.id}"), code=303)


def _form_of(kind: type[Writing], ticket: Ticket) -> Writing:
    """A form of this kind, with the fields that the moves of this ticket may ask for."""
    made: type[Writing] = type("FormOfTicket", (kind,), asking.form_fields(ticket))
    return made()


def _read(form: WritingForm, text: str, *, field: str, actor: Actor) -> tuple[NewFile, ...]:
    """The files of a form that says something. Raises Invalid."""
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
    files = read_files(form.files.data or (), form.kept.data or (), person_id=actor.person_id)
    if not text.strip() and not files:
        raise Invalid(_("Write something first."), field=field)
    return files


def _reply(
    found: Ticket, form: ReplyForm, text: str, files: Sequence[NewFile], actor: Actor
) -> NewMessage:
    refuse_too_long(form.values)
    point = address_in(found.requester.contact_points)
    thread = talking.reply_to(found)
    reason = why_not(found, point, thread)
    if reason is not None:
        raise Invalid(reason)
    refuse_blanks(text, allowed=bool(form.blanks_ok.data))
    way = form.way.data or default_way(thread)
    copies = recipients_of(form.cc.data or "", form.bcc.data or "")
    channel, recipients = recipients_by(way, point=point, thread=thread, text=text, copies=copies)
    return NewMessage(
        text=text,
        direction=Direction.OUT,
        channel=channel,
        author=db.session.get_one(Person, actor.person_id),
        recipients=recipients,
        files=tuple(files),
        html=said_in(form.values).html or None,
    )


def _add(found: Ticket, new: NewMessage, form: WritingForm, actor: Actor, *, draft: str) -> Message:
    """Add a message to the version of the ticket that its writer saw. Raises Conflict and Invalid."""
    status = status_in(form.status.data)
    version = _version(form.version.data)
    sent = written_in({**form.values, "text": new.text})
    with unit_of_work():
        ticket = lock_version(found.id, version)
        message = add_message(ticket, new, by=actor.person_id, cause=CAUSE)
        drafts.note_sent(actor.person_id, found.id, draft, sent)
        if status is not None:
            change_status(
                ticket,
                status,
                by=actor.person_id,
                cause=CAUSE,
                fields=read_fields(
                    lifecycle_of(ticket.type),
                    asking.typed_in(form.values),
                    zone=ZoneInfo(actor.time_zone),
                ),
                roles=roles_of(actor, ticket),
            )
        return message


def _let_wait(found: Ticket, new: NewMessage, form: WritingForm, actor: Actor, how: Plan) -> None:
    """Plan a reply to the version of the ticket that its writer saw. Raises Conflict and Invalid."""
    status = status_in(form.status.data)
    version = _version(form.version.data)
    sent = written_in({**form.values, "text": new.text})
    with unit_of_work():
        ticket = lock_version(found.id, version)
        fields = read_fields(
            lifecycle_of(ticket.type),
            asking.typed_in(form.values),
            zone=ZoneInfo(actor.time_zone),
        )
        plan(ticket, new, actor, replace(how, status=status or "", fields=fields))
        drafts.note_sent(actor.person_id, found.id, "reply", sent)


def _version(text: str | None) -> int:
    version = id_in(text, field="version")
    if version is None:
        raise Invalid(
            _("This form does not say what it was written for."),
            _("Send it from the ticket's page."),
        )
    return version


def _writing_again(
    actor: Actor,
    found: Ticket,
    form: WritingForm,
    error: Invalid | Conflict,
    files: Sequence[NewFile],
    *,
    mode: str,
) -> ResponseReturnValue:
    """The page with all that was typed, and what is wrong or changed; sending it again is one click."""
    values = form.values
    said = said_in(values)
    composer = Composer(
        mode=mode,
        text=said.text,
        html=said.html,
        note_text=values.get("note_text") or "",
        cc=before_sending.copies_in(values),
        bcc=values.get("bcc") or "",
        warned=error.warned if isinstance(error, before_sending.Unasked) else (),
        way=values.get("way") or "",
        status=values.get("status") or "",
        errors={} if isinstance(error, Conflict) else {_field_of(error, form): _sentence(error)},
        files=keep_files(files, person_id=actor.person_id),
        kept=True,
        values=values,
        refused=error if isinstance(error, MoveRefused) else None,
    )
    meanwhile = _meanwhile(form) if isinstance(error, Conflict) else None
    db.session.refresh(found)
    page = ticket_page(actor, found, Shown(composer=composer, meanwhile=meanwhile))
    return page, error.status


def _field_of(error: Invalid | Conflict, form: Form) -> str:
    named = error.field if isinstance(error, Invalid) else None
    if named and asking.PREFIX + named in form._fields:
        return asking.PREFIX + named
    return named if named in _SHOWN_AT else ""


_SHOWN_AT = ("text", "cc", "bcc", "before", "files", "note_text", "blanks", "later")


def _sentence(error: Invalid | Conflict) -> str:
    return " ".join(part for part in (error.title, error.advice) if part)


def _meanwhile(form: WritingForm | PropertiesForm) -> Meanwhile:
    seen = form.seen.data if isinstance(form, WritingForm) else None
    return Meanwhile(
        version=id_in(form.version.data, field="version") or 0,
        seen=id_in(seen, field="seen") or 0,
    )


@console.post("/tickets/<number>/properties")
def change(number: str) -> ResponseReturnValue:
    """Change properties; what the form does not name stays, and a change met by another is shown beside it."""
    actor = current_actor()
    found = access_ticket(actor, number, to="edit")
    form, custom = form_for(found)
    try:
        if not form.is_valid():
            raise Invalid(next(iter(form.complaints.values())))
        changes = changes_in(form, custom, found)
        version = _version(form.version.data)
        followed = follow_rules(form, custom, found, changes)
        if followed.errors:
            return _shown_again(actor, found, form, followed.errors)
        if not changes.is_empty:
            with unit_of_work():
                ticket = lock_version(found.id, version)
                with recording(Act.CHANGE, [ticket], by=actor.person_id) as done:
                    changing.apply(ticket, changes, actor)
                    forms.fill(ticket, followed.state, followed.versions)
            _say_changed(done)
    except (Invalid, Conflict) as error:
        return _changing_again(actor, found, form, error)
    if not visible_ids(actor, [found.id]):
        flash(
            _("%(number)s is now with a group whose tickets you do not see.", number=number), "ok"
        )
        return redirect(last_list(), code=303)
    return redirect(url_for(".ticket", number=number), code=303)


def _say_changed(done: Recording) -> None:
    if done.operation is not None:
        fields = ", ".join(field_word(name) for name in done.changed)
        flash_done(_("Changed: %(fields)s.", fields=fields), done.operation)


def _shown_again(
    actor: Actor, found: Ticket, form: PropertiesForm, errors: Mapping[str, str]
) -> ResponseReturnValue:
    """The page with all that was typed, and what form rules say of it."""
    sent = {name: value for name, value in form.values.items() if value is not None}
    return ticket_page(actor, found, Shown(typed=Typed(sent, errors))), Invalid.status


def _changing_again(
    actor: Actor, found: Ticket, form: PropertiesForm, error: Invalid | Conflict
) -> ResponseReturnValue:
    sent = {name: value for name, value in form.values.items() if value is not None}
    name = error.field if isinstance(error, Invalid) else None
    errors = {} if isinstance(error, Conflict) else {_shown(name, form): _sentence(error)}
    meanwhile = _meanwhile(form) if isinstance(error, Conflict) else None
    db.session.refresh(found)
    refused = error if isinstance(error, MoveRefused) else None
    typed = Typed(sent, errors, refused)
    page = ticket_page(actor, found, Shown(typed=typed, meanwhile=meanwhile))
    return page, error.status


def _shown(field: str | None, form: PropertiesForm) -> str:
    """The name a field has in the form: a command names an added field by its key."""
    if field in form._fields:
        return str(field)
    own = [name for name in (f"field_{field}", asking.PREFIX + str(field)) if name in form._fields]
    return own[0] if own else (field or "")
