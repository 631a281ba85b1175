"""Who watches a ticket, and which tickets belong together."""

from __future__ import annotations

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import StringField

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.operations import linking
from helpdesk.operations.models import Act
from helpdesk.operations.recording import recording
from helpdesk.people.access import Actor
from helpdesk.people.commands import find_or_register
from helpdesk.people.models import Person
from helpdesk.tickets.access import access_ticket
from helpdesk.tickets.commands import lock, unwatch
from helpdesk.tickets.commands import watch as let_watch
from helpdesk.tickets.models import LinkKind, Ticket
from helpdesk.tickets.queries import links_of
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.changing import CAUSE
from helpdesk.web.console.done import flash_done
from helpdesk.web.console.fields import id_in, member_in, not_offered
from helpdesk.web.forms import Form, own_line


class WatchForm(Form):
    add = StringField(filters=[own_line])
    remove = StringField(filters=[own_line])


class LinkForm(Form):
    number = StringField(filters=[own_line])
    kind = StringField(filters=[own_line])
    remove = StringField(filters=[own_line])


@console.post("/tickets/<number>/watchers")
def watch(number: str) -> ResponseReturnValue:
    """Let somebody watch a ticket, or no longer."""
    actor = current_actor()
    found = access_ticket(actor, number, to="edit")
    form = WatchForm()
    _require(form)
    removed = id_in(form.remove.data, field="remove")
    with unit_of_work():
        ticket, by = lock(found.id), actor.person_id
        said = {"what": "watchers"}
        with recording(Act.CHANGE, [ticket], by=by, cause=CAUSE, said=said) as now:
            text = _watch(ticket, removed, form.add.data or "", by)
    if now.operation is not None:
        flash_done(text, now.operation)
    return redirect(url_for(".ticket", number=number, _anchor="side"), code=303)


@console.post("/tickets/<number>/links")
def link(number: str) -> ResponseReturnValue:
    """Link two tickets that the reader may both see, or part them."""
    actor = current_actor()
    found = access_ticket(actor, number, to="edit")
    form = LinkForm()
    _require(form)
    if form.remove.data:
        other = _linked(actor, found, id_in(form.remove.data, field="remove"))
        with unit_of_work():
            done = linking.unlink(lock(found.id), other, by=actor.person_id, cause=CAUSE)
        text = _("No longer linked with %(number)s.", number=other.number)
    else:
        kind = member_in(LinkKind, form.kind.data, field="kind") or LinkKind.RELATED
        other = _other(actor, form.number.data or "")
        with unit_of_work():
            done = linking.link(lock(found.id), other, kind, by=actor.person_id, cause=CAUSE)
        text = _("Linked with %(number)s.", number=other.number)
    if done is not None:
        flash_done(text, done)
    return redirect(url_for(".ticket", number=number, _anchor="side"), code=303)


def _watch(ticket: Ticket, removed: int | None, address: str, by: int) -> str:
    """Let somebody watch, or no longer; said in a sentence."""
    if removed is None:
        person = find_or_register(address, cause=CAUSE)
        let_watch(ticket, person, by=by, cause=CAUSE)
        return _("%(name)s watches this ticket now.", name=person.name or address)
    gone = db.session.get(Person, removed)
    if gone is None:
        return ""
    unwatch(ticket, gone, by=by, cause=CAUSE)
    return _("%(name)s no longer watches this ticket.", name=gone.name)


def _require(form: Form) -> None:
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))


def _other(actor: Actor, number: str) -> Ticket:
    try:
        return access_ticket(actor, number)
    except NotFound as missing:
        raise Invalid(missing.title, missing.advice, field="number") from None


def _linked(actor: Actor, ticket: Ticket, other_id: int | None) -> Ticket:
    for _kind, _is_left, row in links_of(actor, ticket):
        if row.id == other_id:
            return db.session.get_one(Ticket, row.id)
    raise not_offered("remove")
