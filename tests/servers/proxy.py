"""A web proxy that does what real ones do to streams: keeps answers back, cuts what is silent, and speaks older HTTP.

One request a connection, as by proxies that rewrite keep-alive. What it does may be changed while it runs.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

HOST = "127.0.0.1"
LARGEST_HEAD = 64 * 1024


@dataclass
class Proxy:
    """Stands in front of a port of this machine."""

    upstream: int
    # An answer is kept back until so many bytes of it came, or its end; and so again for what follows. 0 passes on at once.
    hold_bytes: int = 0
    # A connection on which nothing went back for so long is cut. 0 cuts none.
    idle_seconds: float = 0
    # The version of HTTP that is spoken behind it; 1.0 knows no pieces and no kept connections.
    version: str = "1.1"
    port: int = 0
    cuts: int = 0
    asked: list[str] = field(default_factory=list)

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one request on, and its answer back."""
        open_ = [writer]
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            body = await reader.readexactly(_length_of(head))
            self.asked.append(head.split(b" ", 2)[1].decode("latin-1"))
            back, onward = await asyncio.open_connection(HOST, self.upstream)
            open_.append(onward)
            onward.write(_rewritten(head, self.version) + body)
            await self._pass_back(reader, back, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            for one in open_:
                one.close()
                with suppress(OSError):
                    await one.wait_closed()

    async def _pass_back(
        self,
        asker: asyncio.StreamReader,
        back: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        held, gone = b"", asyncio.ensure_future(asker.read(1))
        while True:
            piece = asyncio.ensure_future(back.read(65536))
            patience = self.idle_seconds or None
            done, _ = await asyncio.wait(
                {piece, gone}, timeout=patience, return_when=asyncio.FIRST_COMPLETED
            )
            if piece not in done:
                self.cuts += not done
                piece.cancel()
                await asyncio.gather(piece, return_exceptions=True)
                break
            held += piece.result()
            if not piece.result() or len(held) >= self.hold_bytes:
                writer.write(held)
                await writer.drain()
                held = b""
            if not piece.result():
                break
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)


def _length_of(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def _rewritten(head: bytes, version: str) -> bytes:
    """The request as one that is alone on its connection."""
    first, *lines = head.rstrip(b"\r\n").split(b"\r\n")
    kept = [line for line in lines if not line.lower().startswith((b"connection:", b"keep-alive:"))]
    first = first.rsplit(b" ", 1)[0] + b" HTTP/" + version.encode()
    return b"\r\n".join([first, *kept, b"Connection: close"]) + b"\r\n\r\n"


@contextmanager
def proxy_before(port: int, **settings: Any) -> Iterator[Proxy]:
    """A proxy on a free port, in front of this one."""
    proxy = Proxy(port, **settings)
    ready, loop = threading.Event(), asyncio.new_event_loop()
    stopping = asyncio.Event()

    async def serve() -> None:
        server = await asyncio.start_server(proxy.meet, HOST, 0, limit=LARGEST_HEAD)
        proxy.port = server.sockets[0].getsockname()[1]
        ready.set()
        await stopping.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for one in others:
            one.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join(10)
        loop.close()
