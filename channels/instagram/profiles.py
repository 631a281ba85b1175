"""Who people on Instagram are: what Meta says of them, asked at most once in a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from channels.meta.graph import Graph

_KNOWN_SECONDS = 3600.0
_MOST_KNOWN = 5_000

Profile = tuple[str, str]  # name, user name


class Profiles:
    """The names of people, by account and id."""

    def __init__(self, steady: Callable[[], float] = time.monotonic) -> None:
        self._steady = steady
        self._known: dict[tuple[str, str, str], tuple[float, Profile]] = {}
        self._lock = threading.Lock()

    def of(self, graph: Graph, person: str) -> Profile:
        """What somebody is called, empty where they keep it to themselves. Raises ChannelError."""
        key = (graph.url, graph.token, person)
        with self._lock:
            found = self._known.get(key)
            if found is not None and self._steady() - found[0] < _KNOWN_SECONDS:
                return found[1]
        said = graph.get(person, fields="name,username")
        profile = (said["name"].line(200), said["username"].line(100))
        with self._lock:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[key] = (self._steady(), profile)
        return profile

    def forget(self) -> None:
        """Ask anew for everybody."""
        with self._lock:
            self._known.clear()


PROFILES = Profiles()
