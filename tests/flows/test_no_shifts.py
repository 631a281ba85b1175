"""Nothing on a page moves by itself while it loads: what its reader aims at is still there when they press."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.flows.live import LiveDesk
from tests.makers import make_reply, make_ticket

pytestmark = pytest.mark.browser

MOST_SHIFTED = 0.02
WATCH = """() => {
    if (!PerformanceObserver.supportedEntryTypes.includes("layout-shift")) throw Error("cannot watch");
    window.shifted = [];
    new PerformanceObserver(list => {
        for (const one of list.getEntries()) if (!one.hadRecentInput) window.shifted.push(
            {value: one.value, what: one.sources.map(s => s.node?.outerHTML?.slice(0, 120) ?? "?")});
    }).observe({type: "layout-shift", buffered: true});
}"""
# Everything is fetched, and two frames are drawn after that.
SETTLED = """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() =>
    done(window.shifted))))"""


def furnish(desk: LiveDesk) -> str:
    """Lists of some length, and a conversation that is longer than a screen; gives its number."""
    for _ in range(12):
        make_ticket(desk.cast.ada, desk.cast.it)
    ticket = make_ticket(desk.cast.ada, desk.cast.it)
    for _ in range(6):
        make_reply(
            ticket, desk.cast.ben, "It beeps twice and then says that drum unit 7 is worn out. " * 6
        )
    return ticket.number


def test_no_page_shifts_while_it_loads(live_desk: LiveDesk, browser_page: Page) -> None:
    number = live_desk.ask(lambda: furnish(live_desk))
    live_desk.sign_in(browser_page, "eve")
    browser_page.add_init_script(f"({WATCH})()")
    found = []
    for width in (1440, 390):
        browser_page.set_viewport_size({"width": width, "height": 900})
        for path in ("/tickets", f"/tickets/{number}", "/search?q=printer", "/team"):
            browser_page.goto(f"{live_desk.url}{path}", wait_until="load")
            shifts = browser_page.evaluate(SETTLED)
            if sum(one["value"] for one in shifts) >= MOST_SHIFTED:
                found.append((path, width, shifts))
    assert found == []
