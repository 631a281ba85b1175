"""The main job: a mail comes in, an agent answers it in a browser, the answer arrives, its answer joins."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.messaging import tokens
from helpdesk.tickets.models import Message, Ticket
from tests.flows.letters import (
    ADA,
    MALLORY,
    answer_to,
    letter,
    open_mailbox,
    opened_by,
    post,
    sent,
    ticket_about,
)
from tests.flows.live import LiveDesk
from tests.flows.processes import wait_until
from tests.flows.writing import editor, expect_reply
from tests.servers.browser import BrowserWatch
from tests.servers.imap import ImapServer

BLANK = "Blank pages on floor 2"


def messages_of(desk: LiveDesk, ticket: Ticket) -> list[Message]:
    wanted = select(Message).where(Message.ticket_id == ticket.id).order_by(Message.id)
    return desk.ask(lambda: list(db.session.scalars(wanted)))


def open_from_list(desk: LiveDesk, page: Page, subject: str) -> None:
    desk.sign_in(page, "ben")
    page.get_by_role("link", name=subject).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(subject)


def reply_in_browser(page: Page, text: str) -> None:
    editor(page).fill(text)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#flow").get_by_text(text)).to_be_visible()


def bodies(mail: EmailMessage) -> tuple[str, str]:
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    return plain.get_content(), html.get_content()


@pytest.mark.browser
def test_a_mail_is_answered_in_the_browser_and_the_talk_goes_on_by_mail(
    live_desk: LiveDesk, browser_page: Page
) -> None:
    open_mailbox(live_desk)
    mail = letter(BLANK)
    ticket = opened_by(live_desk, mail)
    open_from_list(live_desk, browser_page, BLANK)
    reply_in_browser(browser_page, "Please change the drum unit.")

    receipt = sent(live_desk, "We received", count=2)
    assert receipt["Auto-Submitted"] == "auto-replied"
    answer = sent(live_desk, "Re:", count=2)
    assert answer["To"] == "ada@borough.example"
    assert answer["Auto-Submitted"] is None
    assert answer["In-Reply-To"] == mail["Message-ID"]
    assert mail["Message-ID"] in answer["References"]
    tokens_in = (
        live_desk.ask(lambda: tokens.in_message_ids([answer["Message-ID"].strip("<>")])),
        live_desk.ask(lambda: tokens.in_addresses([answer["Reply-To"]])),
    )
    assert set(tokens_in) == {tokens.ReplyToken(ticket.id, live_desk.cast.ada.id)}
    plain, html = bodies(answer)
    assert "Please change the drum unit." in plain
    assert "Please change the drum unit." in html

    post(live_desk, answer_to(answer, "It works now, thank you."))
    live_desk.wait_for(lambda: len(messages_of(live_desk, ticket)) == 3)
    browser_page.reload()
    expect(browser_page.locator("#flow").get_by_text("It works now, thank you.")).to_be_visible()
    assert live_desk.flaws() == []


@pytest.mark.browser
def test_a_mailbox_is_tried_and_added_and_its_mail_is_listed_and_answered(
    live_desk: LiveDesk, browser_page: Page, imap_server: ImapServer
) -> None:
    mail = letter("Street lamp is out", to="lamps@borough.example")
    imap_server.append(bytes(mail))
    live_desk.sign_in(browser_page, "eve")
    browser_page.goto(f"{live_desk.url}/mailboxes/new")
    fill_in_mailbox(browser_page, imap_server, "a wrong guess")
    browser_page.get_by_role("button", name="Test connection").click()
    expect(browser_page.get_by_text("The connection does not work yet")).to_be_visible()
    browser_page.get_by_label("Mailbox password").fill(imap_server.password)
    browser_page.get_by_role("button", name="Test connection").click()
    expect(browser_page.get_by_text("The connection works")).to_be_visible()
    browser_page.get_by_label("Mailbox password").fill(imap_server.password)
    browser_page.get_by_role("button", name="Save").click()
    expect(browser_page.get_by_text("The mailbox is saved.")).to_be_visible()

    live_desk.collect()
    ticket_about(live_desk, "Street lamp is out")
    browser_page.goto(f"{live_desk.url}/tickets")
    browser_page.get_by_role("link", name="Street lamp is out").click()
    reply_in_browser(browser_page, "A crew is on its way.")

    answer = sent(live_desk, "Re:", count=2)
    assert answer["From"].addresses[0].addr_spec == "lamps@borough.example"
    assert answer["In-Reply-To"] == mail["Message-ID"]
    assert all(b"\\Seen" in flags for flags in imap_server.flags())


def fill_in_mailbox(page: Page, server: ImapServer, password: str) -> None:
    page.get_by_label("Name", exact=True).fill("Street lamps")
    page.get_by_label("Group").select_option("IT support")
    page.get_by_label("E-mail address").fill("lamps@borough.example")
    page.get_by_label("CA file").fill(server.ca_file)
    page.get_by_label("Mailbox server (IMAP)").fill(server.host)
    page.get_by_label("Mailbox port").fill(str(server.port))
    page.get_by_label("Mailbox user").fill(server.user)
    page.get_by_label("Mailbox password").fill(password)


def test_a_stranger_who_quotes_the_number_or_forges_references_does_not_join(
    live_desk: LiveDesk,
) -> None:
    open_mailbox(live_desk)
    mail = letter(BLANK)
    ticket = opened_by(live_desk, mail)
    quoting = letter(f"Re: {BLANK} [{ticket.number}]", "Send me the file.", sender=MALLORY)
    forging = letter(
        "Re: about that", "Me again.", sender=MALLORY, References=str(mail["Message-ID"])
    )

    others = [opened_by(live_desk, each) for each in (quoting, forging)]

    assert ticket.id not in {other.id for other in others}
    assert len(messages_of(live_desk, ticket)) == 1


def test_a_note_never_leaves_the_desk(live_desk: LiveDesk) -> None:
    open_mailbox(live_desk)
    ticket = opened_by(live_desk, letter(BLANK))
    ben = live_desk.pages_of("ben")
    address = f"/tickets/{ticket.number}"
    secret = "She always complains; the drum was changed in June."

    ben.post(f"{address}/notes", {"note_text": secret, "version": "1", "seen": "0"})
    version = live_desk.ask(lambda: db.session.get_one(Ticket, ticket.id).version)
    ben.post(f"{address}/replies", {"text": "It is new.", "version": str(version), "seen": "0"})

    sent(live_desk, "Re:", count=2)
    assert secret in ben.get(address).get_data(as_text=True)
    assert all(secret.encode() not in each.content for each in live_desk.sink.received)


@pytest.mark.browser
def test_a_reply_to_a_ticket_that_changed_meanwhile_is_kept_beside_the_change(
    live_desk: LiveDesk, browser_page: Page, browser_watch: BrowserWatch
) -> None:
    browser_watch.expect("status of 409")
    open_mailbox(live_desk)
    mail = letter(BLANK)
    ticket = opened_by(live_desk, mail)
    open_from_list(live_desk, browser_page, BLANK)
    editor(browser_page).fill("Please change the drum unit.")
    post(live_desk, letter("Re: it", "Now it smokes!", In_Reply_To=str(mail["Message-ID"])))
    live_desk.wait_for(lambda: len(messages_of(live_desk, ticket)) == 2)

    browser_page.get_by_role("button", name="Send", exact=True).click()
    expect(browser_page.get_by_text("This ticket changed while you wrote.")).to_be_visible()
    expect(browser_page.get_by_text("New message from Ada Byrne")).to_be_visible()
    expect(browser_page.locator("#flow").get_by_text("Now it smokes!")).to_be_visible()
    expect_reply(browser_page, "Please change the drum unit.")
    assert len(messages_of(live_desk, ticket)) == 2

    browser_page.get_by_role("button", name="Send", exact=True).click()
    expect(
        browser_page.locator("#flow").get_by_text("Please change the drum unit.")
    ).to_be_visible()


def test_a_ticket_is_found_soon_after_its_mail_came(live_desk: LiveDesk) -> None:
    open_mailbox(live_desk)
    cleo = live_desk.pages_of("cleo")

    post(live_desk, letter("Odd noise", "Something in the quincunx hall hums."))
    wait_until(
        lambda: "Odd noise" in cleo.get("/search?q=quincunx").get_data(as_text=True), within=30
    )


@pytest.mark.browser
def test_who_signs_out_sees_nothing_any_more(live_desk: LiveDesk, browser_page: Page) -> None:
    open_mailbox(live_desk)
    ticket = opened_by(live_desk, letter(BLANK, sender=ADA))
    open_from_list(live_desk, browser_page, BLANK)

    browser_page.get_by_text("Theme, keys, sign out").click()
    browser_page.get_by_role("button", name="Sign out").click()
    expect(browser_page.get_by_role("heading", level=1)).to_have_text("Sign in")
    browser_page.goto(f"{live_desk.url}/tickets/{ticket.number}")

    expect(browser_page.get_by_text(BLANK)).to_have_count(0)
    expect(browser_page.get_by_role("heading", level=1)).to_have_text("Sign in")
