"""What an agent types to a third party stays where they typed it, in a real browser: in the tab and on the page of its own."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.flows.live import LiveDesk
from tests.flows.test_composer import begin_at, kept
from tests.flows.test_no_barriers import barriers, say
from tests.helpdesk.messaging.aside import ADDRESS, ask_aside, side_of
from tests.makers import make_reply, make_ticket
from tests.servers.browser import BrowserWatch

pytestmark = pytest.mark.browser


def test_words_to_third_parties_outlast_the_page(
    live_desk: LiveDesk, browser_page: Page, browser_watch: BrowserWatch
) -> None:
    browser_watch.expect("ERR_INTERNET_DISCONNECTED")
    page = browser_page
    cast = live_desk.cast
    ticket = live_desk.ask(lambda: make_ticket(cast.ada, cast.it))
    live_desk.ask(lambda: make_reply(ticket, cast.ben, "Which floor?"))
    side = live_desk.ask(lambda: side_of(ask_aside(ticket, cast.ben)))
    begin_at(live_desk, page, ticket.number)
    open_tab(page)
    kept(page, lambda: page.get_by_label("To", exact=True).fill(ADDRESS))
    page.get_by_label("Your words").press_sequentially("/ Have you")
    kept(page, lambda: page.locator("#passed").get_by_role("checkbox").first.uncheck())
    expect(page.locator("#forward-form [data-draft-state]")).to_contain_text("Draft kept,")

    page.reload()
    open_tab(page)
    expect(page.get_by_label("To", exact=True)).to_have_value(ADDRESS)
    expect(page.get_by_label("Your words")).to_have_value("/ Have you")
    expect(page.locator("#passed").get_by_role("checkbox").first).not_to_be_checked()
    say(list(barriers(page, "the form of passing on, with a draft")))
    page.set_viewport_size({"width": 1280, "height": 900})
    kept(page, lambda: page.locator("#forward-form [data-draft-discard]").click())
    expect(page.get_by_label("To", exact=True)).to_have_value("")

    page.goto(f"{live_desk.url}/tickets/{ticket.number}/sides/{side.id}")
    page.context.set_offline(True)
    page.get_by_label("Your words").fill("Or two of them?")
    expect(page.get_by_text("Draft kept on this computer")).to_be_visible()
    kept(page, lambda: page.context.set_offline(False))
    page.reload()
    expect(page.get_by_label("Your words")).to_have_value("Or two of them?")
    page.get_by_role("button", name="Send aside").click()
    expect(page.locator(".side-flow")).to_contain_text("Or two of them?")
    expect(page.get_by_label("Your words")).to_have_value("")


def open_tab(page: Page) -> None:
    page.get_by_role("radio", name="Forward").check(force=True)
    expect(page.locator("#forward-to")).to_be_focused()
