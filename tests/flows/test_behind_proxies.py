"""Consoles behind proxies that keep streams back or cut them: told all the same, and on a stream again once it can be."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from helpdesk.tickets.models import Ticket
from tests.flows.live import LiveDesk
from tests.flows.test_live import OPEN, make, write
from tests.helpdesk.live.streams import pass_of
from tests.servers.proxy import Proxy, proxy_before

pytestmark = pytest.mark.browser

POLLING = "#main[data-stream=polling]"
MUCH = 1 << 20


@pytest.fixture
def proxy(live_desk: LiveDesk) -> Iterator[Proxy]:
    """A proxy between browsers and the gateway; what stood in the settings is put back by the desk's own fixture."""
    port = urlsplit(live_desk.app.config["DESK_LIVE_URL"]).port
    assert port is not None
    with proxy_before(port) as found:
        live_desk.app.config["DESK_LIVE_URL"] = f"http://127.0.0.1:{found.port}"
        yield found


def cleo_writes(desk: LiveDesk, proxy: Proxy, ticket: Ticket) -> None:
    cleo = desk.cast.cleo
    said = {"ticket": ticket.number, "state": "writing", "tab": "hers"}
    body = json.dumps({**said, "pass": desk.ask(lambda: pass_of(cleo))}).encode()
    url = f"http://127.0.0.1:{proxy.upstream}/live/here"
    with urllib.request.urlopen(urllib.request.Request(url, body), timeout=10) as answer:
        assert answer.status == 204


def test_a_console_whose_stream_is_kept_back_asks_misses_nothing_and_goes_back_to_it(
    live_desk: LiveDesk, proxy: Proxy, browser_page: Page
) -> None:
    page, proxy.hold_bytes = browser_page, MUCH
    ticket = make(live_desk, "Behind a proxy that keeps back")
    live_desk.sign_in(page, "ben")
    page.clock.install()
    page.goto(f"{live_desk.url}/tickets/{ticket.number}")
    page.wait_for_selector(POLLING)
    write(live_desk, ticket, "Said while the stream is kept back.")
    cleo_writes(live_desk, proxy, ticket)
    page.clock.fast_forward(11_000)
    expect(page.locator("#flow .msg").last).to_contain_text("Said while the stream is kept back.")
    expect(page.locator("#who-is-here")).to_contain_text("Cleo Marsh is writing")
    write(live_desk, ticket, "Said before the stream is let through.")
    proxy.hold_bytes = 0
    page.clock.fast_forward(45_000)
    page.wait_for_selector(OPEN)
    expect(page.locator("#flow .msg").last).to_contain_text("Said before the stream")
    asked = len(proxy.asked)
    write(live_desk, ticket, "Said over the stream.")
    expect(page.locator("#flow .msg").last).to_contain_text("Said over the stream.")
    assert not any("once" in one for one in proxy.asked[asked:])


def test_a_wallboard_changes_over_a_stream_and_without_one(
    live_desk: LiveDesk, proxy: Proxy, browser_page: Page
) -> None:
    page = browser_page
    live_desk.sign_in(page, "cleo")
    page.clock.install()
    page.goto(f"{live_desk.url}/wallboard")
    page.wait_for_selector("#board[data-stream=open]")
    count = page.locator("#board tbody td").first
    expect(count).to_have_text("0")
    make(live_desk, "Shown over the stream")
    expect(count).to_have_text("1")
    proxy.hold_bytes = MUCH
    page.reload()
    page.wait_for_selector("#board[data-stream=polling]")
    make(live_desk, "Shown without one")
    page.clock.fast_forward(11_000)
    expect(count).to_have_text("2")


def test_a_console_whose_silent_stream_is_cut_asks_for_more_beats(
    live_desk: LiveDesk, proxy: Proxy, browser_page: Page
) -> None:
    # As proxies that cut after five seconds, only sooner; older HTTP behind it as well.
    proxy.idle_seconds, proxy.version = 1.8, "1.0"
    with browser_page.expect_request(lambda one: "beat=2" in one.url, timeout=40_000):
        live_desk.sign_in(browser_page, "ben")
    proxy.idle_seconds = 6
    browser_page.wait_for_selector(OPEN)
    ticket = make(live_desk, "Told over a stream that lives")
    expect(browser_page.locator(f"tr[data-number={ticket.number}]")).to_be_visible()
