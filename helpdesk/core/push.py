"""publish() and subscribe(): news for whoever waits at an open page, in this process or over Redis.

News is a hint and no record: it may be lost, and whoever hears it asks the database what is so. Only what nobody
misses when it is lost, such as that somebody is typing, stands in the news itself.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from helpdesk.core.unit_of_work import afterwards

log = logging.getLogger(__name__)

CHANNEL = "desk:push"
# A Redis that does not answer is left alone for so long.
QUIET_SECONDS = 5.0

News = Mapping[str, Any]
Listener = Callable[[str, News], None]

_listeners: list[Listener] = []
_lock = threading.Lock()


class _Line:
    """The line to Redis, None on a desk without it."""

    redis: Redis | None = None
    quiet_until = 0.0


def connect(redis: Redis | None) -> None:
    """Say over which Redis news goes to other processes; None keeps it in this one."""
    _Line.redis, _Line.quiet_until = redis, 0.0


def publish(topic: str, news: News | None = None) -> None:
    """Tell whoever listens, now."""
    said = dict(news or {})
    _tell(topic, said)
    if _Line.redis is None or time.monotonic() < _Line.quiet_until:
        return
    try:
        _Line.redis.publish(CHANNEL, json.dumps([_OWN, topic, said]))
    except RedisError:
        _Line.quiet_until = time.monotonic() + QUIET_SECONDS
        log.warning("Redis is away; open pages are told a moment later.")


def publish_after(topic: str, news: News | None = None) -> None:
    """Tell whoever listens once the open unit of work is committed."""
    afterwards(lambda: publish(topic, news))


@contextmanager
def subscribe(listener: Listener) -> Iterator[None]:
    """Have all news told to this function, in whatever thread it comes; it must return at once."""
    with _lock:
        _listeners.append(listener)
    stopping = threading.Event()
    ear = threading.Thread(target=_listen, args=(stopping,), name="push", daemon=True)
    if _Line.redis is not None:
        ear.start()
    try:
        yield
    finally:
        stopping.set()
        with _lock:
            _listeners.remove(listener)
        if ear.is_alive():
            ear.join(3)


# What this process said itself it has told its own listeners already.
_OWN = f"{time.time_ns():x}"


def _tell(topic: str, news: News) -> None:
    with _lock:
        told = list(_listeners)
    for listener in told:
        listener(topic, news)


def _listen(stopping: threading.Event) -> None:
    """Hear what other processes say; a Redis that is away is asked for again."""
    while not stopping.is_set() and _Line.redis is not None:
        try:
            with _Line.redis.pubsub(ignore_subscribe_messages=True) as line:  # type: ignore[no-untyped-call]
                line.subscribe(CHANNEL)
                while not stopping.is_set():
                    _hear(line.get_message(timeout=0.5))
        except (RedisError, ValueError):
            stopping.wait(1)


def _hear(heard: Mapping[str, Any] | None) -> None:
    if heard is None:
        return
    try:
        sender, topic, news = json.loads(heard["data"])
    except (ValueError, TypeError, KeyError):
        return
    if sender != _OWN and isinstance(topic, str) and isinstance(news, dict):
        _tell(topic, news)
