"""An open line to a browser: what is sent on it waits in a short queue, so that a slow one holds up nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from helpdesk.notifications.queries import Standing
from helpdesk.people.access import Actor
from helpdesk.people.models import Right

Frame = Mapping[str, Any]

# Whoever does not read for so many frames is cut off; it comes again and reads what it missed from the database.
MOST_QUEUED = 200


@dataclass(eq=False)
class Line:
    """One connection; `None` in its queue ends it."""

    queue: asyncio.Queue[Frame | None] = field(
        default_factory=lambda: asyncio.Queue(maxsize=MOST_QUEUED + 1)
    )
    is_over: bool = False

    def send(self, frame: Frame) -> None:
        """Put a frame into the queue, or end a line that does not read."""
        if self.is_over:
            return
        if self.queue.qsize() >= MOST_QUEUED:
            self.end()
        else:
            self.queue.put_nowait(frame)

    def end(self) -> None:
        """Close it once what is queued was sent."""
        if not self.is_over:
            self.is_over = True
            self.queue.put_nowait(None)


@dataclass(eq=False)
class VisitorLine(Line):
    """A widget's line: the chat it shows, the newest message that it has and the version it knows."""

    chat_id: int = 0
    after: int = 0
    version: int = 0
    token: str = field(default="", repr=False)


@dataclass(eq=False)
class AgentLine(Line):
    """A console's line: who it belongs to, as they were when they were last asked for."""

    actor: Actor | None = None
    pass_: str = field(default="", repr=False)

    def may_see(self, group_id: int | None) -> bool:
        """Whether chats of this group are theirs to know of."""
        return self.actor is not None and self.actor.holds(group_id, Right.READ)


@dataclass(eq=False)
class ConsoleLine(AgentLine):
    """A console's stream of what changes; `counts` and `told` are what it was told last of its views and its notices."""

    counts: dict[str, int] = field(default_factory=dict)
    told: Standing | None = None
    # How often it is told that it still stands, and when next, by a clock of seconds that only goes forward.
    beat_seconds: float = 15.0
    beat_at: float = 0.0
