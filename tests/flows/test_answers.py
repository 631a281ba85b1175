"""A citizen asks for the bin day, without a script and on a small screen; then for what nobody knows, and staff teach it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.flows.live import LiveDesk
from tests.flows.test_no_barriers import look_at, say
from tests.helpdesk.answers.desk import BIN_DAY, make_service, make_table

pytestmark = pytest.mark.browser


def furnish() -> None:
    make_table()
    make_service("bin-day", **BIN_DAY)


def test_a_question_is_answered_and_what_was_not_is_taught(
    live_desk: LiveDesk, browser_page: Page
) -> None:
    live_desk.ask(furnish)
    page = browser_page
    page.set_viewport_size({"width": 320, "height": 640})

    page.goto(f"{live_desk.url}/ask")
    page.get_by_label("What would you like to know?").fill("When is my bin colected?")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_label("What is your postcode?").fill("sw1a2aa")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("11 Downing Lane").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Bins at 11 Downing Lane are emptied on")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("button", name="Yes, this helped").click()

    page.get_by_label("What would you like to know?").fill("kerbside pickup")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("link", name="Ask a person")).to_be_visible()

    page.set_viewport_size({"width": 1280, "height": 900})
    live_desk.sign_in(page, "eve")
    page.goto(f"{live_desk.url}/admin/answers/unsaid")
    page.get_by_role("button", name="Teach").click()
    expect(page.get_by_text("Nothing open")).to_be_visible()
    page.goto(f"{live_desk.url}/admin/answers/try?question=kerbside+pickup")
    expect(page.get_by_text("It asks: What is your postcode?")).to_be_visible()
    say(look_at(live_desk, page, PAGES))


PAGES = [
    "/ask",
    "/answers/bin-day",
    "/admin/answers/tables",
    "/admin/answers/tables/new",
    "/admin/answers/tables/bins",
    "/admin/answers/tables/bins?key=SW1A2AA",
    "/admin/answers/tables/bins/settings",
    "/admin/answers/tables/bins/1",
    "/admin/answers/try?question=bins",
    "/admin/answers/unsaid",
]
