"""`python -m tests.faults.crashing`: a machine on which desks run and are killed; it forks them, so that each starts at once.

It reads one line of settings and then orders, each a line of JSON, and answers each with a line. A desk that it forks
is a process like any other: it has connections and threads of its own, and ends by SIGKILL without a last word.
"""

from __future__ import annotations

import json
import logging
import os
import select
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

from flask import Flask
from sqlalchemy import func
from sqlalchemy import select as rows

from helpdesk import schedule
from helpdesk.app import create_app
from helpdesk.backup.making import last_backup
from helpdesk.core import clock, crash_points, outbox
from helpdesk.core.crash_points import Point
from helpdesk.core.db import db
from helpdesk.core.models import OutboxEntry, OutboxState
from helpdesk.core.outbox import Job
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.jobs import JOBS
from helpdesk.messaging.listening import make_listener
from helpdesk.messaging.models import Delivery, DeliveryState, RawMessage, RawState
from helpdesk.people.models import Person
from helpdesk.working import Worker
from tests.makers import make_ticket

TURN_SECONDS = 0.1


class RunningClock:
    """A clock that was set to an instant when the process began, and goes on from there."""

    def __init__(self, at: datetime) -> None:
        self._at, self._began = at, time.monotonic()

    def now(self) -> datetime:
        return self._at + timedelta(seconds=time.monotonic() - self._began)

    def steady(self) -> timedelta:
        return timedelta(seconds=time.monotonic())


def die() -> NoReturn:
    """End as by a power cut: nothing is closed, nothing is rolled back by us."""
    os.kill(os.getpid(), signal.SIGKILL)
    threading.Event().wait()
    raise AssertionError("Nobody comes back from there.")


class Killer:
    """Kills the process when it comes to a point for the given time."""

    def __init__(self, point: str, nth: int) -> None:
        self._point, self._left = Point(point), nth
        self._lock = threading.Lock()

    def __call__(self, reached: Point) -> None:
        if reached is not self._point:
            return
        with self._lock:
            self._left -= 1
            if not self._left:
                die()


def deadly(job: Job) -> Job:
    """The same job, after which the worker is dead before it could note that it was done."""

    def after(run: Callable[[], None]) -> Callable[[], None]:
        def run_and_die() -> None:
            run()
            db.session.flush()
            die()

        return run_and_die

    def prepare(ids: Sequence[int]) -> Iterator[Callable[[], None]]:
        assert job.prepare is not None
        return map(after, job.prepare(ids))

    return replace(
        job, run=lambda ids: after(lambda: job.run(ids))(), prepare=prepare if job.prepare else None
    )


# What a desk may be told to do ---------------------------------------------------------------------------------


def work(app: Flask, order: dict[str, Any]) -> None:
    """The whole of the background work, as `desk worker` and the scheduler do it, until nothing is left to do."""
    if order.get("deadly"):
        outbox.install_jobs({**JOBS, order["deadly"]: deadly(JOBS[order["deadly"]])})
    turns = threading.Thread(target=keep_turning, args=(app, order), daemon=True)
    turns.start()
    Worker(app).run(threading.Event())


def keep_turning(app: Flask, order: dict[str, Any]) -> None:
    """The scheduler's part; ends the process when there is nothing left to do, unless it is to stay."""
    with app.app_context(), ending_on_error():
        with unit_of_work():
            if order.get("mails"):
                schedule.collect_mailboxes()
            schedule.try_deliveries_again()
        while order.get("stays") or not is_at_rest(order):
            outbox.sweep()
            threading.Event().wait(TURN_SECONDS)
    os._exit(0)


def listen(app: Flask, order: dict[str, Any]) -> None:
    """The mail door."""
    make_listener(app, "127.0.0.1", order["port"]).start()
    threading.Event().wait()


def open_tickets(app: Flask, order: dict[str, Any]) -> None:
    """Open tickets from several threads at once, when the file that is the starting shot is there."""

    def open_some() -> None:
        with app.app_context(), ending_on_error():
            requester = db.session.get_one(Person, order["requester"])
            for _ in range(order["each"]):
                make_ticket(requester)
            db.session.remove()

    shot = Path(order["shot"])
    while not shot.exists():
        threading.Event().wait(0.001)
    threads = [threading.Thread(target=open_some) for _ in range(order["threads"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


WORK = {"work": work, "listen": listen, "open": open_tickets}


def is_at_rest(order: dict[str, Any]) -> bool:
    """Whether as many mails were kept as there are, all that is owed was done, and a backup was made if one was due."""
    counts = (
        rows(func.count()).select_from(RawMessage),
        rows(func.count()).where(RawMessage.state == RawState.WAITING),
        rows(func.count()).where(OutboxEntry.state != OutboxState.DEAD),
        rows(func.count()).where(
            Delivery.state.in_(
                (DeliveryState.WAITING, DeliveryState.SENDING, DeliveryState.UNCERTAIN)
            ),
            Delivery.next_try_at.is_not(None),
        ),
    )
    kept, *left = (db.session.scalar(count) or 0 for count in counts)
    has_backup = last_backup() is not None or not order.get("backs_up")
    db.session.rollback()
    return kept >= order.get("mails", 0) and not any(left) and has_backup


@contextmanager
def ending_on_error() -> Iterator[None]:
    """Say what went wrong in a thread and end the process, so that nobody waits for it."""
    is_well = False
    try:
        yield
        is_well = True
    finally:
        if not is_well:
            traceback.print_exc()
            os._exit(1)


# The machine ----------------------------------------------------------------------------------------------------


class Machine:
    """Forks desks, tells how they ended, and takes all of them with it when its own orders end."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._running: dict[int, int] = {}

    def start(self, order: dict[str, Any]) -> int:
        """Fork a desk; its process id."""
        pid = os.fork()
        if pid == 0:
            run_desk(self._app, order)
        self._running[pid] = os.pidfd_open(pid)
        return pid

    def wait(self, pid: int, seconds: float | None) -> int | None:
        """How a desk ended, by a negative number if a signal ended it; None when it still runs after this time."""
        handle = self._running[pid]
        ended, _, _ = select.select([handle], [], [], seconds)
        if not ended:
            return None
        os.close(self._running.pop(pid))
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def kill(self, pid: int) -> int | None:
        """Kill a desk; how it ended."""
        os.kill(pid, signal.SIGKILL)
        return self.wait(pid, None)

    def kill_all(self) -> None:
        for pid in list(self._running):
            self.kill(pid)


def run_desk(app: Flask, order: dict[str, Any]) -> NoReturn:
    """What a forked desk does, from its first moment to its last."""
    with ending_on_error():
        os.close(0)
        point = order.get("point")
        hook = Killer(point, order.get("nth", 1)) if point else None
        watched = crash_points.watched_by(hook) if hook else nullcontext()
        with clock.use(RunningClock(datetime.fromisoformat(order["at"]))), watched:
            WORK[order["do"]](app, order)
    os._exit(0)


def serve(machine: Machine, orders: Iterator[str]) -> None:
    """Take orders until there are no more."""
    for line in orders:
        order = json.loads(line)
        if order["do"] == "wait":
            answer = machine.wait(order["pid"], order["seconds"])
        elif order["do"] == "kill":
            answer = machine.kill(order["pid"])
        else:
            answer = machine.start(order)
        print(json.dumps(answer), flush=True)
    machine.kill_all()


def main() -> None:
    logging.basicConfig(level=logging.WARNING)
    # An iterator over lines would read ahead, and a child would inherit what it had read.
    orders = iter(sys.stdin.readline, "")
    settings = json.loads(next(orders))
    machine = Machine(create_app({**settings, "DESK_DATA_DIR": Path(settings["DESK_DATA_DIR"])}))
    print(json.dumps("ready"), flush=True)
    serve(machine, orders)


if __name__ == "__main__":
    main()
