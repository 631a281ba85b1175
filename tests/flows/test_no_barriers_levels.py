"""The pages of service levels, looked at by axe in both themes, wide and narrow."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page

from tests.flows.levels import furnish, in_the_past
from tests.flows.live import LiveDesk
from tests.flows.test_no_barriers import WIDTHS, barriers, look_at, press, say
from tests.servers.browser import BrowserWatch

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture
def tickets(live_desk: LiveDesk) -> list[str]:
    """Numbers of tickets whose clocks began days ago."""

    def made() -> list[str]:
        with in_the_past(timedelta(days=2)):
            return furnish(live_desk.cast)

    return live_desk.ask(made)


def test_clocks_and_their_ledgers_have_no_barrier(
    live_desk: LiveDesk, tickets: list[str], browser_page: Page
) -> None:
    live_desk.sign_in(browser_page, "ben")
    paths = ["/tickets", "/views/late", "/views/due-soon", "/tickets?sort=due"]
    paths += [f"/tickets/{one}" for one in tickets]
    paths += [f"/tickets/{one}/clocks/resolution/1" for one in tickets]
    paths += [f"/tickets/{tickets[0]}/clocks/first_response/1", "/notices"]
    say(look_at(live_desk, browser_page, paths))


def test_the_pages_of_policies_have_no_barrier(
    live_desk: LiveDesk, tickets: list[str], browser_page: Page, browser_watch: BrowserWatch
) -> None:
    browser_watch.expect("Failed to load resource")
    live_desk.sign_in(browser_page, "eve")
    tested = "?test_priority=p1&test_at=2026-11-20T16:40"
    base = "/admin/policies"
    paths = [base, f"{base}/standard", f"{base}/standard{tested}", f"{base}/standard/edit"]
    found = look_at(live_desk, browser_page, [*paths, f"{base}/new"])
    browser_page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    browser_page.goto(f"{live_desk.url}{base}/new")
    browser_page.get_by_label("Title", exact=True).first.fill("Standard")
    browser_page.locator("#first-response-p1").fill("soon")
    press(browser_page, "Save")
    found += barriers(browser_page, "a policy with errors")
    say(found)
