"""Takes the pictures of the README: starts a desk with demo data, signs in, and photographs what an agent sees.

Called by `make pictures`. The desk has a folder and ports of its own, so that one that is already running is not disturbed.
"""

import os
import smtplib
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from helpdesk.demo.loading import DEMO_LOG_INS
from tests.servers.browser import ARGUMENTS, browser_program, choose_node
from tests.servers.processes import free_port

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
SCREEN = {"width": 1440, "height": 900}
TELEPHONE = {"width": 390, "height": 844}
START_WITHIN_SECONDS = 120
# A long story of the demo, with notes, that the agent of the pictures may answer.
STORY = "Guildhall: no network on any floor"
SEARCH = "missed collection"
PALETTE = "bin"
OUR_ADDRESS = "help@desk.localhost"
ODD_MAILS = (
    ("", "Scan from the machine on floor 3"),
    ("From: undisclosed sender\r\n", "Objection to the plans for Quay Street"),
    ("From: Harbour gate <gate@>\r\n", "Keys handed in at the gate"),
)
LAMP = "From: Zoe Hart <zoe@citizen.example>\r\nMessage-ID: <lamp@citizen.example>\r\n"
GOOD_MAILS = (
    (LAMP, "The street lamp outside number 12 is out"),
    (LAMP, "The street lamp outside number 12 is out"),
    ("From: Yan Li <yan@citizen.example>\r\n", "Bin not emptied on Tuesday"),
    (
        "From: Printer <printer@citizen.example>\r\nAuto-Submitted: auto-generated\r\n",
        "Toner low on floor 2",
    ),
)


def main() -> None:
    program = browser_program()
    if program is None:
        sys.exit("There is no Chromium on this machine. As root, type: apt-get install chromium")
    choose_node()
    PICTURES.mkdir(parents=True, exist_ok=True)
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with running_desk() as (address, mail_port), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS + as_root)
        photograph_door(browser, address)
        for theme in ("light", "dark"):
            photograph_work(browser, address, theme)
        photograph_telephone(browser, address)
        photograph_acts(browser, address)
        photograph_lead(browser, address)
        photograph_portal(browser, address)
        send_odd_mails(mail_port)
        photograph_quarantine(browser, address)
        photograph_mail(browser, address, mail_port)
        photograph_levels(browser, address)
        browser.close()


@contextmanager
def running_desk() -> Iterator[tuple[str, int]]:
    """A desk with demo data: its address, and the port of its mail door."""
    port, mail_port = free_port(), free_port()
    with tempfile.TemporaryDirectory(prefix="desk-pictures-") as folder:
        desk = subprocess.Popen(
            [ROOT / ".venv" / "bin" / "desk", "run", "--port", str(port)],
            cwd=ROOT,
            env=without_settings()
            | {"DESK_DATA_DIR": folder, "DESK_SMTP_LISTEN": f"127.0.0.1:{mail_port}"},
        )
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(f"{address}/healthz", desk)
            yield address, mail_port
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


def photograph_door(browser: Browser, address: str) -> None:
    page = open_page(browser, "light")
    page.goto(f"{address}/sign-in")
    keep(page, "sign-in")
    page.close()


def photograph_work(browser: Browser, address: str, theme: str) -> None:
    """The list, and a ticket with a long story."""
    page = open_page(browser, theme)
    sign_in(page, address, "agent")
    keep(page, f"list-{theme}")
    open_story(page, address)
    keep(page, f"ticket-{theme}")
    if theme == "light":
        page.goto(f"{address}/search?q={SEARCH.replace(' ', '+')}")
        keep(page, "search")
    page.close()


def photograph_telephone(browser: Browser, address: str) -> None:
    page = open_page(browser, "light", TELEPHONE)
    sign_in(page, address, "agent")
    open_story(page, address)
    page.evaluate("scrollTo(0, 0)")
    keep(page, "ticket-narrow")
    page.close()


def photograph_acts(browser: Browser, address: str) -> None:
    """The palette over the list, and the look at a merge before it is done."""
    page = open_page(browser, "light")
    sign_in(page, address, "agent")
    page.keyboard.press("Control+k")
    page.locator("#palette-text").press_sequentially(PALETTE)
    # The search for the words stands there at once; what the desk finds comes a moment later.
    page.wait_for_selector("#palette [data-group=tickets] [role=option] mark")
    keep(page, "palette")
    page.keyboard.press("Escape")
    numbers = [row.get_attribute("data-number") for row in page.locator("tr[data-number]").all()]
    one, other = numbers[:2]
    page.goto(f"{address}/tickets/merge?ticket={one}+{other}&into={other}")
    keep(page, "merge-preview")
    page.close()


def photograph_lead(browser: Browser, address: str) -> None:
    """The page of a team, and the wallboard in the dark."""
    for name, path, theme in (("team", "/team", "light"), ("wallboard", "/wallboard", "dark")):
        page = open_page(browser, theme)
        sign_in(page, address, "lead")
        page.goto(f"{address}{path}")
        keep(page, name)
        page.close()


def photograph_portal(browser: Browser, address: str) -> None:
    """What the public sees first, on a screen and on a telephone in the dark."""
    for name, theme, screen in (("portal", "light", SCREEN), ("portal-narrow", "dark", TELEPHONE)):
        page = open_page(browser, theme, screen)
        page.goto(address)
        keep(page, name)
        page.close()


def photograph_quarantine(browser: Browser, address: str) -> None:
    page = open_page(browser, "light")
    sign_in(page, address, "administrator")
    deadline = time.monotonic() + 20
    while page.goto(f"{address}/quarantine") and page.locator("main tbody tr").count() < len(
        ODD_MAILS
    ):
        if time.monotonic() > deadline:
            sys.exit("The odd mails did not come into quarantine.")
    keep(page, "quarantine")
    page.close()


def photograph_mail(browser: Browser, address: str, mail_port: int) -> None:
    """The mail of a mailbox: filed, twice the same, sent by a machine, and what waits for a person."""
    with smtplib.SMTP("127.0.0.1", mail_port, timeout=10) as door:
        for head, subject in GOOD_MAILS:
            mail = f"{head}To: {OUR_ADDRESS}\r\nSubject: {subject}\r\n\r\nSee the attached.\r\n"
            door.sendmail("", [OUR_ADDRESS], mail.encode())
    page = open_page(browser, "light")
    sign_in(page, address, "administrator")
    page.goto(f"{address}/mailboxes")
    page.locator('main tbody a[href$="/mail"]').first.click()
    deadline = time.monotonic() + 20
    while page.get_by_text("0 waiting").count() == 0:
        if time.monotonic() > deadline:
            sys.exit("The mails were not filed.")
        page.reload()
    keep(page, "mailbox-mail")
    page.close()


def photograph_levels(browser: Browser, address: str) -> None:
    """The tester of a policy, and the ledger of a ticket whose clock has run over a night and a pause."""
    page = open_page(browser, "light")
    sign_in(page, address, "administrator")
    page.goto(f"{address}/admin/policies")
    page.locator(".policy h2 a").first.click()
    page.fill("#test-at", last_friday())
    page.get_by_role("button", name="Try it").click()
    page.locator("#test details summary").last.click()
    page.locator("#test").scroll_into_view_if_needed()
    keep(page, "policy-tester")
    open_story(page, address)
    page.get_by_role("link", name="Why? Resolution").first.click()
    page.wait_for_selector(".ledger")
    keep(page, "ledger")
    page.close()


def last_friday() -> str:
    """The last Friday at twenty to five, as a date field takes it."""
    today = datetime.now(UTC).date()
    friday = today - timedelta(days=(today.weekday() - 4) % 7 or 7)
    return f"{friday.isoformat()}T16:40"


def send_odd_mails(mail_port: int) -> None:
    """Mails that wait for a person: without a sender, with one nobody could write to, with two who claim to be it."""
    with smtplib.SMTP("127.0.0.1", mail_port, timeout=10) as door:
        for sender, subject in ODD_MAILS:
            mail = f"{sender}To: {OUR_ADDRESS}\r\nSubject: {subject}\r\n\r\nSee the attached.\r\n"
            door.sendmail("", [OUR_ADDRESS], mail.encode())


def open_page(browser: Browser, theme: str, screen: dict[str, int] = SCREEN) -> Page:
    return browser.new_page(
        viewport=screen, color_scheme=theme, locale="en-GB", timezone_id="Europe/London"
    )


def sign_in(page: Page, address: str, role: str) -> None:
    _, name, password = next(log_in for log_in in DEMO_LOG_INS if log_in.role == role)
    page.goto(f"{address}/sign-in")
    page.fill('input[name="sign_in_name"]', name)
    page.fill('input[name="password"]', password)
    page.press('input[name="password"]', "Enter")
    page.wait_for_selector('main a[href*="/tickets/"]')


def open_story(page: Page, address: str) -> None:
    page.goto(f"{address}/search?q=%22{STORY.replace(' ', '+')}%22")
    page.get_by_role("link", name=STORY).first.click()
    page.wait_for_selector("#flow")


def keep(page: Page, name: str) -> None:
    page.wait_for_load_state("load")
    page.evaluate("document.fonts.ready")
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path, animations="disabled")
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
