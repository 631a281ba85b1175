"""A service level from its making to its breach: a policy written on its page, a pill that counts, a ledger, a notice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from helpdesk.core import clock as desk_clock
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.notifications.models import Notification
from helpdesk.sla.sweeping import sweep
from helpdesk.tickets import commands
from helpdesk.tickets.models import Ticket
from tests.flows.live import LiveDesk
from tests.makers import make_ticket

pytestmark = pytest.mark.browser

PLACES = """() => [...document.querySelectorAll(".tickets tr, .tickets .subject a, .tickets .c-when")].map(
    one => { const {x, y, width, height} = one.getBoundingClientRect(); return [x, y, width, height]; })"""


@pytest.fixture
def stopped(live_desk: LiveDesk) -> Iterator[StoppedClock]:
    """The desk's clock, three hours back, so that all of the story is past for workers of their own."""
    started = desk_clock.now() - timedelta(hours=3)
    held = StoppedClock(started.replace(second=0, microsecond=0))
    with desk_clock.use(held):
        yield held


@pytest.fixture
def policy_made(live_desk: LiveDesk, stopped: StoppedClock, browser_page: Page) -> Page:
    """A policy of one hour to answer and eight to solve, made by an administrator in the browser."""
    live_desk.sign_in(browser_page, "eve")
    browser_page.goto(f"{live_desk.url}/admin")
    browser_page.get_by_role("link", name="Policies").first.click()
    browser_page.get_by_role("link", name="Add a policy").first.click()
    browser_page.get_by_label("Title", exact=True).first.fill("Standard")
    browser_page.locator("#first-response-any").fill("1h")
    browser_page.locator("#resolution-any").fill("1 day")
    browser_page.get_by_role("button", name="Save").click()
    expect(browser_page.get_by_role("heading", level=1)).to_have_text("Standard")
    expect(browser_page.get_by_text("Saved as version 1")).to_be_visible()
    return browser_page


def opened(desk: LiveDesk) -> str:
    """The number of a ticket that Ben has."""

    def made() -> str:
        ticket = make_ticket(desk.cast.ada, desk.cast.it)
        with unit_of_work():
            commands.assign(commands.lock(ticket.id), desk.cast.ben, by=None, cause="test")
        return ticket.number

    return desk.ask(made)


def test_a_policy_is_made_counts_is_explained_is_missed_and_is_told(
    live_desk: LiveDesk, stopped: StoppedClock, policy_made: Page
) -> None:
    page, number = policy_made, opened(live_desk)
    page.context.clear_cookies()
    live_desk.sign_in(page, "ben")
    page.goto(f"{live_desk.url}/views/mine")
    expect(page.locator("time.due")).to_have_text("Reply due in 1 h")
    page.get_by_role("link", name="Printer prints blank pages").click()
    expect(page.locator("#ticket-head time.due")).to_have_text("Reply due in 1 h")
    page.get_by_role("link", name="Why? First response").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "First response: why is this due then?"
    )

    stopped.advance(timedelta(minutes=75))
    assert live_desk.ask(sweep) == 1
    page.reload()
    expect(page.locator(".ledger tbody tr")).to_have_count(1)
    expect(page.locator(".ledger tbody tr td").last).to_have_text("1 h 15 min")
    expect(page.locator(".page-head")).to_contain_text("15 min over")
    page.goto(f"{live_desk.url}/views/late")
    expect(page.locator("time.due")).to_have_text("Reply late by 15 min")

    live_desk.wait_for(
        lambda: db.session.scalar(select(Notification.id).where(Notification.kind == "sla_breach"))
    )
    page.goto(f"{live_desk.url}/notices")
    expect(page.get_by_text("Late: a target was missed")).to_be_visible()
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.get_by_role("button", name="Mark all as read")).to_have_count(0)
    assert live_desk.ask(lambda: db.session.scalars(select(Ticket)).one().number) == number


def test_a_pill_counts_while_the_page_stays_open_and_nothing_moves(
    live_desk: LiveDesk, stopped: StoppedClock, policy_made: Page
) -> None:
    page = policy_made
    opened(live_desk)
    page.clock.install()
    page.goto(f"{live_desk.url}/tickets")
    pill = page.locator("time.due")
    expect(pill).to_have_text("Reply due in 1 h")
    before = page.evaluate(PLACES)
    page.clock.run_for(timedelta(minutes=40).seconds * 1000)
    expect(pill).to_have_text(re.compile("Reply due in (19|20) min"))
    page.clock.run_for(timedelta(minutes=31).seconds * 1000)
    expect(pill).to_have_text(re.compile("Reply late by 1[01] min"))
    expect(pill).to_have_class("pill due late")
    assert page.evaluate(PLACES) == before
