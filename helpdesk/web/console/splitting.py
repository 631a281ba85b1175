"""Splitting a ticket: messages are ticked, what would become of them is shown, and they get a ticket of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict
from wtforms import SelectMultipleField, StringField

from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, DomainError, Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.operations import splits
from helpdesk.operations.models import Operation
from helpdesk.people.access import Actor
from helpdesk.people.models import Person
from helpdesk.people.queries import names_of
from helpdesk.tickets.access import access_ticket
from helpdesk.tickets.commands import lock_version
from helpdesk.tickets.models import Direction, Message, Ticket
from helpdesk.tickets.queries import visible_ids
from helpdesk.web.auth import current_actor
from helpdesk.web.console import menus, seen
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.changing import CAUSE
from helpdesk.web.console.done import flash_done
from helpdesk.web.console.fields import id_in, not_offered, type_in
from helpdesk.web.console.lists import last_list
from helpdesk.web.console.seen import Choices
from helpdesk.web.forms import Form, own_line

NO_GROUP = "0"


class SplitForm(Form):
    version = StringField(filters=[own_line])
    message = SelectMultipleField(validate_choice=False)
    requester = StringField(filters=[own_line])
    type = StringField(filters=[own_line])
    group = StringField(filters=[own_line])
    subject = StringField(filters=[own_line])


@dataclass(frozen=True, slots=True)
class Asked:
    """What was ticked and chosen, as menus and boxes hold it; what was not chosen is as on the ticket."""

    ids: tuple[int, ...] = ()
    values: dict[str, str] = field(default_factory=dict)


@console.get("/tickets/<number>/split")
def split_ticket(number: str) -> ResponseReturnValue:
    """Tick messages and choose what the new ticket is; shown again, it says what would be done."""
    actor = current_actor()
    ticket = access_ticket(actor, number, to="move")
    return _page(ticket, _asked(ticket, request.args))


@console.post("/tickets/<number>/split")
def do_split_ticket(number: str) -> ResponseReturnValue:
    """Give the ticked messages a ticket of their own."""
    actor, form = current_actor(), SplitForm()
    found = access_ticket(actor, number, to="move")
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
    asked = _asked(found, request.form)
    try:
        opened, done = _split(actor, found, asked, id_in(form.version.data, field="version") or 0)
    except (Conflict, Invalid) as error:
        db.session.refresh(found)
        return _page(found, asked, error)
    said = ngettext(
        "%(num)s message has a ticket of its own now, linked to %(number)s.",
        "%(num)s messages have a ticket of their own now, linked to %(number)s.",
        len(asked.ids),
        number=number,
    )
    flash_done(said, done)
    if not visible_ids(actor, [opened.id]):
        return redirect(last_list(), code=303)
    return redirect(url_for(".ticket", number=opened.number), code=303)


def _split(actor: Actor, found: Ticket, asked: Asked, version: int) -> tuple[Ticket, Operation]:
    people = dict(_requesters(found, splits.messages_of(found)))
    groups = dict(_groups())
    chosen = asked.values["requester"], asked.values["group"]
    if chosen[0] not in people:
        raise not_offered("requester")
    if chosen[1] not in groups:
        raise not_offered("group")
    with unit_of_work():
        ticket = lock_version(found.id, version)
        fresh = splits.Fresh(
            requester=db.session.get_one(Person, int(chosen[0])),
            type=type_in(asked.values["type"]) or ticket.type,
            group_id=int(chosen[1]) or None,
            subject=asked.values["subject"],
        )
        return splits.split(ticket, asked.ids, fresh, actor=actor, cause=CAUSE)


def _asked(ticket: Ticket, sent: MultiDict[str, str]) -> Asked:
    ids = [id_in(one, field="message") for one in sent.getlist("message")]
    usual = {
        "requester": str(ticket.requester_id),
        "type": ticket.type,
        "group": str(ticket.group_id or NO_GROUP),
        "subject": "",
    }
    values = {name: " ".join(sent.get(name, "").split()) or was for name, was in usual.items()}
    return Asked(tuple(dict.fromkeys(one for one in ids if one is not None)), values)


def _page(ticket: Ticket, asked: Asked, error: DomainError | None = None) -> ResponseReturnValue:
    standing = splits.messages_of(ticket)
    chosen = [one for one in standing if one.id in asked.ids]
    people, groups = _requesters(ticket, standing), _groups()
    refusal = splits.why_not_split(ticket, chosen, standing) if chosen else ""
    usual = _subject(ticket, chosen) if chosen else ""
    values = {**asked.values, "subject": asked.values["subject"] or usual}
    page = render_template(
        "console/split.html",
        ticket=ticket,
        messages=[{"row": one, "is_chosen": one in chosen} for one in standing],
        chosen=chosen,
        staying=len(standing) - len(chosen),
        notes=sum(one.direction is Direction.NOTE for one in chosen),
        values=values,
        options={"requester": people, "group": groups, "type": menus.types()},
        words={
            "requester": dict(people).get(values["requester"], ""),
            "group": dict(groups).get(values["group"], ""),
        },
        since=min((one.created_at for one in chosen), default=None),
        why_not=refusal,
        error=f"{error.title} {error.advice}".strip() if error else "",
    )
    return page, error.status if error else 200


def _subject(ticket: Ticket, chosen: Sequence[Message]) -> str:
    return next((one.subject for one in chosen if one.subject), ticket.subject)


def _requesters(ticket: Ticket, messages: Sequence[Message]) -> Choices:
    """Who may be the requester of the new ticket: that of this one, and whoever wrote on it from outside."""
    wrote = {one.author_id for one in messages if one.direction is Direction.IN and one.author_id}
    names = names_of({ticket.requester_id, *wrote})
    return [(str(one), name) for one, name in sorted(names.items(), key=lambda pair: pair[1])]


def _groups() -> Choices:
    active = (one for one in seen.groups() if one.is_active)
    return [(NO_GROUP, str(_("No group"))), *seen.choices_of(active)]
