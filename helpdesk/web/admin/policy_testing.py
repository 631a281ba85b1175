"""The policy tester: when a ticket of a priority, created at a moment, would be due, and every stretch on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.web import ledgers
from workflows.calendar import ALWAYS, BusinessCalendar
from workflows.lifecycle import Category
from workflows.sla import By, Event, Opening, TimerRow, replay
from workflows.sla import Kind as EventKind
from workflows.sla_explaining import explain
from workflows.sla_policy import METRICS, Metric, Policy

_POLICY: Final = "tried"


@dataclass(frozen=True, slots=True)
class Asked:
    """The ticket that is thought of; what it waits for its requester is from `waits_from` to `waits_until`."""

    at: datetime
    priority: str
    group: str = ""
    waits_from: datetime | None = None
    waits_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """When a metric of it would be due, and why: nothing where it has no target."""

    metric: str
    target: timedelta | None
    due_at: datetime | None
    late_at: datetime | None
    lines: Sequence[ledgers.Line]


@dataclass(frozen=True)
class Tried:
    """Looks up the policy that is tried, and the calendars as they hold now."""

    policy_tried: Policy
    calendars: Mapping[str, store.Version]

    def policy(self, reference: str) -> Policy:
        """The policy that is tried, whatever it is called."""
        return self.policy_tried

    def hours(self, reference: str | None) -> BusinessCalendar:
        """A calendar by its name."""
        if reference is None:
            return ALWAYS
        found: BusinessCalendar = self.calendars[reference].value
        return found

    def title(self, reference: str | None) -> str:
        """What a calendar is called."""
        found = self.calendars.get(reference or "")
        return found.title if found is not None else ""


def book_of(policy: Policy) -> Tried:
    """What is needed to try a policy; its calendars must be there."""
    return Tried(policy, {one.name: one for one in store.current(Kind.CALENDAR)})


def try_policy(policy: Policy, asked: Asked) -> list[Due]:
    """When each metric of the policy would be due for a ticket that nobody touches but as asked."""
    book = book_of(policy)
    at = int(asked.at.timestamp())
    written = Opening(
        at,
        By.REQUESTER,
        priority=asked.priority,
        policy=_POLICY,
        group=asked.group or None,
    )
    # What begins with a later message is shown as if that came at the same moment.
    answered = Opening(at, By.AGENT, priority=asked.priority, policy=_POLICY)
    wrote = Event(at, EventKind.MESSAGE, by=By.REQUESTER, is_public=True)
    now, waiting = _waiting(asked, at)
    rows = {row.metric: row for row in replay(written, waiting, now, book).rows}
    later = {row.metric: row for row in replay(answered, [wrote, *waiting], now, book).rows}
    rows = {**later, **rows}
    return [
        _due(metric, rows[metric], book)
        for metric in METRICS
        if metric in policy.metrics and metric in rows
    ]


def _waiting(asked: Asked, at: int) -> tuple[int, list[Event]]:
    if asked.waits_from is None or asked.waits_until is None:
        return at, []
    begun, ended = int(asked.waits_from.timestamp()), int(asked.waits_until.timestamp())
    return ended, [
        Event(begun, EventKind.STATE, to=Category.WAITING_REQUESTER.value),
        Event(ended, EventKind.STATE, to=Category.ACTIVE.value),
    ]


def _due(metric: str, row: TimerRow, book: Tried) -> Due:
    stretches = explain(row, row.due_at, book) if row.due_at is not None else []
    return Due(
        metric=metric,
        target=None if row.target is None else timedelta(seconds=row.target),
        due_at=_moment(row.due_at),
        late_at=_moment(row.breach_at),
        lines=ledgers.lines_of(stretches, calendar_title=book.title),
    )


def _moment(at: int | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)


# Metrics that begin with a message and not with the ticket, so that a page can say so.
AFTER_A_MESSAGE: Final = frozenset({Metric.NEXT_RESPONSE.value, Metric.UPDATE.value})
