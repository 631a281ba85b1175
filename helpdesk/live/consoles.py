"""Consoles: all their streams in this process, kept fresh by one reading of the journal for all of them."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from helpdesk.core import clock, push
from helpdesk.journal.writing import TOPIC as JOURNAL
from helpdesk.live import here, marks, news
from helpdesk.live.bell import REST_SECONDS as RING_SECONDS
from helpdesk.live.bell import Bell
from helpdesk.live.boards import OF_AGENTS, PROOF_SECONDS, Boards
from helpdesk.live.boards import RING_SECONDS as BOARD_SECONDS
from helpdesk.live.here import Here
from helpdesk.live.lines import ConsoleLine, Frame
from helpdesk.live.passes import actors_with
from helpdesk.notifications.noting import TOPIC as NOTICES
from helpdesk.people.access import Actor
from helpdesk.people.sessions import TOPIC as SESSIONS

if TYPE_CHECKING:
    from helpdesk.live.hub import Hub

log = logging.getLogger(__name__)

# The seam by which pages say how their views are counted: for many people at once, in as many statements as for one.
COUNTING = "desk_live_counts"
Counting = Callable[[Sequence[Actor]], list[dict[str, int]]]

REST_SECONDS = 0.5
GATHER_SECONDS = 0.05
COUNT_SECONDS = 1.0
# Some counts change with time alone: what is due soon, and what is late.
STALE_SECONDS = 20.0
# A page asks for more beats where something on the way cuts what is silent.
BEAT_SECONDS, BRIEFEST_BEAT_SECONDS = 15.0, 2.0
TICK_SECONDS = 1.0
SWEEP_SECONDS = 3.0
# A pass is looked at when a bell says that rights changed, and this often all the same.
PASS_SECONDS = 15.0
# Numbers of entries are taken before they are committed; one that never comes was rolled back.
MISSING_SECONDS = 60.0
MOST_MISSING = 500
# What a page shows was read before it asked for its stream; so much more is looked at.
EARLIER = timedelta(seconds=3)
LONGEST_AGE = timedelta(minutes=10)


class Consoles:
    """Tells consoles what changed; each only of what its reader may see at that moment."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._ask = hub.ask
        self.lines: set[ConsoleLine] = set()
        self.here = Here()
        self.bell = Bell(lambda: self.lines, hub.ask)
        self.boards = Boards(lambda: self.lines, hub.ask)
        self._told_here: dict[int, list[dict[str, Any]]] = {}
        self._restless: set[int] = set()
        self._bell, self._here_bell = asyncio.Event(), asyncio.Event()
        self._high: int | None = None
        self._missing: dict[int, float] = {}
        self._counted_at, self._are_counts_old = 0.0, False
        self._rights_moved = False

    def chores(self) -> list[asyncio.Task[None]]:
        """What goes on for as long as the gateway runs."""
        return [
            asyncio.create_task(self._each(self._bell, REST_SECONDS, self._look)),
            asyncio.create_task(self._each(self._here_bell, SWEEP_SECONDS, self._tell_here)),
            asyncio.create_task(self._each(self.bell.rung, RING_SECONDS, self.bell.look)),
            asyncio.create_task(self._each(self.boards.rung, BOARD_SECONDS, self.boards.look)),
            asyncio.create_task(self._each(asyncio.Event(), TICK_SECONDS, self._beat)),
            asyncio.create_task(self._each(asyncio.Event(), PASS_SECONDS, self.look_at_passes)),
        ]

    def hear(self, topic: str, said: push.News) -> None:
        """A bell; called in the loop."""
        if topic == JOURNAL:
            self._bell.set()
        elif topic == SESSIONS:
            self._rights_moved = True
            self._bell.set()
        elif topic == NOTICES:
            self.bell.hear(said)
        elif topic == here.TOPIC:
            ticket = self.here.note(said, time.monotonic())
            if ticket is not None:
                self._restless.add(ticket)
                self._here_bell.set()

    async def greet(self, line: ConsoleLine, after: int | None, age: timedelta) -> None:
        """Tell a new stream what it missed, who is where, and how much is in its views."""
        await self._begin()
        self.lines.add(line)
        line.send({"type": "hello", "mark": await self._mark(), "beat": line.beat_seconds})
        for frame in await self.missed(line.actor, after, age):
            line.send(frame)
        line.send({"type": "everywhere", "here": await self.who_is_where(line.actor)})
        await self.bell.tell([line])
        await self._tell_counts([line])
        line.beat_at = time.monotonic() + PROOF_SECONDS

    async def missed(
        self, actor: Actor | None, after: int | None, age: timedelta
    ) -> list[dict[str, Any]]:
        """What changed since a mark, or while a page of this age was on its way; "refetch" for more than is kept."""
        if actor is None:
            return []
        if after is not None:
            changed = await self._ask(news.missed, after)
        elif age > LONGEST_AGE:
            changed = None
        else:
            changed = await self._ask(news.since, clock.now() - age - EARLIER)
        return [{"type": "refetch"}] if changed is None else news.frames_for(actor, changed)

    async def who_is_where(self, actor: Actor | None) -> list[dict[str, Any]]:
        """Who is on which of the tickets that this person may see."""
        if actor is None:
            return []
        there = self.here.everywhere(time.monotonic())
        return await self._ask(news.who_is_where, actor, there)

    async def counts_for(self, actor: Actor) -> dict[str, int]:
        """How much is in the views of this person."""
        return (await self._ask(_counted, [actor]))[0]

    async def mark(self) -> str:
        """How far a console is told when it was told everything."""
        await self._begin()
        return await self._mark()

    def leave(self, line: ConsoleLine) -> None:
        """Forget a stream that is closed."""
        line.is_over = True
        self.lines.discard(line)
        if self.is_idle:
            self._high = None
            self._missing.clear()

    @property
    def is_idle(self) -> bool:
        """Whether nobody is there to be told."""
        return not self.lines and not self.boards.lines

    async def look_at_passes(self) -> None:
        """Read anew who everybody is and what they may see; what has no right any more is cut."""
        await self.boards.look_at_passes()
        lines = list(self.lines)
        if not lines:
            return
        actors = await self._ask(actors_with, {line.pass_ for line in lines})
        for line in lines:
            before, line.actor = line.actor, actors.get(line.pass_)
            if line.actor is None:
                line.send({"type": "ended"})
                line.end()
            elif before is not None and _sight(before) != _sight(line.actor):
                line.counts = {}
                line.send({"type": "refetch"})
                self._are_counts_old = True
                self.bell.ring([line.actor.person_id])

    async def _begin(self) -> None:
        if self._high is None:
            self._high = await self._ask(news.newest)

    async def _mark(self) -> str:
        # Nothing before it is missing: a console that comes again with it is told all that it has not seen.
        low = min(self._missing, default=(self._high or 0) + 1) - 1
        return await self._ask(marks.mark_of, low)

    async def _look(self) -> None:
        if self.is_idle:
            self._high = None
            return
        await self._begin()
        high = self._high or 0
        steps = await self._ask(news.steps_after, high, list(self._missing))
        if self._rights_moved or any(step.moves_rights for step in steps):
            # First: whoever lost a right must not be told what came after.
            self._rights_moved = False
            await self.look_at_passes()
        if steps:
            changed = await self._ask(news.changed_by, steps)
            self._note_missing(high, [step.id for step in steps])
            await self._spread(changed)
            self.boards.ring({g for one in changed for g in (one.ticket.group_id, *one.before)})
            if any(step.event in OF_AGENTS for step in steps):
                self.boards.ring_all()
            self._are_counts_old = True
        await self._count()

    def _note_missing(self, high: int, found: Sequence[int]) -> None:
        now, top = time.monotonic(), max(high, found[-1])
        for entry in found:
            self._missing.pop(entry, None)
        here_now = set(found)
        if top - high <= MOST_MISSING * 2:
            for entry in range(high + 1, top):
                if entry not in here_now:
                    self._missing[entry] = now
        for entry, since in list(self._missing.items()):
            if now - since > MISSING_SECONDS or len(self._missing) > MOST_MISSING:
                del self._missing[entry]
        self._high = top

    async def _spread(self, changed: Sequence[news.Changed]) -> None:
        """Tell everybody what they may know of it; people who see the same are told the same."""
        mark = await self._mark()
        said: dict[Any, list[Frame]] = {}
        for line in list(self.lines):
            if line.actor is None:
                continue
            sight = _sight(line.actor)
            if sight not in said:
                frames = news.frames_for(line.actor, changed)
                said[sight] = [{**frame, "mark": mark} for frame in frames]
            for frame in said[sight]:
                line.send(frame)
        self._restless |= {one.ticket.id for one in changed if one.before} & self.here.tickets()

    async def _count(self) -> None:
        now = time.monotonic()
        waited = now - self._counted_at
        if waited < COUNT_SECONDS or not (self._are_counts_old or waited > STALE_SECONDS):
            return
        self._counted_at, self._are_counts_old = now, False
        await self._tell_counts(list(self.lines))

    async def _tell_counts(self, lines: Iterable[ConsoleLine]) -> None:
        told = [(line, line.actor) for line in lines if line.actor is not None]
        found = await self._ask(_counted, [actor for _line, actor in told])
        for (line, _actor), counts in zip(told, found, strict=True):
            fresh = {key: count for key, count in counts.items() if line.counts.get(key) != count}
            if fresh:
                line.counts = {**line.counts, **fresh}
                line.send({"type": "counts", "counts": fresh})

    async def _tell_here(self) -> None:
        now = time.monotonic()
        restless, self._restless = self._restless | self.here.sweep(now, self._told_here), set()
        for ticket, one in (await self._ask(news.standing_of, restless)).items():
            people = self.here.people_at(ticket, now)
            if people:
                self._told_here[ticket] = people
            else:
                self._told_here.pop(ticket, None)
            frame = {"type": "presence", "number": one.number, "people": people}
            for line in list(self.lines):
                if line.actor is not None and one.is_seen_by(line.actor):
                    line.send(frame)

    async def _beat(self) -> None:
        now = time.monotonic()
        due = [line for line in self.lines if 0 < line.beat_at <= now]
        for board in [one for one in self.boards.lines if 0 < one.beat_at <= now]:
            board.beat_at = now + board.beat_seconds
            board.send({"type": "beat"})
        if due:
            mark = await self.mark()
            for line in due:
                line.beat_at = now + line.beat_seconds
                line.send({"type": "beat", "mark": mark})

    async def _each(self, bell: asyncio.Event, seconds: float, chore: Callable[[], Any]) -> None:
        while True:
            try:
                await asyncio.wait_for(bell.wait(), seconds)
                await asyncio.sleep(GATHER_SECONDS)
            except TimeoutError:
                pass
            bell.clear()
            try:
                await chore()
            except SQLAlchemyError:
                log.exception("The database is away; consoles are told later.")


def _sight(actor: Actor) -> tuple[Any, ...]:
    """What decides which tickets a person sees."""
    return (True,) if actor.is_admin else (False, *sorted(actor.readable_group_ids))


def _counted(actors: Sequence[Actor]) -> list[dict[str, int]]:
    counting: Counting | None = current_app.extensions.get(COUNTING)
    return counting(actors) if counting is not None and actors else [{} for _ in actors]


def age_of(milliseconds: str) -> timedelta:
    """How long ago a page says that it was asked for."""
    known = milliseconds.isascii() and milliseconds.isdigit() and len(milliseconds) < 12
    return timedelta(milliseconds=int(milliseconds)) if known else timedelta(0)


def beat_of(seconds: str) -> float:
    """How often a page asks to be told that its stream stands."""
    known = seconds.isascii() and seconds.isdigit() and len(seconds) < 4
    return min(max(float(seconds), BRIEFEST_BEAT_SECONDS), BEAT_SECONDS) if known else BEAT_SECONDS
