"""log_call(): what an agent writes down of a call becomes a message, on a ticket of the caller or on a new one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.messaging.on_behalf import said_for
from helpdesk.messaging.writing_down import LONGEST, over, words_of
from helpdesk.messaging.writing_down import Said as Told
from helpdesk.people.access import Actor, Deed, require
from helpdesk.people.commands import (
    add_contact_point,
    find_or_register,
    find_or_register_point,
)
from helpdesk.people.models import ContactKind, Group, Person
from helpdesk.phone import finding
from helpdesk.phone.call_backs import Promise, promise, settle_all_of
from helpdesk.phone.models import CallDirection, CallOutcome, CallState, PhoneCall
from helpdesk.tickets import commands
from helpdesk.tickets.conversation import NewMessage, add_message
from helpdesk.tickets.models import Direction, Message, Ticket, Visibility
from helpdesk.tickets.naming import beginning

# How a call comes to a ticket; nothing of this cause is sent to anybody, since it was said already.
CAUSE = "call"
CHANNEL = "phone"
LONGEST_NOTES = LONGEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What an agent writes down. `started_at` is when they began to speak, `seconds` how long; None if nobody knows.

    `is_internal` keeps the notes among staff.
    """

    notes: str
    direction: CallDirection = CallDirection.IN
    outcome: CallOutcome = CallOutcome.SPOKE
    started_at: datetime | None = None
    seconds: int | None = None
    is_internal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTicket:
    """What a call opens where it joins nothing."""

    subject: str = ""
    type: str
    group: Group | None = None
    takes_it: bool = False


def caller(
    *, number: str, name: str, address: str = "", person: Person | None = None, actor: Actor
) -> Person:
    """Who was on the line: the person chosen, whoever has the number or the address, or somebody new.

    A number that nobody has is noted with the person; nothing that was only said on the telephone is proven.
    Raises Invalid where nobody can be meant.
    """
    require(actor, Deed.EDIT_REQUESTERS)
    owner = finding.owner_of(number) if number else None
    person = person or owner
    if person is None and address:
        person = find_or_register(address, name, cause=CAUSE)
    if person is None and number:
        return find_or_register_point(number, name, kind=ContactKind.PHONE, cause=CAUSE).person
    if person is None:
        raise Invalid(
            _("Say who rang: by a number, a name that is known, or an e-mail address."),
            field="number",
        )
    if number and owner is None:
        add_contact_point(person, ContactKind.PHONE, number, actor=actor, cause=CAUSE)
    return person


def log_call(
    said: Said,
    *,
    person: Person,
    number: str,
    onto: Ticket | None,
    new: NewTicket | None,
    actor: Actor,
    call: PhoneCall | None = None,
    call_back: Promise | None = None,
) -> PhoneCall:
    """Write a call down on an open ticket of the caller, or on one that it opens; a promise to ring back comes with it.

    Raises Conflict when the ticket was closed meanwhile, or a reported call has been written down by somebody else.
    """
    agent = db.session.get_one(Person, actor.person_id)
    if call is not None:
        # Its person may be none, and what is joined so cannot be locked.
        db.session.refresh(call, with_for_update={"of": PhoneCall})
        if call.message_id is not None:
            raise Conflict(_("This call is written down already."), _("Look at its ticket."))
    message = _write(said, person, number, onto, new, agent)
    row = _row(said, call, number, message, agent)
    row.person_id = person.id
    if said.direction is CallDirection.OUT and said.outcome is CallOutcome.SPOKE:
        settle_all_of(message.ticket_id, person.id, by=agent.id)
    if call_back is not None:
        promise(message.ticket, person, agent, number=number, promised=call_back)
    return row


def _write(
    said: Said,
    person: Person,
    number: str,
    onto: Ticket | None,
    new: NewTicket | None,
    agent: Person,
) -> Message:
    words = _words(said, person, number, agent)
    if onto is not None:
        if not onto.is_open:
            raise over(onto)
        if words.entered_by_id is not None:
            # Whoever rings about another's ticket is named with their right to, or with why they have none.
            words = said_for(words, person, onto, doubt="")
        return add_message(onto, words, by=agent.id, cause=CAUSE)
    if new is None:
        raise Invalid(_("Choose a ticket, or open a new one."), field="onto")
    return _open(new, person, words, agent)


def _words(said: Said, person: Person, number: str, agent: Person) -> NewMessage:
    """The words of whoever rang as theirs; ours to them, and notes among staff, as the agent's."""
    if _way(said) is Direction.IN:
        told = Told(
            text=said.notes, channel=CHANNEL, author=person, agent_id=agent.id, address=number
        )
        return words_of(told)
    outward = said.direction is CallDirection.OUT
    return NewMessage(
        text=said.notes[:LONGEST_NOTES],
        direction=_way(said),
        visibility=Visibility.INTERNAL if said.is_internal else Visibility.PUBLIC,
        channel=CHANNEL,
        author=agent,
        recipients={"to": [number or person.name]} if outward else {},
    )


def _open(new: NewTicket, person: Person, words: NewMessage, agent: Person) -> Message:
    ticket, message = commands.open_with_first(
        requester=person,
        subject=new.subject or beginning(words.text)[:120] or _("Telephone call"),
        type=new.type,
        channel=CHANNEL,
        first=words,
        group=new.group,
        by=agent.id,
        cause=CAUSE,
    )
    if new.takes_it:
        commands.assign(ticket, agent, by=agent.id, cause=CAUSE)
    return message


def _way(said: Said) -> Direction:
    if said.is_internal:
        return Direction.NOTE
    return Direction.OUT if said.direction is CallDirection.OUT else Direction.IN


def _row(
    said: Said, call: PhoneCall | None, number: str, message: Message, agent: Person
) -> PhoneCall:
    at = clock.now()
    if call is None:
        began = said.started_at or at - timedelta(seconds=said.seconds or 0)
        call = PhoneCall(started_at=began, created_at=at, state=CallState.ENDED, ended_at=at)
        call.answered_at = began if said.outcome is CallOutcome.SPOKE else None
        call.number, call.recording_url, call.extension = number, "", ""
        db.session.add(call)
    call.direction, call.outcome, call.agent_id = said.direction, said.outcome, agent.id
    call.ticket_id, call.message_id = message.ticket_id, message.id
    # What the telephone system measured is truer than what was typed, but an agent may have corrected it.
    call.duration = said.seconds if said.seconds is not None else call.duration
    db.session.flush()
    return call
