"""Serving the gateway: in a thread of the embedded desk, or as a process of its own."""

from __future__ import annotations

import asyncio
import socket
import threading

import uvicorn
from flask import Flask

from helpdesk.live.gateway import LARGEST_FRAME, Gateway

PING_SECONDS = 20.0


def open_port(host: str, port: int) -> socket.socket:
    """A socket at this port, or at any that is free when the port is 0. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    listening.listen(1024)
    return listening


class LiveServer:
    """Serves open lines until it is stopped."""

    def __init__(self, app: Flask, listening: socket.socket) -> None:
        self._app, self._socket = app, listening
        self.port: int = listening.getsockname()[1]
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="live", daemon=True)

    def start(self) -> None:
        """Serve in a thread; returns once lines can be opened."""
        self._thread.start()
        self._ready.wait(30)

    def stop(self, timeout_seconds: float = 10.0) -> None:
        """Close every line, and end."""
        if self._loop is not None and self._stopping is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(timeout_seconds)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        gateway = Gateway(self._app)
        server = _Quiet(_settings(gateway))
        keeping = asyncio.create_task(gateway.hub.run(self._stopping))
        serving = asyncio.create_task(server.serve(sockets=[self._socket]))
        while not server.started and not serving.done():
            await asyncio.sleep(0.01)
        self._ready.set()
        await self._stopping.wait()
        await keeping
        server.should_exit = True
        await serving
        self._socket.close()


class _Quiet(uvicorn.Server):
    """A server that leaves signals to the process that holds it."""

    def install_signal_handlers(self) -> None:
        return None

    def capture_signals(self):  # type: ignore[no-untyped-def]
        from contextlib import nullcontext

        return nullcontext()


def _settings(gateway: Gateway) -> uvicorn.Config:
    return uvicorn.Config(
        gateway,
        loop="asyncio",
        http="h11",
        ws="websockets-sansio",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        ws_max_size=LARGEST_FRAME,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        timeout_graceful_shutdown=2,
        backlog=1024,
    )
