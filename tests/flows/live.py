"""The desk as people meet it: pages over real HTTP, the mail door open, background work done as it is owed."""

from __future__ import annotations

import smtplib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask
from playwright.sync_api import Page
from redis import Redis
from waitress.server import create_server

from helpdesk.core import outbox
from helpdesk.core.db import db
from helpdesk.core.queue import RqRunner, ThreadRunner
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.jobs import CREWS
from helpdesk.live.serving import LiveServer, open_port
from helpdesk.live.watching import Watch
from helpdesk.schedule import collect_mailboxes
from helpdesk.tickets.verifying import verify_all
from tests.cast import PASSWORD, Cast
from tests.flows.processes import DeskProcess, call_desk, environment, wait_until
from tests.pages import PageClient
from tests.servers.processes import Keeper
from tests.servers.smtp import SmtpSink

Answer = TypeVar("Answer")


@dataclass
class LiveDesk:
    """What a story needs of a running desk; every question to the database sees what is committed now."""

    app: Flask
    cast: Cast
    url: str
    mail_port: int
    sink: SmtpSink

    def hand_in(self, body: bytes, *, to: str, sender: str = "outside@citizen.example") -> None:
        """Hand a mail in as another mail server would; returns once the desk has said 250."""
        with smtplib.SMTP("127.0.0.1", self.mail_port, timeout=20) as line:
            line.sendmail(sender, [to], body)

    def collect(self) -> None:
        """Owe a look into every mailbox, as the scheduler does when their turn comes."""
        with self.app.app_context(), unit_of_work():
            collect_mailboxes()

    def ask(self, question: Callable[[], Answer]) -> Answer:
        with self.app.app_context():
            try:
                return question()
            finally:
                db.session.remove()

    def wait_for(self, question: Callable[[], Answer], *, within: float = 20) -> Answer:
        """The first true answer of the database."""
        return wait_until(lambda: self.ask(question), within=within)

    def flaws(self) -> list[Any]:
        """What `desk verify` would name."""
        return self.ask(lambda: list(verify_all()))

    def pages_of(self, name: str) -> PageClient:
        """Pages without a browser, as this member of the cast."""
        client = PageClient(self.app)
        client.sign_in(f"{name}@borough.example")
        return client

    def command(self, *words: str) -> tuple[int, str]:
        """Call `desk ...` as an operator does: its exit code, and what it says."""
        done = call_desk(*words, environment=environment(self.app.config))
        return done.returncode, done.stdout + done.stderr

    def sign_in(self, page: Page, name: str) -> None:
        """Sign in with a browser."""
        page.goto(f"{self.url}/sign-in")
        page.get_by_label("E-mail address").fill(f"{name}@borough.example")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_selector("nav#rail", state="attached")


@contextmanager
def pages_served(app: Flask) -> Iterator[str]:
    """Serve the application on a free port, known to it as its own address."""
    server = create_server(app, host="127.0.0.1", port=0, threads=4)

    def serve() -> None:
        # Closed while it waits for somebody, it is over too.
        with suppress(OSError):
            server.run()

    thread = threading.Thread(target=serve, name="pages", daemon=True)
    url = f"http://127.0.0.1:{server.effective_port}"
    before, app.config["DESK_BASE_URL"] = app.config["DESK_BASE_URL"], url
    thread.start()
    try:
        yield url
    finally:
        app.config["DESK_BASE_URL"] = before
        server.task_dispatcher.shutdown()
        server.close()
        thread.join(10)


@contextmanager
def lines_held(app: Flask) -> Iterator[LiveServer]:
    """Hold the lines of consoles and widgets on a port of their own."""
    lines = LiveServer(app, open_port("127.0.0.1", 0))
    app.config["DESK_LIVE_URL"] = f"http://127.0.0.1:{lines.port}"
    lines.start()
    try:
        yield lines
    finally:
        app.config["DESK_LIVE_URL"] = ""
        lines.stop()


@contextmanager
def work_done(app: Flask, keeper: Keeper, folder: Path) -> Iterator[None]:
    """Do what is owed by the runner of this run: threads of this process, or a worker process through RQ."""
    runner = app.extensions.get("desk_runner")
    if isinstance(runner, RqRunner):
        with Redis.from_url(app.config["DESK_REDIS_URL"]) as redis:
            redis.flushdb()
        with worker_running(app, keeper, folder):
            outbox.install_bell(runner.ring)
            yield
        return
    threads = ThreadRunner(app, CREWS)
    threads.start()
    try:
        yield
    finally:
        threads.stop()


@contextmanager
def worker_running(app: Flask, keeper: Keeper, folder: Path) -> Iterator[DeskProcess]:
    """A worker as operators start one; there may be several."""
    worker = DeskProcess(keeper, "worker", folder=folder, environment=environment(app.config))
    try:
        worker.wait_for_words("Working.")
        yield worker
    finally:
        worker.kill()


def forget_who_was_here(app: Flask) -> None:
    """Forget who was at which ticket: those of an earlier story would stand beside tickets with the same numbers."""
    watch: Watch | None = app.extensions.pop("desk_here", None)
    if watch is not None:
        watch.close()
