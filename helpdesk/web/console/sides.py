"""One side conversation: what was said with a third party, writing on, and closing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import MultipleFileField, SelectMultipleField, StringField

from helpdesk.composing.drafts import SIDE
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import policy
from helpdesk.messaging.identity import identity_for
from helpdesk.people.access import Actor
from helpdesk.people.models import Person, Right
from helpdesk.tickets.access import access_ticket
from helpdesk.tickets.commands import lock
from helpdesk.tickets.conversation import NewFile, NewMessage
from helpdesk.tickets.models import Direction, Message, Ticket
from helpdesk.tickets.side_models import SideConversation, SideState
from helpdesk.tickets.siding import TO, say_aside, set_state, side_on
from helpdesk.web.auth import current_actor
from helpdesk.web.console import flow
from helpdesk.web.console.aside_drafts import begun, note_sent
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.changing import CAUSE
from helpdesk.web.console.fields import not_offered
from helpdesk.web.console.forwarding import third_parties
from helpdesk.web.console.names import read_names
from helpdesk.web.console.side_words import shown
from helpdesk.web.console.uploads import KeptFile, keep_files, read_files
from helpdesk.web.forms import Form, own_line

# By hand a side conversation is closed, or taken up again; that somebody answered, their answer says.
SETTABLE = (SideState.WAITING, SideState.CLOSED)


class AsideForm(Form):
    to = StringField(filters=[own_line])
    aside_text = StringField()
    files = MultipleFileField()
    kept = SelectMultipleField(validate_choice=False)
    writer = StringField(filters=[own_line])
    known = StringField(filters=[own_line])


class StateForm(Form):
    state = StringField(filters=[own_line])


@console.get("/tickets/<number>/sides/<int:side_id>")
def side(number: str, side_id: int) -> ResponseReturnValue:
    """The side conversation with the form to write on."""
    actor = current_actor()
    ticket = access_ticket(actor, number)
    return _page(actor, ticket, side_on(ticket, side_id))


@console.post("/tickets/<number>/sides/<int:side_id>/messages")
def say_in_side(number: str, side_id: int) -> ResponseReturnValue:
    """Write to the third party; whoever is named for the first time takes part from now on."""
    actor = current_actor()
    found = access_ticket(actor, number, to="reply")
    standing = side_on(found, side_id)
    form = AsideForm()
    new_files: tuple[NewFile, ...] = ()
    try:
        if not form.is_valid():
            raise Invalid(next(iter(form.complaints.values())))
        new_files = read_files(
            form.files.data or (), form.kept.data or (), person_id=actor.person_id
        )
        message = _say(actor, found, side_id, form, new_files)
    except Invalid as error:
        sentence = " ".join(part for part in (error.title, error.advice) if part)
        name = error.field if error.field in form._fields else ""
        kept = keep_files(new_files, person_id=actor.person_id)
        page = _page(
            actor, found, standing, values=form.values, errors={name or "": sentence}, kept=kept
        )
        return page, error.status
    return redirect(
        url_for(".side", number=number, side_id=side_id, _anchor=f"m{message.id}"), code=303
    )


@console.post("/tickets/<number>/sides/<int:side_id>/state")
def settle_side(number: str, side_id: int) -> ResponseReturnValue:
    """Close a side conversation, or take it up again."""
    actor = current_actor()
    found = access_ticket(actor, number, to="reply")
    side_on(found, side_id)
    form = StateForm()
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
    state = next((one for one in SETTABLE if one.value == form.state.data), None)
    if state is None:
        raise not_offered("state")
    with unit_of_work():
        ticket = lock(found.id)
        standing = side_on(ticket, side_id, locked=True)
        set_state(ticket, standing, state, by=actor.person_id, cause=CAUSE)
    closed = state is SideState.CLOSED
    flash(_("The side conversation is closed.") if closed else _("It goes on."), "ok")
    return redirect(url_for(".side", number=number, side_id=side_id), code=303)


def _say(
    actor: Actor, found: Ticket, side_id: int, form: AsideForm, files: Sequence[NewFile]
) -> Message:
    addresses = third_parties(form.to.data or "", found)
    text = form.aside_text.data or ""
    if not text.strip() and not files:
        raise Invalid(_("Write something first."), field="aside_text")
    if not addresses:
        raise Invalid(_("Say whom to write to."), field=TO)
    with unit_of_work():
        ticket = lock(found.id)
        standing = side_on(ticket, side_id, locked=True)
        new = NewMessage(
            text=text.strip(),
            direction=Direction.OUT,
            author=db.session.get_one(Person, actor.person_id),
            subject=standing.subject,
            files=tuple(files),
        )
        message = say_aside(ticket, standing, new, addresses, by=actor.person_id, cause=CAUSE)
        note_sent(actor, ticket, f"{SIDE}{side_id}", form.values, text)
        return message


def _page(
    actor: Actor,
    ticket: Ticket,
    standing: SideConversation,
    *,
    values: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
    kept: Sequence[KeptFile] = (),
) -> str:
    conversation = flow.read_aside(ticket, standing.id)
    ids = {one.author_id for one in conversation.messages}
    names = read_names({*ids, ticket.requester_id}, watching=ticket.id, fields=())
    people = [one.address for one in standing.participants]
    draft = begun(actor, ticket, f"{SIDE}{standing.id}", to=", ".join(people))
    begun_with = draft.values()
    return render_template(
        "console/side.html",
        ticket=ticket,
        side=shown(ticket, standing, people, len(conversation.messages)),
        flow=flow.draw(ticket, conversation, (), names, actor=actor, numbers={}),
        can_write=actor.holds(ticket.group_id, Right.WORK),
        values=values or {**begun_with, "aside_text": begun_with["text"]},
        draft=draft.shown(values or {}, came_back=values is not None),
        came_back=values is not None,
        errors=errors or {},
        kept_files=kept,
        sender=identity_for(ticket, policy.lately()).address,
    )
