"""An agent passes a ticket on to a supplier in a real browser; the answer comes back into the ticket."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.tickets.models import Message
from tests.flows.letters import answer_to, letter, open_mailbox, opened_by, post, sent
from tests.flows.live import LiveDesk
from tests.flows.test_no_barriers import barriers, say
from tests.helpdesk.messaging.aside import ADDRESS, SUPPLIER
from tests.makers import make_note

pytestmark = pytest.mark.browser


def test_a_ticket_is_passed_on_by_keys_and_the_answer_comes_back_beside_it(
    live_desk: LiveDesk, browser_page: Page
) -> None:
    open_mailbox(live_desk)
    ticket = opened_by(live_desk, letter("Blank pages on floor 2", "The drum looks worn."))
    live_desk.ask(lambda: make_note(ticket, live_desk.cast.ben, "Between us: budget is gone."))
    live_desk.sign_in(browser_page, "ben")
    browser_page.goto(f"{live_desk.url}/tickets/{ticket.number}")

    browser_page.locator("#mode-reply").focus()
    browser_page.keyboard.press("ArrowLeft")
    expect(browser_page.locator("#forward-to")).to_be_focused()
    browser_page.keyboard.type(ADDRESS)
    found = list(barriers(browser_page, "the form of passing on"))
    browser_page.set_viewport_size({"width": 1440, "height": 900})
    expect(browser_page.locator("#passed")).to_contain_text("The drum looks worn.")
    expect(browser_page.locator("#passed")).not_to_contain_text("Between us")
    browser_page.get_by_label("Your words").fill("Do you have one?")
    browser_page.get_by_role("button", name="Send aside").press("Enter")
    expect(browser_page.locator(".sides")).to_contain_text("waiting for them")

    mail = sent(live_desk, "Fwd:", count=2)
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert "The drum looks worn." in plain.get_content()
    assert "budget" not in mail.as_string()
    post(live_desk, answer_to(mail, "We have three.", sender=SUPPLIER))
    said = select(Message.id).where(Message.text == "We have three.", Message.side_id.is_not(None))
    live_desk.wait_for(lambda: db.session.scalar(said))

    browser_page.reload()
    expect(browser_page.locator(".sides")).to_contain_text("they answered")
    found += barriers(browser_page, "a ticket with a side conversation")
    browser_page.locator(".sides a").click()
    expect(browser_page.locator(".side-flow")).to_contain_text("We have three.")
    say(found + list(barriers(browser_page, "a side conversation")))
