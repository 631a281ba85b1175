"""What people give as theirs without a proof: numbers under their mails, addresses in forms. It only ever suggests."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from helpdesk.core import clock
from helpdesk.core.db import db, is_postgresql
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import owe
from helpdesk.identity.models import ClaimKind, ClaimSource, ContactClaim
from helpdesk.people.addresses import normalise_email, normalise_phone, tidy_name
from helpdesk.people.models import Person, Role
from helpdesk.tickets.events import MessageAdded
from helpdesk.tickets.models import Direction, Message

JOB: Final = "note_claims"
# A signature is short; what stands further from the end is what the message is about.
SIGNATURE_LINES = 8
MOST_OF_A_MESSAGE = 6
LONGEST_LINE = 200

_PHONE = re.compile(r"(?<![\w.@/-])(?:\+|00?)[1-9(][0-9 ().\-]{7,20}[0-9](?![\w@])")
_EMAIL = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
_POSTCODE = re.compile(r"\b([A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9][A-Z]{2})\b")
# What begins the words of somebody else below an answer.
_OLDER = re.compile(r"^\s*(>|On .{5,120} wrote:|From:|-{3,} ?Original)", re.IGNORECASE)
_BLANK = re.compile(r"[^\w]+")

Found = tuple[ClaimKind, str]


def want_claims(event: MessageAdded) -> None:
    """Owe a closer look at a message that came in and has a number or an address near its end."""
    if event.direction != Direction.IN.value or not event.by_person:
        return
    message = db.session.get_one(Message, event.message_id)
    if message.author_id is not None and not message.unverified and mentioned(message):
        owe(JOB, message.id)


def note_claims(message_id: int) -> None:
    """Keep what the writer of a message gave as theirs; a second time changes nothing."""
    message = db.session.get(Message, message_id)
    author = db.session.get(Person, message.author_id) if message and message.author_id else None
    if message is None or author is None or author.role is not Role.REQUESTER:
        return
    for kind, value in mentioned(message):
        claim(author, kind, value, source=ClaimSource.SIGNATURE, message_id=message.id)


def claim(
    person: Person,
    kind: ClaimKind,
    value: str,
    *,
    source: ClaimSource,
    message_id: int | None = None,
) -> None:
    """Keep that a person gave this as theirs, for suggestions alone; what cannot be such a thing is left out."""
    normal = _normal(person, kind, value)
    if not normal:
        return
    insert = insert_on_postgresql if is_postgresql() else insert_on_sqlite
    db.session.execute(
        insert(ContactClaim)
        .values(
            person_id=person.id,
            kind=kind,
            value=normal,
            source=source,
            message_id=message_id,
            created_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=["person_id", "kind", "value"])
    )


def mentioned(message: Message) -> list[Found]:
    """The numbers, addresses and postcodes of a message's signature, or of its last lines."""
    return found_in([*_end_of(message.text), *_signature_in(message.quoted)])


def found_in(lines: Iterable[str]) -> list[Found]:
    """The numbers, addresses and postcodes of these lines, each once, as they were written."""
    found: dict[Found, None] = {}
    for line in lines:
        short = line[:LONGEST_LINE]
        for written in _PHONE.findall(short):
            found[(ClaimKind.PHONE, written)] = None
        for written in _EMAIL.findall(short):
            found[(ClaimKind.EMAIL, written)] = None
        for outward, inward in _POSTCODE.findall(short):
            found[(ClaimKind.POSTCODE, f"{outward} {inward}")] = None
    return list(found)[:MOST_OF_A_MESSAGE]


def name_key(name: str) -> str:
    """A name as it is compared: without case, marks and titles' dots, its parts in order of the alphabet."""
    return " ".join(sorted(_BLANK.sub(" ", tidy_name(name).casefold()).split()))


def place_key(name: str, place: str) -> str:
    """The same name at the same place."""
    return f"{name_key(name)}|{_BLANK.sub('', place.casefold())}"[:320]


def _normal(person: Person, kind: ClaimKind, value: str) -> str:
    try:
        if kind is ClaimKind.EMAIL:
            return normalise_email(value)
        if kind is ClaimKind.PHONE:
            return normalise_phone(value)
    except Invalid:
        return ""
    return place_key(person.name, value) if _BLANK.sub("", value) else ""


def _end_of(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()][-SIGNATURE_LINES:]


def _signature_in(quoted: str) -> list[str]:
    """The lines before the words of others begin; ours, and so our own numbers, are among those."""
    lines: list[str] = []
    for line in quoted.splitlines():
        if _OLDER.match(line) or len(lines) == SIGNATURE_LINES:
            break
        lines.append(line)
    return lines
