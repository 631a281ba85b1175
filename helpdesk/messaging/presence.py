"""Which parts that stand for themselves are there: the mail door and the watch say so again and again."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy import or_, select
from sqlalchemy.exc import OperationalError

from helpdesk.core import clock, leases
from helpdesk.core.db import db
from helpdesk.core.models import Lease

log = logging.getLogger(__name__)

MAIL_DOOR = "mail-door"
MAIL_WATCH = "mail-watch"
LINES = "lines"
PARTS = (MAIL_DOOR, MAIL_WATCH, LINES)
BEAT_SECONDS = 20.0
_LASTING = timedelta(seconds=60)


def parts_there() -> set[str]:
    """Which of these parts some process runs now; at most a minute late to say that one is gone."""
    at = clock.now()
    names = select(Lease.name).where(
        or_(*(Lease.name.startswith(f"{part}:", autoescape=True) for part in PARTS)),
        Lease.until > at,
    )
    return {name.partition(":")[0] for name in db.session.scalars(names.limit(500))}


def is_there(part: str) -> bool:
    """Whether some process runs this part now."""
    return part in parts_there()


class Presence:
    """Says that a part is there, from `start()` until `stop()`."""

    def __init__(self, app: Flask, part: str) -> None:
        self._app = app
        # Several processes may run the same part, each under a name of its own.
        self._name = f"{part}:{secrets.token_hex(6)}"
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._beat, name="presence", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(5)

    def _beat(self) -> None:
        while not self._stopping.is_set():
            self._say(lambda: leases.take(self._name, self._name, _LASTING))
            self._stopping.wait(BEAT_SECONDS)
        self._say(lambda: leases.give_back(self._name, self._name))

    def _say(self, what: Callable[[], object]) -> None:
        with self._app.app_context():
            try:
                what()
            except OperationalError:
                log.warning("The database is away; nobody is told that %s runs.", self._name)
            finally:
                db.session.remove()
