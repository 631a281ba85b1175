"""The counting of one ticket within a unit of work: facts come in, timers move, and what changed is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from helpdesk.sla.day_clocks import DAY, DayClock
from helpdesk.sla.facts import (
    OPENED,
    Fact,
    RowFact,
    event_of,
    events_of,
    moment,
    opening_of,
    seconds,
    whole,
)
from helpdesk.sla.library import Library
from helpdesk.tickets.deadlines import Deadline
from workflows.clock_body import ClockDefinition
from workflows.dates import Account, Signal, SignalKind
from workflows.lifecycle import ENDED
from workflows.sla import (
    Event,
    Incremental,
    Opening,
    Situation,
    TicketFacts,
    TimerRow,
    fire,
)
from workflows.sla_reading import status_of

# Why a breach is noted though no rule of the policy says so.
BREACH = ":late"


class Firing(NamedTuple):
    """Something that fell due on a timer: a rule of its policy, or that it is late."""

    metric: str
    cycle: int
    rule: str
    planned_at: datetime
    policy: str | None


@dataclass(slots=True)
class NewFact:
    """A fact that this unit of work adds, with who did it and by which door."""

    row: RowFact
    cause: str
    actor_id: int | None


@dataclass(slots=True)
class Count:
    """Where the counting of a ticket stands.

    A ticket that comes back after its counting had ended begins an era: its clocks start anew, and their cycles go on
    in number. `from_seq` is the fact that opened the present era, `offsets` the cycles before it by metric.
    """

    ticket_id: int
    library: Library
    last_seq: int = 0
    last_at: datetime | None = None
    known_since: datetime | None = None
    from_seq: int = 1
    offsets: dict[str, int] = field(default_factory=dict)
    is_new: bool = True
    # The timers that have rows, by metric and cycle as the rows number them.
    kept: dict[tuple[str, int], int] = field(default_factory=dict)
    known_firings: set[tuple[str, int, str]] = field(default_factory=set)
    facts: list[NewFact] = field(default_factory=list)
    changed: dict[tuple[str, int], TimerRow] = field(default_factory=dict)
    dropped: set[tuple[str, int]] = field(default_factory=set)
    timers: Incremental | None = None
    earlier: Sequence[RowFact] | None = None
    read_earlier: Any = None
    # Clocks that count days, the newest cycle of each, and which of them changed.
    days: dict[str, DayClock] = field(default_factory=dict)
    changed_days: dict[tuple[str, int], DayClock] = field(default_factory=dict)
    # The clocks whose start condition held when it was asked last.
    starts: set[str] = field(default_factory=set)
    is_touched: bool = False
    # What was noted before of the last cycles of eras that are over.
    outcomes: dict[str, str | None] = field(default_factory=dict)

    @property
    def state(self) -> TicketFacts:
        """Where the ticket stands for the engine."""
        assert self.timers is not None  # A count is asked only once it was opened.
        return self.timers.facts

    @property
    def has_ended(self) -> bool:
        """Whether nothing is counted any more: the ticket was cancelled or merged."""
        return self.timers is not None and self.state.has_ended

    @property
    def is_open(self) -> bool:
        """Whether an edit of a policy or calendar concerns this ticket."""
        return not self.has_ended and self.state.category not in ENDED

    def open(self, at: datetime, data: Mapping[str, Any], *, cause: str, by: int | None) -> None:
        """Begin to count; a ticket that was counted before begins an era."""
        row = self._add(at, Fact(OPENED, dict(data)), cause=cause, by=by)
        if self.timers is not None:
            self._close_era()
        self.from_seq = row.seq
        self.timers = Incremental.opened(opening_of(row), self.library, self._history)
        self._note_changes()

    def take(self, at: datetime, fact: Fact, *, cause: str, by: int | None) -> None:
        """Let a fact move the timers."""
        assert self.timers is not None  # Opened first.
        row = self._add(at, fact, cause=cause, by=by)
        if row.kind == DAY:
            self._take_day(row)
        else:
            self.timers.apply(event_of(row))
            self._note_changes()

    def judge(self, now: int) -> None:
        """Note what has fallen due; `now` is a second that is over."""
        assert self.timers is not None  # Opened first.
        for row in self.timers.rows:
            if row.is_running and _is_due(row, now):
                fire(row, now, self.library)
                self.changed[self._key(row)] = row
        for clock in self.days.values():
            self._judge_days(clock, _moment(now))

    def clock_status(self, name: str) -> str:
        """How a free clock stands: "running", "paused", or how it ended; "" for one that never started."""
        assert self.timers is not None  # Opened first.
        if name in self.days:
            clock = self.days[name]
            return self.account(clock, clock.signals[-1].at).status.value
        rows = [row for row in self.timers.rows if row.metric == name]
        return status_of(rows[-1]).value if rows else ""

    def account(self, clock: DayClock, now: datetime) -> Account:
        """How a clock that counts days stands at a moment."""
        definition: ClockDefinition = self.library.version(clock.reference).value
        return clock.account(definition, now)

    def _judge_days(self, clock: DayClock, now: datetime) -> None:
        definition: ClockDefinition = self.library.version(clock.reference).value
        account = clock.account(definition, now)
        reached = [(at, name) for at, name in clock.coming(definition, account) if at <= now]
        clock.fired |= {name: at for at, name in reached}
        late = account.breached_at if clock.breached_at is None else None
        if late is not None and late <= now:
            clock.breached_at = late
        if reached or late is not None:
            self.changed_days[clock.name, clock.cycle] = clock

    def firings(self) -> list[Firing]:
        """What has fallen due and was not known before, in order of time."""
        found = [
            Firing(key[0], key[1], rule, at, row.policy)
            for key, row in self.changed.items()
            for rule, at in _fired(row)
            if (*key, rule) not in self.known_firings
        ]
        found += [
            Firing(*key, rule, at, clock.reference)
            for key, clock in self.changed_days.items()
            for rule, at in clock.fired.items()
            if (*key, rule) not in self.known_firings
        ]
        found += [
            Firing(*key, BREACH, clock.breached_at, clock.reference)
            for key, clock in self.changed_days.items()
            if clock.breached_at is not None and (*key, BREACH) not in self.known_firings
        ]
        self.known_firings |= {(one.metric, one.cycle, one.rule) for one in found}
        return sorted(found, key=lambda one: (one.planned_at, one.metric, one.cycle, one.rule))

    def deadline(self) -> Deadline:
        """What lists show: the next of the clocks that run, or the name of one that is paused."""
        assert self.timers is not None  # Opened first.
        running = [
            (row.due_at, row.metric, row.breach_at)
            for row in self.timers.rows
            if row.is_running and row.situation is Situation.COUNTED and row.due_at is not None
        ]
        running += [one for clock in self.days.values() if (one := self._due_day(clock))]
        due_at, metric, _breach_at = min(running, default=(None, None, None))
        late = [breach_at for *_, breach_at in running if breach_at is not None]
        return Deadline(
            self.ticket_id,
            due_at=moment(due_at),
            due_metric=metric or self._paused(),
            breach_at=moment(min(late, default=None)),
        )

    def _paused(self) -> str | None:
        """The name of a clock that would be due if it were not paused; a list says so where nothing else is due."""
        assert self.timers is not None  # Opened first.
        found = [
            row.metric
            for row in self.timers.rows
            if row.is_running and row.situation is Situation.PAUSED and row.target is not None
        ]
        found += [
            clock.name
            for clock in self.days.values()
            if self.account(clock, clock.signals[-1].at).status.value == "paused"
        ]
        return found[0] if found else None

    def _due_day(self, clock: DayClock) -> tuple[int, str, int] | None:
        account = self.account(clock, clock.signals[-1].at)
        if account.status.value != "running" or account.due_at is None:
            return None
        due_at = seconds(account.due_at)
        return due_at, clock.name, due_at

    def _take_day(self, row: RowFact) -> None:
        """Give a signal to a clock that counts days; a start begins the next cycle."""
        data = row.data
        name, kind = str(data["clock"]), SignalKind(data["signal"])
        before = self.days.get(name)
        if kind is SignalKind.START:
            self.days[name] = DayClock(
                name, before.cycle + 1 if before else 1, str(data["version"])
            )
        clock = self.days[name]
        if clock.signals:
            self._judge_days(clock, row.at)
        given = {key: data[key] for key in ("reason", "amount") if data.get(key) is not None}
        clock.signals.append(Signal(row.at, kind, given))
        late = self.account(clock, row.at).breached_at
        clock.breached_at = clock.breached_at or late
        self.changed_days[name, clock.cycle] = clock

    def _add(self, at: datetime, fact: Fact, *, cause: str, by: int | None) -> RowFact:
        # A fact never lies before the one it follows: what was written down later happened later to us.
        at = whole(at if self.last_at is None else max(at, self.last_at))
        self.last_seq += 1
        self.last_at = at
        row = RowFact(self.last_seq, at, fact.kind, fact.data)
        self.facts.append(NewFact(row, cause, by))
        return row

    def _close_era(self) -> None:
        assert self.timers is not None  # Called when there was one.
        for row in self.timers.rows:
            metric, cycle = self._key(row)
            self.outcomes[metric] = row.reason
            self.offsets[metric] = max(self.offsets.get(metric, 0), cycle)

    def _note_changes(self) -> None:
        assert self.timers is not None  # Called when there is one.
        for row in self.timers.changed:
            self.changed[self._key(row)] = row
        standing = {self._key(row) for row in self.timers.rows}
        for metric, cycle in self.timers.dropped:
            key = (metric, cycle + self.offsets.get(metric, 0))
            if key not in standing:
                self.changed.pop(key, None)
                self.dropped.add(key)
        self.dropped -= standing

    def _key(self, row: TimerRow) -> tuple[str, int]:
        return row.metric, row.cycle + self.offsets.get(row.metric, 0)

    def _history(self) -> tuple[Opening, Sequence[Event]]:
        """All that happened in this era; read only when a change counts from the start."""
        if self.earlier is None:
            self.earlier = self.read_earlier(self.ticket_id) if self.read_earlier else ()
        rows = [*self.earlier, *(new.row for new in self.facts)]
        era = [row for row in rows if row.seq >= self.from_seq]
        return opening_of(era[0]), events_of(era[1:])


def _is_due(row: TimerRow, now: int) -> bool:
    late = row.breach_at is not None and row.breached_at is None and row.breach_at < now
    return late or (row.next_rule_at is not None and row.next_rule_at <= now)


def _fired(row: TimerRow) -> Iterable[tuple[str, datetime]]:
    for rule, at in row.fired.items():
        yield rule, _moment(at)
    if row.breached_at is not None:
        yield BREACH, _moment(row.breached_at)


def _moment(at: int) -> datetime:
    found = moment(at)
    assert found is not None  # An instant that is there.
    return found


def second_over(at: datetime) -> int:
    """The last second that is over at an instant."""
    return seconds(at) - 1
