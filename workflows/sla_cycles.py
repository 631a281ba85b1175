"""What each event does to the cycles of a ticket: which begin, which end, which go on."""

from __future__ import annotations

from workflows.lifecycle import Category
from workflows.sla_events import RESOLVED, By, Event, Kind, Opening, Signal
from workflows.sla_facts import note
from workflows.sla_keeping import Timekeeper
from workflows.sla_policy import METRICS, Metric, Reopen
from workflows.sla_rows import Reason


class OutOfOrder(ValueError):
    """An event lies before the one that was applied last."""


def begin(keeper: Timekeeper, opening: Opening) -> None:
    """Start what a new ticket starts."""
    at, cause = opening.at, opening.id
    if opening.by is By.REQUESTER:
        keeper.start(Metric.FIRST_RESPONSE, at, cause)
    elif opening.by is By.AGENT:
        keeper.start(Metric.UPDATE, at, cause)
    keeper.start(Metric.RESOLUTION, at, cause)
    keeper.start(Metric.ACKNOWLEDGE, at, cause)
    if opening.assignee is not None:
        keeper.stop(Metric.ACKNOWLEDGE, at, Reason.ASSIGNED, cause)
    if opening.group is not None:
        keeper.start(Metric.OWNERSHIP, at, cause)
    if opening.category in RESOLVED:
        _resolve(keeper, at, cause)
    elif opening.category is Category.CANCELLED:
        _end_all(keeper, at, Reason.CANCELLED, cause)


def advance(keeper: Timekeeper, event: Event) -> None:
    """Carry the timers of a ticket on by one event. After the end of a ticket nothing matters any more.

    Raises OutOfOrder.
    """
    facts = keeper.facts
    if event.at < facts.at:
        raise OutOfOrder(f"The event at {event.at} lies before {facts.at}.")
    if facts.has_ended:
        facts.at, facts.events = event.at, facts.events + 1
        return
    category, group, was_asked = facts.category, facts.group, facts.is_asked
    note(facts, event)
    if event.kind is Kind.STATE:
        _to_state(keeper, event, category, was_asked=was_asked)
    elif event.kind is Kind.MESSAGE:
        if event.is_public:
            _message(keeper, event)
    elif event.kind is Kind.GROUP:
        _to_group(keeper, event, group)
    elif event.kind is Kind.ASSIGNEE:
        if event.to is not None:
            keeper.stop(Metric.ACKNOWLEDGE, event.at, Reason.ASSIGNED, event.id)
    elif event.kind is Kind.MERGED:
        _end_all(keeper, event.at, Reason.MERGED, event.id)
    elif event.kind is Kind.SIGNAL:
        _signal(keeper, event)
    elif event.kind is Kind.EXTENSION:
        _extend(keeper, event)
    elif event.kind is Kind.RECOUNT:
        keeper.recount_all(event)
    else:
        keeper.refresh(event)


def _to_state(keeper: Timekeeper, event: Event, before: Category, *, was_asked: bool) -> None:
    after = keeper.facts.category
    if after is Category.CANCELLED:
        _end_all(keeper, event.at, Reason.CANCELLED, event.id)
    elif after in RESOLVED:
        if before not in RESOLVED:
            _resolve(keeper, event.at, event.id)
    elif before in RESOLVED:
        _reopen(keeper, event, was_asked=was_asked)
    keeper.refresh(event)


def _resolve(keeper: Timekeeper, at: int, cause: int | None) -> None:
    keeper.facts.is_asked = False
    for metric in METRICS:
        keeper.stop(metric, at, Reason.RESOLVED, cause)


def _reopen(keeper: Timekeeper, event: Event, *, was_asked: bool) -> None:
    at, cause = event.at, event.id
    keeper.facts.is_asked = False
    first = keeper.last(Metric.FIRST_RESPONSE)
    if first is not None and first.reason is Reason.RESOLVED and not first.is_final:
        keeper.resume(Metric.FIRST_RESPONSE, at, cause)
    if was_asked and not keeper.runs(Metric.FIRST_RESPONSE):
        keeper.start(Metric.NEXT_RESPONSE, at, cause)
    if keeper.last(Metric.UPDATE) is not None:
        keeper.start(Metric.UPDATE, at, cause)
    how = keeper.reopening()
    if how is Reopen.RESUME:
        keeper.resume(Metric.RESOLUTION, at, cause)
    elif how is Reopen.RESTART:
        keeper.start(Metric.RESOLUTION, at, cause)
    if keeper.facts.group is not None:
        keeper.start(Metric.OWNERSHIP, at, cause)


def _message(keeper: Timekeeper, event: Event) -> None:
    is_resolved = keeper.facts.category in RESOLVED
    if event.by is By.REQUESTER:
        keeper.refresh(event)
        if not is_resolved and not (
            keeper.runs(Metric.FIRST_RESPONSE) or keeper.runs(Metric.NEXT_RESPONSE)
        ):
            keeper.start(Metric.NEXT_RESPONSE, event.at, event.id)
    elif event.by is By.AGENT:
        if is_resolved:
            keeper.settle(Metric.FIRST_RESPONSE)
            return
        for metric in (
            Metric.FIRST_RESPONSE,
            Metric.NEXT_RESPONSE,
            Metric.ACKNOWLEDGE,
            Metric.UPDATE,
        ):
            keeper.stop(metric, event.at, Reason.REPLIED, event.id)
        keeper.start(Metric.UPDATE, event.at, event.id)


def _to_group(keeper: Timekeeper, event: Event, before: str | None) -> None:
    if event.to == before or keeper.facts.category in RESOLVED:
        return
    keeper.stop(Metric.OWNERSHIP, event.at, Reason.HANDED_OVER, event.id)
    if event.to is not None:
        keeper.start(Metric.OWNERSHIP, event.at, event.id)


def _end_all(keeper: Timekeeper, at: int, reason: Reason, cause: int | None) -> None:
    for row in keeper.running():
        keeper.stop(row.metric, at, reason, cause)


def _signal(keeper: Timekeeper, event: Event) -> None:
    assert event.clock is not None  # A signal is of one clock.
    if event.to == Signal.START:
        if not keeper.runs(event.clock):
            keeper.start(event.clock, event.at, event.id)
    elif event.to == Signal.STOP:
        keeper.stop(event.clock, event.at, Reason.STOPPED, event.id)
    elif event.to == Signal.CANCEL:
        keeper.stop(event.clock, event.at, Reason.CANCELLED, event.id)
    keeper.refresh(event)


def _extend(keeper: Timekeeper, event: Event) -> None:
    assert event.clock is not None  # An extension is of one clock.
    row = keeper.last(event.clock)
    if row is not None and row.is_running:
        row.extension += event.seconds
        keeper.refresh(event)
