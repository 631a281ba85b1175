"""How fast forms become tickets while people wait: 20 a second sent to a real server, each by a browser of its own."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import func, select

from bench.desks import environment, make_desk
from bench.report import Figure, p50_p95
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.tickets.models import Ticket
from tests.servers.processes import HOST, free_port

A_SECOND = 20
SECONDS = 60
CLIENTS = 40
FORM = {
    "title": "Ask us",
    "questions": [
        {"name": "about", "kind": "text", "label": "What is it about?"},
        {"name": "more", "kind": "long_text", "label": "Tell us more"},
    ],
}
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def measure(database: str, fresh: Any, seconds: int = SECONDS) -> list[Figure]:
    """The time from the press of the last button to the answer that leads to the reference; and how many were lost."""
    with tempfile.TemporaryDirectory() as folder:
        url, port = fresh("forms"), free_port()
        app = make_desk(url, Path(folder))
        with app.app_context(), unit_of_work():
            store.save(Kind.FORM, "ask", FORM, by=None, cause="bench")
        server = _serve(url, Path(folder), port)
        try:
            took, failed = _post_all(port, A_SECOND * seconds)
        finally:
            server.terminate()
            server.wait(30)
        with app.app_context():
            tickets = db.session.scalar(select(func.count(Ticket.id))) or 0
            db.engine.dispose()
    said = f"{database}, {A_SECOND}/s for {seconds} s"
    lost = A_SECOND * seconds - tickets
    return [
        *p50_p95("forms", "sending a form", said, took),
        Figure("forms", "refused or failed", said, failed, "", "0"),
        Figure("forms", "lost", said, lost, "", "0"),
    ]


def _serve(url: str, folder: Path, port: int) -> subprocess.Popen[bytes]:
    """Two processes of gunicorn with eight threads, as in production; each visitor has an address behind the proxy."""
    settings = {
        **os.environ,
        **environment(url, folder),
        "DESK_BASE_URL": f"http://{HOST}:{port}",
        "DESK_PROXIES": "1",
    }
    command = [sys.executable, "-m", "gunicorn", "--bind", f"{HOST}:{port}", "--workers", "2"]
    command += ["--threads", "8", "--log-level", "error", "wsgi:app"]
    server = subprocess.Popen(command, env=settings)
    for _try in range(200):
        try:
            Browser(port, 0).get("/")
        except OSError:
            time.sleep(0.1)
        else:
            return server
    server.terminate()
    raise RuntimeError("The server did not start.")


class Browser:
    """One visitor with their own cookie and address."""

    def __init__(self, port: int, number: int) -> None:
        self._line = http.client.HTTPConnection(HOST, port, timeout=30)
        self._number, self._cookie, self._token = number, "", ""

    def get(self, path: str) -> str:
        return self._ask("GET", path, None)[1]

    def post(self, path: str, **fields: str) -> tuple[int, str]:
        return self._ask("POST", path, urlencode({"csrf_token": self._token, **fields}))

    def _ask(self, method: str, path: str, body: str | None) -> tuple[int, str]:
        high, low = divmod(self._number, 250)
        headers = {"X-Forwarded-For": f"198.18.{high % 250}.{low + 1}", "Cookie": self._cookie}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._line.request(method, path, body, headers)
        answer = self._line.getresponse()
        text = answer.read().decode()
        given = answer.getheader("Set-Cookie")
        self._cookie = given.partition(";")[0] if given else self._cookie
        found = _TOKEN.search(text)
        self._token = found[1] if found else self._token
        return answer.status, answer.getheader("Location") or text

    def fill_in(self) -> str:
        """Fill in the form up to the last page; returns its address."""
        self.get("/ask/ask")
        _status, first = self.post("/ask/ask")
        base = first.rpartition("/")[0]
        self.post(f"{base}/about", about=f"Question {self._number}")
        self.post(f"{base}/more", more="It is about the bench in the park. " * 10)
        self.post(f"{base}/contact", name="Fay", email=f"fay{self._number}@home.example", phone="")
        # Nobody's line stays open while they read; the next request opens another.
        self.close()
        return base

    def close(self) -> None:
        self._line.close()


def _post_all(port: int, many: int) -> tuple[list[float], int]:
    """Fill in all forms first, then send them at their moments, however long each takes."""
    with ThreadPoolExecutor(8) as pool:
        ready = list(pool.map(lambda number: _filled(port, number), range(many)))
    time.sleep(3)
    took, failed, lock = [0.0] * many, 0, threading.Lock()
    begin = time.perf_counter()

    def send(number: int) -> None:
        nonlocal failed
        browser, base = ready[number]
        planned = begin + number / A_SECOND
        time.sleep(max(0.0, planned - time.perf_counter()))
        status, _text = browser.post(f"{base}/send", website="")
        # From its planned moment, so that waiting for a free client counts as well.
        took[number] = time.perf_counter() - planned
        browser.close()
        with lock:
            failed += status != 303

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(send, range(many)))
    return took, failed


def _filled(port: int, number: int) -> tuple[Browser, str]:
    browser = Browser(port, number)
    return browser, browser.fill_in()
