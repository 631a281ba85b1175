"""What keeps the index true: inside the transaction of a ticket, or by jobs; and making it anew."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice
from pathlib import Path

from flask import Flask, current_app
from flask_babel import gettext as _
from sqlalchemy import func, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.orm.attributes import set_committed_value

from helpdesk.core import clock
from helpdesk.core import unit_of_work as units
from helpdesk.core.crash_points import Point, reach
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import owe, unit_of_work
from helpdesk.search import documents, reading
from helpdesk.search.backend import Document, Health, SearchBackend
from helpdesk.search.database_backend import DatabaseBackend
from helpdesk.search.whoosh_backend import WhooshBackend
from helpdesk.tickets.events import (
    GroupChanged,
    MessageAdded,
    MessageRedacted,
    MessagesBrought,
    RequesterChanged,
    SideMessageAdded,
    TicketEvent,
    TicketOpened,
)
from helpdesk.tickets.models import Message, Ticket

log = logging.getLogger(__name__)

LONGEST_WAIT = timedelta(minutes=10)
EXTENSION = "desk_search"
# So many messages Whoosh was measured to bear well; past them its rebuilds and merges take long.
MOST_FOR_WHOOSH = 50_000
# A ticket with more messages gets its new readers by a job, so that moving it keeps nobody waiting.
MOST_INSIDE = 30
MOST_HEADS_OF_A_PERSON = 200
TOGETHER = 200


def init_search(app: Flask) -> None:
    """Choose the engine: as the settings say, else Whoosh beside SQLite and the database's own on PostgreSQL."""
    chosen = app.config.get("DESK_SEARCH_BACKEND")
    if chosen is None:
        url = make_url(app.config["SQLALCHEMY_DATABASE_URI"])
        chosen = "whoosh" if url.get_backend_name() == "sqlite" else "database"
    backend: SearchBackend
    if chosen == "whoosh":
        backend = WhooshBackend(Path(app.config["DESK_DATA_DIR"]) / "search")
    else:
        backend = DatabaseBackend()
    app.extensions[EXTENSION] = backend


def current_backend() -> SearchBackend:
    """The engine of this desk."""
    found: SearchBackend = current_app.extensions[EXTENSION]
    return found


def index_tickets_inside(events: Sequence[TicketEvent]) -> None:
    """Make what these events changed found, within their own transaction; for an engine that lives there.

    Called once before the commit, when all is as it will be, so that a document is written once.
    """
    found = {document.ref: document for event in events for document in _changed_by(event)}
    current_backend().index(list(found.values()))
    reach(Point.INDEXED)


def _changed_by(event: TicketEvent) -> list[Document]:
    ticket = db.session.get_one(Ticket, event.subject_id)
    if isinstance(event, MessageAdded | SideMessageAdded):
        return [_new_message(event, ticket)]
    anew = isinstance(event, GroupChanged | MessageRedacted | MessagesBrought | RequesterChanged)
    if anew and ticket.message_count > MOST_INSIDE:
        owe("index_ticket", ticket.id)
        return []
    if anew:
        return list(documents.of_tickets([ticket.id]))
    # What is known already is not asked for: this runs for every mail that comes in.
    if isinstance(event, TicketOpened) and "tags" in inspect(ticket).unloaded:
        set_committed_value(ticket, "tags", [])
    return [documents.of_head(ticket)]


def _new_message(event: MessageAdded | SideMessageAdded, ticket: Ticket) -> Document:
    message = db.session.get_one(Message, event.message_id)
    if not event.after.get("files"):
        set_committed_value(message, "attachments", [])
    extracts = documents.extracts_of(file.digest for file in message.attachments)
    if reading.unread(message.attachments, extracts):
        owe("index_ticket", ticket.id)
    return documents.of_message(message, ticket, extracts)


def index_tickets(ids: Sequence[int]) -> None:
    """Read the files of these tickets and index their heads and messages; a job of lane `index`.

    Called outside any unit of work, since reading files takes time.
    """
    reading.read_files_of(ids)
    for batch in _batches(documents.of_tickets(ids)):
        put(batch)


def index_people(ids: Sequence[int]) -> None:
    """Index these people, and the heads of their newest tickets, which have their names; a job of lane `index`."""
    found = list(documents.of_people(ids))
    put(found)
    gone = {f"person:{one}" for one in ids} - {document.ref for document in found}
    if gone:
        forget(sorted(gone))
    asked = db.session.scalars(
        select(Ticket.id)
        .where(Ticket.requester_id.in_(ids))
        .order_by(Ticket.id.desc())
        .limit(MOST_HEADS_OF_A_PERSON)
    ).all()
    put([documents.of_head(ticket) for ticket in documents.heads(asked)])


def forget(refs: Sequence[str]) -> None:
    """Take documents out of the index, such as those of an erased person."""
    backend = current_backend()
    with _unit_for(backend):
        backend.remove(refs)


def rebuild(report: Callable[[str], None]) -> None:
    """Make the index anew from the database while the desk goes on; `report` is told how far it is."""
    current_backend().rebuild(report)


def optimise() -> None:
    """Merge the parts of the index; a job of the night."""
    current_backend().optimise()


def health() -> Health:
    """How the index stands, with advice in words."""
    backend = current_backend()
    standing = backend.health()
    # The highest id is near enough to the number of messages, and costs nothing to find.
    messages = db.session.scalar(select(func.max(Message.id))) or 0
    if not standing.works:
        return standing
    if not standing.documents and not standing.advice and _has_waited():
        empty = _(
            "The search index is empty, and there are messages. “desk search rebuild” fills it."
        )
        return Health(works=False, documents=0, advice=empty)
    if messages <= MOST_FOR_WHOOSH or not isinstance(backend, WhooshBackend):
        return standing
    advice = _(
        "This desk has some %(count)s messages. Past %(most)s the database’s own index is quicker: set "
        "DESK_SEARCH_BACKEND=database and call “desk search rebuild”.",
        count=f"{messages:,}",
        most=f"{MOST_FOR_WHOOSH:,}",
    )
    return Health(works=True, documents=standing.documents, advice=advice)


def _has_waited() -> bool:
    """Whether the oldest message should long have been indexed; one that came just now may still be on its way."""
    oldest = db.session.scalar(select(Message.created_at).order_by(Message.id).limit(1))
    return oldest is not None and clock.now() - oldest > LONGEST_WAIT


def heal(report: Callable[[str], None]) -> bool:
    """Rebuild the index if it does not work; returns whether it was rebuilt."""
    if health().works:
        return False
    log.warning("The search index is damaged and is made anew.")
    rebuild(report)
    return True


def put(batch: list[Document]) -> None:
    """Index these documents, in the unit of work that is open or in one of its own."""
    backend = current_backend()
    with _unit_for(backend):
        backend.index(batch)
    reach(Point.INDEXED)


def _batches(found: Iterator[Document]) -> Iterator[list[Document]]:
    while batch := list(islice(found, TOGETHER)):
        yield batch


@contextmanager
def _unit_for(backend: SearchBackend) -> Iterator[None]:
    """A unit of work where the engine needs one and none is open; Whoosh must not hold the database meanwhile."""
    if backend.in_transaction and not units.is_open():
        with unit_of_work():
            yield
    else:
        yield
