"""Passing a ticket on to a third party: the third tab of the composer, and the page it is without scripts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import MultipleFileField, SelectMultipleField, StringField

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import passing_on, policy
from helpdesk.messaging.accounts import is_our_address
from helpdesk.messaging.identity import identity_for
from helpdesk.people.access import Actor
from helpdesk.people.models import ContactKind, Person
from helpdesk.people.queries import search_people
from helpdesk.tickets.access import access_ticket
from helpdesk.tickets.commands import change_status, lock
from helpdesk.tickets.conversation import NewFile, NewMessage
from helpdesk.tickets.lives import lifecycle_of
from helpdesk.tickets.models import Direction, Message, Ticket
from helpdesk.tickets.moves import MoveRefused, roles_of
from helpdesk.tickets.naming import beginning
from helpdesk.tickets.processing import read_fields
from helpdesk.tickets.siding import TO, open_side, say_aside
from helpdesk.web.auth import current_actor
from helpdesk.web.console import asking, menus
from helpdesk.web.console.aside_drafts import Begun, begun, note_sent
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.changing import CAUSE
from helpdesk.web.console.composer import addresses_in
from helpdesk.web.console.fields import status_in
from helpdesk.web.console.uploads import KeptFile, keep_files, read_files
from helpdesk.web.forms import Form, own_line

MOST_SUGGESTED = 8
DRAFT = "forward"


class ForwardForm(Form):
    to = StringField(filters=[own_line])
    subject = StringField(filters=[own_line])
    forward_text = StringField()
    passed = SelectMultipleField(validate_choice=False)
    passed_file = SelectMultipleField(validate_choice=False)
    files = MultipleFileField()
    kept = SelectMultipleField(validate_choice=False)
    status = StringField(filters=[own_line])
    writer = StringField(filters=[own_line])
    known = StringField(filters=[own_line])


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What stands in the form: what was typed, or what it begins with."""

    values: Mapping[str, Any]
    passed: Collection[str]
    passed_files: Collection[str]
    errors: Mapping[str, str] = field(default_factory=dict)
    kept_files: Sequence[KeptFile] = ()
    refused: MoveRefused | None = None
    # The draft that it goes on from; None for a form that came back.
    draft: Begun | None = None


@console.get("/tickets/<number>/forward")
def forward(number: str) -> ResponseReturnValue:
    """The form: with one message ticked, or with all that is public."""
    actor = current_actor()
    ticket = access_ticket(actor, number, to="reply")
    messages = passing_on.passable(ticket)
    typed = _typed_before(_draft(actor, ticket), messages, request.args.get("message", ""))
    return _form_page(actor, ticket, messages, typed, part="HX-Request" in request.headers)


@console.post("/tickets/<number>/forward")
def send_forward(number: str) -> ResponseReturnValue:
    """Begin a side conversation with what was typed and ticked; the requester is told nothing of it."""
    actor = current_actor()
    found = access_ticket(actor, number, to="reply")
    kind: type[ForwardForm] = type("Forward", (ForwardForm,), asking.form_fields(found))
    form = kind()
    messages = passing_on.passable(found)
    new_files: tuple[NewFile, ...] = ()
    try:
        if not form.is_valid():
            raise Invalid(next(iter(form.complaints.values())))
        new_files = read_files(
            form.files.data or (), form.kept.data or (), person_id=actor.person_id
        )
        message = _send(actor, found, form, messages, new_files)
    except Invalid as error:
        db.session.refresh(found)
        typed = _typed_again(form, error, keep_files(new_files, person_id=actor.person_id))
        return _form_page(actor, found, messages, typed), error.status
    flash(_("Sent. The answer comes back here, in a side conversation."), "ok")
    return redirect(url_for(".ticket", number=number, _anchor=f"m{message.id}"), code=303)


@console.get("/recipients")
def find_recipients() -> ResponseReturnValue:
    """People whose name or address begins so, as choices of the field that is typed into."""
    before, _comma, last = (request.args.get("to", "")[:1000]).rpartition(",")
    found = search_people(current_actor(), last.strip()) if len(last.strip()) > 1 else []
    rows = [
        (", ".join(part for part in (before.strip(), point.value) if part), person.name)
        for person in found
        for point in person.contact_points[:1]
        if point.kind is ContactKind.EMAIL and not is_our_address(point.value)
    ]
    return render_template("console/_recipients.html", rows=rows[:MOST_SUGGESTED])


def _draft(actor: Actor, ticket: Ticket) -> Begun:
    subject = _("Fwd: %(subject)s", subject=ticket.subject)
    return begun(actor, ticket, DRAFT, to="", subject=subject)


def _typed_before(draft: Begun, messages: Sequence[Message], one: str) -> Typed:
    """What the form begins with: the draft, or all that is public; where one message was meant, that one is ticked."""
    ticked = [row for row in messages if not one or str(row.id) == one]
    passed, passed_files = draft.ticked("passed"), draft.ticked("passed_file")
    if one or passed is None or passed_files is None:
        passed = {str(row.id) for row in ticked}
        passed_files = {str(file.id) for row in ticked for file in row.attachments}
    values = draft.values()
    values["forward_text"] = values.pop("text")
    return Typed(values=values, passed=passed, passed_files=passed_files, draft=draft)


def _send(
    actor: Actor,
    found: Ticket,
    form: ForwardForm,
    messages: Sequence[Message],
    new_files: Sequence[NewFile],
) -> Message:
    """Write it, with the status that is to follow. Raises Invalid."""
    addresses = third_parties(form.to.data or "", found)
    chosen = passing_on.chosen_of(messages, form.passed.data or ())
    copies = passing_on.files_of(messages, chosen, form.passed_file.data or ())
    text = form.forward_text.data or ""
    if not text.strip() and not chosen:
        raise Invalid(_("Write something, or tick what is passed on."), field="forward_text")
    new = NewMessage(
        text=text.strip(),
        quoted=passing_on.words_of(found, chosen, actor.time_zone),
        direction=Direction.OUT,
        author=db.session.get_one(Person, actor.person_id),
        subject=form.subject.data or "",
        files=(*new_files, *copies),
    )
    with unit_of_work():
        ticket = lock(found.id)
        side = open_side(ticket, subject=form.subject.data or "", by=actor.person_id, cause=CAUSE)
        message = say_aside(ticket, side, new, addresses, by=actor.person_id, cause=CAUSE)
        note_sent(actor, ticket, DRAFT, form.values, text)
        _let_status_follow(actor, ticket, form)
        return message


def _let_status_follow(actor: Actor, ticket: Ticket, form: ForwardForm) -> None:
    status = status_in(form.status.data)
    if status is None:
        return
    typed, zone = asking.typed_in(form.values), ZoneInfo(actor.time_zone)
    change_status(
        ticket,
        status,
        by=actor.person_id,
        cause=CAUSE,
        fields=read_fields(lifecycle_of(ticket.type), typed, zone=zone),
        roles=roles_of(actor, ticket),
    )


def third_parties(text: str, ticket: Ticket) -> list[str]:
    """The addresses typed as those of a third party. Raises Invalid for our own and for the requester's."""
    try:
        found = addresses_in(text)
    except Invalid as error:
        raise Invalid(error.title, error.advice, field=TO) from None
    ours = next((one for one in found if is_our_address(one)), None)
    if ours is not None:
        raise Invalid(
            _("%(address)s is an address of this desk.", address=ours),
            _("Write to somebody outside, or move the ticket to the other group."),
            field=TO,
        )
    theirs = {point.value for point in ticket.requester.contact_points}
    if theirs & set(found):
        raise Invalid(
            _("This is the requester of the ticket."),
            _("Write them a reply; a side conversation is for others, and they never see it."),
            field=TO,
        )
    return found


def _typed_again(form: ForwardForm, error: Invalid, kept: Sequence[KeptFile]) -> Typed:
    name = error.field or ""
    if asking.PREFIX + name in form._fields:
        name = asking.PREFIX + name
    known = {*form._fields, "passed"}
    sentence = " ".join(part for part in (error.title, error.advice) if part)
    return Typed(
        values=form.values,
        passed=set(form.passed.data or ()),
        passed_files=set(form.passed_file.data or ()),
        errors={name if name in known else "": sentence},
        kept_files=kept,
        refused=error if isinstance(error, MoveRefused) else None,
    )


def _form_page(
    actor: Actor, ticket: Ticket, messages: Sequence[Message], typed: Typed, *, part: bool = False
) -> str:
    template = "console/_forward_form.html" if part else "console/forward.html"
    draft = typed.draft or _draft(actor, ticket)
    return render_template(
        template,
        ticket=ticket,
        messages=[_offered(one, typed) for one in messages],
        values=typed.values,
        errors=typed.errors,
        kept_files=typed.kept_files,
        draft=draft.shown(typed.values, came_back=typed.draft is None),
        came_back=typed.draft is None,
        sender=identity_for(ticket, policy.lately()).address,
        asking=asking.askings(ticket, actor, values=typed.values, refused=typed.refused),
        statuses=menus.statuses_after(ticket, actor),
    )


def _offered(message: Message, typed: Typed) -> dict[str, Any]:
    return {
        "id": message.id,
        "who": passing_on.writer_of(message),
        "at": message.created_at,
        "line": beginning(message.text),
        "text": message.text,
        "unverified": message.unverified,
        "ticked": str(message.id) in typed.passed,
        "files": [
            {
                "id": one.id,
                "name": one.name,
                "size": one.size,
                "ticked": str(one.id) in typed.passed_files,
            }
            for one in message.attachments
        ],
    }
