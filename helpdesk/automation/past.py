"""Tickets as they stood at each moment of the past, read from the journal: what rules would have seen then.

What the journal keeps only as digests, the subject and the administrator's own fields, is taken as it stands today.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.journal.models import Entry
from helpdesk.people.models import Group
from helpdesk.tickets.facts import people_named, read_facts
from helpdesk.tickets.lives import category_of
from helpdesk.tickets.models import Message
from workflows.facts import TicketFacts, Who
from workflows.fields import CHANGING
from workflows.lifecycle import Category

# Entries so near to each other were one piece of work.
TOGETHER = timedelta(seconds=1)
_KINDS = {"in": "message", "out": "reply", "note": "note"}
_WORDS = {"tags": "tag"}


@dataclass(frozen=True, slots=True)
class Moment:
    """A ticket right after something happened to it."""

    at: datetime
    facts: TicketFacts


@dataclass(slots=True)
class _Names:
    """The names behind the ids that entries hold, and the messages they tell of."""

    people: Mapping[int, Who]
    groups: Mapping[int, str]
    messages: Mapping[int, Any]


@dataclass(slots=True)
class _State:
    """What is known of a ticket up to a moment."""

    fields: dict[str, Any] = field(default_factory=dict)
    messages: int = 0
    answers: int = 0
    notes: int = 0
    opened_at: datetime | None = None
    status_since: datetime | None = None
    last_in: datetime | None = None
    last_out: datetime | None = None
    waiting_since: datetime | None = None
    resolved_at: datetime | None = None
    last_public: int = 0


def moments_of(ticket_ids: Sequence[int]) -> dict[int, list[Moment]]:
    """What happened to these tickets, in order; a fixed number of queries."""
    entries = _entries(ticket_ids)
    names = _names(one for some in entries.values() for one in some)
    today = read_facts(ticket_ids)
    return {
        ticket_id: list(_moments(some, today[ticket_id], names))
        for ticket_id, some in entries.items()
        if ticket_id in today
    }


def _moments(entries: list[Entry], today: TicketFacts, names: _Names) -> Iterator[Moment]:
    state = _State()
    for group in _together(entries):
        before = dict(state.fields)
        for entry in group:
            _tell(state, entry)
        yield Moment(group[-1].at, _facts(state, before, group, today, names))


def _together(entries: list[Entry]) -> Iterator[list[Entry]]:
    group: list[Entry] = []
    for entry in entries:
        if group and (
            entry.at - group[0].at > TOGETHER or entry.actor_id not in (None, group[0].actor_id)
        ):
            yield group
            group = []
        group.append(entry)
    if group:
        yield group


def _tell(state: _State, entry: Entry) -> None:
    after = entry.after
    if entry.event == "TicketOpened":
        state.opened_at = state.status_since = entry.at
    if "message" in after and entry.event == "MessageAdded":
        _tell_message(state, after, entry.at)
        return
    if entry.event == "StatusChanged":
        state.status_since = entry.at
    state.fields |= {key: value for key, value in after.items() if key != "personal"}
    if "status" in after:
        type = str(state.fields.get("type", ""))
        ended = category_of(type, str(after["status"])) in (Category.RESOLVED, Category.CLOSED)
        state.resolved_at = (state.resolved_at or entry.at) if ended else None


def _tell_message(state: _State, after: Mapping[str, Any], at: datetime) -> None:
    state.messages += 1
    if after.get("visibility") == "public":
        state.last_public = int(after.get("message", 0))
    if after.get("direction") == "note":
        state.notes += 1
    elif after.get("direction") == "out":
        state.answers += 1
        state.last_out, state.waiting_since = at, None
    else:
        state.last_in = at
        state.waiting_since = state.waiting_since or at


def _facts(
    state: _State,
    before: Mapping[str, Any],
    group: list[Entry],
    today: TicketFacts,
    names: _Names,
) -> TicketFacts:
    said = state.fields
    status, type = str(said.get("status", today.status)), str(said.get("type", today.type))
    changed = _changed(before, said, group)
    return replace(
        today,
        type=type,
        status=status,
        category=str(category_of(type, status)),
        priority=int(said.get("priority", today.priority)),
        impact=str(said.get("impact", today.impact)),
        urgency=str(said.get("urgency", today.urgency)),
        priority_overridden=bool(said.get("priority_overridden", False)),
        group=names.groups.get(said.get("group") or 0),
        assignee=names.people.get(said.get("assignee") or 0),
        tags=frozenset(said.get("tags") or ()),
        messages=state.messages,
        answers=state.answers,
        notes=state.notes,
        **_of_message(group, state, names),
        **_times(state, group[-1].at),
        events=_events(group, changed),
        by=_doer(group, names, today),
        changed=frozenset(changed),
        before={name: _texts(name, before, names) for name in changed},
    )


def _times(state: _State, at: datetime) -> dict[str, Any]:
    talked = [one for one in (state.last_in, state.last_out, state.opened_at) if one is not None]
    return {
        "created_at": state.opened_at,
        "updated_at": at,
        "last_activity_at": max(talked, default=at),
        "last_requester_at": state.last_in,
        "last_agent_at": state.last_out,
        "unanswered_since": state.waiting_since,
        "awaiting_since": state.last_out if state.waiting_since is None else None,
        "status_since": state.status_since,
        "resolved_at": state.resolved_at,
        # What was due then, the timers alone can tell.
        "due_at": None,
        "breach_at": None,
        "is_breached": False,
    }


def _of_message(group: list[Entry], state: _State, names: _Names) -> dict[str, Any]:
    told = [one for one in group if one.event == "MessageAdded"]
    row = names.messages.get(told[-1].after.get("message", 0) if told else state.last_public)
    if row is None:
        return {"text": "", "sender": "", "is_automatic": False, "is_reply": False}
    return {
        "text": row.text,
        "sender": f"{row.author_name} {row.author_address}".strip(),
        "is_automatic": row.automation is not None,
        "is_reply": state.messages > 1,
    }


def _changed(before: Mapping[str, Any], now: Mapping[str, Any], group: list[Entry]) -> list[str]:
    if group[0].event == "TicketOpened":
        return []
    return [
        _WORDS.get(key, key)
        for key, value in now.items()
        if _WORDS.get(key, key) in CHANGING and before.get(key) != value
    ]


def _events(group: list[Entry], changed: list[str]) -> frozenset[str]:
    found = {"changed"} if changed else set()
    for entry in group:
        if entry.event == "TicketOpened":
            found.add("opened")
        elif entry.event == "MessageAdded":
            found |= {_KINDS.get(str(entry.after.get("direction")), "message"), "message"}
    return frozenset(found)


def _doer(group: list[Entry], names: _Names, today: TicketFacts) -> str:
    for entry in group:
        if entry.event == "MessageAdded" and entry.after.get("direction") == "in":
            author = names.people.get(entry.after.get("author") or 0)
            return "requester" if author == today.requester else "other"
        if entry.actor_id is not None:
            actor = names.people.get(entry.actor_id)
            return "requester" if actor == today.requester else "agent"
    return "rule" if group[0].cause.startswith("rule:") else "desk"


def _texts(name: str, before: Mapping[str, Any], names: _Names) -> tuple[str, ...]:
    value = before.get("tags" if name == "tag" else name)
    if name == "group":
        return (names.groups.get(value or 0, ""),)
    if name in ("assignee", "requester"):
        who = names.people.get(value or 0)
        return (who.name, *who.addresses) if who else ("",)
    if isinstance(value, list):
        return tuple(map(str, value))
    return ("" if value is None else str(value),)


def _entries(ticket_ids: Sequence[int]) -> dict[int, list[Entry]]:
    rows = db.session.scalars(
        select(Entry)
        .where(Entry.subject_kind == "ticket", Entry.subject_id.in_(ticket_ids))
        .order_by(Entry.subject_id, Entry.seq)
    )
    found: dict[int, list[Entry]] = {}
    for entry in rows:
        found.setdefault(entry.subject_id, []).append(entry)
    return found


def _names(entries: Iterable[Entry]) -> _Names:
    people: set[int] = set()
    groups: set[int] = set()
    messages: set[int] = set()
    for entry in entries:
        for said in (entry.before, entry.after):
            people |= {said[key] for key in ("assignee", "requester", "author") if said.get(key)}
            groups |= {said["group"]} if said.get("group") else set()
        if entry.actor_id is not None:
            people.add(entry.actor_id)
        if entry.event == "MessageAdded":
            messages.add(entry.after.get("message", 0))
    rows = db.session.execute(
        select(
            Message.id,
            Message.text,
            Message.author_name,
            Message.author_address,
            Message.automation,
        ).where(Message.id.in_(messages))
    )
    named = db.session.execute(select(Group.id, Group.name).where(Group.id.in_(groups)))
    return _Names(
        people_named(people), {row.id: row.name for row in named}, {row.id: row for row in rows}
    )
