"""A worker process: answers the bells of RQ, and looks for itself when no bell comes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from datetime import timedelta

from flask import Flask
from redis.exceptions import RedisError
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from helpdesk.core import outbox
from helpdesk.core.queue import RqRunner, ThreadRunner, drain_safely
from helpdesk.jobs import CREWS

log = logging.getLogger(__name__)

# Work that nobody was rung for after this time is fetched without a bell: Redis may be away or frozen (P29).
PATIENCE = timedelta(seconds=5)
BURST_SECONDS = 60


class Worker:
    """Settles lanes until it is stopped; several may run side by side, on one machine or on many."""

    def __init__(self, app: Flask, lanes: Sequence[str] | None = None) -> None:
        self._app = app
        self._lanes = list(lanes) if lanes else outbox.lanes()
        self._worker: QuietWorker | None = None

    def run(self, stopping: threading.Event) -> None:
        """Work until told to stop; the job in hand is finished first."""
        runner = self._app.extensions.get("desk_runner")
        if not isinstance(runner, RqRunner):
            self._run_threads(stopping)
            return
        watch = threading.Thread(target=self._watch, args=(stopping,), name="watch", daemon=True)
        watch.start()
        self._answer_bells(runner, stopping)
        watch.join(30)

    def _run_threads(self, stopping: threading.Event) -> None:
        crews = [[lane for lane in crew if lane in self._lanes] for crew in CREWS]
        runner = ThreadRunner(self._app, [crew for crew in crews if crew])
        runner.start()
        stopping.wait()
        runner.stop()

    def _answer_bells(self, runner: RqRunner, stopping: threading.Event) -> None:
        while not stopping.is_set():
            try:
                with self._app.app_context():
                    self._rq_worker(runner).work(
                        burst=False, max_idle_time=1, logging_level="WARNING"
                    )
            except RedisError:
                log.warning("Redis is away; this worker looks into the database by itself.")
                stopping.wait(2)

    def _rq_worker(self, runner: RqRunner) -> SimpleWorker:
        queues = [runner.queue(lane) for lane in self._lanes]
        self._worker = QuietWorker(
            queues, connection=queues[0].connection, serializer=JSONSerializer
        )
        return self._worker

    def _watch(self, stopping: threading.Event) -> None:
        """Fetch what has been due for a while and that no bell brought."""
        while not stopping.wait(PATIENCE.total_seconds()):
            with self._app.app_context():
                late = outbox.due_lanes(since=PATIENCE)
            for lane in sorted(late.intersection(self._lanes)):
                drain_safely(self._app, lane, stopping.is_set)
        if self._worker is not None:
            self._worker.stop_soon()


class QuietWorker(SimpleWorker):
    """An RQ worker in this process; signals belong to the process that holds it."""

    def _install_signal_handlers(self) -> None:
        return None

    def stop_soon(self) -> None:
        """End after the job in hand."""
        self._stop_requested = True
