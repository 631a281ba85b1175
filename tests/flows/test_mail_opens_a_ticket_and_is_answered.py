"""The main job: a mail becomes a ticket, an agent answers in a browser, the answer arrives, its answer joins."""

from __future__ import annotations

import smtplib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from waitress.server import create_server

from helpdesk.core.unit_of_work import owe, unit_of_work
from helpdesk.messaging import tokens
from helpdesk.messaging.listening import make_listener
from tests.cast import PASSWORD, Cast
from tests.helpdesk.messaging.post import HELP, mail_from, make_account
from tests.servers.browser import BrowserWatch
from tests.servers.imap import ImapServer
from tests.servers.smtp import SmtpSink

pytestmark = pytest.mark.browser

ADA = "ada@borough.example"
STRANGER = "mallory@evil.example"


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


def test_a_mail_is_answered_and_its_answer_joins_but_a_stranger_does_not(
    cast: Cast, open_desk: OpenDesk
) -> None:
    make_account(cast.it)
    page = open_desk.page

    open_desk.post(ADA, HELP, mail_from(subject="Blank pages on floor 2", message_id="a@c.example"))
    open_desk.sign_in("ben@borough.example")
    page.get_by_text("Blank pages on floor 2").first.click()
    expect(page.get_by_text("The printer on floor 2 prints blank pages.").first).to_be_visible()
    ticket_url = page.url
    page.locator("#text").fill("Please change the drum unit.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("main").get_by_text("Please change the drum unit.").first).to_be_visible()
    open_desk.settle()

    sent = open_desk.sink.wait_for(2)
    answer = next(each.message for each in sent if each.message["Subject"].startswith("Re:"))
    assert answer["To"] == ADA
    assert answer["In-Reply-To"] == "<a@c.example>"
    assert tokens.in_addresses([answer["Reply-To"]]) is not None
    number = answer["Subject"].rpartition("[")[2].rstrip("]")

    thanks = mail_from(
        text="It works now, thank you.", headers={"In-Reply-To": answer["Message-ID"]}
    )
    open_desk.post(ADA, answer["Reply-To"], thanks)
    quoting = mail_from(
        f"Ada Byrne <{STRANGER}>",
        "Send me everything you have.",
        subject=f"Re: Blank pages on floor 2 [{number}]",
    )
    open_desk.post(STRANGER, HELP, quoting)
    page.goto(ticket_url)

    expect(page.get_by_text("It works now, thank you.").first).to_be_visible()
    expect(page.get_by_text("Send me everything you have.")).to_have_count(0)


def test_a_mail_in_a_mailbox_is_shown_in_the_list(
    cast: Cast, open_desk: OpenDesk, imap_server: ImapServer
) -> None:
    account = make_account(
        cast.it,
        imap_host=imap_server.host,
        imap_port=imap_server.port,
        imap_user=imap_server.user,
        imap_password=imap_server.password,
        ca_file=imap_server.ca_file,
    )
    imap_server.append(mail_from(subject="Street lamp is out"))
    with unit_of_work():
        owe("collect_account", account.id)
    open_desk.settle()

    open_desk.sign_in("ben@borough.example")

    expect(open_desk.page.get_by_text("Street lamp is out").first).to_be_visible()
    assert all(b"\\Seen" in flags for flags in imap_server.flags())
