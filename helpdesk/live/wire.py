"""The few words of HTTP that the gateway speaks: an answer, a piece of a stream, a header."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


async def begin_events(send: Send, origin: str) -> None:
    """Begin a stream of events that no proxy may keep back."""
    headers = [
        (b"content-type", b"text/event-stream"),
        (b"cache-control", b"no-store, no-transform"),
    ]
    headers += [(b"x-accel-buffering", b"no"), *allowed(origin)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})


async def chunk(send: Send, text: str) -> None:
    """Send a piece of a stream."""
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def answer(send: Send, status: int, body: bytes, origin: str = "") -> None:
    """Answer at once; what was answered is kept by nobody."""
    headers = [
        (b"content-type", b"application/json"),
        (b"cache-control", b"no-store"),
        *allowed(origin),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def allowed(origin: str) -> list[tuple[bytes, bytes]]:
    """What lets a page of ours read an answer that comes from another port."""
    if not origin:
        return []
    return [
        (b"access-control-allow-origin", origin.encode("latin-1", "ignore")),
        (b"access-control-allow-headers", b"authorization, last-event-id"),
        (b"access-control-max-age", b"600"),
        (b"vary", b"origin"),
    ]


def header(scope: Scope, name: bytes) -> str:
    """A header of a request, empty where there is none."""
    return next((value.decode("latin-1") for held, value in scope["headers"] if held == name), "")
