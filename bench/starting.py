"""Start-up and memory of the embedded desk, as `make run` starts it."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path

import psutil

from bench.report import Figure
from tests.servers.processes import free_port

DESK = Path(__file__).resolve().parent.parent / ".venv" / "bin" / "desk"


def measure() -> list[Figure]:
    """Seconds to the first page, the first and the second time, and the memory afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        first, _ = run_once(Path(folder))
        second, memory = run_once(Path(folder))
    return [
        Figure("start", "to the first page, new desk", "demo desk, SQLite, Whoosh", first, "s"),
        Figure(
            "start",
            "to the first page, second time",
            "demo desk, SQLite, Whoosh",
            second,
            "s",
            "< 5",
        ),
        Figure("start", "resident memory", "demo desk, SQLite, Whoosh", memory, "MB", "< 350"),
    ]


def run_once(folder: Path) -> tuple[float, float]:
    """Start the desk, ask for some pages, stop it; returns seconds and megabytes."""
    port, mail_port = free_port(), free_port()
    settings = {"DESK_DATA_DIR": str(folder), "DESK_SMTP_LISTEN": f"127.0.0.1:{mail_port}"}
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(DESK), "run", "--port", str(port)],
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port, process)
        took = time.perf_counter() - start
        for _ in range(50):
            fetch(port, "/sign-in")
        # The first turns of the schedule and the merge of the index belong to the memory it settles at.
        time.sleep(15)
        return took, memory_of(process.pid)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(1200):
        assert process.poll() is None, "The desk ended."
        if fetch(port, "/healthz"):
            return
        time.sleep(0.05)
    raise AssertionError("The desk never answered.")


def fetch(port: int, path: str) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def memory_of(pid: int) -> float:
    """Megabytes resident, of the process and all its children."""
    processes = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    return sum(one.memory_info().rss for one in processes) / 1024 / 1024
