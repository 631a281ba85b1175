"""Running what is owed, by whichever runner the run is about."""

from __future__ import annotations

from flask import Flask
from rq.serializers import JSONSerializer

from helpdesk.core import outbox
from helpdesk.core.db import db
from helpdesk.core.queue import RqRunner
from helpdesk.working import QuietWorker

MOST_ROUNDS = 50


def settle_everything(app: Flask) -> None:
    """Settle until nothing is due; a test that never comes to rest fails."""
    runner = app.extensions.get("desk_runner")
    for _ in range(MOST_ROUNDS):
        if not outbox.due_lanes():
            db.session.expire_all()
            return
        # A context of its own, as a worker has: the session that a job ends is not the test's.
        with app.app_context():
            if isinstance(runner, RqRunner):
                settle_by_rq(runner)
            else:
                for lane in outbox.lanes():
                    outbox.drain(lane)
    raise AssertionError("The outbox never came to rest.")


def settle_by_rq(runner: RqRunner) -> None:
    """Ring for what is due, and let an RQ worker answer every bell."""
    outbox.sweep()
    queues = [runner.queue(lane) for lane in outbox.lanes()]
    worker = QuietWorker(queues, connection=queues[0].connection, serializer=JSONSerializer)
    worker.work(burst=True, logging_level="WARNING")
