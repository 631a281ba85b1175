"""A mailbox full of mail that is read in at once, while agents go on working."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench import data, ingest
from bench.desks import environment, make_desk
from bench.mailboxes import dovecot, fill, settings
from bench.pages import signed_in
from bench.report import Figure, p50_p95
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.accounts import create_account, local_account

WORKERS = 2
SENDERS = 2_000
SEED = 5
# Every tenth mail has a file of about a megabyte.
WITH_FILE = 10
FILE_BYTES = 1_000_000
LOOK_EVERY_SECONDS = 1.0


def measure(database: str, fresh: Any, mails: int, report: Callable[[str], None]) -> list[Figure]:
    """The minutes until a backlog has its tickets, and how long the list takes meanwhile."""
    with tempfile.TemporaryDirectory() as folder, dovecot() as server:
        url = fresh("backlog")
        app = make_desk(url, Path(folder))
        with app.app_context():
            data.make_people()
            with unit_of_work():
                local_account()
                account = server and create_account(name="Backlog", values=settings(server))
        client = signed_in(app)
        if server is not None:
            fill(server, backlog(mails), report)
        began = time.perf_counter()
        with app.app_context():
            if account is None:
                report("Dovecot is not here; the mails are handed over without a mailbox")
                ingest.keep(backlog(mails))
            seconds = work_off(
                url, Path(folder), client, mails, report, account.id if account else None
            )
        took = time.perf_counter() - began
    source = "Dovecot" if account else "no mailbox"
    conditions = f"{database}, {source}, {mails:,} mails, 2 workers"
    aim = "< 15" if mails == 10_000 else ""
    return [
        Figure("backlog", "until all have tickets", conditions, took / 60, "min", aim),
        Figure("backlog", "mails", conditions, mails / took, "/s"),
        *p50_p95("backlog", "list meanwhile", conditions, seconds, "< 1000"),
    ]


def work_off(
    url: str,
    folder: Path,
    client: Any,
    mails: int,
    report: Callable[[str], None],
    account_id: int | None,
) -> list[float]:
    """Let one process collect and workers file; returns the seconds of each look at the list meanwhile."""
    running = [ingest.start(url, folder, ingest.WORKER, 0, 0) for _ in range(WORKERS)]
    if account_id is not None:
        running.append(
            subprocess.Popen(
                [sys.executable, "-m", "bench.collecting", str(account_id)],
                env=environment(url, folder),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
    try:
        for one in running:
            assert one.stdout is not None
            assert one.stdout.readline().strip() == "ready"
            ingest.say(one, "go")
        seconds = look_meanwhile(client, mails, running, report)
        for one in running[:WORKERS]:
            ingest.say(one, "stop")
        for one in running:
            one.communicate()
    finally:
        for one in running:
            if one.poll() is None:
                one.kill()
                one.communicate()
    return seconds


def look_meanwhile(
    client: Any, mails: int, running: list[subprocess.Popen[str]], report: Callable[[str], None]
) -> list[float]:
    """The seconds of each look at the list, one a second, until every mail has its ticket."""
    seconds: list[float] = []
    while (done := ingest.filed()) < mails:
        if any(one.poll() not in (None, 0) for one in running):
            raise RuntimeError("A process of the measurement ended before its work was done.")
        began = time.perf_counter()
        assert client.get("/views/unassigned", base_url="http://localhost").status_code == 200
        seconds.append(time.perf_counter() - began)
        if len(seconds) % 10 == 0:
            report(f"filed {done:,} of {mails:,} mails")
        time.sleep(max(0.0, LOOK_EVERY_SECONDS - seconds[-1]))
    return seconds


def backlog(count: int) -> Iterator[bytes]:
    """Mails of 2 kB, every tenth with a file of a megabyte that no other has."""
    dice = random.Random(SEED)
    for number, mail in enumerate(data.mails(count, SENDERS, SEED)):
        yield mail if number % WITH_FILE else data.with_file(mail, dice.randbytes(FILE_BYTES))
