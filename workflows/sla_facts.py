"""Where a ticket stands after an event; which of its timers that starts or ends is said elsewhere."""

from __future__ import annotations

from workflows.lifecycle import Category
from workflows.sla_events import RESOLVED, By, Event, Kind, Opening, Signal
from workflows.sla_rows import TicketFacts


def facts_of(opening: Opening) -> TicketFacts:
    """Where a ticket stands when it begins."""
    return TicketFacts(
        at=opening.at,
        category=opening.category,
        priority=opening.priority,
        policy=opening.policy,
        group=opening.group,
        calendars=dict(opening.calendars),
        has_ended=opening.category is Category.CANCELLED,
    )


def note(facts: TicketFacts, event: Event) -> None:
    """Take an event into the facts."""
    facts.at = event.at
    facts.events += 1
    if event.kind is Kind.STATE:
        assert event.to is not None  # A ticket always has a state.
        facts.category = Category(event.to)
        facts.is_lifted = False
        facts.has_ended = facts.category is Category.CANCELLED
    elif event.kind is Kind.MESSAGE:
        _note_message(facts, event)
    elif event.kind is Kind.PRIORITY:
        facts.priority = event.to or ""
    elif event.kind is Kind.POLICY:
        facts.policy = event.to
    elif event.kind is Kind.GROUP:
        facts.group = event.to
    elif event.kind is Kind.CALENDAR:
        _note_calendar(facts, event)
    elif event.kind is Kind.MERGED:
        facts.has_ended = True
    elif event.kind in (Kind.TERMS, Kind.SIGNAL):
        _note_clock(facts, event)


def _note_message(facts: TicketFacts, event: Event) -> None:
    if not event.is_public:
        return
    if event.by is By.REQUESTER:
        if facts.category is Category.WAITING_REQUESTER:
            facts.is_lifted = True
        elif facts.category in RESOLVED:
            facts.is_asked = True
    elif event.by is By.AGENT:
        facts.is_asked = False


def _note_calendar(facts: TicketFacts, event: Event) -> None:
    """From now on every reference to one calendar means another, and what meant the one means the other too."""
    assert event.calendar is not None  # The calendar that is replaced.
    assert event.to is not None  # Something must take its place.
    for reference, meant in facts.calendars.items():
        if meant == event.calendar:
            facts.calendars[reference] = event.to
    facts.calendars[event.calendar] = event.to


def _note_clock(facts: TicketFacts, event: Event) -> None:
    assert event.clock is not None  # These events are of one clock.
    if event.kind is Kind.TERMS:
        if event.to is None:
            facts.clocks.pop(event.clock, None)
        else:
            facts.clocks[event.clock] = event.to
        return
    is_held = event.clock in facts.held
    if event.to == Signal.PAUSE and not is_held:
        facts.held.append(event.clock)
    elif event.to != Signal.PAUSE and is_held:
        facts.held.remove(event.clock)
