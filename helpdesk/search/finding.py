"""Searching for a person: every hit is read again from the database with the reader's rights before it is shown."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true

from helpdesk.core.db import db, is_postgresql
from helpdesk.people.access import Actor, Deed, may
from helpdesk.search import documents, filters, snippets, states
from helpdesk.search.backend import Hit, SearchPage, SearchQuery
from helpdesk.search.indexing import current_backend
from helpdesk.search.query import Note, Parsed, parse
from helpdesk.tickets.access import number_parts, visible_tickets
from helpdesk.tickets.models import Message, Ticket, Visibility
from helpdesk.tickets.queries import Row, rows_of
from workflows.condition_parts import How

PAGE = 20
MOST_PEOPLE = 5
MOST_PAGES = 25
# How many hits are asked for in each round, since some may be refused or fall on one ticket.
ROUNDS = (100, 400, 1_600)
# Of so many of the best matches another order is made.
MOST_ORDERED = 501


class Order(enum.StrEnum):
    """In which order tickets that were found are shown."""

    BEST = "best"
    ACTIVITY = "activity"
    NEWEST = "newest"
    OLDEST = "oldest"


_ORDERS = {
    # Without a word to look for nothing is better than another.
    Order.BEST: (Ticket.last_activity_at.desc(), Ticket.id.desc()),
    Order.ACTIVITY: (Ticket.last_activity_at.desc(), Ticket.id.desc()),
    Order.NEWEST: (Ticket.id.desc(),),
    Order.OLDEST: (Ticket.id.asc(),),
}


@dataclass(frozen=True, slots=True)
class FoundTicket:
    """A ticket that matches: its line, where the words stand, and in how many of its messages they were found.

    `snippet` and `subject` mark the matched words with U+E000 and U+E001. `message_id` is the best matching message, None
    if the ticket's own fields match.
    """

    row: Row
    subject: str
    snippet: str
    message_id: int | None
    matches: int


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """A person who matches."""

    id: int
    name: str
    addresses: tuple[str, ...]
    organisation: str


@dataclass(frozen=True, slots=True)
class Results:
    """What a search page shows. `limited` says in words why something may be missing."""

    tickets: tuple[FoundTicket, ...] = ()
    people: tuple[FoundPerson, ...] = ()
    more: bool = False
    suggestion: str | None = None
    limited: str = ""
    notes: tuple[Note, ...] = ()
    page: int = 1


@dataclass(slots=True)
class _Match:
    """What was found of one ticket."""

    ticket_id: int
    message_id: int | None
    matches: int = 1


@dataclass(slots=True)
class _Gathered:
    """Matches by ticket, best first, while rounds go on."""

    by_ticket: dict[int, _Match] = field(default_factory=dict)
    suggestion: str | None = None
    limited: str = ""


def find(
    actor: Actor,
    text: str,
    *,
    page: int = 1,
    limit: int = PAGE,
    order: Order = Order.BEST,
    with_people: bool = True,
) -> Results:
    """Tickets, and on the first page people, that match a query and that this person may see.

    Another order than the best first is of the best `MOST_ORDERED`. The number of queries does not grow with what is
    found.
    """
    parsed = parse(text)
    page = max(1, min(page, MOST_PAGES))
    if parsed.is_empty:
        return Results(notes=parsed.notes, page=page)
    wanted = page * limit + 1 if order is Order.BEST else MOST_ORDERED
    gathered = _gathered(actor, text, parsed, wanted, order)
    found = _ordered(gathered, order) if parsed.wanted else list(gathered.by_ticket.values())
    return Results(
        tickets=_shown(found[(page - 1) * limit : page * limit], parsed),
        people=_people(actor, text, parsed) if page == 1 and with_people else (),
        more=len(found) > page * limit and page < MOST_PAGES,
        suggestion=_checked(actor, gathered.suggestion),
        limited=gathered.limited,
        notes=parsed.notes,
        page=page,
    )


def matching(actor: Actor, text: str, most: int) -> tuple[list[int], bool]:
    """The ids of the tickets that match, at the most so many, and whether there may be more."""
    parsed = parse(text)
    if parsed.is_empty:
        return [], False
    gathered = _gathered(actor, text, parsed, most + 1, Order.BEST)
    ids = list(gathered.by_ticket)
    return ids[:most], len(ids) > most or bool(gathered.limited)


def find_people(actor: Actor, text: str) -> tuple[FoundPerson, ...]:
    """People by name, address or what is noted of them, best first; for staff."""
    parsed = parse(text)
    return () if parsed.is_empty else _people(actor, text, parsed, most=PAGE)


def suggest(actor: Actor, prefix: str, *, limit: int = 8) -> list[str]:
    """Words that begin so, and by which this person would find a ticket they may see."""
    words = current_backend().suggest(prefix, readers_of(actor), limit)
    return [word for word in words if _checked(actor, word)]


def readers_of(actor: Actor) -> tuple[str, ...] | None:
    """The terms of which a document must have one for this person to read it; None for all."""
    if actor.is_admin:
        return None
    mine = documents.person_reader(actor.person_id)
    if not actor.is_staff:
        return (mine,)
    groups = [documents.group_reader(one) for one in sorted(actor.readable_group_ids)]
    return (*groups, documents.NO_GROUP, documents.STAFF)


def _gathered(actor: Actor, text: str, parsed: Parsed, wanted: int, order: Order) -> _Gathered:
    gathered = _Gathered()
    _put_number_first(actor, parsed, gathered)
    if parsed.wanted:
        _gather(actor, text, parsed, gathered, wanted)
    else:
        _list_filtered(actor, parsed, gathered, wanted, order)
    return gathered


def _ordered(gathered: _Gathered, order: Order) -> list[_Match]:
    """What was gathered in another order than that of the engine; one query for that."""
    if order is Order.BEST or not gathered.by_ticket:
        return list(gathered.by_ticket.values())
    ids = db.session.scalars(
        select(Ticket.id).where(Ticket.id.in_(list(gathered.by_ticket))).order_by(*_ORDERS[order])
    )
    return [gathered.by_ticket[one] for one in ids]


def _gather(actor: Actor, text: str, parsed: Parsed, gathered: _Gathered, wanted: int) -> None:
    """Ask in growing rounds until there are enough tickets that the reader may see."""
    asked = SearchQuery(
        text,
        readers_of(actor),
        kinds=("ticket", "message"),
        filters=filters.named(parsed.filters, actor.person_id),
        since=parsed.since,
        until=parsed.until,
    )
    sent = _by_group(actor, asked)
    offset = 0
    for most in ROUNDS:
        answer = current_backend().search(replace(sent, limit=most, offset=offset))
        _take(actor, asked, answer.hits, gathered)
        gathered.suggestion = gathered.suggestion or answer.suggestion
        gathered.limited = gathered.limited or answer.limited
        offset += most
        if not answer.more or len(gathered.by_ticket) >= wanted:
            return
    gathered.limited = gathered.limited or states.narrow_it_down()


def _by_group(actor: Actor, asked: SearchQuery) -> SearchQuery:
    """The same query with its groups asked of the index, which knows them as those who may read; one query if there are
    any."""
    chosen = [
        one
        for one in asked.filters
        if one.name == "group" and one.how is How.IS and not one.negated
    ]
    if not chosen or not actor.is_staff:
        return asked
    readers = None if asked.readers is None else set(asked.readers)
    for one in chosen:
        these = {documents.group_reader(group_id) for group_id in filters.groups_named(one.values)}
        readers = these if readers is None else readers & these
    others = tuple(one for one in asked.filters if one not in chosen)
    return replace(asked, readers=tuple(sorted(readers or ())), filters=others)


def _take(actor: Actor, asked: SearchQuery, hits: Sequence[Hit], gathered: _Gathered) -> None:
    """Keep those hits that the database lets this person see; one query."""
    of_tickets = _numbers(hits, "ticket")
    of_messages = _numbers(hits, "message")
    if not (of_tickets or of_messages):
        return
    these = [looked_at_last(one) for one in _facts(actor, asked)]
    rows = db.session.execute(
        select(Message.id, Message.ticket_id)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(
            Message.id.in_(of_messages),
            _readable(actor),
            *_bounds(asked, Message),
            *these,
        )
        .union_all(
            select(-Ticket.id, Ticket.id).where(
                Ticket.id.in_(of_tickets),
                *_heads_for(actor),
                *_bounds(asked, Ticket),
                *these,
            )
        )
    )
    allowed = dict(rows.all())
    for hit in hits:
        kind, _, number = hit.ref.partition(":")
        ticket_id = allowed.get(int(number) if kind == "message" else -int(number))
        if ticket_id is None:
            continue
        message_id = int(number) if kind == "message" else None
        match = gathered.by_ticket.setdefault(ticket_id, _Match(ticket_id, message_id, 0))
        match.matches += kind == "message"
        match.message_id = match.message_id or message_id


def _numbers(hits: Sequence[Hit], kind: str) -> list[int]:
    return [int(hit.ref.partition(":")[2]) for hit in hits if hit.ref.startswith(f"{kind}:")]


def _facts(actor: Actor, asked: SearchQuery) -> list[ColumnElement[bool]]:
    return [visible_tickets(actor), *filters.conditions(asked.filters)]


def looked_at_last(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """The same condition, in a form by which SQLite looks nothing up: it would read all tickets of a group to find a few
    by their ids."""
    return condition if is_postgresql() else func.coalesce(condition, false())


def _readable(actor: Actor) -> ColumnElement[bool]:
    """Internal messages are for staff (S12)."""
    return true() if actor.is_staff else Message.visibility == Visibility.PUBLIC


def _heads_for(actor: Actor) -> list[ColumnElement[bool]]:
    """Tags and fields of a ticket are for staff too."""
    return [] if actor.is_staff else [Ticket.id < 0]


def _bounds(asked: SearchQuery, model: type[Message] | type[Ticket]) -> list[ColumnElement[bool]]:
    since = [model.created_at >= asked.since] if asked.since else []
    return since + ([model.created_at < asked.until] if asked.until else [])


def _list_filtered(
    actor: Actor, parsed: Parsed, gathered: _Gathered, wanted: int, order: Order
) -> None:
    """Without any word to look for, the filters alone: newest activity first, straight from the database."""
    asked = SearchQuery(
        "",
        None,
        filters=filters.named(parsed.filters, actor.person_id),
        since=parsed.since,
        until=parsed.until,
    )
    if parsed.unwanted and not parsed.filters:
        return
    ids = db.session.scalars(
        select(Ticket.id)
        .where(*_facts(actor, asked), *_bounds(asked, Ticket))
        .order_by(*_ORDERS[order])
        .limit(wanted)
    )
    for ticket_id in ids:
        gathered.by_ticket.setdefault(ticket_id, _Match(ticket_id, None, 0))


def _put_number_first(actor: Actor, parsed: Parsed, gathered: _Gathered) -> None:
    """Who types a ticket's number wants that ticket."""
    numbers = [parts for part in parsed.wanted if (parts := number_parts(part.raw)) is not None]
    if not numbers:
        return
    these = or_(*(and_(Ticket.prefix == prefix, Ticket.id == number) for prefix, number in numbers))
    for ticket_id in db.session.scalars(select(Ticket.id).where(these, visible_tickets(actor))):
        gathered.by_ticket[ticket_id] = _Match(ticket_id, None, 0)


def _shown(found: Sequence[_Match], parsed: Parsed) -> tuple[FoundTicket, ...]:
    """The lines of these tickets with snippets; five queries at most."""
    rows = {row.id: row for row in rows_of([match.ticket_id for match in found])}
    refs = [f"message:{match.message_id}" for match in found if match.message_id is not None]
    texts = {document.ref: document.body for document in documents.of_refs(refs)}
    wanted = snippets.wanted_of(parsed.wanted)
    return tuple(
        FoundTicket(
            row=rows[match.ticket_id],
            subject=snippets.marked(rows[match.ticket_id].subject, wanted),
            snippet=snippets.snippet(
                texts.get(f"message:{match.message_id}") or rows[match.ticket_id].last_line, wanted
            ),
            message_id=match.message_id,
            matches=match.matches,
        )
        for match in found
        if match.ticket_id in rows
    )


def _people(
    actor: Actor, text: str, parsed: Parsed, *, most: int = MOST_PEOPLE
) -> tuple[FoundPerson, ...]:
    """People by name or address, for staff; a query with filters asks for tickets."""
    if (
        not may(actor, Deed.SEE_PEOPLE)
        or not parsed.wanted
        or parsed.filters
        or parsed.since
        or parsed.until
    ):
        return ()
    asked = SearchQuery(text, readers_of(actor), kinds=("person",), limit=most, suggests=False)
    found: SearchPage = current_backend().search(asked)
    ids = _numbers(found.hits, "person")
    by_id = {person.id: person for person in documents.people(ids)} if ids else {}
    return tuple(
        FoundPerson(
            id=one,
            name=by_id[one].name,
            addresses=tuple(point.value for point in by_id[one].contact_points),
            organisation=organisation.name if (organisation := by_id[one].organisation) else "",
        )
        for one in ids
        if one in by_id
    )


def _checked(actor: Actor, suggestion: str | None) -> str | None:
    """A suggestion, if it leads this person to a ticket they may see; the index may be behind the rights of the day (S10)."""
    if not suggestion:
        return None
    asked = SearchQuery(
        suggestion,
        readers_of(actor),
        kinds=("ticket", "message"),
        limit=ROUNDS[0],
        suggests=False,
    )
    gathered = _Gathered()
    _take(actor, asked, current_backend().search(asked).hits, gathered)
    return suggestion if gathered.by_ticket else None
