"""How fast mail becomes tickets: from its bytes at the door to a committed ticket, by real processes."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import func, select, text

from bench import data
from bench.desks import environment, make_desk
from bench.report import Figure, p50_p95
from helpdesk.core import outbox
from helpdesk.core.db import db, is_postgresql
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.accounts import local_account
from helpdesk.messaging.models import RawMessage, RawState

MAILS = 600
SINGLE = 100
SENDERS = 200
SEED = 1
LANES = ("intake", "slow")
LOOK_SECONDS = 0.05
ADDRESS = "desk@desk.localhost"
# So the processes of a measurement are started: what each does is said in `work`.
ALONE, KEEPER, WORKER = "alone", "keeper", "worker"


def measure(database: str, fresh: Any) -> list[Figure]:
    """Mails a second with one worker and with two, in one process each and as in production; and the time of one."""
    figures: list[Figure] = []
    for workers in (1, 2):
        aim = {1: ">= 60", 2: ">= 100"}[workers] if database == "postgres" else ""
        said = f"{database}, {workers} worker{'s' if workers > 1 else ''}"
        for way, roles in (
            ("keeping too", [ALONE] * workers),
            ("and a keeper", [KEEPER, *[WORKER] * workers]),
        ):
            ran = run(fresh, roles, f"{way[:3]}{workers}")
            conditions = f"{said} {way}"
            figures.append(Figure("ingest", "mails", conditions, ran.rate, "/s", aim))
            figures += [
                Figure("ingest", f"processor time of one, {who}", conditions, ms, "ms")
                for who, ms in ran.spent.items()
            ]
            if ran.singles:
                figures += p50_p95("ingest", "one mail", conditions, ran.singles)
                conditions = f"{database}, receipt and notices"
                figures.append(Figure("ingest", "what follows a mail", conditions, ran.after, "ms"))
    return figures


@dataclass(frozen=True)
class Run:
    """Mails a second; the processor milliseconds of one mail by who spent them; and, where one process is alone, the
    seconds of single mails and the milliseconds of what follows one."""

    rate: float
    spent: dict[str, float]
    singles: list[float]
    after: float


def run(fresh: Any, roles: list[str], name: str) -> Run:
    """Ingest all mails with these processes into a desk of its own."""
    with tempfile.TemporaryDirectory() as folder:
        url = fresh(f"ingest_{name[:3].strip()}{name[-1]}")
        app = make_desk(url, Path(folder))
        with app.app_context(), unit_of_work():
            local_account()
        with app.app_context():
            took, singles, spent = run_processes(url, Path(folder), roles)
        return Run(
            rate=MAILS / took,
            spent=spent,
            singles=singles,
            after=after(url, Path(folder)) if roles == [ALONE] else 0.0,
        )


def run_processes(
    url: str, folder: Path, roles: list[str]
) -> tuple[float, list[float], dict[str, float]]:
    """Start the processes, let them begin together, and wait until every mail is filed."""
    bringing = [role for role in roles if role != WORKER]
    share = MAILS // len(bringing)
    running = [start(url, folder, role, number * share, share) for number, role in enumerate(roles)]
    for one in running:
        assert one.stdout is not None
        assert one.stdout.readline().strip() == "ready"
    before = spent_so_far(running)
    began = time.perf_counter()
    for one in running:
        say(one, "go")
    while filed() < MAILS:
        time.sleep(LOOK_SECONDS)
    took = time.perf_counter() - began
    spent = {
        who: (seconds - before[who]) / MAILS * 1000
        for who, seconds in spent_so_far(running).items()
    }
    for one in running:
        say(one, "stop" if len(running) > 1 else "singles")
    ended = [json.loads(one.communicate()[0].strip().splitlines()[-1]) for one in running]
    return took, [seconds for one in ended for seconds in one], spent


def spent_so_far(running: list[subprocess.Popen[str]]) -> dict[str, float]:
    """The processor seconds of the desk, of its parsers, and of PostgreSQL's processes."""
    desk = [psutil.Process(one.pid) for one in running]
    parsers = [child for one in desk for child in one.children(recursive=True)]
    servers: list[psutil.Process] = []
    if is_postgresql():
        found = db.session.execute(text("SELECT pid FROM pg_stat_activity")).scalars().all()
        db.session.rollback()
        servers = [psutil.Process(pid) for pid in found]
    return {
        name: sum(one.cpu_times().user + one.cpu_times().system for one in processes)
        for name, processes in (("desk", desk), ("parser", parsers), ("database", servers))
    }


def start(url: str, folder: Path, role: str, first: int, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "bench.ingest", role, str(first), str(count)],
        env=environment(url, folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def say(process: subprocess.Popen[str], word: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{word}\n")
    process.stdin.flush()


def filed() -> int:
    """How many mails have their ticket, as everybody else sees it."""
    done = db.session.scalar(select(func.count()).where(RawMessage.state == RawState.DONE)) or 0
    db.session.rollback()
    return done


def after(url: str, folder: Path) -> float:
    """The milliseconds of what filing a mail owes afterwards: receipts, notices, and bringing them out."""
    app = make_desk(url, folder)
    with app.app_context():
        start = time.perf_counter()
        for lane in ("tell", "deliver", "index"):
            outbox.drain(lane, at_most=100_000)
        return (time.perf_counter() - start) / (MAILS + SINGLE) * 1000


def work(role: str, first: int, count: int) -> None:
    """A process: `alone` keeps its share and files it, a `keeper` only keeps, a `worker` only files."""
    from config import Config
    from helpdesk.app import create_app
    from helpdesk.working import Worker

    app = create_app(Config.from_environment().flask_settings())
    share = list(data.mails(first + count + SINGLE, SENDERS, SEED))[first:]
    stopping = threading.Event()
    worker = threading.Thread(target=Worker(app, LANES).run, args=(stopping,))
    with app.app_context():
        # What is loaded and opened once is no part of the first mail.
        filed()
        print("ready", flush=True)
        sys.stdin.readline()
        if role != KEEPER:
            worker.start()
        if role != WORKER:
            keep(share[:count])
        singly = sys.stdin.readline().strip() == "singles"
        print(json.dumps([one(body) for body in share[count:]] if singly else []), flush=True)
    stopping.set()
    if role != KEEPER:
        worker.join()


def keep(share: Iterable[bytes]) -> None:
    from helpdesk.messaging.listening import receive

    for body in share:
        receive("", (ADDRESS,), body)


def one(body: bytes) -> float:
    """The seconds until one mail, that meets nobody, has its ticket."""
    before = filed()
    began = time.perf_counter()
    keep([body])
    while filed() == before:
        time.sleep(0.001)
    return time.perf_counter() - began


if __name__ == "__main__":
    work(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
