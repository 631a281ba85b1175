"""A turn with a telephone in one hand: the desk at 390 px, by touch alone, from the menu to an act for two tickets and its undo."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.tickets.models import Message, Ticket
from tests.flows.live import LiveDesk
from tests.flows.test_composer import give_time
from tests.flows.writing import editor, expect_reply
from tests.makers import make_ticket

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.mark.parametrize("browser_page", [PHONE], indirect=True)
def test_a_turn_by_touch_alone(live_desk: LiveDesk, browser_page: Page) -> None:
    desk, page = live_desk, browser_page
    lamp, bins = desk.ask(lambda: two_tickets(desk))
    desk.ask(lambda: give_time(desk, 60))
    desk.sign_in(page, "ben")

    page.get_by_role("button", name="Menu").tap()
    page.locator("#rail").get_by_role("link", name=re.compile("^All open")).tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("All open")
    fits(page)

    page.get_by_role("link", name="Lamp").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lamp")
    page.get_by_role("button", name="Details").tap()
    page.locator("#side").get_by_label("Assignee", exact=True).select_option(label="Ben Kaya")
    page.locator("#side").get_by_role("button", name="Save changes").tap()
    desk.wait_for(lambda: found(lamp).assignee_id == desk.cast.ben.id)
    fits(page)
    page.locator("#side").get_by_role("button", name="Close").tap()
    expect(page.locator("#side")).to_be_hidden()

    editor(page).tap()
    page.keyboard.type("We will come on Friday.")
    page.locator("#composer").get_by_role("button", name="Send", exact=True).tap()
    expect(page.get_by_text("Being sent")).to_be_visible()
    page.locator("#planned").get_by_role("button", name="Undo").tap()
    expect_reply(page, "We will come on Friday.")
    assert desk.ask(lambda: replies(lamp)) == 0
    fits(page)

    page.goto(f"{desk.url}/tickets")
    for box in page.locator("tbody .pick input").all():
        box.check()
    page.get_by_placeholder("Add a tag").fill("storm")
    page.get_by_role("button", name="Apply").tap()
    page.get_by_role("button", name="Change 2 tickets").tap()
    expect(page.get_by_text("2 tickets changed.").first).to_be_visible()
    assert desk.ask(lambda: tags(lamp) + tags(bins)) == ["storm", "storm"]
    page.get_by_role("button", name="Undo").first.tap()
    expect(page.get_by_text("Taken back.")).to_be_visible()
    assert desk.ask(lambda: tags(lamp) + tags(bins)) == []
    fits(page)


def two_tickets(desk: LiveDesk) -> tuple[int, int]:
    ada, group = desk.cast.ada, desk.cast.it
    return make_ticket(ada, group, subject="Lamp").id, make_ticket(ada, group, subject="Bins").id


def found(ticket_id: int) -> Ticket:
    return db.session.get_one(Ticket, ticket_id, populate_existing=True)


def tags(ticket_id: int) -> list[str]:
    return [tag.name for tag in found(ticket_id).tags]


def replies(ticket_id: int) -> int:
    wanted = select(func.count()).where(Message.ticket_id == ticket_id, Message.direction == "out")
    return db.session.scalar(wanted) or 0


def fits(page: Page) -> None:
    """Nothing stands beside the screen, once its style is there."""
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, page.url
