"""Takes the pictures of the README: starts a desk with demo data, signs in, and photographs what an agent sees.

Called by `make pictures`. The desk has a folder and ports of its own, so that one that is already running is not disturbed.
"""

import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from helpdesk.demo.loading import DEMO_LOG_INS
from tests.servers.browser import ARGUMENTS, browser_program, choose_node
from tests.servers.processes import free_port

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
SCREEN = {"width": 1440, "height": 900}
THEMES = ("light", "dark")
START_WITHIN_SECONDS = 120


def main() -> None:
    program = browser_program()
    if program is None:
        sys.exit("There is no Chromium on this machine. As root, type: apt-get install chromium")
    choose_node()
    PICTURES.mkdir(parents=True, exist_ok=True)
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with running_desk() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS + as_root)
        for theme in THEMES:
            photograph(browser, address, theme)
        browser.close()


@contextmanager
def running_desk() -> Iterator[str]:
    """A desk with demo data; its address."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="desk-pictures-") as folder:
        desk = subprocess.Popen(
            [ROOT / ".venv" / "bin" / "desk", "run", "--port", str(port)],
            cwd=ROOT,
            env=without_settings()
            | {"DESK_DATA_DIR": folder, "DESK_SMTP_LISTEN": f"127.0.0.1:{free_port()}"},
        )
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(f"{address}/healthz", desk)
            yield address
        finally:
            desk.terminate()
            desk.wait()


def without_settings() -> dict[str, str]:
    """The environment without anyone's DESK_ settings: a picture shows the demo desk, and no other."""
    return {name: value for name, value in os.environ.items() if not name.startswith("DESK_")}


def wait_for(address: str, desk: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if desk.poll() is not None:
            sys.exit("The desk did not start.")
        try:
            urllib.request.urlopen(address, timeout=5).close()  # noqa: S310 - it is our own desk
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.2)
        else:
            return
    sys.exit("The desk did not answer in time.")


def photograph(browser: Browser, address: str, theme: str) -> None:
    """The list and the ticket that was written to last, as an agent sees them."""
    page = browser.new_page(viewport=SCREEN, color_scheme=theme, locale="en-GB")
    sign_in(page, address)
    keep(page, f"list-{theme}")
    page.goto(page.locator('main a[href*="/tickets/"]').first.evaluate("link => link.href"))
    keep(page, f"ticket-{theme}")
    page.close()


def sign_in(page: Page, address: str) -> None:
    _, name, password = next(log_in for log_in in DEMO_LOG_INS if "gent" in log_in[0])
    page.goto(f"{address}/sign-in")
    page.fill('input[name="sign_in_name"]', name)
    page.fill('input[name="password"]', password)
    page.press('input[name="password"]', "Enter")
    page.wait_for_selector('main a[href*="/tickets/"]')


def keep(page: Page, name: str) -> None:
    page.wait_for_load_state("load")
    page.evaluate("document.fonts.ready")
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path, animations="disabled")
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
