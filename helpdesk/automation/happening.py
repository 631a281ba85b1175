"""From the events of a unit of work to what conditions may ask of them: what happened, by whom, what changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.people.models import Group, Person, Role
from helpdesk.tickets.events import MessageAdded, TicketChanged, TicketEvent, TicketOpened
from helpdesk.tickets.facts import Happened, people_named
from helpdesk.tickets.models import Ticket
from workflows.fields import CHANGING, CUSTOM

_OF_MESSAGES = {"in": "message", "out": "reply", "note": "note"}
# What events call it, where conditions have another word.
_WORDS = {"tags": "tag"}


def happened(ticket: Ticket, events: Iterable[TicketEvent]) -> Happened:
    """What these events of a ticket come to, in the words of conditions."""
    every = list(events)
    kinds: set[str] = set()
    changed: set[str] = set()
    before: dict[str, tuple[str, ...]] = {}
    message_id = None
    for event in every:
        if isinstance(event, TicketOpened):
            kinds.add("opened")
        elif isinstance(event, MessageAdded):
            kinds |= {_OF_MESSAGES[event.direction], "message"}
            message_id = event.message_id
        elif isinstance(event, TicketChanged):
            kinds.add("changed")
            for name, values in _changes(event):
                changed.add(name)
                before.setdefault(name, values)
    named = _with_names(before)
    return Happened(frozenset(kinds), _doer(ticket, every), frozenset(changed), named, message_id)


def _changes(event: TicketChanged) -> Iterable[tuple[str, tuple[str, ...]]]:
    for key in event.after:
        name = _WORDS.get(key, key)
        if name in CHANGING and event.before.get(key) != event.after[key]:
            yield name, _texts(event.before.get(key))
    for key in event.personal:
        if key == "subject" or key.startswith(CUSTOM):
            yield key, ()


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, list | tuple):
        return tuple(map(str, value))
    return ("" if value is None else str(value),)


def _with_names(before: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Ids of groups and people become their names, since that is how conditions know them."""
    named = dict(before)
    if "group" in named and named["group"][0]:
        name = db.session.scalar(select(Group.name).where(Group.id == int(named["group"][0])))
        named["group"] = (name or "",)
    for field in ("assignee", "requester"):
        if field in named and named[field][0]:
            one = int(named[field][0])
            who = people_named([one]).get(one)
            named[field] = (who.name, *who.addresses) if who else ("",)
    return named


def _doer(ticket: Ticket, events: Iterable[TicketEvent]) -> str:
    """Who did it: the requester, an agent, somebody else, a rule or the desk itself."""
    found = ""
    for event in events:
        if event.cause.startswith("rule:"):
            found = found or "rule"
        elif event.actor_id is not None or (
            isinstance(event, MessageAdded) and event.direction == "in"
        ):
            return _person(ticket, event)
    return found or "desk"


def _person(ticket: Ticket, event: TicketEvent) -> str:
    actor_id = event.actor_id
    if isinstance(event, MessageAdded):
        actor_id = event.after.get("author") or actor_id
    if actor_id == ticket.requester_id:
        return "requester"
    role = db.session.scalar(select(Person.role).where(Person.id == actor_id))
    return "agent" if role in (Role.AGENT, Role.ADMIN) else "other"
