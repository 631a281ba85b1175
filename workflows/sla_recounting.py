"""recount(): a cycle counted anew from its start, by the rules it has now and the events as they were."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workflows.sla_counting import Book, Entry, enter
from workflows.sla_events import Event, Opening
from workflows.sla_facts import facts_of, note
from workflows.sla_rows import Situation, TicketFacts, TimerRow
from workflows.sla_terms import situation_of


def recount(
    row: TimerRow, opening: Opening, events: Sequence[Event], until: int, book: Book
) -> None:
    """Replace what a timer has counted. What happened to it stays: when it was late, and what fired."""
    assert row.terms is not None  # Without rules nothing could be counted.
    row.spans = []
    for at, facts, cause, cause_id in _standings(opening, events):
        if at > until:
            break
        situation, why = situation_of(row, facts)
        calendar = None if situation is Situation.RESOLVED else row.terms.calendar
        # How it stood at the start is what the last event up to then made of it.
        begun = max(at, row.started_at)
        enter(row, Entry(begun, situation, calendar, why or cause, cause_id), book)


def _standings(
    opening: Opening, events: Sequence[Event]
) -> Iterator[tuple[int, TicketFacts, str, int | None]]:
    """Where the ticket stood after each event."""
    facts = facts_of(opening)
    yield opening.at, facts, "start", opening.id
    for event in events:
        note(facts, event)
        yield event.at, facts, event.kind.value, event.id
