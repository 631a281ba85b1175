"""A mailbox full of mail that is read in at once, while agents go on working."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench import data, ingest
from bench.desks import make_desk
from bench.pages import signed_in
from bench.report import Figure, p50_p95
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.accounts import local_account

WORKERS = 2
SENDERS = 2_000
SEED = 5
# Every tenth mail has a file of about a megabyte.
WITH_FILE = 10
FILE_BYTES = 1_000_000
LOOK_SECONDS = 0.5


def measure(database: str, fresh: Any, mails: int, report: Callable[[str], None]) -> list[Figure]:
    """The minutes until a backlog has its tickets, and how long the list takes meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        url = fresh("backlog")
        app = make_desk(url, Path(folder))
        with app.app_context():
            data.make_people()
            with unit_of_work():
                local_account()
        client = signed_in(app)
        began = time.perf_counter()
        with app.app_context():
            ingest.keep(backlog(mails))
        kept = time.perf_counter() - began
        report(f"kept {mails:,} mails in {kept:.0f} s")
        with app.app_context():
            seconds = work_off(url, Path(folder), client, mails, report)
        took = time.perf_counter() - began
    conditions = f"{database}, {mails:,} mails, 2 workers"
    aim = "< 15" if mails == 10_000 else ""
    return [
        Figure("backlog", "until all have tickets", conditions, took / 60, "min", aim),
        Figure("backlog", "mails", conditions, mails / took, "/s"),
        *p50_p95("backlog", "list meanwhile", conditions, seconds, "< 1000"),
    ]


def work_off(
    url: str, folder: Path, client: Any, mails: int, report: Callable[[str], None]
) -> list[float]:
    """Let workers file what was kept; returns the seconds of each look at the list meanwhile."""
    running = [ingest.start(url, folder, ingest.WORKER, 0, 0) for _ in range(WORKERS)]
    for one in running:
        assert one.stdout is not None
        assert one.stdout.readline().strip() == "ready"
        ingest.say(one, "go")
    seconds: list[float] = []
    while (done := ingest.filed()) < mails:
        began = time.perf_counter()
        assert client.get("/views/unassigned", base_url="http://localhost").status_code == 200
        seconds.append(time.perf_counter() - began)
        if len(seconds) % 60 == 0:
            report(f"filed {done:,} of {mails:,} mails")
        time.sleep(LOOK_SECONDS)
    for one in running:
        ingest.say(one, "stop")
        one.communicate()
    return seconds


def backlog(count: int) -> Iterator[bytes]:
    """Mails of 2 kB, every tenth with a file of a megabyte that no other has."""
    dice = random.Random(SEED)
    for number, mail in enumerate(data.mails(count, SENDERS, SEED)):
        yield mail if number % WITH_FILE else data.with_file(mail, dice.randbytes(FILE_BYTES))
