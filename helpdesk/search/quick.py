"""What the palette finds while somebody types: tickets by number and by words, and people.

Every step is a short walk of one index with a limit, whatever the size of the desk, and begins with what the reader may see. What
the newest tickets and the beginnings of names do not give is asked of the search index, where it is rare and so is quick.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    bindparam,
    func,
    literal,
    literal_column,
    select,
    type_coerce,
    union_all,
)

from helpdesk.core.db import db, is_postgresql
from helpdesk.people.access import Actor, Deed, may
from helpdesk.people.models import ContactKind, ContactPoint, Organisation, Person
from helpdesk.search import snippets, terms
from helpdesk.search.backend import SearchQuery
from helpdesk.search.finding import looked_at_last, readers_of
from helpdesk.search.indexing import current_backend
from helpdesk.search.models import SearchDocument
from helpdesk.search.query import SHORTEST_PREFIX, parse
from helpdesk.tickets.access import number_parts, visible_tickets
from helpdesk.tickets.models import FIRST_NUMBER, Ticket

MOST = 6
LONGEST_TYPED = 80
# Words are looked for among so many of the newest tickets first, where those that are common have matches enough.
NEWEST = 3_000
CANDIDATES = 40
# A number begins with what was typed; no desk has tickets of more digits.
MOST_DIGITS = 9
OF_EACH_LENGTH = 4
_NUMBER = re.compile(r"(?:([a-z]{1,8})-?)?([1-9][0-9]{0,8})", re.IGNORECASE | re.ASCII)
# Greater than every character that a name may go on with.
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Line:
    """A ticket in a line; `subject` marks the matched words with U+E000 and U+E001."""

    id: int
    number: str
    subject: str
    type: str
    status: str
    is_open: bool
    requester: str


@dataclass(frozen=True, slots=True)
class Who:
    """A person in a line; `name` is marked like a subject."""

    id: int
    name: str
    address: str
    organisation: str


def text_of(typed: str) -> str:
    """What was typed as a query for words of which the last may go on; nothing in it is a sign of the language."""
    words: list[str] = []
    for token in typed[:LONGEST_TYPED].split():
        whole = ":" not in token and terms.is_identifier(token)
        words += [token] if whole else terms.words(token)
    if not words or (len(words[-1]) < SHORTEST_PREFIX and len(words) == 1):
        return ""
    return " ".join(words) if len(words[-1]) < SHORTEST_PREFIX else " ".join(words) + "*"


def tickets(actor: Actor, typed: str) -> list[Line]:
    """The tickets whose numbers begin so, the exact one first, then those with these words, the newest first."""
    text = text_of(typed)
    ids = [*_numbered(typed), *(_newest_with(actor, typed) if text else ())]
    lines = lines_of(actor, ids, text)
    if len(lines) < MOST and text:
        found = [one for one in _indexed(actor, text, "ticket") if one not in ids]
        lines += lines_of(actor, found, text)
    return lines[:MOST]


def tickets_named(actor: Actor, numbers: Iterable[str]) -> list[Line]:
    """The tickets of these numbers that the reader may see, in this order; one query."""
    parts = [number_parts(one) for one in numbers]
    return lines_of(actor, [one[1] for one in parts if one is not None][:MOST], "")


def people(actor: Actor, typed: str) -> list[Who]:
    """The people whose names begin so, then those with these words or an address that begins so; for staff."""
    text = text_of(typed)
    if not text or not may(actor, Deed.SEE_PEOPLE):
        return []
    ids = _named(typed)
    if len(ids) < MOST:
        ids += [one for one in _indexed(actor, text, "person") if one not in ids]
    return _who(ids[:MOST], text)


def lines_of(actor: Actor, ids: Sequence[int], text: str) -> list[Line]:
    """Those of these tickets that the reader may see, in this order; one query, none for none."""
    if not ids:
        return []
    ticket = Ticket.__table__.c
    found = db.session.execute(
        select(
            ticket.id,
            ticket.prefix,
            ticket.subject,
            type_coerce(ticket.type, String),
            type_coerce(ticket.status, String),
            ticket.is_open,
            Person.name,
        )
        .join(Person, Person.id == ticket.requester_id)
        .where(ticket.id.in_(ids), looked_at_last(visible_tickets(actor)))
    )
    wanted = snippets.wanted_of(parse(text).wanted)
    lines = {
        row[0]: Line(
            row[0], f"{row[1]}-{FIRST_NUMBER + row[0]}", snippets.marked(row[2], wanted), *row[3:]
        )
        for row in found
    }
    return [lines[one] for one in ids if one in lines]


def _numbered(typed: str) -> list[int]:
    """The ids of tickets whose numbers begin so: the exact one, then the newest of each length; one query."""
    match = _NUMBER.fullmatch(typed.strip())
    if match is None:
        return []
    low = int(match[2])
    values: dict[str, Any] = {}
    for more in range(MOST_DIGITS):
        values[f"low_{more}"] = low * 10**more - FIRST_NUMBER
        values[f"high_{more}"] = (low + 1) * 10**more - 1 - FIRST_NUMBER
    rows = db.session.execute(_by_number(), values).all()
    prefix = (match[1] or "").upper()
    exact = low - FIRST_NUMBER
    ids = [row.id for row in rows if row.prefix.startswith(prefix)]
    return sorted(ids, key=lambda one: (one != exact, -one))


@cache
def _by_number() -> Select[Any]:
    ticket = Ticket.__table__.c
    lengths = [
        select(ticket.id, ticket.prefix)
        .where(
            ticket.id.between(
                bindparam(f"low_{more}", type_=BigInteger),
                bindparam(f"high_{more}", type_=BigInteger),
            )
        )
        .order_by(ticket.id.desc())
        .limit(OF_EACH_LENGTH)
        .subquery()
        for more in range(MOST_DIGITS)
    ]
    found = union_all(*(select(one) for one in lengths)).subquery()
    return select(found.c.id, found.c.prefix)


def _newest_with(actor: Actor, typed: str) -> Sequence[int]:
    """Those of the newest tickets that have words in their subjects which begin so; one query."""
    subject = literal(" ") + func.lower(Ticket.subject)
    # Of the newest by their ids, so that the walk ends whatever the words are and whoever may see them.
    newest = select(func.max(Ticket.id) - NEWEST).scalar_subquery()
    wanted: list[ColumnElement[bool]] = [
        subject.contains(f" {word}", autoescape=True) for word in typed.lower().split()
    ]
    return db.session.scalars(
        select(Ticket.id)
        .where(
            Ticket.id > newest,
            looked_at_last(visible_tickets(actor)),
            *wanted,
        )
        .order_by(Ticket.id.desc())
        .limit(MOST)
    ).all()


def _indexed(actor: Actor, text: str, kind: str) -> list[int]:
    """The ids that the search index finds, best first; two statements. The caller asks what the reader may see."""
    asked = SearchQuery(
        text,
        readers_of(actor),
        kinds=(kind,),
        limit=CANDIDATES,
        suggests=False,
        is_hasty=True,
    )
    hits = current_backend().search(asked).hits
    return [int(hit.ref.partition(":")[2]) for hit in hits]


def _named(typed: str) -> list[int]:
    """Those whose names begin so, by name; one query. Where the engine keeps no documents here, its index answers alone."""
    low = " ".join(terms.words(typed))
    refs = db.session.scalars(_names(is_postgresql()), {"low": low, "high": low + _LAST})
    return [int(ref.partition(":")[2]) for ref in refs]


@cache
def _names(by_bytes: bool) -> Select[Any]:
    """By the index of folded names, whose order is that of their letters' numbers on both databases."""
    title = SearchDocument.title
    at_least, below = ("~>=~", "~<~") if by_bytes else (">=", "<")
    first = (
        select(SearchDocument.ref, title)
        .where(
            literal_column("search_document.kind = 'person'"),
            title.op(at_least, is_comparison=True)(bindparam("low", type_=String)),
            title.op(below, is_comparison=True)(bindparam("high", type_=String)),
        )
        .limit(CANDIDATES)
        .subquery()
    )
    return select(first.c.ref).order_by(first.c.title, first.c.ref).limit(MOST)


def _who(ids: Sequence[int], text: str) -> list[Who]:
    """These people in a line each, in this order; two queries, none for none."""
    if not ids:
        return []
    rows = db.session.execute(
        select(Person.id, Person.name, Organisation.name)
        .outerjoin(Organisation, Organisation.id == Person.organisation_id)
        .where(Person.id.in_(ids), Person.merged_into_id.is_(None))
    )
    points = db.session.execute(
        select(ContactPoint.person_id, ContactPoint.value)
        .where(ContactPoint.person_id.in_(ids), ContactPoint.kind != ContactKind.HANDLE)
        .order_by(ContactPoint.kind.desc(), ContactPoint.id.desc())
    )
    addresses = dict(points.all())
    wanted = snippets.wanted_of(parse(text).wanted)
    found = {
        row[0]: Who(
            row[0], snippets.marked(row[1], wanted), addresses.get(row[0], ""), row[2] or ""
        )
        for row in rows
    }
    return [found[one] for one in ids if one in found]
