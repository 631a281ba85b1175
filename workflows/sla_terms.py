"""By which rules a timer counts, and in which situation it is, as a ticket stands."""

from __future__ import annotations

from workflows.lifecycle import Category
from workflows.sla_events import RESOLVED
from workflows.sla_policy import METRICS, Metric, Policy, Terms
from workflows.sla_rows import Situation, TicketFacts, TimerRow

_PLACES = {metric: place for place, metric in enumerate(METRICS)}


def order(row: TimerRow) -> tuple[int, str, int]:
    """Where a timer stands among those of its ticket: the metrics of every ticket first, by cycle."""
    return _PLACES.get(row.metric, len(_PLACES)), row.metric, row.cycle


def terms_of(row: TimerRow, policy: Policy, facts: TicketFacts) -> Terms | None:
    """What a policy says of a timer; None if it says nothing of its metric."""
    rules = policy.metrics.get(row.metric)
    if rules is None:
        return None
    target = rules.target(row.group if row.metric == Metric.OWNERSHIP else facts.priority)
    if target is not None:
        target += row.extension
    calendar = rules.calendar
    if calendar is not None:
        calendar = facts.calendars.get(calendar, calendar)
    return Terms(target, calendar, rules.pause_in, policy.resumes_on_message)


def situation_of(row: TimerRow, facts: TicketFacts) -> tuple[Situation, str]:
    """What a timer that has not ended does, and what a pause is called; free clocks know of no resolution."""
    if facts.category in RESOLVED and row.metric in _PLACES:
        return Situation.RESOLVED, ""
    if row.terms is None:
        return Situation.NO_POLICY, ""
    if row.metric in facts.held:
        return Situation.PAUSED, "signal"
    category = facts.category
    if category in row.terms.pause_in:
        is_lifted = facts.is_lifted and row.terms.resumes_on_message
        if not (is_lifted and category is Category.WAITING_REQUESTER):
            return Situation.PAUSED, category.value
    return Situation.COUNTED, ""
