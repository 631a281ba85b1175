"""The pages of lifecycles have no barrier, and a status asks for what it needs with a script and without one."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from helpdesk.tickets.models import TicketType
from tests.flows.live import LiveDesk
from tests.flows.test_no_barriers import look_at, say
from tests.makers import make_reply, make_ticket
from tests.servers.browser import BrowserWatch

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture
def furnished(live_desk: LiveDesk) -> LiveDesk:
    live_desk.ask(lambda: _furnish(live_desk))
    return live_desk


def _furnish(desk: LiveDesk) -> None:
    ticket = make_ticket(desk.cast.ada, desk.cast.it, type=TicketType.REQUEST, subject="A key")
    make_reply(ticket, desk.cast.ben)


def open_ticket(desk: LiveDesk, page: Page) -> None:
    page.goto(f"{desk.url}/tickets")
    page.get_by_role("link", name="A key").first.click()


def test_the_pages_of_lifecycles_have_no_barrier(furnished: LiveDesk, browser_page: Page) -> None:
    furnished.sign_in(browser_page, "eve")
    paths = [
        "/admin/lifecycles",
        "/admin/lifecycles/incident",
        "/admin/lifecycles/change",
        "/admin/lifecycles/question/edit",
        "/admin/priorities",
    ]
    say(look_at(furnished, browser_page, paths))


def test_a_status_asks_at_once_for_what_it_needs(furnished: LiveDesk, browser_page: Page) -> None:
    furnished.sign_in(browser_page, "ben")
    open_ticket(furnished, browser_page)
    side = browser_page.locator("#properties")
    code = side.locator('[data-asks-for="resolved"]').get_by_label("Resolution code")
    expect(code).to_be_hidden()
    side.get_by_label("Status").select_option("resolved")
    expect(code).to_be_visible()
    code.select_option("partly_fulfilled")
    side.get_by_role("button", name="Save changes").click()
    expect(browser_page.locator(".asked-before")).to_contain_text("Partly fulfilled")


@pytest.mark.parametrize("browser_page", [{"java_script_enabled": False}], indirect=True)
def test_without_a_script_what_is_missing_is_asked_for_next(
    furnished: LiveDesk, browser_page: Page, browser_watch: BrowserWatch
) -> None:
    browser_watch.expect("status of 422")
    furnished.sign_in(browser_page, "ben")
    open_ticket(furnished, browser_page)
    side = browser_page.locator("#properties")
    side.get_by_label("Status").select_option("pending_third_party")
    side.get_by_role("button", name="Save changes").click()
    side.get_by_role("textbox", name="What it waits for").fill("The locksmith")
    side.get_by_role("button", name="Save changes").click()
    expect(browser_page.locator(".asked-before")).to_contain_text("The locksmith")
