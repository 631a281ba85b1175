"""The part of a call's form that says who is on the line: the people who may be meant, and their open tickets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpdesk.people import numbers
from helpdesk.people.access import Actor
from helpdesk.people.models import ContactKind, Person
from helpdesk.people.needs import call_reminders, needs_of
from helpdesk.people.queries import access_person
from helpdesk.phone.finding import find_caller, open_tickets
from helpdesk.tickets.access import access_ticket
from helpdesk.tickets.queries import Brief
from helpdesk.web.console.call_fields import NEW_TICKET
from helpdesk.web.console.fields import id_in

# What the form sends along when it asks who is meant.
NAMES = ("number", "who", "person_id", "onto", "beside", "subject", "type", "group", "address")
NOBODY_KNOWN = "0"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who may be on the line. `person_id` is who is chosen, "0" for somebody new; `onto` which ticket is."""

    people: list[dict[str, Any]]
    person_id: str
    tickets: Sequence[Brief] = ()
    onto: str = NEW_TICKET
    number: str = ""
    typed: bool = False
    note: str = ""
    reminders: Sequence[str] = ()


def caller_of(actor: Actor, values: Mapping[str, Any]) -> Caller:
    """Whom the form means as it stands."""
    number, name = str(values.get("number") or ""), str(values.get("who") or "")
    wanted = str(values.get("person_id") or "")
    found = find_caller(actor, number or name)
    by_name = find_caller(actor, name).people if number and name else ()
    known = {one.id: one for one in (*found.people, *by_name)}
    if wanted.isdigit() and wanted != NOBODY_KNOWN and len(wanted) < 16:
        if int(wanted) not in known and _still_meant(values):
            person = access_person(actor, int(wanted))
            known = {person.id: person, **known}
    person_id = _chosen_id(wanted, list(known), is_certain=found.is_certain)
    chosen_one = known.get(int(person_id or NOBODY_KNOWN))
    tickets = _tickets(actor, person_id, values)
    return Caller(
        people=[_shown(one) for one in known.values()],
        person_id=person_id,
        tickets=tickets,
        onto=_onto(tickets, str(values.get("onto") or values.get("beside") or "")),
        number=numbers.readable(found.number or ""),
        typed=bool(number or name),
        note=chosen_one.note if chosen_one else "",
        reminders=call_reminders(needs_of(chosen_one.id)) if chosen_one else (),
    )


def chosen(actor: Actor, text: str | None) -> Person | None:
    """The person a form chose, None for somebody new. Raises NotFound."""
    if text == NOBODY_KNOWN:
        return None
    person_id = id_in(text, field="person_id")
    return access_person(actor, person_id) if person_id is not None else None


def _still_meant(values: Mapping[str, Any]) -> bool:
    """A person whom a ticket or a reported call brought stays in the list whatever is typed."""
    return bool(values.get("beside") or values.get("call") or not values.get("who"))


def _chosen_id(wanted: str, known: Sequence[int], *, is_certain: bool) -> str:
    if wanted == NOBODY_KNOWN or (wanted.isdigit() and int(wanted) in known):
        return wanted
    if is_certain or len(known) == 1:
        return str(known[0])
    return NOBODY_KNOWN


def _tickets(actor: Actor, person_id: str, values: Mapping[str, Any]) -> list[Brief]:
    if person_id in ("", NOBODY_KNOWN):
        return []
    found = open_tickets(actor, int(person_id))
    beside = str(values.get("beside") or "")
    if beside and beside not in {one.number for one in found}:
        ticket = access_ticket(actor, beside)
        if ticket.is_open and ticket.requester_id == int(person_id):
            found = [_brief_of(ticket), *found]
    return found


def _brief_of(ticket: Any) -> Brief:
    return Brief(
        number=ticket.number,
        subject=ticket.subject,
        type=ticket.type,
        status=ticket.status,
        channel=ticket.channel,
        is_open=True,
        at=ticket.last_activity_at,
    )


def _onto(tickets: Sequence[Brief], wanted: str) -> str:
    """The ticket that is chosen: what was, else the newest, since most people ring about what they asked last."""
    offered = [one.number for one in tickets]
    if wanted == NEW_TICKET or wanted in offered:
        return wanted
    return offered[0] if offered else NEW_TICKET


def _shown(person: Person) -> dict[str, Any]:
    points = person.contact_points
    phones = [one for one in points if one.kind is ContactKind.PHONE]
    mails = [one for one in points if one.kind is ContactKind.EMAIL]
    return {
        "id": str(person.id),
        "name": person.name,
        "organisation": person.organisation.name if person.organisation else "",
        "reached": [
            *(numbers.readable(one.value) for one in phones[:2]),
            *(one.value for one in mails[:1]),
        ],
        "is_proven": any(one.is_proven for one in points),
    }
