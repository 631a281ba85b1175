"""Searching by the keyboard alone: what may follow is offered, results come while one types, and the address keeps the query."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.flows.live import LiveDesk
from tests.flows.test_no_barriers import barriers, say
from tests.makers import make_ticket

pytestmark = pytest.mark.browser


def test_a_search_by_the_keyboard_alone(live_desk: LiveDesk, browser_page: Page) -> None:
    desk, page = live_desk, browser_page
    cast = desk.cast
    for subject in ("Bins", "Lamp"):
        desk.ask(lambda subject=subject: make_ticket(cast.ada, cast.it, subject=subject).number)
    desk.sign_in(page, "ben")
    page.goto(f"{desk.url}/search")
    page.wait_for_load_state()
    field, found = page.locator("#q"), page.locator("#search-body .results")

    field.press_sequentially("sta")
    offered = page.locator("#q-list")
    expect(offered).to_contain_text("status:")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(field).to_have_value("status:")
    field.press_sequentially("n")
    expect(offered).to_contain_text("new")
    page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "completion-0")
    page.keyboard.press("Enter")
    expect(found).to_contain_text("Lamp")
    field.press_sequentially("bins")
    expect(found).not_to_contain_text("Lamp")
    expect(found).to_contain_text("Bins")
    expect(field).to_be_focused()
    expect(page).to_have_url(re.compile(r"q=status%3Anew(\+|%20)bins"))
    expect(page.locator("#search-said")).to_have_text("1 found")
    expect(page.locator(".facets")).to_contain_text("IT support")
    say(list(barriers(page, "a search with facets")))

    field.fill("bins subjct:lamp imp")
    expect(page.locator(".query-problem")).to_contain_text("There is no field")
    expect(offered).to_contain_text("impact:")
    say(list(barriers(page, "a search that was not understood")))
