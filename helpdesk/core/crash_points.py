"""Named places on the route of a mail where the fault tests stop the desk; without a test they are nothing (P01)."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Point(enum.StrEnum):
    """Where a crash would hurt most: between two things that should both happen, or neither."""

    FETCHED = "fetched"
    KEPT_BEFORE_COMMIT = "kept before commit"
    KEPT = "kept after commit"
    BEFORE_FLAG = "before flag"
    FLAGGED = "after flag"
    CLAIMED = "claimed"
    PARSED = "parsed"
    SCREENED = "screened"
    PERSON_MADE = "person made"
    TICKET_MADE = "ticket made before commit"
    BEFORE_COMMIT = "before commit"
    BEFORE_BELL = "after commit before bell"
    DELIVERY_PREPARED = "delivery prepared"
    DELIVERY_CLAIMED = "delivery claimed"
    SENT = "after send before note"
    NOTED = "noted"
    INDEXED = "indexed"


Hook = Callable[[Point], None]

_hook: Hook | None = None


def reach(point: Point) -> None:
    """Tell the hook, if a test has put one here. No setting can: a desk in production never stops by this."""
    if _hook is not None:
        _hook(point)


@contextmanager
def watched_by(hook: Hook) -> Iterator[None]:
    """Have a hook told of every point that any thread of this process reaches; for tests only."""
    global _hook
    before, _hook = _hook, hook
    try:
        yield
    finally:
        _hook = before
