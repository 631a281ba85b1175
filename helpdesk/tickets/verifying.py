"""Holding each ticket against its journal: `desk verify`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from helpdesk.core.db import db
from helpdesk.journal.chain import Flaw, check, salted
from helpdesk.journal.models import Entry
from helpdesk.journal.reading import Origin, Told, entries_at, entries_of, replay
from helpdesk.tickets.commands import facts_of
from helpdesk.tickets.lives import lifecycle_of
from helpdesk.tickets.models import Message, Ticket, TicketLink
from helpdesk.tickets.processing import is_text

STEP = 200

# The entries that first told of messages which were moved since, by ticket and number.
Origins = Mapping[tuple[int, int], Entry]


def verify_all(report: Callable[[int, int], None] = lambda done, of: None) -> Iterator[Flaw]:
    """Prove the chain of every ticket and rebuild its state; yields each difference.

    `report` is told after each step how many of how many ticket ids were looked at.
    """
    last = db.session.scalar(select(func.max(Ticket.id))) or 0
    last = max(
        last,
        db.session.scalar(select(func.max(Entry.subject_id)).where(Entry.subject_kind == "ticket"))
        or 0,
    )
    for first in range(1, last + 1, STEP):
        yield from _verify_stretch(first, first + STEP - 1)
        db.session.rollback()
        db.session.expunge_all()
        report(min(first + STEP - 1, last), last)


def verify_ticket(ticket_id: int) -> list[Flaw]:
    """The flaws of one ticket."""
    return list(_verify_stretch(ticket_id, ticket_id))


def _verify_stretch(first: int, last: int) -> Iterator[Flaw]:
    told = dict(entries_of("ticket", first, last))
    tickets = db.session.scalars(
        select(Ticket)
        .where(Ticket.id.between(first, last))
        .options(
            selectinload(Ticket.tags),
            selectinload(Ticket.watchers),
            selectinload(Ticket.messages).selectinload(Message.attachments),
        )
        .order_by(Ticket.id)
    ).all()
    links = _links_of(first, last)
    states = {ticket.id: replay(told.get(ticket.id, [])) for ticket in tickets}
    origins = _origins_in(states.values())
    for ticket in tickets:
        entries = told.pop(ticket.id, [])
        yield from check(entries)
        if not entries:
            yield Flaw(ticket.number, 0, "has no journal")
        else:
            yield from _verify(ticket, states[ticket.id], links.get(ticket.id, set()), origins)
    for missing, entries in told.items():
        yield from check(entries)
        yield Flaw(f"ticket {missing}", 0, "stands in the journal, but the ticket is gone")


def _origins_in(states: Iterable[Told]) -> Origins:
    return entries_at(
        "ticket",
        [
            (place.subject_id, place.seq)
            for told in states
            for place in told.messages.values()
            if isinstance(place, Origin)
        ],
    )


def _verify(
    ticket: Ticket, told: Told, links: set[tuple[int, str]], origins: Origins
) -> Iterator[Flaw]:
    for name, value in _fields(ticket).items():
        if told.fields.get(name, _EMPTY.get(name)) != value:
            yield _differs(ticket, name, told.fields.get(name, _EMPTY.get(name)), value)
    for name, text in _personal(ticket, told).items():
        if not _matches(told.personal.get(name), text):
            yield Flaw(ticket.number, 0, f"{name} is not what the journal says")
    if told.links != links:
        yield _differs(ticket, "links", sorted(told.links), sorted(links))
    yield from _verify_messages(ticket, told, origins)


_EMPTY: dict[str, Any] = {
    "tags": [],
    "watchers": [],
    "merged_into": None,
    "deleted": False,
    "reopened": 0,
}


def _fields(ticket: Ticket) -> dict[str, Any]:
    return {
        **facts_of(ticket),
        "tags": sorted(tag.name for tag in ticket.tags),
        "watchers": sorted(watcher.person_id for watcher in ticket.watchers),
        "merged_into": ticket.merged_into_id,
        "deleted": ticket.deleted_at is not None,
    }


def _personal(ticket: Ticket, told: Told) -> dict[str, str]:
    custom = {f"custom.{key}": str(value) for key, value in ticket.custom.items()}
    life = lifecycle_of(ticket.type)
    said = {
        f"process.{key}": str(value) for key, value in ticket.process.items() if is_text(life, key)
    }
    why = {"priority_why": ticket.priority_why} if ticket.priority_why else {}
    own = {**custom, **said, **why}
    cleared = {
        name: ""
        for name in told.personal
        if name.startswith(("custom.", "process.", "priority_why")) and name not in own
    }
    deleted = {"why": ticket.deleted_why or ""} if ticket.deleted_at is not None else {}
    return {"subject": ticket.subject, **own, **cleared, **deleted}


def _verify_messages(ticket: Ticket, told: Told, origins: Origins) -> Iterator[Flaw]:
    standing = {message.id: message for message in ticket.messages}
    for missing in sorted(set(told.messages) - set(standing)):
        yield Flaw(ticket.number, told.messages[missing].seq, f"message {missing} is gone")
    for message in ticket.messages:
        place = told.messages.get(message.id)
        entry = _first_told(place, origins) if isinstance(place, Origin) else place
        if entry is None or entry.after.get("message") != message.id:
            yield Flaw(ticket.number, 0, f"message {message.id} is not in the journal")
        else:
            yield from _verify_message(ticket, message, entry, _lost(message, told))


def _first_told(place: Origin, origins: Origins) -> Entry | None:
    """The entry of a message that was moved, if it still is the one it was moved with."""
    entry = origins.get((place.subject_id, place.seq))
    return entry if entry is not None and entry.digest == place.digest else None


def _lost(message: Message, told: Told) -> set[str]:
    """The files that were taken out of a message on purpose, here or on a ticket where it stood before."""
    noted = (message.facts or {}).get("redacted", ())
    lost = set(told.lost.get(message.id, ()))
    for ticket_id in {one["ticket"] for one in noted} - {message.ticket_id}:
        earlier = dict(entries_of("ticket", ticket_id, ticket_id)).get(ticket_id, [])
        lost |= replay(earlier).lost.get(message.id, set())
    return lost


def _verify_message(
    ticket: Ticket, message: Message, entry: Entry, lost: set[str]
) -> Iterator[Flaw]:
    facts = {
        "direction": message.direction.value,
        "visibility": message.visibility.value,
        "author": message.author_id,
        "files": [attachment.digest for attachment in message.attachments],
    }
    kept = [one for one in entry.after.get("files", ()) if one not in lost]
    for name, value in facts.items():
        said = kept if name == "files" else entry.after.get(name)
        if said != value:
            yield _differs(ticket, f"{name} of message {message.id}", said, value, entry.seq)
    digest = entry.after.get("personal", {}).get("text")
    if not _matches((digest, entry.salt), message.text):
        yield Flaw(
            ticket.number,
            entry.seq,
            f"the text of message {message.id} is not what the journal says",
        )


def _matches(told: tuple[str, str | None] | None, text: str) -> bool:
    if told is None:
        return False
    digest, salt = told
    # Without its salt a text was erased on purpose, and cannot be held against anything.
    return salt is None or salted(text, salt) == digest


def _differs(ticket: Ticket, name: str, told: Any, stands: Any, seq: int = 0) -> Flaw:
    return Flaw(ticket.number, seq, f"{name} is {stands!r}, but the journal says {told!r}")


def _links_of(first: int, last: int) -> dict[int, set[tuple[int, str]]]:
    found: dict[int, set[tuple[int, str]]] = {}
    for link in db.session.scalars(
        select(TicketLink).where(TicketLink.left_id.between(first, last))
    ):
        found.setdefault(link.left_id, set()).add((link.right_id, link.kind.value))
    return found
