"""The bell: a console is told that there is news for its reader, and how much of it is unread; it asks for the rest itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from helpdesk.core import clock, push
from helpdesk.live.lines import ConsoleLine, Frame
from helpdesk.notifications import queries
from helpdesk.notifications.queries import Standing
from helpdesk.people.access import Actor

# Without Redis what another process wrote is found by looking; what is written shows a moment after it is dated.
REST_SECONDS = 2.0
LONGEST_COMMIT = timedelta(seconds=10)


class Bell:
    """Tells each open console of what is for its reader, and of nothing else."""

    def __init__(
        self, lines: Callable[[], Collection[ConsoleLine]], ask: Callable[..., Awaitable[Any]]
    ) -> None:
        self._lines, self._ask = lines, ask
        self.rung = asyncio.Event()
        self._people: set[int] = set()
        self._looked_at: datetime | None = None

    def hear(self, said: push.News) -> None:
        """Somebody has news; called in the loop."""
        people = said.get("people")
        self.ring(people if isinstance(people, list) else [])

    def ring(self, people: Iterable[int]) -> None:
        """Look soon at what is for these people."""
        self._people |= set(people)
        self.rung.set()

    async def look(self) -> None:
        """Tell those for whom something is new, or was read elsewhere."""
        people, self._people = self._people, set()
        lines = list(self._lines())
        if not lines:
            self._looked_at = None
            return
        at, since = clock.now(), self._looked_at
        if since is not None:
            people |= set(await self._ask(queries.people_told_since, since - LONGEST_COMMIT))
        self._looked_at = at
        await self.tell([one for one in lines if one.actor and one.actor.person_id in people])

    async def tell(self, lines: Collection[ConsoleLine]) -> None:
        """Tell these consoles how it stands for their readers, as far as they do not know."""
        actors = {one.actor.person_id: one.actor for one in lines if one.actor is not None}
        found = await self._ask(standing_of, actors.values())
        for line in lines:
            if line.actor is None:
                continue
            standing = found[line.actor.person_id]
            if line.told != standing:
                line.told = standing
                line.send(frame_of(standing))


def standing_of(actors: Collection[Actor]) -> dict[int, Standing]:
    """How it stands for these people; no question where there are none."""
    return queries.standing_of(actors) if actors else {}


def frame_of(standing: Standing) -> Frame:
    """What a page is told: how much is unread, and the moment of the newest of it."""
    return {"type": "notices", "unread": standing.unread, "newest": standing.stamp}


def frame_for(actor: Actor) -> dict[str, Any]:
    """The same for somebody who asks now and then."""
    return dict(frame_of(standing_of([actor])[actor.person_id]))
