"""The whole desk with its doors open: pages, the mail door, and a mail server that takes what it sends."""

from __future__ import annotations

import smtplib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from waitress.server import create_server

from helpdesk.messaging.listening import make_listener
from tests.cast import PASSWORD
from tests.servers.browser import BrowserWatch
from tests.servers.smtp import SmtpSink


@dataclass
class OpenDesk:
    """What a story does: hand mail in, let the work that is owed be done, look with a browser, read what left."""

    url: str
    mail_port: int
    page: Page
    sink: SmtpSink
    settle: Callable[[], None]

    def post(self, sender: str, to: str, body: bytes) -> None:
        """Hand a mail in over SMTP, as another server would."""
        with smtplib.SMTP("127.0.0.1", self.mail_port) as line:
            line.sendmail(sender, [to], body)
        self.settle()

    def sign_in(self, address: str) -> None:
        self.page.goto(f"{self.url}/sign-in")
        self.page.fill("[name=sign_in_name]", address)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("form button")
        self.page.wait_for_url("**/tickets")


@pytest.fixture
def pages(app: Flask) -> Iterator[str]:
    """The address at which a real web server serves the pages."""
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, name="pages", daemon=True)
    hosts = app.config["DESK_ALLOWED_HOSTS"]
    app.config["DESK_ALLOWED_HOSTS"] = (*hosts, f"127.0.0.1:{server.effective_port}")
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(10)
    app.config["DESK_ALLOWED_HOSTS"] = hosts


@pytest.fixture
def open_desk(
    app: Flask,
    pages: str,
    browser: Browser,
    browser_watch: BrowserWatch,
    smtp_sink: SmtpSink,
    settle: Callable[[], None],
) -> Iterator[OpenDesk]:
    app.config["DESK_SMTP_URL"] = f"smtp://{smtp_sink.host}:{smtp_sink.port}?security=none"
    context = browser.new_context()
    browser_watch.attach(context)
    context.set_default_timeout(20_000)
    with make_listener(app, "127.0.0.1", 0) as listener:
        yield OpenDesk(pages, listener.port, context.new_page(), smtp_sink, settle)
    context.close()
    app.config["DESK_SMTP_URL"] = None
