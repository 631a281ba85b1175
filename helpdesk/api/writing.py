"""What programs write: a ticket, and a note on one; the same request twice is one (P35)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from hashlib import sha256
from typing import Any

from flask import Response, jsonify, request
from flask_babel import gettext as _
from sqlalchemy import func, select

from helpdesk.api.blueprint import acting, api, said, whole
from helpdesk.api.bodies import body_of, only, text_in, texts_in
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.repeating import Answer, once
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.access import Actor, Deed, require
from helpdesk.people.addresses import normalise
from helpdesk.people.commands import register_requester
from helpdesk.people.models import ContactKind, Group, Person
from helpdesk.people.queries import access_person, address_of, find_by_contact_point
from helpdesk.tickets import commands
from helpdesk.tickets.access import access_ticket
from helpdesk.tickets.conversation import NewMessage, add_message
from helpdesk.tickets.lives import types
from helpdesk.tickets.models import Direction, Ticket, TicketType, Visibility
from helpdesk.tickets.prioritizing import matrix

CAUSE, CHANNEL = "api", "api"
LONGEST_TEXT = 500_000
IDEMPOTENCY_KEY = "Idempotency-Key"

_TICKET = (
    *("subject", "text", "type", "group", "impact", "urgency"),
    *("tags", "requester"),
)
_REQUESTER = ("id", "email", "phone", "name")
_POINTS = (("email", ContactKind.EMAIL), ("phone", ContactKind.PHONE))


@api.post("/api/v1/tickets")
def open_ticket() -> tuple[Response, int]:
    """Open a ticket: `subject` and `text`, and who asks, by id, or by e-mail or number with a name.

    Further `type`, `group` by name, `impact`, `urgency`, `tags`. Without `requester` it is the key's owner. A header
    Idempotency-Key makes it safe to try again.
    """
    actor = acting("tickets:write")
    asked = body_of(_TICKET)
    return _answered(actor, lambda: _opened(actor, asked))


@api.post("/api/v1/tickets/<number>/notes")
def add_note(number: str) -> tuple[Response, int]:
    """Add an internal note, which is never sent: `text`."""
    actor = acting("tickets:write")
    asked = body_of(("text",))
    found = access_ticket(actor, number, to="note")
    return _answered(actor, lambda: _noted(actor, found.id, asked))


def _answered(actor: Actor, work: Callable[[], tuple[int, Any]]) -> tuple[Response, int]:
    key = request.headers.get(IDEMPOTENCY_KEY)
    with unit_of_work():
        if key is None:
            answer = Answer(*work())
        else:
            answer = once(f"person {actor.person_id}", key, _digest(), work)
    response = jsonify(answer.said)
    if answer.is_repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return response, answer.status


def _digest() -> str:
    """What makes a request another one: where it goes and what it says, byte for byte."""
    digest = sha256(request.path.encode())
    digest.update(b"\0")
    digest.update(request.get_data())
    return digest.hexdigest()


def _opened(actor: Actor, asked: Mapping[str, Any]) -> tuple[int, Any]:
    requester = _requester(actor, asked)
    steps = matrix()
    ticket = commands.open_ticket(
        requester=requester,
        subject=text_in(asked, "subject", most=500, needed=True),
        type=_chosen(asked, "type", types(), TicketType.REQUEST.value) or "",
        channel=CHANNEL,
        first=NewMessage(
            text=text_in(asked, "text", most=LONGEST_TEXT, needed=True),
            direction=Direction.IN,
            channel=CHANNEL,
            author=requester,
            author_address=address_of(requester) or "",
        ),
        group=_group(text_in(asked, "group", most=200)),
        impact=_chosen(asked, "impact", [step.name for step in steps.impacts], None),
        urgency=_chosen(asked, "urgency", [step.name for step in steps.urgencies], None),
        by=actor.person_id,
        cause=CAUSE,
    )
    tags = texts_in(asked, "tags", most=commands.MOST_TAGS)
    if tags:
        commands.set_tags(ticket, tags, by=actor.person_id, cause=CAUSE)
    db.session.flush()
    return 201, {"ticket": whole(ticket)}


def _noted(actor: Actor, ticket_id: int, asked: Mapping[str, Any]) -> tuple[int, Any]:
    note = NewMessage(
        text=text_in(asked, "text", most=LONGEST_TEXT, needed=True),
        direction=Direction.NOTE,
        visibility=Visibility.INTERNAL,
        channel=CHANNEL,
        author=db.session.get_one(Person, actor.person_id),
    )
    ticket: Ticket = commands.lock(ticket_id)
    message = add_message(ticket, note, by=actor.person_id, cause=CAUSE)
    db.session.flush()
    return 201, {"message": said(message)}


def _requester(actor: Actor, asked: Mapping[str, Any]) -> Person:
    """Who asks: one whom the desk knows by id, address or number, or somebody new."""
    written = asked.get("requester")
    if written is None:
        return db.session.get_one(Person, actor.person_id)
    if not isinstance(written, dict):
        raise Invalid(_("requester is an object."), field="requester")
    only(written, _REQUESTER, "requester.")
    if "id" in written:
        if not isinstance(written["id"], int) or isinstance(written["id"], bool):
            raise Invalid(_("requester.id is a number."), field="requester.id")
        return access_person(actor, written["id"])
    require(actor, Deed.EDIT_REQUESTERS)
    values = {name: text_in(written, name, most=320) for name in ("email", "phone", "name")}
    for name, kind in _POINTS:
        if values[name].strip():
            known = find_by_contact_point(kind, normalise(kind, values[name]))
            if known is not None:
                return known
    return register_requester(
        values["name"], values["email"], phone=values["phone"], actor=actor, cause=CAUSE
    )


def _group(name: str) -> Group | None:
    if not name.strip():
        return None
    found = db.session.scalars(
        select(Group).where(Group.is_active, func.lower(Group.name) == name.strip().lower())
    ).first()
    if found is None:
        raise Invalid(_("There is no such group."), field="group")
    return found


def _chosen(
    asked: Mapping[str, Any], name: str, allowed: Collection[str], otherwise: str | None
) -> str | None:
    value = text_in(asked, name, most=60) or otherwise
    if value is not None and value not in allowed:
        raise Invalid(
            _("%(name)s is one of: %(all)s.", name=name, all=", ".join(allowed)),
            field=name,
        )
    return value
