"""Two runners of one outbox: threads in this process, or RQ on Redis; the row is the truth, they only bring it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from flask import Flask
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy.exc import OperationalError

from helpdesk.core import outbox

log = logging.getLogger(__name__)

# How long a thread rests when no bell rings; also how soon a retry that came due is seen.
REST_SECONDS = 1.0
BELL_JOB = "helpdesk.jobs.answer_bell"
# Where the application keeps its runners.
RQ_RUNNER = "desk_runner"
THREADS = "desk_threads"
# A bell that some worker lost is rung again after this time at the latest.
BELL_LIFE_SECONDS = 5
# A Redis that does not answer is left alone for so long, so that not every request waits for it (P29).
QUIET_SECONDS = 10.0


class Runner(Protocol):
    """What wakes the workers."""

    def ring(self, lanes: set[str]) -> None: ...


class ThreadRunner:
    """Settles the outbox in threads of this process; alone, it is the runner of the embedded desk, no server needed.

    `crews` says which lanes each thread serves, `rest_seconds` how long one waits for a bell before it looks by itself.
    """

    def __init__(
        self, app: Flask, crews: Sequence[Sequence[str]], rest_seconds: float = REST_SECONDS
    ) -> None:
        self._app = app
        self._rest_seconds = rest_seconds
        self._stopping = threading.Event()
        self._bells = [threading.Event() for _ in crews]
        self._crews = [tuple(crew) for crew in crews]
        self._threads: list[threading.Thread] = []

    def ring(self, lanes: set[str]) -> None:
        for bell, crew in zip(self._bells, self._crews, strict=True):
            if lanes.intersection(crew):
                bell.set()

    def start(self) -> None:
        """Start the threads and become the bell of the outbox."""
        outbox.install_bell(self.ring)
        self.start_threads()

    def start_threads(self) -> None:
        """Start the threads; somebody else rings for what is owed."""
        for number, crew in enumerate(self._crews):
            thread = threading.Thread(
                target=self._serve, args=(number,), name="runner-" + "-".join(crew), daemon=True
            )
            thread.start()
            self._threads.append(thread)

    def stop(self, timeout_seconds: float = 10.0) -> None:
        """Let each thread finish the entry it holds, and end."""
        self._stopping.set()
        for bell in self._bells:
            bell.set()
        for thread in self._threads:
            thread.join(timeout_seconds)
        outbox.take_bell_off(self.ring)

    def _serve(self, number: int) -> None:
        bell, crew = self._bells[number], self._crews[number]
        while not self._stopping.is_set():
            bell.wait(self._rest_seconds)
            bell.clear()
            for lane in crew:
                drain_safely(self._app, lane, self._stopping.is_set)


class RqRunner:
    """Rings workers through RQ on Redis.

    One bell a lane is under way at a time. A worker takes the bell off before it looks for work, so that work committed
    after that rings anew, and work committed before is found. When Redis is away nothing is lost: workers look for
    themselves and the scheduler sweeps.
    """

    def __init__(self, connection: Redis) -> None:
        self._redis = connection
        self._queues: dict[str, Queue] = {}
        self._quiet_until = 0.0

    def ring(self, lanes: set[str]) -> None:
        if time.monotonic() < self._quiet_until:
            return
        try:
            for lane in sorted(lanes):
                self._ring_one(lane)
        except RedisError:
            self._leave_alone()
            log.warning("Redis is away; work waits until the workers look for themselves.")

    def is_reachable(self) -> bool:
        """Whether the bell can be rung now; waits no longer than one answer may take."""
        try:
            self._redis.ping()
        except RedisError:
            self._leave_alone()
            return False
        self._quiet_until = 0.0
        return True

    def answered(self, lane: str) -> None:
        """Take the bell of a lane off; called by a worker before it looks for work."""
        try:
            self._redis.delete(bell_key(lane))
        except RedisError:
            self._leave_alone()
            log.warning("Redis is away; the bell of lane %s lapses by itself.", lane)

    def apart(self) -> RqRunner:
        """A runner on lines of its own: RQ lets the lines it listens on wait for minutes, and no bell may wait so long."""
        pool = self._redis.connection_pool
        own = type(pool)(connection_class=pool.connection_class, **dict(pool.connection_kwargs))
        return RqRunner(Redis(connection_pool=own))

    def _leave_alone(self) -> None:
        self._quiet_until = time.monotonic() + QUIET_SECONDS

    def _ring_one(self, lane: str) -> None:
        if not self._redis.set(bell_key(lane), "1", nx=True, ex=BELL_LIFE_SECONDS):
            return
        self.queue(lane).enqueue_call(
            BELL_JOB, args=(lane,), result_ttl=0, ttl=600, failure_ttl=3600, timeout=3600
        )

    def queue(self, lane: str) -> Queue:
        """The RQ queue of a lane; payloads are JSON, never pickles (S28)."""
        if lane not in self._queues:
            self._queues[lane] = Queue(
                f"desk-{lane}", connection=self._redis, serializer=JSONSerializer
            )
        return self._queues[lane]


def bell_key(lane: str) -> str:
    """The Redis key that says a bell of this lane is under way."""
    return f"desk:bell:{lane}"


def drain_safely(app: Flask, lane: str, stopping: Callable[[], bool]) -> int:
    """Drain a lane; a database that is away is waited for and ends no worker."""
    with app.app_context():
        try:
            return outbox.drain(lane, stopping=stopping)
        except OperationalError:
            log.exception("The database is away; lane %s is tried again.", lane)
            return 0
