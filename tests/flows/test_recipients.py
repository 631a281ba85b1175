"""Copies in a real browser: offered while one types, looked at before they get one, and taken back by a key."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.flows.live import LiveDesk
from tests.flows.test_composer import begin_at, give_time
from tests.flows.test_no_barriers import barriers, say
from tests.flows.writing import editor, expect_reply
from tests.makers import make_ticket, make_words_of

pytestmark = pytest.mark.browser


def test_copies_are_offered_looked_at_and_taken_back_by_keys(
    live_desk: LiveDesk, browser_page: Page
) -> None:
    def begun() -> str:
        ticket = make_ticket(live_desk.cast.ada, live_desk.cast.it)
        copies = {"to": [], "cc": ["bob@example.org"]}
        make_words_of(ticket, live_desk.cast.ada, recipients=copies)
        return str(ticket.number)

    number = live_desk.ask(begun)
    live_desk.ask(lambda: give_time(live_desk, 60))
    page = browser_page
    begin_at(live_desk, page, number)
    editor(page).fill("It is on its way.")
    looked_at = page.locator("#before-sending")
    expect(looked_at).to_contain_text("are left out: bob@example.org")
    page.get_by_text("Cc and Bcc").click()
    page.get_by_label("Bcc").fill("eva@example.org")
    page.get_by_label("Bcc").press("Tab")
    expect(looked_at).to_contain_text("New recipient: eva@example.org")
    expect(page.locator("#bcc-people option")).to_have_count(0)
    page.get_by_label("Cc", exact=True).fill("bo")
    expect(page.locator("#cc-people option")).to_have_count(1)
    page.get_by_label("Cc", exact=True).fill("bob@example.org")
    page.get_by_label("Cc", exact=True).press("Tab")
    expect(looked_at).not_to_contain_text("left out")
    say(list(barriers(page, "copies and what to look at")))

    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Being sent")).to_be_visible()
    page.locator("h1").first.click()
    page.keyboard.press("z")
    expect_reply(page, "It is on its way.")
    expect(page.get_by_label("Bcc")).to_have_value("eva@example.org")
