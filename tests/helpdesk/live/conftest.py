"""A real gateway on a free port, in a thread."""

from __future__ import annotations

import asyncio
import json
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import websockets
from flask import Flask

from helpdesk.core.db import db
from helpdesk.live.serving import LiveServer, open_port
from tests.cast import Cast, make_cast
from tests.conftest import empty_database
from tests.flows.processes import wait_until

Frame = dict[str, Any]


@dataclass
class Wire:
    """One WebSocket, driven from the test's thread; frames that came are kept."""

    url: str
    origin: str | None
    frames: list[Frame] = field(default_factory=list)
    closed_with: int | None = None
    _out: queue.Queue[str | None] = field(default_factory=queue.Queue)

    def open(self, hello: Frame | str) -> Wire:
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(hello)), daemon=True)
        self._thread.start()
        return self

    async def _run(self, hello: Frame | str) -> None:
        try:
            async with websockets.connect(self.url, origin=self.origin, proxy=None) as line:
                await line.send(hello if isinstance(hello, str) else json.dumps(hello))
                writer = asyncio.create_task(self._write(line))
                async for text in line:
                    self.frames.append(json.loads(text))
                writer.cancel()
                self.closed_with = line.close_code
        except websockets.ConnectionClosed as closed:
            self.closed_with = closed.rcvd.code if closed.rcvd else 1006
        except websockets.InvalidStatus as refused:
            self.closed_with = refused.response.status_code
        finally:
            # Whoever waits for something to write would hold the thread.
            self._out.put(None)

    async def _write(self, line: Any) -> None:
        while True:
            text = await asyncio.to_thread(self._out.get)
            if text is None:
                await line.close()
                return
            await line.send(text)

    def send(self, frame: Frame) -> None:
        self._out.put(json.dumps(frame))

    def close(self) -> None:
        self._out.put(None)
        self._thread.join(60)

    def wait_for(self, wanted: Callable[[Frame], bool]) -> Frame:
        return wait_until(
            lambda: next((one for one in self.frames if wanted(one)), None), within=30
        )

    def texts(self) -> list[str]:
        return [
            item["text"]
            for frame in list(self.frames)
            if frame["type"] == "messages"
            for item in frame["items"]
        ]


@dataclass
class LiveLines:
    """The desk with its gateway, by the real clock."""

    app: Flask
    cast: Cast
    url: str
    port: int
    # Whatever is to be closed before the gateway ends.
    streams: list[Any] = field(default_factory=list)

    def wire(self, hello: Frame | str, *, origin: str | None = "") -> Wire:
        asked = self.url if origin == "" else origin
        return Wire(f"ws://127.0.0.1:{self.port}/live", asked).open(hello)


@pytest.fixture
def lines(application: Flask) -> Iterator[LiveLines]:
    with application.app_context():
        empty_database()
        cast = make_cast()
        db.session.remove()
    # The pages themselves stand nowhere here; only their address is asked for.
    url, before = "http://127.0.0.1:9", application.config["DESK_BASE_URL"]
    application.config["DESK_BASE_URL"] = url
    server = LiveServer(application, open_port("127.0.0.1", 0))
    server.start()
    application.config["DESK_LIVE_URL"] = f"http://127.0.0.1:{server.port}"
    found = LiveLines(application, cast, url, server.port)
    try:
        with application.app_context():
            yield found
    finally:
        for stream in found.streams:
            stream.close()
        application.config["DESK_LIVE_URL"], application.config["DESK_BASE_URL"] = "", before
        server.stop()
        with application.app_context():
            db.session.remove()
