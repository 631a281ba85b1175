"""Who is at which ticket, as the processes of the pages know it: heard as the gateways hear it, for consoles without one."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from typing import Any

from flask import current_app

from helpdesk.core import push
from helpdesk.live import here
from helpdesk.live.here import Here

_EXTENSION = "desk_here"
_lock = threading.Lock()


class Watch:
    """Hears who is where from its first use on; pages say it anew every twenty seconds."""

    def __init__(self) -> None:
        self._here, self._lock = Here(), threading.Lock()
        self._listening = ExitStack()
        self._listening.enter_context(push.subscribe(self._hear))

    def everywhere(self) -> dict[int, list[dict[str, Any]]]:
        """Who is at each ticket now."""
        now = time.monotonic()
        with self._lock:
            self._here.sweep(now, {})
            return self._here.everywhere(now)

    def close(self) -> None:
        """Listen no more."""
        self._listening.close()

    def _hear(self, topic: str, news: push.News) -> None:
        if topic == here.TOPIC:
            with self._lock:
                self._here.note(news, time.monotonic())


def watch() -> Watch:
    """The one of this process."""
    with _lock:
        found: Watch | None = current_app.extensions.get(_EXTENSION)
        if found is None:
            found = current_app.extensions[_EXTENSION] = Watch()
        return found
