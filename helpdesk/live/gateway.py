"""Gateway: the ASGI application that widgets and consoles connect to, by WebSocket or by server-sent events."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from flask import Flask

from helpdesk.core.own_hosts import own_origins
from helpdesk.live import consoling, talk
from helpdesk.live.hub import Hub
from helpdesk.live.lines import AgentLine, Frame, Line, VisitorLine
from helpdesk.live.talk import Unwelcome
from helpdesk.live.wire import Receive, Scope, Send, answer, begin_events, chunk, header

log = logging.getLogger(__name__)

PATH = "/live"
EVENTS = "/live/events"
HELLO_SECONDS = 10.0
# An idle stream is kept open past proxies that close what is silent.
SILENCE_SECONDS = 20.0
LARGEST_FRAME = 32 * 1024
MOST_LINES = 5_000
# Codes of our own, for the widget: who it is was not shown, or there are too many lines.
UNWELCOME, FULL, UNREADABLE = 4401, 4429, 4400


class Gateway:
    """Answers WebSockets at /live, streams at /live/events, and /live/healthz; all else is not found."""

    def __init__(self, app: Flask) -> None:
        self.hub = Hub(app)
        self._origins = own_origins(app)
        self._open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        if scope["path"] != PATH or not self._is_ours(header(scope, b"origin")):
            await send({"type": "websocket.close", "code": 1008})
            return
        await send({"type": "websocket.accept"})
        if self._open >= MOST_LINES:
            await send({"type": "websocket.close", "code": FULL})
            return
        self._open += 1
        try:
            await self._converse(receive, send)
        finally:
            self._open -= 1

    async def _converse(self, receive: Receive, send: Send) -> None:
        try:
            hello = await asyncio.wait_for(_frame(receive), HELLO_SECONDS)
            line = await self._welcome(hello or {})
        except (TimeoutError, Unwelcome):
            await send({"type": "websocket.close", "code": UNWELCOME})
            return
        except ValueError:
            await send({"type": "websocket.close", "code": UNREADABLE})
            return
        writer = asyncio.create_task(_write(line, send))
        try:
            await self._enter(line)
            await self._listen(line, receive)
        finally:
            self.hub.leave(line)
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)

    async def _welcome(self, hello: Mapping[str, Any]) -> VisitorLine | AgentLine:
        if "pass" in hello:
            return await talk.welcome_agent(self.hub, hello)
        return await talk.welcome_visitor(self.hub, hello)

    async def _enter(self, line: VisitorLine | AgentLine) -> None:
        if isinstance(line, AgentLine):
            await self.hub.greet_agent(line)
        else:
            await self.hub.greet(line)

    async def _listen(self, line: VisitorLine | AgentLine, receive: Receive) -> None:
        while not line.is_over:
            try:
                said = await _frame(receive)
            except ValueError:
                line.end()
                return
            if said is None:
                return
            if isinstance(line, AgentLine):
                await talk.hear_agent(self.hub, line, said)
            else:
                await talk.hear_visitor(self.hub, line, said)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        origin = header(scope, b"origin")
        if scope["path"] == "/live/healthz":
            await answer(send, 200, b'{"ok":true}')
        elif scope["path"] not in (EVENTS, consoling.STREAM, consoling.BOARD, consoling.HERE):
            await answer(send, 404, b"")
        elif origin and not self._is_ours(origin):
            await answer(send, 403, b"")
        elif scope["method"] == "OPTIONS":
            await answer(send, 204, b"", origin)
        elif scope["path"] == consoling.HERE:
            await consoling.note_here(self.hub, receive, send, origin)
        elif scope["path"] == consoling.BOARD:
            await consoling.serve_board(self.hub, scope, receive, send, origin)
        elif scope["path"] == consoling.STREAM:
            await consoling.serve(self.hub, scope, receive, send, origin)
        else:
            await self._stream(scope, receive, send, origin)

    async def _stream(self, scope: Scope, receive: Receive, send: Send, origin: str) -> None:
        """A widget's line one way: server-sent events, each with the id from which a lost stream goes on."""
        kind, _, token = header(scope, b"authorization").partition(" ")
        asked = parse_qs(scope["query_string"].decode("latin-1"))
        after = header(scope, b"last-event-id") or next(iter(asked.get("after", ())), "0")
        try:
            if kind.lower() != "bearer":
                raise Unwelcome("There is no token.")
            line = await talk.welcome_visitor(self.hub, {"token": token.strip(), "after": after})
        except Unwelcome:
            await answer(send, 401, b"", origin)
            return
        await begin_events(send, origin)
        writer = asyncio.create_task(_write_events(line, send))
        try:
            await self.hub.greet(line)
            while (await receive())["type"] != "http.disconnect":
                continue
        finally:
            self.hub.leave(line)
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)

    def _is_ours(self, origin: str) -> bool:
        """Whether a page of ours opens it: the widget's frame is one, wherever it stands (S53)."""
        return origin.lower() in self._origins


async def _frame(receive: Receive) -> Mapping[str, Any] | None:
    """The next frame, None once the line is closed. Raises ValueError for what is none."""
    event = await receive()
    if event["type"] == "websocket.disconnect":
        return None
    text = event.get("text") or ""
    if not text or len(text) > LARGEST_FRAME:
        raise ValueError("This is no frame.")
    said = json.loads(text)
    if not isinstance(said, dict):
        raise ValueError("This is no frame.")
    return said


async def _write(line: Line, send: Send) -> None:
    while True:
        frame = await line.queue.get()
        if frame is None:
            await send({"type": "websocket.close", "code": 1000})
            return
        await send({"type": "websocket.send", "text": json.dumps(frame, ensure_ascii=False)})


async def _write_events(line: VisitorLine, send: Send) -> None:
    while True:
        try:
            frame = await asyncio.wait_for(line.queue.get(), SILENCE_SECONDS)
        except TimeoutError:
            await chunk(send, ": still here\n\n")
            continue
        if frame is None:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        await chunk(send, _event(frame))


def _event(frame: Frame) -> str:
    items = frame.get("items") or ()
    named = f"id: {items[-1]['id']}\n" if items else ""
    return f"{named}data: {json.dumps(frame, ensure_ascii=False)}\n\n"
