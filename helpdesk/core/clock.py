"""The one place that knows what time it is; tests put their own clock here."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Something that knows the present instant, in UTC and aware, and how long it has run without being set."""

    def now(self) -> datetime: ...

    def steady(self) -> timedelta: ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def steady(self) -> timedelta:
        """How long the machine has been on; nobody sets it, and on Linux it counts while the machine sleeps."""
        boot = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
        return timedelta(seconds=time.clock_gettime(boot))


class StoppedClock:
    """A clock that moves only when it is told to; `at` must be aware."""

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError("A stopped clock needs an aware instant.")
        self._at = at.astimezone(UTC)
        self._jumped = timedelta()

    def now(self) -> datetime:
        return self._at

    def steady(self) -> timedelta:
        return self._at - _EPOCH - self._jumped

    def advance(self, by: timedelta) -> datetime:
        self._at += by
        return self._at

    def set(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)

    def jump(self, by: timedelta) -> datetime:
        """Show another time without time passing, as when somebody sets the clock of a machine."""
        self._jumped += by
        return self.advance(by)


class Believed:
    """The time that is believed: a clock that was set by much is not, until it has stayed so for a while (P32).

    What people see and the journal keep say what the clock shows; only what cannot be taken back, an alarm, waits for
    certainty. Each process asks its own, from its first question on.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._clock: Clock | None = None
        self._offset = timedelta()
        self._doubted_since: timedelta | None = None

    def now(self, clock: Clock) -> datetime:
        with self._lock:
            shown, steady = clock.now(), clock.steady()
            offset = shown - _EPOCH - steady
            if self._clock is not clock or abs(offset - self._offset) <= LARGEST_CORRECTION:
                self._believe(clock, offset)
            elif self._doubted_since is None:
                self._doubted_since = steady
            elif steady - self._doubted_since >= DOUBTED_FOR:
                self._believe(clock, offset)
            return _EPOCH + steady + self._offset

    def _believe(self, clock: Clock, offset: timedelta) -> None:
        self._clock, self._offset, self._doubted_since = clock, offset, None


# A clock that is kept by NTP is corrected by less than this at a time.
LARGEST_CORRECTION = timedelta(seconds=60)
# Whoever set a clock wrongly has this long to notice.
DOUBTED_FOR = timedelta(minutes=10)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Worker threads must see the clock that a test has stopped, so this is a module variable and not a context variable.
_clock: Clock = SystemClock()
_believed = Believed()


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _clock.now()


def believed() -> datetime:
    """The present instant for what cannot be taken back: the clock's, unless it was just set by more than a minute."""
    return _believed.now(_clock)


@contextmanager
def use(clock: Clock) -> Iterator[Clock]:
    """Put another clock in place for the length of a `with` block, for the whole process."""
    global _clock
    previous, _clock = _clock, clock
    try:
        yield clock
    finally:
        _clock = previous
