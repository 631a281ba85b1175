"""Screens with numbers of groups: told that these may have changed, and nothing else, neither what nor whose."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass, field

from helpdesk.live.lines import ConsoleLine, Frame, Line
from helpdesk.live.passes import board_groups
from helpdesk.people.models import Right

MOST_BOARDS = 500
RING_SECONDS = 1.0
PROOF_SECONDS = 1.0
CHANGED: Frame = {"type": "board"}
# What is done to agents, by the names of its events: whether they are there, and what they bear.
OF_AGENTS = frozenset(
    {"AvailabilityChanged", "AbsencePlanned", "AbsenceCancelled", "ProfileChanged"}
)


@dataclass(eq=False)
class BoardLine(Line):
    """The stream of one screen, and the groups whose numbers it shows."""

    groups: frozenset[int] = frozenset()
    pass_: str = field(default="", repr=False)
    beat_seconds: float = 15.0
    beat_at: float = 0.0


class Boards:
    """All screens of this process; consoles of leads are told the same."""

    def __init__(
        self,
        consoles: Callable[[], Iterable[ConsoleLine]],
        ask: Callable[..., Awaitable[dict[str, frozenset[int]]]],
    ) -> None:
        self._consoles, self._ask = consoles, ask
        self.lines: set[BoardLine] = set()
        self._restless: set[int] = set()
        self._of_all = False
        self.rung = asyncio.Event()

    def greet(self, line: BoardLine) -> None:
        """Keep a screen fresh from now on; its page looks once when it hears this."""
        self.lines.add(line)
        line.send({"type": "hello", "beat": line.beat_seconds})
        line.beat_at = time.monotonic() + PROOF_SECONDS

    def leave(self, line: BoardLine) -> None:
        """Forget a stream that is closed."""
        line.is_over = True
        self.lines.discard(line)

    def ring(self, groups: Collection[int | None]) -> None:
        """Something of these groups changed."""
        self._restless |= {group for group in groups if group is not None}
        if self._restless:
            self.rung.set()

    def ring_all(self) -> None:
        """Something changed that may be of any group."""
        self._of_all = True
        self.rung.set()

    async def look(self) -> None:
        """Tell those whom it concerns, once for all that changed meanwhile."""
        groups, self._restless = self._restless, set()
        of_all, self._of_all = self._of_all, False
        if not groups and not of_all:
            return
        for board in list(self.lines):
            if of_all or groups & board.groups:
                board.send(CHANGED)
        for line in list(self._consoles()):
            if line.actor is None:
                continue
            leads = Right.LEAD in line.actor.groups.values() or line.actor.is_admin
            if leads and (of_all or any(line.actor.holds(one, Right.LEAD) for one in groups)):
                line.send(CHANGED)

    async def look_at_passes(self) -> None:
        """Read anew whose groups each screen shows; what has no right any more is cut."""
        if not self.lines:
            return
        lines = list(self.lines)
        found = await self._ask(board_groups, {line.pass_ for line in lines})
        for line in lines:
            line.groups = found.get(line.pass_, frozenset())
            if not line.groups:
                line.send({"type": "ended"})
                line.end()
