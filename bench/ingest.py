"""How fast mail becomes tickets: worker processes, each with its share of the mails."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import data
from bench.desks import environment, make_desk
from bench.report import Figure, p50_p95
from helpdesk.core import outbox
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.accounts import local_account

MAILS = 600
SENDERS = 200
SEED = 1
BATCH = 20


def measure(database: str, fresh: Any) -> list[Figure]:
    """Mails a second and the time of one, with one worker and with two."""
    figures: list[Figure] = []
    for workers in (1, 2):
        with tempfile.TemporaryDirectory() as folder:
            url = fresh(f"ingest{workers}")
            with make_desk(url, Path(folder)).app_context(), unit_of_work():
                local_account()
            took, done = run_workers(url, Path(folder), workers)
            aim = {1: ">= 60", 2: ">= 100"}[workers] if database == "postgres" else ""
            conditions = f"{database}, {workers} worker{'s' if workers > 1 else ''}"
            each = [seconds for one in done for seconds in one["seconds"]]
            figures.append(Figure("ingest", "mails", conditions, MAILS / took, "/s", aim))
            figures += p50_p95("ingest", "one mail", conditions, each)
            if workers == 1:
                figures.append(after(url, Path(folder), database))
    return figures


def run_workers(url: str, folder: Path, workers: int) -> tuple[float, list[dict[str, Any]]]:
    """Start the workers, let them begin together, and wait; returns seconds from the first start to the last end."""
    share = MAILS // workers
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.ingest", str(number * share), str(share)],
            env=environment(url, folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(workers)
    ]
    for one in running:
        assert one.stdout is not None
        assert one.stdout.readline().strip() == "ready"
    for one in running:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    done = [json.loads(one.communicate()[0].strip().splitlines()[-1]) for one in running]
    return max(one["end"] for one in done) - min(one["start"] for one in done), done


def after(url: str, folder: Path, database: str) -> Figure:
    """What filing owes afterwards: receipts, notices, and bringing them out."""
    app = make_desk(url, folder)
    with app.app_context():
        start = time.perf_counter()
        for lane in ("tell", "deliver", "index"):
            outbox.drain(lane, at_most=100_000)
        took = time.perf_counter() - start
    return Figure(
        "ingest",
        "what follows a mail",
        f"{database}, receipt and notices",
        took / MAILS * 1000,
        "ms",
    )


def work(first: int, count: int) -> None:
    """A worker: keeps and files its share, in batches as a mailbox is read, and prints the time of each mail."""
    from config import Config
    from helpdesk.app import create_app
    from helpdesk.messaging.listening import receive

    app = create_app(Config.from_environment().flask_settings())
    share = list(data.mails(first + count, SENDERS, SEED))[first:]
    seconds: list[float] = []
    with app.app_context():
        print("ready", flush=True)
        sys.stdin.readline()
        start = time.time()
        for begin in range(0, len(share), BATCH):
            batch_start = time.perf_counter()
            for body in share[begin : begin + BATCH]:
                receive("", ("desk@desk.localhost",), body)
            outbox.drain("intake", at_most=BATCH)
            batch = share[begin : begin + BATCH]
            seconds += [(time.perf_counter() - batch_start) / len(batch)] * len(batch)
        while outbox.waiting("intake"):
            outbox.drain("intake")
        print(json.dumps({"start": start, "end": time.time(), "seconds": seconds}), flush=True)


if __name__ == "__main__":
    work(int(sys.argv[1]), int(sys.argv[2]))
