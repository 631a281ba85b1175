"""follow(): inside the transaction of a ticket's change, its facts are written and its timers moved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import gather, owe, record
from helpdesk.sla import choosing, keeping
from helpdesk.sla.counting import Count
from helpdesk.sla.events import DeadlinesMoved
from helpdesk.sla.facts import Happening, Names, facts_of, priority_name, writer
from helpdesk.sla.falling import fall
from helpdesk.sla.library import Library
from helpdesk.sla.watching import watch
from helpdesk.tickets.events import (
    MessageAdded,
    MessagesBrought,
    StatusChanged,
    TicketChanged,
    TicketEvent,
    TicketOpened,
    WatchersChanged,
)
from helpdesk.tickets.lives import category_of
from helpdesk.tickets.models import Message, Ticket
from workflows.lifecycle import ENDED, Category
from workflows.sla import By

# The job of `catching_up`, named here since that module stands on this one.
CATCH_UP = "catch_up_ticket"
Choice = Callable[..., dict[str, Any]]

_COUNTS = "sla_counts"
_FIRST_WORDS = ("MessageAdded", "MessagesBrought")
_FOLLOWED = (
    TicketOpened,
    MessageAdded,
    MessagesBrought,
    TicketChanged,
)
# A message older than this when it is written down was brought from before; what it set off belongs to its time.
_PRESENT = timedelta(seconds=2)


def follow(event: TicketEvent) -> None:
    """Have what happened to a ticket counted, once for all that happens in this unit of work."""
    if isinstance(event, _FOLLOWED) and not isinstance(event, WatchersChanged):
        gather(count_all, _happening(event))


def count_all(happenings: Sequence[Happening]) -> None:
    """Take these happenings into the counts of their tickets, and write what came of it."""
    library, names = Library(), Names()
    by_ticket: dict[int, list[Happening]] = {}
    for one in happenings:
        by_ticket.setdefault(one.ticket_id, []).append(one)
    opened = {ticket_id for ticket_id, some in by_ticket.items() if _opens(some)}
    counts = keeping.load(set(by_ticket) - opened, library)
    for ticket_id in sorted(by_ticket):
        ticket = db.session.get_one(Ticket, ticket_id)
        some = _settled(by_ticket[ticket_id])
        if ticket_id in opened:
            counts[ticket_id] = keeping.new_count(ticket_id, library, clock.believed())
        count = counts.get(ticket_id)
        if count is not None:
            take(count, ticket, some, names)
        elif ticket.is_open:
            # A ticket from before the desk counted is taken in as a whole, once the journal has this too.
            owe(CATCH_UP, ticket_id)
    # Whoever follows deadlines heard of what happened to these tickets.
    _write(list(counts.values()))


def finish(counts: Iterable[Count]) -> None:
    """Write these counts of tickets to which nothing happened; say what fell due, and whose deadline moved."""
    moved = _write(counts)
    if moved:
        record(DeadlinesMoved(ticket_ids=tuple(moved)))


def _write(counts: Iterable[Count]) -> list[int]:
    """Write these counts, and say what fell due; returns the tickets whose deadline moved."""
    written = [
        count
        for count in counts
        if count.facts or count.changed or count.changed_days or count.is_touched
    ]
    firings = {count.ticket_id: count.firings() for count in written}
    moved = keeping.save(written)
    fall((count, firing) for count in written for firing in firings[count.ticket_id])
    return moved


def take(
    count: Count,
    ticket: Ticket,
    happenings: Sequence[Happening],
    names: Names,
    *,
    choice: Choice = choosing.choice_for,
) -> None:
    """Let what happened to a ticket move its timers, in order; `choice` is the policy it is opened under."""
    rest = list(happenings)
    if count.timers is None:
        first = rest.pop(0)
        message = next((one for one in rest if one.name in _FIRST_WORDS), None)
        if message is not None:
            rest.remove(message)
        _begin(count, ticket, first, names, _opened_by(message, ticket), choice)
    for happening in rest:
        _take_one(count, ticket, happening, names)
    looked = choosing.Looked(ticket, names)
    choosing.choose_anew(count, ticket, names, at=clock.believed())
    watch(count, looked, at=happenings[-1].at if happenings else clock.believed())


def _begin(
    count: Count, ticket: Ticket, happening: Happening, names: Names, by: By, choice: Choice
) -> None:
    after = happening.after
    facts = {
        "by": by.value,
        "priority": priority_name(after["priority"]),
        "category": category_of(str(after["type"]), str(after["status"])).value,
        "group": names.group(after.get("group")),
        "assignee": _text(after.get("assignee")),
    }
    chosen = choice(count, ticket, names, at=happening.at)
    count.open(happening.at, {**facts, **chosen}, cause=happening.cause, by=happening.actor_id)


def _take_one(count: Count, ticket: Ticket, happening: Happening, names: Names) -> None:
    if happening.name == "StatusChanged" and count.has_ended:
        if Category(happening.category) not in ENDED:
            _begin_era(count, ticket, happening, names)
        return
    if happening.name == "StatusChanged" and count.state.category in ENDED:
        # What was edited meanwhile holds from the reopening on.
        choosing.choose_edited(count, ticket, names, at=happening.at)
    for fact in facts_of(happening, ticket, names):
        count.take(happening.at, fact, cause=happening.cause, by=happening.actor_id)


def _begin_era(count: Count, ticket: Ticket, happening: Happening, names: Names) -> None:
    """A ticket that was cancelled or merged is worked on again: its clocks start anew."""
    answered = count.timers is None or not any(
        row.metric == "first_response" and row.is_cancelled for row in count.timers.rows
    )
    facts = {
        "by": (By.SYSTEM if answered else By.REQUESTER).value,
        "priority": priority_name(ticket.priority),
        "category": happening.category,
        "group": names.group(ticket.group_id),
        "assignee": _text(ticket.assignee_id),
    }
    chosen = choosing.choice_for(count, ticket, names, at=happening.at)
    count.open(happening.at, {**facts, **chosen}, cause=happening.cause, by=happening.actor_id)


def _opened_by(message: Happening | None, ticket: Ticket) -> By:
    """Who opened a ticket: whoever its first message is from."""
    if message is None:
        return By.SYSTEM
    if message.name == "MessagesBrought":
        brought = db.session.get(Message, int(message.after["brought"][0][0]))
        after = (
            {"direction": brought.direction.value, "author": brought.author_id} if brought else {}
        )
        return writer(after, ticket) if after else By.SYSTEM
    by = writer(message.after, ticket)
    return By.REQUESTER if by is By.THIRD_PARTY else by


def _opens(happenings: Sequence[Happening]) -> bool:
    return any(one.name == "TicketOpened" for one in happenings)


def _settled(happenings: Sequence[Happening]) -> list[Happening]:
    """What happened to a ticket in this unit, in the order in which it counts.

    A ticket that is merged is closed on the way, and that is no solution of it.
    """
    merged = next((one for one in happenings if one.name == "TicketsMerged"), None)
    if merged is None:
        return list(happenings)
    before = happenings[: happenings.index(merged)]
    kept = [
        one
        for one in before
        if not (one.name == "StatusChanged" and one.category == Category.CLOSED.value)
    ]
    return [*kept, merged, *happenings[happenings.index(merged) + 1 :]]


@dataclass(slots=True)
class _Dating:
    """At which instants this unit's happenings count: a message from before takes with it what it set off."""

    by_ticket: dict[int, tuple[datetime, datetime]] = field(default_factory=dict)


def _happening(event: TicketEvent) -> Happening:
    return Happening(
        event.subject_id,
        type(event).__name__,
        _instant_of(event),
        event.before,
        event.after,
        event.actor_id,
        event.cause,
        category=event.category if isinstance(event, StatusChanged) else "",
        by_person=event.by_person if isinstance(event, MessageAdded) else True,
    )


def _instant_of(event: TicketEvent) -> datetime:
    """When it happened: a ticket and a message when we had them, all else now, or with the message that set it off."""
    now = clock.believed()
    dating = _dating()
    if isinstance(event, TicketOpened):
        ticket = db.session.get(Ticket, event.subject_id)
        return min(ticket.created_at, now) if ticket is not None else now
    if isinstance(event, MessageAdded):
        message = db.session.get(Message, event.message_id)
        at = min(message.created_at, now) if message is not None else now
        dating.by_ticket[event.subject_id] = (now, at)
        return at
    known = dating.by_ticket.get(event.subject_id)
    if isinstance(event, StatusChanged) and known is not None:
        noted, at = known
        if now - noted < _PRESENT < now - at:
            return at
    return now


def _dating() -> _Dating:
    transaction = db.session().get_transaction()
    kept = db.session.info.get(_COUNTS)
    if kept is None or kept[0] is not transaction:
        kept = db.session.info[_COUNTS] = (transaction, _Dating())
    dating: _Dating = kept[1]
    return dating


def _text(value: object) -> str | None:
    return None if value is None else str(value)
