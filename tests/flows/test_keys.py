"""A morning's work by keys alone: through the list, into a ticket, changed, and back where one was; then keys are switched off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Route, expect

from helpdesk.core.db import db
from helpdesk.people.models import Person
from helpdesk.tickets.models import FIRST_NUMBER, Ticket
from tests.flows.live import LiveDesk
from tests.flows.test_no_barriers import barriers, say
from tests.makers import make_ticket

pytestmark = pytest.mark.browser

# What a key shows at once, however slow the network is.
LOOK_AFTER_100_MS = """() => addEventListener("keydown", () => setTimeout(
    () => { sessionStorage.seen = document.querySelector("#toast").textContent }, 100))"""


def test_a_mornings_work_by_keys_alone(live_desk: LiveDesk, browser_page: Page) -> None:
    desk, page = live_desk, browser_page
    cast = desk.cast
    first, second = desk.ask(
        lambda: [make_ticket(cast.ada, cast.it, subject=one).number for one in ("Bins", "Lamp")]
    )
    desk.sign_in(page, "ben")
    page.goto(f"{desk.url}/tickets")
    here = page.locator("tr.here")

    page.keyboard.press("s")
    expect(page.locator("#toast")).to_contain_text("Go to a ticket first")
    page.keyboard.press("j")
    expect(here).to_have_attribute("data-number", second)
    page.keyboard.press("j")
    expect(here).to_have_attribute("data-number", first)

    choose(page, "p", "P2 H")
    expect(page.locator("main")).to_contain_text("1 ticket changed.")
    assert desk.ask(lambda: found(first).priority) == 2
    expect(here).to_have_attribute("data-number", first)
    page.keyboard.press("m")
    expect(here).to_contain_text("Ben Kaya")
    expect(here).to_have_attribute("data-number", first)

    page.evaluate(LOOK_AFTER_100_MS)
    with answers_late(page):
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Bins")
    assert first in page.evaluate("sessionStorage.seen")

    page.wait_for_load_state()
    page.keyboard.press("t")
    page.keyboard.type("glass")
    say(list(barriers(page, "the list to choose from")))
    page.keyboard.press("Enter")
    expect(page.locator("#ticket-head")).to_contain_text("glass")
    choose(page, "s", "progress")
    expect(page.locator("#ticket-head .pill").first).to_have_text("In progress")

    page.keyboard.press("n")
    page.keyboard.type("j m e")
    expect(page.locator("#note-text")).to_have_value("j m e")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+m")
    page.keyboard.press("u")
    expect(page).to_have_url(re.compile("/tickets$"))
    expect(here).to_have_attribute("data-number", first)
    page.keyboard.press("g")
    page.keyboard.press("m")
    expect(page).to_have_url(re.compile("/views/mine$"))

    switch_off(page)
    desk.wait_for(lambda: not db.session.get_one(Person, cast.ben.id).single_keys)
    page.keyboard.press("j")
    expect(here).to_have_count(0)
    page.reload()
    page.keyboard.press("j")
    expect(here).to_have_count(0)


def switch_off(page: Page) -> None:
    page.wait_for_load_state()
    page.keyboard.press("?")
    say(list(barriers(page, "the list of keys")))
    page.locator("#keys").get_by_role("button", name="Off", exact=True).click()
    page.keyboard.press("Escape")


def choose(page: Page, key: str, typed: str) -> None:
    page.wait_for_load_state()
    page.keyboard.press(key)
    expect(page.locator("#chooser-text")).to_be_focused()
    page.keyboard.type(typed)
    page.keyboard.press("Enter")


@contextmanager
def answers_late(page: Page) -> Iterator[None]:
    """The network takes its time for tickets."""

    def late(route: Route) -> None:
        page.wait_for_timeout(500)
        route.fallback()

    page.route("**/tickets/*", late)
    yield
    page.unroute("**/tickets/*")


def found(number: str) -> Ticket:
    return db.session.get_one(Ticket, int(number.rpartition("-")[2]) - FIRST_NUMBER)


def test_the_palette_leads_everywhere_and_remembers_nothing(
    live_desk: LiveDesk, browser_page: Page
) -> None:
    desk, page = live_desk, browser_page
    cast = desk.cast
    number = desk.ask(lambda: make_ticket(cast.ada, cast.it, subject="Bins").number)
    desk.sign_in(page, "ben")
    # What leads the palette comes when something is typed already.
    late: list[Route] = []
    page.route("**/dist/palette.js?*", lambda route: late.append(route), times=1)
    page.goto(f"{desk.url}/tickets")
    with page.expect_request("**/dist/palette.js?*"):
        page.keyboard.press("Control+k")
    page.keyboard.type(number)
    late.pop().continue_()
    expect(page.locator("#palette [aria-selected=true]")).to_contain_text("Bins")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Bins")
    palette(page, "internal")
    page.keyboard.press("Enter")
    expect(page.locator("#note-text")).to_be_focused()
    page.keyboard.press("Escape")

    palette(page, "")
    expect(page.locator("#palette-list")).to_contain_text("Make it mine")
    say(list(barriers(page, "the palette")))
    slow(page, "b")
    with page.expect_request("**/palette?q=b"):
        page.keyboard.type("b")
    page.keyboard.type("in")
    expect(page.locator("#palette [data-group=tickets]")).to_contain_text("Bins")
    page.keyboard.press("ArrowDown")
    active = page.locator("#palette-text").get_attribute("aria-activedescendant")
    expect(page.locator("#palette [aria-selected=true]")).to_have_id(str(active))
    page.wait_for_timeout(400)
    expect(page.locator("#palette [data-group=tickets]")).to_contain_text("Bins")
    page.keyboard.press("Escape")

    palette(page, "")
    page.keyboard.type("sign out")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Password")).to_be_visible()
    kept = page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")
    assert number not in kept
    assert "Bins" not in page.content()


def palette(page: Page, typed: str) -> None:
    page.wait_for_load_state()
    # What it offers before anything is typed may be there before the focus is seen.
    with page.expect_response("**/palette?*"):
        page.keyboard.press("Control+k")
    expect(page.locator("#palette-text")).to_be_focused()
    if typed:
        with page.expect_response(lambda answer: f"q={typed}" in answer.url):
            page.keyboard.type(typed)


def slow(page: Page, typed: str) -> None:
    """The answer for this comes after that for more."""

    def late(route: Route) -> None:
        page.wait_for_timeout(300)
        route.fallback()

    page.route(f"**/palette?q={typed}", late)
