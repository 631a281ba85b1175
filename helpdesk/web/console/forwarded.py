"""A forwarded mail: whose it was, and the button that makes that person the requester."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.operations.models import Act
from helpdesk.operations.recording import recording
from helpdesk.people.addresses import normalise_email
from helpdesk.people.models import Person
from helpdesk.people.registering import find_or_register
from helpdesk.tickets.access import access_message, access_ticket
from helpdesk.tickets.commands import lock
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.requesting import change_requester
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.changing import CAUSE
from helpdesk.web.console.done import flash_done
from helpdesk.web.console.fields import not_offered
from helpdesk.web.console.plain import fit

ORIGINAL, AUTHOR = "original", "author"


@dataclass(frozen=True, slots=True)
class Original:
    """Whose mail somebody forwarded, as they say.

    `at` is None where the date as `written` names no certain moment. The form at `url` makes `who` ("original" or
    "author") the requester; `person` is their name. It is None for who may not change the ticket.
    """

    name: str
    address: str
    at: datetime | None
    written: str
    url: str | None
    who: str
    person: str


def original_of(ticket: Ticket, message: Message, *, may_change: bool) -> Original | None:
    """What is offered beside a message that was forwarded to us; None for any other."""
    kept = (message.facts or {}).get("original")
    if not kept:
        return None
    name, address = fit(kept["name"]), fit(kept["address"])
    taken = _is_of(kept["address"], ticket.requester)
    url = url_for("console.take_original", number=ticket.number, message_id=message.id)
    return Original(
        name=name or address,
        address=address,
        at=datetime.fromisoformat(kept["sent_at"]) if kept["sent_at"] else None,
        written=fit(kept["date"]),
        url=url if may_change and not (taken and message.author_id in (None, ticket.requester_id)) else None,
        who=AUTHOR if taken else ORIGINAL,
        person=fit(message.author_name or message.author_address) if taken else name or address,
    )  # fmt: skip


@console.post("/tickets/<number>/messages/<int:message_id>/requester")
def take_original(number: str, message_id: int) -> ResponseReturnValue:
    """Make whose mail was forwarded the requester of the ticket, or its forwarder again."""
    actor = current_actor()
    found = access_ticket(actor, number, to="edit")
    message = access_message(actor, message_id)
    kept = (message.facts or {}).get("original")
    if message.ticket_id != found.id or not kept:
        raise NotFound(_("There is no such message."), _("Look at the ticket again."))
    who = request.form.get("who", "")
    if who not in (ORIGINAL, AUTHOR):
        raise not_offered("who")
    with unit_of_work():
        ticket = lock(found.id)
        person = _original(kept) if who == ORIGINAL else message.author
        if person is None:
            raise not_offered("who")
        by, said = actor.person_id, {"what": "requester"}
        with recording(Act.CHANGE, [ticket], by=by, cause=CAUSE, said=said) as now:
            change_requester(ticket, person, by=by, cause=CAUSE)
        text = _("%(name)s is the requester now.", name=person.name)
    if now.operation is not None:
        flash_done(text, now.operation)
    return redirect(url_for(".ticket", number=number, _anchor=f"m{message.id}"), code=303)


def _original(kept: dict[str, str]) -> Person:
    return find_or_register(kept["address"], kept["name"], cause=CAUSE)


def _is_of(address: str, person: Person) -> bool:
    try:
        value = normalise_email(address)
    except Invalid:
        return False
    return any(point.value == value for point in person.contact_points)
