"""Timekeeper: the timers of one ticket, carried on by each event from nothing but what stands in their rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from workflows.sla_counting import Book, Entry, Firing, enter, judge
from workflows.sla_events import Event, Opening
from workflows.sla_policy import METRICS, Metric, OnChange, Reopen, Terms
from workflows.sla_recounting import recount
from workflows.sla_rows import Reason, Situation, TicketFacts, TimerRow
from workflows.sla_terms import order, situation_of, terms_of

History = Callable[[], tuple[Opening, Sequence[Event]]]

# A cycle of these that ends in the second it began has not been.
_FLEETING = frozenset({"next_response", "update", "ownership"})


class Timekeeper:
    """The timers of one ticket. `facts` and `rows` are what is kept; `changed` are the rows since `take_changes()`.

    `history` is asked only when a change counts from the start: it gives every event of the ticket in order, with those
    that are still to be applied or without.
    """

    def __init__(
        self, facts: TicketFacts, rows: Iterable[TimerRow], book: Book, history: History
    ) -> None:
        self.facts = facts
        self.rows = sorted(rows, key=order)
        self.changed: dict[int, TimerRow] = {}
        self.dropped: list[tuple[str, int]] = []
        self.firings: list[Firing] = []
        self._book = book
        self._history = history
        self._last = {row.metric: row for row in self.rows}

    # -- what cycles are made of

    def running(self) -> list[TimerRow]:
        """The timers that have not ended, by metric."""
        return [row for row in self._last.values() if row.stopped_at is None]

    def last(self, metric: str) -> TimerRow | None:
        """The newest cycle of a metric."""
        return self._last.get(metric)

    def runs(self, metric: str) -> bool:
        """Whether a cycle of a metric has not ended."""
        row = self._last.get(metric)
        return row is not None and row.stopped_at is None

    def start(self, metric: str, at: int, cause: int | None) -> TimerRow:
        """Begin the next cycle of a metric."""
        before = self._last.get(metric)
        row = TimerRow(metric, before.cycle + 1 if before else 1, at, at)
        if metric == "ownership":
            row.group = self.facts.group
        row.policy = self._policy_of(metric)
        row.terms = self._terms(row)
        self.rows.append(row)
        self._last[metric] = row
        self._enter(row, at, "start", cause)
        return row

    def stop(self, metric: str, at: int, reason: Reason, cause: int | None) -> None:
        """End the cycle of a metric, if one runs."""
        row = self._last.get(metric)
        if row is None or row.stopped_at is not None:
            return
        if row.started_at == at and metric in _FLEETING:
            self._drop(row)
        else:
            self._end(row, at, reason, cause)

    def resume(self, metric: str, at: int, cause: int | None) -> None:
        """Take up a cycle that ended with the resolution; what changed meanwhile applies from here."""
        row = self._last[metric]
        assert row.stopped_at is not None  # Otherwise there is nothing to take up.
        terms = self._terms(row)
        if (
            terms != row.terms
            and row.terms is not None
            and self._on_change(row) is OnChange.RESTART
        ):
            self.start(metric, at, cause)
            return
        judge(row, at, self._book, inclusive=True)
        enter(
            row,
            Entry(row.stopped_at, Situation.RESOLVED, None, "resolved", row.stop_cause),
            self._book,
        )
        row.stopped_at = row.reason = row.stop_cause = None
        self._retain(row, terms, at, cause)

    def settle(self, metric: str) -> None:
        """Let a cycle that has ended stay so whatever happens to the ticket."""
        row = self._last.get(metric)
        if row is not None and not row.is_running and not row.is_final:
            row.is_final = True
            self._touch(row)

    def reopening(self) -> Reopen:
        """What the policy in force says of the resolution of a ticket that is reopened."""
        reference = self.facts.policy
        rules = self._book.policy(reference).metrics.get(Metric.RESOLUTION) if reference else None
        return rules.reopen if rules is not None else Reopen.RESUME

    def refresh(self, event: Event) -> None:
        """Hold every running timer against the facts as they are now."""
        for row in self.running():
            policy, terms = self._policy_of(row.metric), self._terms(row)
            if terms != row.terms or policy != row.policy:
                self._change(row, terms, event)
            else:
                self._enter_changed(row, event)

    def recount_all(self, event: Event) -> None:
        """Count every running timer from its start by the rules as they are now."""
        for row in self.running():
            if row.terms is not None:
                judge(row, event.at, self._book, inclusive=False)
                self._recount(row, event.at)

    # -- the change of rules

    def _change(self, row: TimerRow, terms: Terms | None, event: Event) -> None:
        if (
            terms != row.terms
            and row.terms is not None
            and self._on_change(row) is OnChange.RESTART
        ):
            self._restart(row, event)
            return
        self.firings += judge(row, event.at, self._book, inclusive=False)
        self._retain(row, terms, event.at, event.id, event.kind)

    def _retain(
        self, row: TimerRow, terms: Terms | None, at: int, cause: int | None, kind: str = "state"
    ) -> None:
        """Let a cycle go on by other rules: as counted so far, or counted anew."""
        is_new = terms != row.terms
        row.policy, row.terms = self._policy_of(row.metric), terms
        if is_new and self._on_change(row) is OnChange.RETROACTIVE:
            self._recount(row, at)
        else:
            self._enter(row, at, kind, cause)

    def _recount(self, row: TimerRow, at: int) -> None:
        opening, events = self._history()
        recount(row, opening, events[: self.facts.events], at, self._book)
        row.since = at
        self._touch(row)

    def _restart(self, row: TimerRow, event: Event) -> None:
        if row.started_at == event.at:
            self._drop(row)
        else:
            self._end(row, event.at, Reason.RESTARTED, event.id)
        self.start(row.metric, event.at, event.id)

    def _on_change(self, row: TimerRow) -> OnChange:
        """What the policy now in force says of a change; without one, or without the metric, nothing is recounted."""
        reference = self._policy_of(row.metric)
        if reference is None:
            return OnChange.CARRY
        policy = self._book.policy(reference)
        return policy.on_change if row.metric in policy.metrics else OnChange.CARRY

    # -- rows

    def _end(self, row: TimerRow, at: int, reason: Reason, cause: int | None) -> None:
        self.firings += judge(row, at, self._book, inclusive=False)
        row.stopped_at, row.reason, row.stop_cause = at, reason, cause
        self._touch(row)

    def _drop(self, row: TimerRow) -> None:
        self.rows.remove(row)
        self.changed.pop(id(row), None)
        self.dropped.append((row.metric, row.cycle))
        before = [other for other in self.rows if other.metric == row.metric]
        if before:
            self._last[row.metric] = before[-1]
        else:
            del self._last[row.metric]

    def _enter(self, row: TimerRow, at: int, cause: str, cause_id: int | None) -> None:
        situation, why = situation_of(row, self.facts)
        calendar = row.terms.calendar if row.terms is not None else None
        enter(row, Entry(at, situation, calendar, why or cause, cause_id), self._book)
        row.since = at
        self._touch(row)

    def _enter_changed(self, row: TimerRow, event: Event) -> None:
        situation, why = situation_of(row, self.facts)
        last = row.spans[-1]
        if situation is not last.situation or (why and why != last.cause):
            self.firings += judge(row, event.at, self._book, inclusive=False)
            self._enter(row, event.at, event.kind, event.id)

    def _touch(self, row: TimerRow) -> None:
        self.changed[id(row)] = row

    # -- policies

    def _policy_of(self, metric: str) -> str | None:
        return self.facts.policy if metric in METRICS else self.facts.clocks.get(metric)

    def _terms(self, row: TimerRow) -> Terms | None:
        reference = self._policy_of(row.metric)
        if reference is None:
            return None
        return terms_of(row, self._book.policy(reference), self.facts)
