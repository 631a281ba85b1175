"""watch(): after what happened to a ticket, the conditions of the free clocks are asked, and what they say is a fact."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from helpdesk.definitions.models import Kind as Defined
from helpdesk.definitions.store import Version
from helpdesk.sla.choosing import Looked, take_calendars
from helpdesk.sla.counting import Count
from helpdesk.sla.day_clocks import DAY
from helpdesk.sla.facts import Fact
from workflows.conditions import Condition
from workflows.dates import ClockDefinition, SignalKind
from workflows.sla import Kind, Signal
from workflows.sla_agreement import FreeClock, condition_of

CAUSE = "clock"


def watch(count: Count, looked: Looked, *, at: datetime) -> None:
    """Start, pause, resume, stop and cancel the free clocks of a ticket, as their conditions hold now.

    Stopping comes before pausing, pausing before starting. A clock starts when its condition begins to hold, so one
    that was stopped does not start again by itself.
    """
    for version in count.library.current(Defined.CLOCK):
        asked = _Asked(version, looked, at)
        standing = count.clock_status(version.name)
        starts = asked.holds("start")
        for signal in _signals(asked, standing, began=starts and version.name not in count.starts):
            _send(count, version, signal, at)
        if starts != (version.name in count.starts):
            count.starts ^= {version.name}
            count.is_touched = True


def _signals(asked: _Asked, standing: str, *, began: bool) -> Iterator[SignalKind]:
    if standing in ("running", "paused", "no_policy"):
        if asked.holds("cancel"):
            yield SignalKind.CANCEL
        elif asked.holds("stop"):
            yield SignalKind.STOP
        elif asked.holds("pause") != (standing == "paused"):
            yield SignalKind.RESUME if standing == "paused" else SignalKind.PAUSE
    elif began and not asked.holds("stop") and not asked.holds("cancel"):
        yield SignalKind.START
        if asked.holds("pause"):
            yield SignalKind.PAUSE


def _send(count: Count, version: Version, signal: SignalKind, at: datetime) -> None:
    cause, reference = f"{CAUSE}: {version.name}", str(version.id)
    if isinstance(version.value, ClockDefinition):
        data: dict[str, Any] = {"clock": version.name, "signal": signal.value, "version": reference}
        count.take(at, Fact(DAY, data), cause=cause, by=None)
        return
    if signal is SignalKind.START:
        take_calendars(count, reference, at=at, cause=cause, by=None)
        data = {"clock": version.name, "to": reference}
        count.take(at, Fact(Kind.TERMS, data), cause=cause, by=None)
    data = {"clock": version.name, "to": Signal(signal.value).value}
    count.take(at, Fact(Kind.SIGNAL, data), cause=cause, by=None)


class _Asked:
    """The conditions of one clock, each asked of the ticket when it is needed."""

    def __init__(self, version: Version, looked: Looked, at: datetime) -> None:
        self._value: ClockDefinition | FreeClock = version.value
        self._looked, self._at = looked, at

    def holds(self, name: str) -> bool:
        """Whether a condition is there and holds."""
        condition = self._condition(name)
        return condition is not None and condition.holds(self._looked.for_(condition), self._at)

    def _condition(self, name: str) -> Condition | None:
        if isinstance(self._value, FreeClock):
            found: Condition | None = getattr(self._value, name)
            return found
        return condition_of(self._value.conditions.get(name, ""), name)
