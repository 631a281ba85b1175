"""A worker process: threads that settle lanes, rung for by RQ, and looking for themselves when no bell comes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from datetime import timedelta

from flask import Flask
from redis.exceptions import RedisError
from rq import SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy.exc import OperationalError

from helpdesk.checking import alarms
from helpdesk.core import outbox
from helpdesk.core.queue import RQ_RUNNER, THREADS, RqRunner, ThreadRunner
from helpdesk.jobs import crews_for

log = logging.getLogger(__name__)

# After this time without a bell the threads look for work by themselves: Redis may be away or frozen (P29).
PATIENCE = timedelta(seconds=5)


class Worker:
    """Settles lanes until it is stopped; several may run side by side, on one machine or on many.

    Threads do the work, so that no lane waits for another; RQ only rings for them.
    """

    def __init__(self, app: Flask, lanes: Sequence[str] | None = None) -> None:
        self._app = app
        self._lanes = list(lanes) if lanes else outbox.lanes()
        self._worker: QuietWorker | None = None

    def run(self, stopping: threading.Event) -> None:
        """Work until told to stop; the jobs in hand are finished first."""
        runner = self._app.extensions.get(RQ_RUNNER)
        if isinstance(runner, RqRunner):
            self._run_with_bells(runner, stopping)
        else:
            threads = ThreadRunner(self._app, self._crews())
            threads.start()
            stopping.wait()
            threads.stop()

    def _crews(self) -> list[list[str]]:
        crews = [[lane for lane in crew if lane in self._lanes] for crew in crews_for(self._app)]
        return [crew for crew in crews if crew]

    def _run_with_bells(self, runner: RqRunner, stopping: threading.Event) -> None:
        threads = ThreadRunner(self._app, self._crews(), PATIENCE.total_seconds())
        self._app.extensions[THREADS] = threads
        threads.start_threads()
        watch = threading.Thread(target=self._watch, args=(stopping,), name="watch", daemon=True)
        watch.start()
        try:
            self._answer_bells(runner.apart(), stopping)
        finally:
            # A bell that comes later must not be handed to threads that are gone.
            del self._app.extensions[THREADS]
            threads.stop()

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
        while not stopping.wait(alarms.EVERY.total_seconds()):
            with self._app.app_context():
                self._keep_watch()
        if self._worker is not None:
            self._worker.stop_soon()

    def _keep_watch(self) -> None:
        """Look at the desk as a scheduler does, since it may be the scheduler that is gone."""
        try:
            alarms.keep_watch()
        except OperationalError:
            log.exception("The database is away; the desk is looked at again in a minute.")


class QuietWorker(SimpleWorker):
    """An RQ worker in this process; signals belong to the process that holds it."""

    def _install_signal_handlers(self) -> None:
        return None

    def subscribe(self) -> None:
        """Listen for none of RQ's commands: nobody gives any, and a thread that does outlives a Redis that goes away."""

    def stop_soon(self) -> None:
        """End after the job in hand."""
        self._stop_requested = True
