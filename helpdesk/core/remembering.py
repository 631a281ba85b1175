"""Answers that may be a moment old: what every mail would ask the database, though it changes once a month."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")

# Another process that changed something is noticed after this long at the latest.
LONGEST_SECONDS = 2.0

_all: list[Remembered[object]] = []


class Remembered(Generic[Answer]):
    """The answer to one question, asked anew after so many seconds and after `forget()`.

    Only for what may be late without harm. Whoever changes it in this process calls `forget()`.
    """

    def __init__(self, ask: Callable[[], Answer], seconds: float = LONGEST_SECONDS) -> None:
        self._ask = ask
        self._seconds = seconds
        self._lock = threading.Lock()
        self._known: tuple[float, Answer] | None = None
        _all.append(self)  # type: ignore[arg-type]  # Kept only to be forgotten together.

    def __call__(self) -> Answer:
        known = self._known
        # The age of an answer is no matter of the desk's clock, which tests stop.
        if known is not None and time.monotonic() - known[0] < self._seconds:
            return known[1]
        with self._lock:
            began = time.monotonic()
            answer = self._ask()
            self._known = (began, answer)
        return answer

    def forget(self) -> None:
        """Ask anew the next time."""
        self._known = None


def forget_all() -> None:
    """Forget every answer, such as when a test begins with another database."""
    for one in _all:
        one.forget()
