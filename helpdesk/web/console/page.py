"""The page of one ticket: what is read for it, and the context its template names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _

from helpdesk.journal.models import Entry
from helpdesk.journal.reading import history_of
from helpdesk.messaging import policy
from helpdesk.messaging.identity import identity_for
from helpdesk.people import needs as people_needs
from helpdesk.people import representing as words_for
from helpdesk.people.access import Actor
from helpdesk.people.bond_models import PersonNeed, Representative
from helpdesk.people.models import Person, Right
from helpdesk.phone import call_backs
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import Brief, Row, links_of, numbers_of, other_tickets_of
from helpdesk.web import words
from helpdesk.web.console import flow, menus, met, seen
from helpdesk.web.console.bonds import needs_shown
from helpdesk.web.console.calls import call_back_shown
from helpdesk.web.console.clocks import clocks_of
from helpdesk.web.console.composer import Composer, composer_context
from helpdesk.web.console.history import (
    Change,
    changed_lines,
    fields_in,
    line_of,
    people_in,
    tickets_in,
)
from helpdesk.web.console.lists import last_list
from helpdesk.web.console.names import Names, address_in, read_names
from helpdesk.web.console.properties import Typed, properties_context
from helpdesk.web.console.side_words import sides_shown

MOST_ENTRIES = 200
SHOWN_HISTORY = 50
OTHER_TICKETS = 8


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What somebody else did to a ticket since a form of it was opened."""

    version: int
    seen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a page shows besides the ticket: what was typed and came back, and what happened meanwhile."""

    composer: Composer = field(default_factory=Composer)
    typed: Typed = field(default_factory=Typed)
    meanwhile: Meanwhile | None = None


@dataclass(frozen=True, slots=True)
class _Read:
    """All that was read for one page."""

    ticket: Ticket
    conversation: flow.Conversation
    entries: Sequence[Entry]
    names: Names
    links: Sequence[tuple[str, bool, Row]]
    others: Sequence[Brief]
    further: Mapping[int, str]
    needs: Sequence[PersonNeed]
    representatives: Sequence[Representative]

    @property
    def requester(self) -> Person:
        return self.names.people[self.ticket.requester_id]

    @property
    def numbers(self) -> dict[int, str]:
        return {**self.further, **{row.id: row.number for _kind, _left, row in self.links}}


def ticket_page(actor: Actor, ticket: Ticket, shown: Shown | None = None) -> str:
    """The page of a ticket that the actor may see."""
    shown = shown or Shown()
    # Read first: the ticket then finds its group at hand.
    seen.groups()
    read = _read(actor, ticket)
    properties, conflict = _met(read, shown, actor)
    return render_template(
        "console/ticket.html",
        ticket=ticket,
        can=_can(actor, ticket),
        flow=flow.draw(
            ticket, read.conversation, read.entries, read.names, actor=actor, numbers=read.numbers
        ),
        earlier=_earlier(read),
        composer=composer_context(
            ticket,
            shown.composer,
            actor=actor,
            point=address_in(read.requester.contact_points),
            sender=_sender(ticket),
            last_message_id=_last_id(read),
            needs=people_needs.needs_in(read.needs),
        ),
        clocks=clocks_of(ticket),
        properties=properties,
        requester=_requester(read),
        watchers=[_watcher(person) for person in read.names.watchers],
        links=[_link(kind, is_left, row) for kind, is_left, row in read.links],
        link_kinds=menus.link_kinds(),
        history=[
            line_of(one, read.names, read.numbers) for one in read.entries[::-1][:SHOWN_HISTORY]
        ],
        history_url=None,
        back_url=last_list(),
        conflict=conflict,
        merged_into=read.further.get(ticket.merged_into_id or 0),
        call_backs=_call_backs(read),
        sides=sides_shown(ticket) if _may_have_sides(read) else [],
    )


def _may_have_sides(read: _Read) -> bool:
    """Whether this ticket may have side conversations; asked for only where something tells of one."""
    told = any("side" in one.after for one in read.entries)
    return told or len(read.entries) >= MOST_ENTRIES


def _call_backs(read: _Read) -> list[dict[str, Any]]:
    """The calls somebody has still to make on this ticket; asked for only where one was promised."""
    if not any(one.event == "CallBackPromised" for one in read.entries):
        return []
    return [
        {**call_back_shown(row), "agent": read.names.person(row.agent_id)}
        for row in call_backs.owed_on(read.ticket.id)
    ]


def _can(actor: Actor, ticket: Ticket) -> dict[str, bool]:
    works = actor.holds(ticket.group_id, Right.WORK)
    return {
        "reply": works,
        "note": works,
        "change": works,
        "assign_me": works and ticket.assignee_id != actor.person_id,
        "merge": works and ticket.merged_into_id is None,
        "delete": actor.holds(ticket.group_id, Right.LEAD),
    }


def _read(actor: Actor, ticket: Ticket) -> _Read:
    conversation = flow.read_conversation(ticket, _wanted())
    entries = history_of("ticket", ticket.id, limit=MOST_ENTRIES)
    names = read_names(
        {
            ticket.requester_id,
            ticket.assignee_id,
            *people_in(entries),
            *(
                one
                for message in conversation.messages
                for one in (message.author_id, message.for_person_id, message.entered_by_id)
            ),
        },
        watching=ticket.id,
        fields=fields_in(entries),
    )
    return _Read(
        ticket=ticket,
        conversation=conversation,
        entries=entries,
        names=names,
        links=links_of(actor, ticket),
        others=other_tickets_of(actor, ticket.requester_id, but=ticket.id, limit=OTHER_TICKETS),
        further=numbers_of(actor, tickets_in(entries)),
        needs=people_needs.rows_of(ticket.requester_id),
        representatives=words_for.of_person(ticket.requester_id),
    )


def _sender(ticket: Ticket) -> str:
    """The address a reply goes out from; see `messaging.identity.identity_for`."""
    if ticket.group is not None and ticket.group.address:
        return ticket.group.address
    return identity_for(ticket, policy.lately()).address


def _wanted() -> int:
    asked = request.args.get("messages", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else flow.SHOWN


def _earlier(read: _Read) -> dict[str, Any] | None:
    if not read.conversation.left_out:
        return None
    messages = read.conversation.messages
    return {
        "count": read.conversation.left_out,
        "url": url_for(
            "console.ticket",
            number=read.ticket.number,
            messages=len(messages) + flow.SHOWN,
            _anchor=f"m{messages[0].id}" if messages else None,
        ),
    }


def _last_id(read: _Read) -> int:
    return read.conversation.messages[-1].id if read.conversation.messages else 0


def _requester(read: _Read) -> dict[str, Any]:
    person = read.requester
    return {
        "person": person,
        "url": url_for("console.person", person_id=person.id),
        "organisation": person.organisation.name if person.organisation else None,
        "note": person.note or None,
        "contact_points": person.contact_points,
        "needs": needs_shown(read.needs),
        "calls": people_needs.call_reminders(people_needs.needs_in(read.needs)),
        "representatives": [
            {
                "name": one.representative.name,
                "url": url_for("console.person", person_id=one.representative_id),
                "standing": words_for.said_of(one),
                "here": words_for.reaches(one, read.ticket.type, read.ticket.id),
            }
            for one in read.representatives
            if words_for.is_held(one)
        ],
        "tickets": read.others,
        "more_url": url_for("console.tickets", view="open", requester=person.id)
        if len(read.others) == OTHER_TICKETS
        else None,
    }


def _watcher(person: Person) -> dict[str, Any]:
    points = person.contact_points
    return {
        "id": person.id,
        "name": person.name,
        "address": points[0].value if points else "",
    }


def _link(kind: str, is_left: bool, row: Row) -> dict[str, Any]:
    return {
        "id": row.id,
        "words": words.link_word(kind) if is_left else _backwards(kind),
        "number": row.number,
        "subject": row.subject,
        "status": row.status,
        "type": row.type,
    }


def _backwards(kind: str) -> str:
    """How the other ticket stands to this one, seen from this one."""
    known = {
        "follows": _("is followed by"),
        "duplicates": _("is duplicated by"),
        "caused_by": _("causes"),
    }
    return known.get(kind) or words.link_word(kind)


def _met(
    read: _Read, shown: Shown, actor: Actor
) -> tuple[Mapping[str, Any], Mapping[str, Any] | None]:
    """The properties with what was typed into them, and what it met: None where nobody else was there."""
    if shown.meanwhile is None:
        return properties_context(read.ticket, shown.typed, actor), None
    newer = met.newer_than(shown.meanwhile.version, read.ticket.version, read.entries)
    typed = replace(shown.typed, values=met.own_choices(shown.typed.values, newer))
    properties = properties_context(read.ticket, typed, actor)
    return properties, _conflict(read, shown.meanwhile, newer, typed, properties)


def _conflict(
    read: _Read,
    meanwhile: Meanwhile,
    newer: Sequence[Entry],
    typed: Typed,
    properties: Mapping[str, Any],
) -> dict[str, Any]:
    """What changed since a version, and what was chosen against it."""
    tags = ", ".join(tag.name for tag in read.ticket.tags)
    changes: list[Change] = changed_lines(newer, read.names)
    ids = {one.after["message"] for one in newer if one.event == "MessageAdded"}
    return {
        "changes": changes,
        "yours": met.met_in(read.ticket, typed.values, properties["options"], tags),
        "messages": [
            {
                "id": message.id,
                "author": message.author_name or message.author_address,
                "at": message.created_at,
            }
            for message in read.conversation.messages
            if message.id in ids or (meanwhile.seen and message.id > meanwhile.seen)
        ],
    }
