"""The doors by which consoles come: a stream of what changes, the same for once, and who looks at which ticket."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import parse_qs

from helpdesk.core import push
from helpdesk.live import bell, here, marks, news
from helpdesk.live.boards import MOST_BOARDS, BoardLine
from helpdesk.live.consoles import age_of, beat_of
from helpdesk.live.hub import Hub
from helpdesk.live.lines import ConsoleLine, Frame, Line
from helpdesk.live.passes import actor_with, board_groups
from helpdesk.live.wire import Receive, Scope, Send, answer, begin_events, chunk, header
from helpdesk.people.access import Actor
from helpdesk.tickets.access import number_parts

STREAM = "/live/console"
BOARD = "/live/board"
HERE = "/live/here"
LARGEST_NOTE = 4_096
MOST_CONSOLES = 5_000


async def serve(hub: Hub, scope: Scope, receive: Receive, send: Send, origin: str) -> None:
    """A console's stream, or with `once` what it would be told now."""
    kind, _, pass_ = header(scope, b"authorization").partition(" ")
    actor = await hub.ask(actor_with, pass_.strip()) if kind.lower() == "bearer" else None
    if actor is None:
        await answer(send, 401, b"", origin)
        return
    if len(hub.consoles.lines) >= MOST_CONSOLES:
        await answer(send, 503, b"", origin)
        return
    asked = parse_qs(scope["query_string"].decode("latin-1"))
    age = age_of(next(iter(asked.get("age", ())), ""))
    after = await hub.ask(marks.entry_of, header(scope, b"last-event-id"))
    beat = beat_of(next(iter(asked.get("beat", ())), ""))
    line = ConsoleLine(actor=actor, pass_=pass_.strip(), beat_seconds=beat)
    if "once" in asked:
        frames = [
            {"type": "hello", "mark": await hub.consoles.mark()},
            *await hub.consoles.missed(actor, after, age),
            {"type": "everywhere", "here": await hub.consoles.who_is_where(actor)},
            await hub.ask(bell.frame_for, actor),
            {"type": "counts", "counts": await hub.consoles.counts_for(actor)},
        ]
        await answer(send, 200, json.dumps(frames, ensure_ascii=False).encode(), origin)
        return
    await begin_events(send, origin)
    writer = asyncio.create_task(_write(line, send))
    try:
        await hub.consoles.greet(line, after, age)
        while not line.is_over and (await receive())["type"] != "http.disconnect":
            continue
    finally:
        hub.consoles.leave(line)
        writer.cancel()
        await asyncio.gather(writer, return_exceptions=True)


async def serve_board(hub: Hub, scope: Scope, receive: Receive, send: Send, origin: str) -> None:
    """A wallboard's stream: that its numbers may have changed."""
    kind, _, pass_ = header(scope, b"authorization").partition(" ")
    found = await hub.ask(board_groups, {pass_.strip()}) if kind.lower() == "bearer" else {}
    boards = hub.consoles.boards
    if not found or len(boards.lines) >= MOST_BOARDS:
        await answer(send, 503 if found else 401, b"", origin)
        return
    asked = parse_qs(scope["query_string"].decode("latin-1"))
    beat = beat_of(next(iter(asked.get("beat", ())), ""))
    line = BoardLine(groups=found[pass_.strip()], pass_=pass_.strip(), beat_seconds=beat)
    await begin_events(send, origin)
    writer = asyncio.create_task(_write(line, send))
    try:
        boards.greet(line)
        while not line.is_over and (await receive())["type"] != "http.disconnect":
            continue
    finally:
        boards.leave(line)
        writer.cancel()
        await asyncio.gather(writer, return_exceptions=True)


async def note_here(hub: Hub, receive: Receive, send: Send, origin: str) -> None:
    """Note that somebody looks at a ticket, writes on it, or left; only for a ticket that they may see."""
    said = _read(await _body(receive))
    pass_ = str(said.get("pass") or "")
    open_ = next((line for line in hub.consoles.lines if line.pass_ == pass_), None)
    actor = open_.actor if open_ is not None else await hub.ask(actor_with, pass_)
    state, tab = said.get("state"), str(said.get("tab") or "")[: here.LONGEST_TAB]
    if actor is None:
        await answer(send, 401, b"", origin)
    elif state not in here.STATES or not tab:
        await answer(send, 422, b"", origin)
    else:
        number = str(said.get("ticket") or "")
        is_seen = await hub.ask(say_here, actor, number, tab, str(state))
        await answer(send, 204 if is_seen else 404, b"", origin)


def say_here(actor: Actor, number: str, tab: str, state: str) -> bool:
    """Tell all gateways and pages that somebody is at a ticket; False for one that they may not see."""
    parts = number_parts(number)
    found = news.standing_of([parts[1]]).get(parts[1]) if parts else None
    if found is None or found.number != number or not found.is_seen_by(actor):
        return False
    who = {"ticket": found.id, "person": actor.person_id, "name": actor.name}
    push.publish(here.TOPIC, {**who, "tab": tab, "state": state})
    return True


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more and len(body) <= LARGEST_NOTE:
        piece = await receive()
        body += piece.get("body", b"")
        more = bool(piece.get("more_body"))
    return body


def _read(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body) if len(body) <= LARGEST_NOTE else None
    except ValueError:
        said = None
    return said if isinstance(said, dict) else {}


async def _write(line: Line, send: Send) -> None:
    while (frame := await line.queue.get()) is not None:
        await chunk(send, _event(frame))
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _event(frame: Frame) -> str:
    """A frame as an event; its mark is the event's id, from which a stream that was lost goes on."""
    mark = frame.get("mark")
    said = {key: value for key, value in frame.items() if key != "mark"}
    return f"{f'id: {mark}' if mark else ':'}\ndata: {json.dumps(said, ensure_ascii=False)}\n\n"
