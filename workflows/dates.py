"""Clocks of law and contract that count days and not seconds: so many working days, days, or calendar months.

    definition = read_clock(body)                     # kind `clock`, see `docs/calendars.md`
    state = start(definition, at)                     # the request was received
    state = pause(definition, state, at)              # clarification was asked for
    state = resume(definition, state, at)             # and given
    account = account_of(definition, state, now)      # due_on, due_at, breach_at, status, outcome, and every day

What a ticket keeps are its signals, `Signal(at, kind, data)`, in order; `replay()` folds them into a state, and nothing
else is ever needed: a state is cheap to make again. `start`, `pause`, `resume`, `restart`, `extend`, `stop` and `cancel`
give the state after one more signal; they raise `ClockRefused` for what the law does not allow, such as a second extension,
so ask them before you record a signal that a person asked for. A signal that says what is so already changes nothing.

The conditions (`definition.conditions`) are texts of the condition language and are judged elsewhere: `start` when it
begins to hold, `pause` while it holds (when it ends, send `resume`; whether that goes on or begins anew is the
definition's own affair), `stop` when it begins to hold, `cancel` likewise. Signals of one moment: stop before pause before
start. A clock whose body has `targets` instead of `target` counts seconds on a calendar and belongs to `workflows/sla.py`.

The verdict is by date: an answer on the last day is in time, whatever the hour. `due_at` and `breach_at` are the last
second of that day in the zone, so that `breach_at < now` is true from midnight on.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from workflows.calendar_zone import DAY, instant_of, midnight, moment_of, segments_of
from workflows.clock_body import AfterPause, ClockDefinition, Extension, Target, Unit, read_clock
from workflows.clock_days import (
    Course,
    DayEntry,
    Pause,
    Why,
    add_months,
    course_of,
    due_on,
    ledger_of,
    needed,
)
from workflows.faults import N_, Fault, Faulty

__all__ = [
    "Account",
    "ClockDefinition",
    "ClockRefused",
    "ClockState",
    "DayEntry",
    "Extended",
    "Extension",
    "Outcome",
    "Pause",
    "Signal",
    "SignalKind",
    "Status",
    "Target",
    "Unit",
    "Why",
    "account_of",
    "add_months",
    "cancel",
    "extend",
    "letter",
    "pause",
    "read_clock",
    "replay",
    "restart",
    "resume",
    "start",
    "stop",
]

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_SECOND = timedelta(seconds=1)
_PLACE = re.compile(r"\{([a-z_]+)\}")


class SignalKind(enum.StrEnum):
    """What can happen to a clock."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    RESTART = "restart"
    EXTEND = "extend"
    STOP = "stop"
    CANCEL = "cancel"


class Status(enum.StrEnum):
    """How a clock stands."""

    NOT_STARTED = "not_started"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    CANCELLED = "cancelled"


class Outcome(enum.StrEnum):
    """The verdict on a clock that has ended."""

    MET = "met"
    MISSED = "missed"
    CANCELLED = "cancelled"


class ClockRefused(Faulty):
    """What was asked of a clock is not allowed; the fault says why."""

    def __init__(self, text: str, **values: object) -> None:
        super().__init__(Fault((), text, values))


@dataclass(frozen=True, slots=True)
class Signal:
    """What happened to a clock and when. `data` of `extend`: reason, and amount if less than all was taken."""

    at: datetime
    kind: SignalKind
    data: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True)
class Extended:
    """The extension that was taken."""

    at: datetime
    amount: int
    reason: str


@dataclass(frozen=True, slots=True)
class ClockState:
    """What the signals so far say. `begun_at` is when the count last began; `cycle` counts the starts."""

    cycle: int = 0
    received_at: datetime | None = None
    begun_at: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    extended: Extended | None = None
    stopped_at: datetime | None = None
    cancelled_at: datetime | None = None
    breached_at: datetime | None = None

    @property
    def status(self) -> Status:
        """How the clock stands."""
        if self.received_at is None:
            return Status.NOT_STARTED
        if self.cancelled_at is not None:
            return Status.CANCELLED
        if self.stopped_at is not None:
            return Status.STOPPED
        return Status.PAUSED if self.pauses and self.pauses[-1].to is None else Status.RUNNING

    @property
    def is_going(self) -> bool:
        """Whether it runs or is paused."""
        return self.status in (Status.RUNNING, Status.PAUSED)


NOT_STARTED = ClockState()


@dataclass(frozen=True, slots=True)
class Account:
    """A clock at a moment, explained. Days that counted and that are needed are of the target's unit, months as days.

    `breached_at` stays though an extension moves the due date afterwards; `ledger` has every day.
    """

    status: Status
    received_on: date | None
    due_on: date | None
    due_at: datetime | None
    breach_at: datetime | None
    breached_at: datetime | None
    outcome: Outcome | None
    counted: int
    needed: int
    extended: Extended | None
    ledger: tuple[DayEntry, ...]

    @property
    def remaining(self) -> int:
        """How many days are left after today; less than none when it is late."""
        late = sum(entry.why is Why.LATE for entry in self.ledger)
        return self.needed - self.counted - late


def start(definition: ClockDefinition, at: datetime, state: ClockState = NOT_STARTED) -> ClockState:
    """The request was received; one that ended before begins again."""
    if state.is_going:
        return state
    return ClockState(cycle=state.cycle + 1, received_at=at, begun_at=at)


def pause(definition: ClockDefinition, state: ClockState, at: datetime) -> ClockState:
    """From this day on nothing counts."""
    if state.status is not Status.RUNNING:
        return state
    return replace(_judged(definition, state, at), pauses=(*state.pauses, Pause(at)))


def resume(definition: ClockDefinition, state: ClockState, at: datetime) -> ClockState:
    """The pause ends with this day; the count goes on or begins anew, as the clock has it."""
    if state.status is not Status.PAUSED:
        return state
    ended = replace(
        _judged(definition, state, at),
        pauses=(*state.pauses[:-1], replace(state.pauses[-1], to=at)),
    )
    if definition.after_pause is AfterPause.RESTART:
        return replace(ended, begun_at=at, pauses=())
    return ended


def restart(definition: ClockDefinition, state: ClockState, at: datetime) -> ClockState:
    """The count begins anew, as if received on this day."""
    if not state.is_going:
        return state
    return replace(_judged(definition, state, at), begun_at=at, pauses=())


def extend(
    definition: ClockDefinition,
    state: ClockState,
    at: datetime,
    *,
    reason: str,
    amount: int | None = None,
) -> ClockState:
    """Take the one extension; `amount` of the target's unit, all that is allowed if None. Raises ClockRefused."""
    allowed = definition.extension
    if allowed is None:
        raise ClockRefused(N_("This clock cannot be extended."))
    if not state.is_going:
        raise ClockRefused(N_("Only a clock that is running can be extended."))
    if state.extended is not None:
        raise ClockRefused(N_("It has been extended once, and that is all that is allowed."))
    if not reason.strip():
        raise ClockRefused(N_("An extension needs a reason, which the requester is told."))
    taken = allowed.target.amount if amount is None else amount
    if not 1 <= taken <= allowed.target.amount:
        raise ClockRefused(N_("At most %(most)s can be added."), most=allowed.target.amount)
    judged = _judged(definition, state, at)
    if judged.breached_at is not None:
        raise ClockRefused(N_("It is late already; an extension must be told while there is time."))
    return replace(judged, extended=Extended(at, taken, reason.strip()))


def stop(definition: ClockDefinition, state: ClockState, at: datetime) -> ClockState:
    """The answer was given."""
    if not state.is_going:
        return state
    return replace(_judged(definition, state, at), stopped_at=at)


def cancel(definition: ClockDefinition, state: ClockState, at: datetime) -> ClockState:
    """It was withdrawn, or never was what it seemed."""
    if not state.is_going:
        return state
    return replace(_judged(definition, state, at), cancelled_at=at)


def replay(definition: ClockDefinition, signals: Iterable[Signal]) -> ClockState:
    """The state after all signals, in their order; one that is refused changes nothing."""
    state = NOT_STARTED
    for signal in signals:
        with suppress(ClockRefused):
            state = _after(definition, state, signal)
    return state


def account_of(definition: ClockDefinition, state: ClockState, now: datetime) -> Account:
    """How the clock stands at a moment, with every day."""
    course = _course(definition, state)
    if course is None:
        return Account(state.status, None, None, None, None, None, None, 0, 0, None, ())
    ended = state.stopped_at or state.cancelled_at
    today = min(now, ended or now).astimezone(definition.zone).date()
    ledger = ledger_of(definition, course, today)
    due = None if state.status is Status.CANCELLED else due_on(definition, course)
    judged = state if ended else _judged(definition, state, now)
    return Account(
        status=state.status,
        received_on=course.received_on,
        due_on=due,
        due_at=_last_second(definition, due),
        breach_at=_last_second(definition, due),
        breached_at=judged.breached_at,
        outcome=_outcome(definition, state, due),
        counted=sum(entry.why is Why.COUNTED and entry.on <= today for entry in ledger),
        needed=needed(definition, course),
        extended=state.extended,
        ledger=ledger,
    )


def letter(
    definition: ClockDefinition,
    before: Account,
    after: Account,
    *,
    values: Mapping[str, str],
    say: Callable[[date], str] = date.isoformat,
) -> str:
    """The letter that tells of an extension, its places filled once: what a value holds is never read as a place.

    Places are {reason}, {due_on}, {former_due_on}, {received_on}, {title}, {law}, and whatever `values` name, such as
    {ticket} and {name}; `say` writes a date in the reader's language. A place that nobody fills stays as it is.
    """
    days = {
        "received_on": after.received_on,
        "due_on": after.due_on,
        "former_due_on": before.due_on,
    }
    filled = {name: say(day) for name, day in days.items() if day is not None}
    filled |= {"title": definition.title, "law": definition.law, **values}
    if after.extended is not None:
        filled["reason"] = after.extended.reason
    text = definition.extension.letter if definition.extension else ""
    return _PLACE.sub(lambda place: filled.get(place[1], place[0]), text)


def _after(definition: ClockDefinition, state: ClockState, signal: Signal) -> ClockState:
    match signal.kind:
        case SignalKind.START:
            return start(definition, signal.at, state)
        case SignalKind.PAUSE:
            return pause(definition, state, signal.at)
        case SignalKind.RESUME:
            return resume(definition, state, signal.at)
        case SignalKind.RESTART:
            return restart(definition, state, signal.at)
        case SignalKind.STOP:
            return stop(definition, state, signal.at)
        case SignalKind.CANCEL:
            return cancel(definition, state, signal.at)
        case SignalKind.EXTEND:
            reason, amount = str(signal.data.get("reason", "")), signal.data.get("amount")
            return extend(definition, state, signal.at, reason=reason, amount=amount)


def _course(definition: ClockDefinition, state: ClockState) -> Course | None:
    if state.received_at is None or state.begun_at is None:
        return None
    target = definition.target
    if state.extended is not None:
        target = replace(target, amount=target.amount + state.extended.amount)
    return course_of(definition, state.received_at, state.begun_at, state.pauses, target)


def _judged(definition: ClockDefinition, state: ClockState, at: datetime) -> ClockState:
    """The state with the instant at which it became late, if it has by now."""
    course = _course(definition, state)
    if state.breached_at is not None or course is None:
        return state
    last = _last_second(definition, due_on(definition, course))
    if last is None or at < last + _SECOND:
        return state
    return replace(state, breached_at=last + _SECOND)


def _outcome(definition: ClockDefinition, state: ClockState, due: date | None) -> Outcome | None:
    if state.cancelled_at is not None:
        return Outcome.CANCELLED
    if state.stopped_at is None:
        return None
    on_time = due is None or state.stopped_at.astimezone(definition.zone).date() <= due
    return Outcome.MET if on_time else Outcome.MISSED


def _last_second(definition: ClockDefinition, day: date | None) -> datetime | None:
    if day is None:
        return None
    end = instant_of(segments_of(definition.zone, day.year), midnight(day) + DAY)
    return moment_of(end) - _SECOND
