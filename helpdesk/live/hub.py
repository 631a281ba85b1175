"""Hub: all open lines of this process, and the one question to the database that keeps them fresh."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, TypeVar

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from helpdesk.chat import changes, frames
from helpdesk.chat.changes import Changed
from helpdesk.core import clock, push
from helpdesk.core.db import db
from helpdesk.live.consoles import Consoles
from helpdesk.live.lines import AgentLine, Line, VisitorLine
from helpdesk.live.passes import actors_with

log = logging.getLogger(__name__)

# How long it rests when no bell rings: what another process did without Redis is seen after this at the latest.
REST_SECONDS = 1.0
# Bells that ring together are answered together.
GATHER_SECONDS = 0.02
PRESENCE_SECONDS = 15.0
READ_SECONDS = 2.0
PASS_SECONDS = 60.0
THREADS = 4
MOST_REMEMBERED = 50_000

Answer = TypeVar("Answer")


class Hub:
    """Tells open lines what is new; everything it knows it read from the database."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="live")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._bell = asyncio.Event()
        self.visitors: dict[int, set[VisitorLine]] = defaultdict(set)
        self.agents: set[AgentLine] = set()
        self.consoles = Consoles(self)
        self._read: dict[int, int] = {}
        self._known: dict[int, tuple[int, str]] = {}

    async def ask(self, question: Callable[..., Answer], *values: Any) -> Answer:
        """Ask the database in a thread of the pool, so that no line waits for it."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, self._asked, question, values)

    def _asked(self, question: Callable[..., Answer], values: tuple[Any, ...]) -> Answer:
        with self._app.app_context():
            try:
                return question(*values)
            finally:
                db.session.remove()

    async def run(self, stopping: asyncio.Event) -> None:
        """Keep all lines fresh until told to stop."""
        self._loop = asyncio.get_running_loop()
        chores = [
            asyncio.create_task(self._watch()),
            asyncio.create_task(self._each(READ_SECONDS, self._note_read)),
            asyncio.create_task(self._each(PRESENCE_SECONDS, self._note_presence)),
            asyncio.create_task(self._each(PASS_SECONDS, self._look_at_passes)),
            *self.consoles.chores(),
        ]
        with push.subscribe(self._hear):
            await stopping.wait()
        for chore in chores:
            chore.cancel()
        for line in self._lines():
            line.end()
        await asyncio.gather(*chores, return_exceptions=True)
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def greet(self, line: VisitorLine) -> None:
        """Tell a new line all that it lacks, and keep it fresh from then on."""
        self.visitors[line.chat_id].add(line)
        await self._tell({line.chat_id: line.after}, only=line)
        self._read.setdefault(line.chat_id, 0)
        await self.ask(changes.note_presence, [line.chat_id], {}, [])
        self.tell_agents_of(line.chat_id)

    async def greet_agent(self, line: AgentLine) -> None:
        """Keep a console's line fresh from now on; whoever it belongs to is there."""
        self.agents.add(line)
        line.send({"type": "changed", "chats": []})
        if line.actor is not None:
            await self.ask(changes.note_presence, [], {}, [line.actor.person_id])

    def leave(self, line: Line) -> None:
        """Forget a line that is closed."""
        line.is_over = True
        if isinstance(line, AgentLine):
            self.agents.discard(line)
        elif isinstance(line, VisitorLine):
            self.visitors[line.chat_id].discard(line)
            if not self.visitors[line.chat_id]:
                del self.visitors[line.chat_id]
            self.tell_agents_of(line.chat_id)

    def note_shown(self, chat_id: int, message_id: int) -> None:
        """A widget has shown everything up to this message."""
        self._read[chat_id] = max(message_id, self._read.get(chat_id, 0))

    def tell_agents_of(self, chat_id: int) -> None:
        """Ring the consoles: a visitor came or left. They ask, and see what they may."""
        for line in self.agents:
            line.send({"type": "changed", "chats": [chat_id]})

    def _hear(self, topic: str, news: push.News) -> None:
        """What was published, in whatever thread it came."""
        loop = self._loop
        if loop is None or loop.is_closed():
            return
        loop.call_soon_threadsafe(self._told, topic, dict(news))

    def _told(self, topic: str, news: dict[str, Any]) -> None:
        if topic != "chats":
            self.consoles.hear(topic, news)
            return
        typing = news.get("typing")
        if typing == "agent":
            for line in self.visitors.get(news["chat"], ()):
                line.send({"type": "typing", "on": bool(news.get("on"))})
        elif typing == "visitor":
            for agent in self.agents:
                if agent.may_see(news.get("group")):
                    agent.send({"type": "typing", "chat": news["chat"], "on": bool(news.get("on"))})
        else:
            if news.get("agents"):
                for agent in self.agents:
                    agent.send({"type": "changed", "chats": []})
            self._bell.set()

    async def _watch(self) -> None:
        since = clock.now()
        while True:
            try:
                await asyncio.wait_for(self._bell.wait(), REST_SECONDS)
                await asyncio.sleep(GATHER_SECONDS)
            except TimeoutError:
                pass
            self._bell.clear()
            since = await self._look(since)

    async def _look(self, since: datetime) -> datetime:
        at = clock.now()
        if not self.visitors and not self.agents and self.consoles.is_idle:
            return at
        try:
            found = await self.ask(changes.changed_since, since)
            await self._spread([one for one in found if self._knows_not(one)])
        except SQLAlchemyError:
            log.exception("The database is away; open lines are told later.")
            return since
        return at

    def _knows_not(self, one: Changed) -> bool:
        return self._known.get(one.id, (0, ""))[0] != one.version

    async def _spread(self, changed: list[Changed]) -> None:
        held = {
            one.id: min(line.after for line in self.visitors[one.id])
            for one in changed
            if self.visitors.get(one.id)
        }
        moved = {
            one.group_id
            for one in changed
            if "waiting" in (one.state, before := self._known.get(one.id, (0, ""))[1])
            and one.state != before
        }
        self._remember(changed)
        if held:
            await self._tell(held)
        self._ring_agents(changed)
        self.consoles.boards.ring({one.group_id for one in changed})
        if moved:
            await self._move_queue(moved, but=set(held))

    def _remember(self, changed: list[Changed]) -> None:
        if len(self._known) > MOST_REMEMBERED:
            self._known.clear()
        self._known.update({one.id: (one.version, one.state) for one in changed})

    async def _move_queue(self, groups: set[int | None], but: set[int]) -> None:
        """Those who wait in the same queue may have come nearer."""
        waiting = await self.ask(changes.waiting_in, groups)
        held = {
            one: min(line.after for line in self.visitors[one])
            for one in waiting
            if self.visitors.get(one) and one not in but
        }
        if held:
            await self._tell(held)

    async def _tell(self, wanted: dict[int, int], only: VisitorLine | None = None) -> None:
        for told in await self.ask(frames.tell, wanted):
            for line in [only] if only else list(self.visitors.get(told.chat_id, ())):
                _tell_line(line, told)

    def _ring_agents(self, changed: list[Changed]) -> None:
        for line in self.agents:
            seen = [one.id for one in changed if line.may_see(one.group_id)]
            if seen:
                line.send({"type": "changed", "chats": seen})

    async def _each(self, seconds: float, chore: Callable[[], Any]) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await chore()
            except SQLAlchemyError:
                log.exception("The database is away; this is noted later.")

    async def _note_read(self) -> None:
        read = {one: shown for one, shown in self._read.items() if shown}
        self._read.clear()
        if read:
            await self.ask(changes.note_presence, [], read, [])

    async def _note_presence(self) -> None:
        people = {line.actor.person_id for line in self.agents if line.actor}
        await self.ask(changes.note_presence, list(self.visitors), {}, people)

    async def _look_at_passes(self) -> None:
        lines = list(self.agents)
        actors = await self.ask(actors_with, {line.pass_ for line in lines})
        for line in lines:
            line.actor = actors.get(line.pass_)
            if line.actor is None:
                line.end()

    def _lines(self) -> Iterable[Line]:
        return [
            *self.consoles.lines,
            *self.consoles.boards.lines,
            *self.agents,
            *(line for lines in self.visitors.values() for line in lines),
        ]


def _tell_line(line: VisitorLine, told: frames.Told) -> None:
    """What this line lacks of what was read; a message goes over it once."""
    fresh = [one for one in told.messages if one["id"] > line.after]
    if fresh:
        line.after = fresh[-1]["id"]
        line.send({"type": "messages", "items": fresh})
    line.version = told.version
    line.send(told.state)
