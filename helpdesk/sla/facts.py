"""From what happened to a ticket to the facts that clocks are counted from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.people.models import Group, Person
from helpdesk.sla.models import SlaEvent
from helpdesk.tickets.models import Direction, Message, Ticket, Visibility, Watcher
from workflows.lifecycle import Category
from workflows.sla import By, Event, Kind, Opening

OPENED = "opened"
_KINDS = frozenset(kind.value for kind in Kind)
# What of a row's data the engine is given; the rest is for people.
_GIVEN = ("to", "calendar", "is_public", "clock", "seconds")


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened to a ticket, as its event or its journal entry tells it."""

    ticket_id: int
    name: str
    at: datetime
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    actor_id: int | None = None
    cause: str = ""
    category: str = ""
    by_person: bool = True


class Fact(NamedTuple):
    """A fact that is about to be written: its kind, and its data as the row keeps them."""

    kind: str
    data: dict[str, Any]


@dataclass(slots=True)
class Names:
    """Names of groups, as facts keep them: a group that is renamed later was called so then."""

    _groups: dict[int, str | None] = field(default_factory=dict)

    def group(self, group_id: int | None) -> str | None:
        """The name of a group; None for none."""
        if group_id is None:
            return None
        if group_id not in self._groups:
            found = db.session.get(Group, group_id)
            self._groups[group_id] = found.name if found is not None else None
        return self._groups[group_id]


def facts_of(happening: Happening, ticket: Ticket, names: Names) -> list[Fact]:
    """The facts that a happening leaves; none for what no clock looks at."""
    after = happening.after
    if happening.name == "MessageAdded":
        return [message_fact(happening, ticket)]
    if happening.name == "MessagesBrought":
        return _brought(after, ticket)
    if happening.name == "TicketsMerged":
        return [Fact(Kind.MERGED, {"into": after.get("merged_into")})]
    if happening.name == "StatusChanged":
        return [Fact(Kind.STATE, {"to": happening.category, "status": after["status"]})]
    if happening.name == "PriorityChanged" and "priority" in after:
        if happening.before.get("priority") == after["priority"]:
            return []
        return [Fact(Kind.PRIORITY, {"to": priority_name(after["priority"])})]
    if happening.name == "Assigned":
        return [Fact(Kind.ASSIGNEE, {"to": _text(after["assignee"])})]
    if happening.name == "GroupChanged":
        return [Fact(Kind.GROUP, {"to": names.group(after["group"]), "group": after["group"]})]
    return []


def priority_name(priority: int) -> str:
    """A priority as policies name it: p1 is the highest."""
    return f"p{priority}"


def message_fact(happening: Happening, ticket: Ticket) -> Fact:
    """The fact of a message: who wrote it, and whether the other side reads it."""
    after = happening.after
    by = By.SYSTEM if not happening.by_person else writer(after, ticket)
    is_public = after["visibility"] == Visibility.PUBLIC.value
    return Fact(Kind.MESSAGE, {"by": by, "is_public": is_public, "message": after["message"]})


def writer(after: Mapping[str, Any], ticket: Ticket) -> By:
    """Which side a message is from: ours, the requester's and those who watch for them, or a third party's."""
    if after["direction"] != Direction.IN.value:
        return By.AGENT
    author = after.get("author")
    spoken_for = after.get("for") == ticket.requester_id
    if author is None or author == ticket.requester_id or spoken_for or _watches(ticket.id, author):
        return By.REQUESTER
    person = db.session.get(Person, author)
    own, theirs = ticket.requester.organisation_id, person.organisation_id if person else None
    return By.REQUESTER if own is not None and own == theirs else By.THIRD_PARTY


def _watches(ticket_id: int, person_id: int) -> bool:
    found = select(Watcher.id).where(Watcher.ticket_id == ticket_id, Watcher.person_id == person_id)
    return db.session.scalar(found.limit(1)) is not None


def _brought(after: Mapping[str, Any], ticket: Ticket) -> list[Fact]:
    """Messages that came from another ticket: if the newest is the requester's, they wait for an answer here."""
    ids = [int(one[0]) for one in after.get("brought", ())]
    # What third parties said aside starts no clock, wherever it stands.
    of_ticket = select(Message).where(Message.id.in_(ids), Message.side_id.is_(None))
    newest = db.session.scalars(of_ticket.order_by(Message.id.desc()).limit(1)).first()
    if newest is None or newest.direction is not Direction.IN or newest.automation is not None:
        return []
    data = {"by": By.REQUESTER, "is_public": newest.visibility is Visibility.PUBLIC}
    return [Fact(Kind.MESSAGE, {**data, "message": newest.id, "brought": True})]


def opening_of(row: SlaEvent | RowFact) -> Opening:
    """The opening that a row tells of."""
    data = row.data
    return Opening(
        at=seconds(row.at),
        by=By(data["by"]),
        priority=data.get("priority", ""),
        category=Category(data["category"]),
        policy=data.get("policy"),
        group=data.get("group"),
        assignee=data.get("assignee"),
        calendars=data.get("calendars", {}),
        id=row.seq,
    )


def events_of(rows: Iterable[SlaEvent | RowFact]) -> list[Event]:
    """The events that rows tell of; what only clocks that count days look at is none."""
    return [event_of(row) for row in rows if row.kind in _KINDS]


def event_of(row: SlaEvent | RowFact) -> Event:
    """The event that a row tells of; its id is its number within the ticket."""
    given = {name: row.data[name] for name in _GIVEN if row.data.get(name) is not None}
    by = row.data.get("by")
    return Event(
        seconds(row.at), Kind(row.kind), by=By(by) if by is not None else None, id=row.seq, **given
    )


class RowFact(NamedTuple):
    """A row of `sla_event` that is read or about to be written, without an object for each."""

    seq: int
    at: datetime
    kind: str
    data: Mapping[str, Any]


def seconds(at: datetime) -> int:
    """An instant as the engine counts it."""
    return int(at.timestamp())


def moment(at: int | None) -> datetime | None:
    """An instant of the engine, aware; None stays None."""
    return None if at is None else datetime.fromtimestamp(at, UTC)


def whole(at: datetime) -> datetime:
    """An instant without what is less than a second."""
    return at.replace(microsecond=0)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
