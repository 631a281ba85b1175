"""Clocks of law and contract on a ticket: days and not seconds, kept as the signals they were given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from workflows.clock_days import Why
from workflows.clock_reminders import reminders_of
from workflows.dates import (
    Account,
    ClockDefinition,
    DayEntry,
    Signal,
    SignalKind,
    Status,
    account_of,
    replay,
)
from workflows.sla import Situation
from workflows.sla_explaining import Stretch

# The kind of facts that only these clocks look at.
DAY = "day"

_SITUATIONS = {
    Why.COUNTED: Situation.COUNTED,
    Why.LATE: Situation.COUNTED,
    Why.PAUSED: Situation.PAUSED,
}
_CAUSES = {
    Why.RECEIVED: "received",
    Why.COUNTED: "working_day",
    Why.WEEKEND: "weekly",
    Why.HOLIDAY: "holiday",
    Why.PAUSED: "signal",
    Why.SUPERSEDED: "superseded",
    Why.MOVED: "moved",
    Why.LATE: "late",
}


@dataclass(slots=True)
class DayClock:
    """One cycle of such a clock: by which version it counts, its signals in order, and the reminders given, by name."""

    name: str
    cycle: int
    reference: str
    signals: list[Signal] = field(default_factory=list)
    breached_at: datetime | None = None
    fired: dict[str, datetime] = field(default_factory=dict)

    def account(self, definition: ClockDefinition, now: datetime) -> Account:
        """How it stands at a moment."""
        return account_of(definition, replay(definition, self.signals), now)

    def to_json(self) -> dict[str, Any]:
        """What may be kept in a column."""
        signals = [[one.at.isoformat(), one.kind.value, dict(one.data)] for one in self.signals]
        fired = {name: at.isoformat() for name, at in self.fired.items()}
        return {"days": self.reference, "signals": signals, **({"fired": fired} if fired else {})}

    @classmethod
    def from_json(cls, name: str, cycle: int, kept: Mapping[str, Any]) -> DayClock:
        """What `to_json()` said."""
        signals = [
            Signal(datetime.fromisoformat(at), SignalKind(kind), data)
            for at, kind, data in kept["signals"]
        ]
        given = kept.get("fired", {}).items()
        fired = {name: datetime.fromisoformat(at) for name, at in given}
        return cls(name, cycle, str(kept["days"]), signals, fired=fired)

    def coming(self, definition: ClockDefinition, account: Account) -> list[tuple[datetime, str]]:
        """The reminders that were not given yet, with their instants, in order; none while the clock does not run."""
        if account.status is not Status.RUNNING:
            return []
        return [one for one in reminders_of(definition, account) if one[1] not in self.fired]


def is_day_clock(state: Mapping[str, Any]) -> bool:
    """Whether the state of a timer's row is of such a clock."""
    return "days" in state


def values_of(
    clock: DayClock, definition: ClockDefinition, account: Account, now: datetime
) -> dict[str, Any]:
    """The columns of a row of `sla_timer`, but for its ticket."""
    coming = clock.coming(definition, account)
    is_running = account.status.value == "running"
    return {
        "metric": clock.name,
        "cycle": clock.cycle,
        "group_name": None,
        "status": account.status.value,
        "started_at": clock.signals[0].at,
        "stopped_at": _ended_at(clock),
        "stop_reason": account.status.value if _ended_at(clock) else None,
        "target": _seconds(account.needed),
        "elapsed": _seconds(account.counted),
        "paused_working": 0,
        "marked_at": now,
        "due_at": account.due_at if account.status.value != "paused" else None,
        "breach_at": account.breach_at if is_running else None,
        "breached_at": account.breached_at,
        "next_rule_at": coming[0][0] if coming else None,
        "outcome": account.outcome.value if account.outcome else None,
        "policy_version_id": int(clock.reference),
        "state": clock.to_json(),
    }


def stretches_of(account: Account, definition: ClockDefinition, until: datetime) -> list[Stretch]:
    """Every day of a clock up to a moment, as stretches; days that follow each other for one reason are one."""
    found: list[Stretch] = []
    for one in _by_day(account.ledger, definition):
        if one.start >= until:
            break
        if found and (found[-1].situation, found[-1].cause, found[-1].name) == (
            one.situation,
            one.cause,
            one.name,
        ):
            before = found.pop()
            one = Stretch(before.start, one.end, one.situation, one.cause, None, one.name)
        found.append(one)
    return found


def counted_days(ledger: Sequence[DayEntry]) -> timedelta:
    """How many days have counted."""
    return timedelta(days=sum(entry.why is Why.COUNTED for entry in ledger))


def _by_day(ledger: Sequence[DayEntry], definition: ClockDefinition) -> Iterator[Stretch]:
    for entry in ledger:
        start = datetime.combine(entry.on, time(), definition.zone)
        end = datetime.combine(entry.on + timedelta(days=1), time(), definition.zone)
        situation = _SITUATIONS.get(entry.why, Situation.OUT_OF_HOURS)
        yield Stretch(start, end, situation, _CAUSES[entry.why], None, entry.name)


def _ended_at(clock: DayClock) -> datetime | None:
    last = clock.signals[-1]
    return last.at if last.kind in (SignalKind.STOP, SignalKind.CANCEL) else None


def _seconds(days: int) -> int:
    return days * 86_400
