"""Rows of the desk as documents of the index: the head of a ticket, each message, each person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from helpdesk.core.db import db
from helpdesk.people.models import ContactKind, Person
from helpdesk.search import sources
from helpdesk.search.backend import Document
from helpdesk.search.models import ExtractedText
from helpdesk.tickets.models import Message, Ticket, Visibility

# So many rows are read at a time; the bodies of a batch must fit in memory beside the desk.
BATCH = 250
LONGEST_EXTRACT = 40_000
# How a message joined that opened its ticket.
OPENING = frozenset({"new", "forwarded", "follows"})
NO_GROUP = "nogroup"
STAFF = "staff"


def of_head(ticket: Ticket) -> Document:
    """What is known of a ticket as a whole; for staff, since tags and custom fields are theirs."""
    requester = ticket.requester
    addresses = [point.value for point in requester.contact_points]
    tags = [tag.name for tag in ticket.tags]
    return Document(
        ref=f"ticket:{ticket.id}",
        kind="ticket",
        readers=(group_reader(ticket.group_id),),
        title=ticket.subject,
        body="\n".join([requester.name, *tags, *_strings(ticket.custom)]),
        exact=" ".join([ticket.number, *addresses]),
        at=ticket.created_at,
        ticket_id=ticket.id,
    )


def of_message(message: Message, ticket: Ticket, extracts: Mapping[str, str]) -> Document:
    """A message with its files; `extracts` has the texts of files by digest.

    What a message quotes is left out, since it is indexed where it was first said; only a message that opens a ticket may
    have brought something new in that form, such as a forwarded mail.
    """
    names = [file.name for file in message.attachments]
    readers = [group_reader(ticket.group_id)]
    if message.visibility is Visibility.PUBLIC:
        readers.append(person_reader(ticket.requester_id))
    body = [
        message.text,
        *names,
        *(extracts.get(file.digest, "")[:LONGEST_EXTRACT] for file in message.attachments),
    ]
    if message.joined_by in OPENING and message.quoted:
        body.insert(1, message.quoted)
    return Document(
        ref=f"message:{message.id}",
        kind="message",
        readers=tuple(readers),
        title=message.subject or ticket.subject,
        body="\n".join(body),
        exact=" ".join(names),
        at=message.created_at,
        ticket_id=ticket.id,
        fields={
            "sender": f"{message.author_name} {message.author_address}",
            "receiver": " ".join(_strings(_told(message))),
        },
    )


def of_person(person: Person) -> Document:
    """A person, for staff."""
    organisation = person.organisation.name if person.organisation else ""
    emails = [point.value for point in person.contact_points if point.kind is ContactKind.EMAIL]
    numbers = [
        point.value for point in person.contact_points if point.kind is not ContactKind.EMAIL
    ]
    return Document(
        ref=f"person:{person.id}",
        kind="person",
        readers=(STAFF,),
        title=person.name,
        body=f"{organisation}\n{person.note}",
        exact=" ".join([*emails, *numbers]),
        at=person.created_at,
    )


def group_reader(group_id: int | None) -> str:
    """The term of those who read the tickets of a group."""
    return NO_GROUP if group_id is None else f"group:{group_id}"


def person_reader(person_id: int) -> str:
    """The term of one person, who reads what is public on their own tickets."""
    return f"person:{person_id}"


def of_tickets(ids: Sequence[int]) -> Iterator[Document]:
    """The heads and all messages of these tickets, ticket by ticket in order of their ids."""
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        yield from [of_head(ticket) for ticket in heads(batch)]
        yield from _messages(select(Message).where(Message.ticket_id.in_(batch)))


def of_people(ids: Sequence[int]) -> Iterator[Document]:
    """These people."""
    for start in range(0, len(ids), BATCH):
        yield from [of_person(person) for person in people(ids[start : start + BATCH])]


def of_refs(refs: Iterable[str]) -> Iterator[Document]:
    """The documents of these references that still are there."""
    wanted: dict[str, list[int]] = {"ticket": [], "message": [], "person": []}
    wanted |= {source.kind: [] for source in sources.installed()}
    for ref in refs:
        kind, _, number = ref.partition(":")
        if kind in wanted and number.isascii() and number.isdigit():
            wanted[kind].append(int(number))
    for start in range(0, len(wanted["ticket"]), BATCH):
        yield from [of_head(ticket) for ticket in heads(wanted["ticket"][start : start + BATCH])]
    for start in range(0, len(wanted["message"]), BATCH):
        batch = wanted["message"][start : start + BATCH]
        yield from _messages(select(Message).where(Message.id.in_(batch)))
    yield from of_people(wanted["person"])
    for source in sources.installed():
        yield from source.of(wanted[source.kind])


def everything(report: Callable[[str], None]) -> Iterator[Document]:
    """Every document of the desk: people, tickets from the oldest on, then what higher floors told of. Called outside
    any unit of work."""
    told = [(source.rows, source.of) for source in sources.installed()]
    for model, these in ((Person, of_people), (Ticket, of_tickets), *told):
        last = db.session.scalar(select(func.max(model.id))) or 0
        for start in range(0, last, BATCH):
            # A long look at one state of the database would miss what changes meanwhile, and keep it from tidying up.
            db.session.rollback()
            ids = range(start + 1, min(start + BATCH, last) + 1)
            yield from these(ids)
            if ids[-1] == last or ids[-1] % (BATCH * 20) == 0:
                report(f"{model.__tablename__}: {ids[-1]:,} of {last:,}")


def heads(ids: Sequence[int]) -> Sequence[Ticket]:
    """These tickets with all that their heads need; three queries."""
    return db.session.scalars(
        select(Ticket)
        .where(Ticket.id.in_(ids))
        .options(
            joinedload(Ticket.requester).selectinload(Person.contact_points),
            selectinload(Ticket.tags),
        )
        .order_by(Ticket.id)
    ).all()


def people(ids: Sequence[int]) -> Sequence[Person]:
    """These people with all that their documents need; two queries. Who was merged into another is left out."""
    return db.session.scalars(
        select(Person)
        .where(Person.id.in_(ids), Person.merged_into_id.is_(None))
        .options(selectinload(Person.contact_points), joinedload(Person.organisation))
        .order_by(Person.id)
    ).all()


def extracts_of(digests: Iterable[str]) -> dict[str, str]:
    """The texts of these files, as far as they have been read."""
    wanted = sorted(set(digests))
    if not wanted:
        return {}
    rows = db.session.execute(
        select(ExtractedText.digest, ExtractedText.text).where(ExtractedText.digest.in_(wanted))
    )
    return {row[0]: row[1] for row in rows}


def _messages(wanted: Any) -> Iterator[Document]:
    """Messages in pieces, so that a ticket of thousands of messages is no special case."""
    after = 0
    while True:
        page = db.session.scalars(
            wanted.where(Message.id > after)
            .options(selectinload(Message.attachments), joinedload(Message.ticket))
            .order_by(Message.id)
            .limit(BATCH)
        ).all()
        extracts = extracts_of(file.digest for message in page for file in message.attachments)
        if not page:
            return
        after = page[-1].id
        # All of them before the first is handed on: who takes them may end the transaction in between.
        yield from [of_message(message, message.ticket, extracts) for message in page]


def _told(message: Message) -> dict[str, Any]:
    """Who was told, for whoever may read the message: blind copies are for nobody to find."""
    return {name: told for name, told in message.recipients.items() if name != "bcc"}


def _strings(value: Any) -> Iterator[str]:
    """Every text and number inside a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)
