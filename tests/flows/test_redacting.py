"""A lead takes a card number out of a ticket in a real browser, and it is black from then on."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.flows.letters import letter, open_mailbox, opened_by
from tests.flows.live import LiveDesk
from tests.flows.test_no_barriers import barriers, say
from tests.makers import make_note

pytestmark = pytest.mark.browser


def test_what_is_marked_is_looked_at_and_taken_out_for_good(
    live_desk: LiveDesk, browser_page: Page
) -> None:
    open_mailbox(live_desk)
    ticket = opened_by(live_desk, letter("My card", "It is 4929 5110, please hurry."))
    live_desk.ask(lambda: make_note(ticket, live_desk.cast.ben, "Charged 4929 5110."))
    live_desk.sign_in(browser_page, "cleo")
    browser_page.goto(f"{live_desk.url}/tickets/{ticket.number}")
    browser_page.locator(".msg .menu > summary").first.press("Enter")
    browser_page.get_by_role("link", name="Redact").first.press("Enter")

    browser_page.locator("#source").evaluate("area => area.setSelectionRange(6, 15)")
    expect(browser_page.locator("#what")).to_have_value("4929 5110")
    found = list(barriers(browser_page, "choosing what to redact"))
    browser_page.get_by_role("button", name="Show what would").press("Enter")
    expect(browser_page.locator(".redact-places li")).to_have_count(2)
    found += barriers(browser_page, "the preview of a redaction")
    browser_page.get_by_label("Why").fill("A card number.")
    browser_page.get_by_label("I understand").check()
    browser_page.get_by_role("button", name="Take it out for good").press("Enter")

    expect(browser_page.locator("#flow .redacted")).to_have_count(2)
    expect(browser_page.locator("#flow")).to_contain_text("Redacted by Cleo Marsh")
    expect(browser_page.locator("#flow")).not_to_contain_text("4929")
    say(found + list(barriers(browser_page, "a ticket with a redacted message")))
    assert live_desk.flaws() == []
