"""Start-up and memory of the embedded desk, as `make run` starts it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import psutil

from bench.report import Figure
from helpdesk.demo.loading import DEMO_LOG_INS, LogIn
from tests.servers.processes import free_port

DESK = Path(__file__).resolve().parent.parent / ".venv" / "bin" / "desk"

ROUNDS = 100
WORDS = ("printer", "refund", "bin", "light", "boiler")


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
    """Start the desk, work with it for a while, stop it; returns seconds and megabytes."""
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
        work_a_while(port)
        # The first turns of the schedule and the merge of the index belong to the memory it settles at.
        time.sleep(15)
        return took, memory_of(process.pid)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def work_a_while(port: int) -> None:
    """Do what an agent does all day: sign in, and open lists, tickets and searches."""
    browser = Browser(port)
    for _ in range(50):
        browser.get("/sign-in")
    browser.sign_in(DEMO_LOG_INS[0])
    for turn in range(ROUNDS):
        numbers = re.findall(r'href="(/tickets/[A-Z]+-[0-9]+)"', browser.get("/tickets"))
        browser.get(numbers[turn % len(numbers)])
        browser.get(f"/search?q={WORDS[turn % len(WORDS)]}")


class Browser:
    """Asks for pages over one connection each, and carries cookies."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._cookies: dict[str, str] = {}

    def get(self, path: str) -> str:
        """The text of a page that must open."""
        status, page = self._ask("GET", path)
        assert status == 200, f"{path}: {status}"
        return page

    def sign_in(self, log_in: LogIn) -> None:
        """Begin a session as somebody of the demo desk."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/sign-in"))
        assert token is not None
        form = {"sign_in_name": log_in.address, "password": log_in.password}
        status, page = self._ask("POST", "/sign-in", urlencode({**form, "csrf_token": token[1]}))
        assert status == 303, page

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        page = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self._cookies[name] = value
        connection.close()
        return answer.status, page


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
