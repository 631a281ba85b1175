"""The server's end of a WebSocket (RFC 6455), as much of it as Socket Mode speaks: text, pings and a close."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import Any

_MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA


def shake_hands(call: BaseHTTPRequestHandler) -> None:
    """Answer the request that asks for a WebSocket."""
    key = call.headers["Sec-WebSocket-Key"] + _MAGIC
    accepted = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
    call.send_response(101)
    call.send_header("Upgrade", "websocket")
    call.send_header("Connection", "Upgrade")
    call.send_header("Sec-WebSocket-Accept", accepted)
    call.end_headers()
    call.wfile.flush()


class Socket:
    """One line that somebody holds to us."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    def send(self, said: dict[str, Any]) -> None:
        self._frame(TEXT, json.dumps(said).encode())

    def close(self) -> None:
        """Cut the line, as a network does."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def heard(self) -> Iterator[dict[str, Any]]:
        """What the other side says, until it hangs up."""
        with suppress(OSError, ConnectionError):
            while True:
                kind, body = self._read()
                if kind == CLOSE:
                    return
                if kind == PING:
                    self._frame(PONG, body)
                elif kind == TEXT:
                    yield json.loads(body)

    def _frame(self, kind: int, body: bytes) -> None:
        length = len(body)
        if length < 126:
            head = struct.pack("!BB", 0x80 | kind, length)
        elif length < 2**16:
            head = struct.pack("!BBH", 0x80 | kind, 126, length)
        else:
            head = struct.pack("!BBQ", 0x80 | kind, 127, length)
        with self._lock:
            self._connection.sendall(head + body)

    def _read(self) -> tuple[int, bytes]:
        first, second = self._exactly(2)
        length = second & 0x7F
        if length == 126:
            (length,) = struct.unpack("!H", self._exactly(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", self._exactly(8))
        mask = self._exactly(4) if second & 0x80 else bytes(4)
        body = self._exactly(length)
        return first & 0x0F, bytes(byte ^ mask[at % 4] for at, byte in enumerate(body))

    def _exactly(self, count: int) -> bytes:
        found = b""
        while len(found) < count:
            some = self._connection.recv(count - len(found))
            if not some:
                raise ConnectionError("The line is cut.")
            found += some
        return found
