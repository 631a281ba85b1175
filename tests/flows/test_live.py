"""Two agents at one ticket: what one does the other sees at once, without losing focus, place or words."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.models import Group, Person
from helpdesk.tickets import commands
from helpdesk.tickets.models import Ticket
from tests.flows.live import LiveDesk
from tests.makers import make_ticket, make_words_of

pytestmark = pytest.mark.browser

OPEN = "#main[data-stream=open]"


def move(ticket_id: int, group_id: int) -> None:
    with unit_of_work():
        group = db.session.get_one(Group, group_id)
        commands.move_to_group(commands.lock(ticket_id), group, by=None, cause="test")


def write(desk: LiveDesk, ticket: Ticket, text: str) -> None:
    ada = desk.cast.ada.id
    desk.ask(
        lambda: make_words_of(
            db.session.get_one(Ticket, ticket.id), db.session.get_one(Person, ada), text
        )
    )


def make(desk: LiveDesk, subject: str) -> Ticket:
    cast = desk.cast
    return desk.ask(
        lambda: make_ticket(
            db.session.get_one(Person, cast.ada.id),
            db.session.get_one(Group, cast.it.id),
            subject=subject,
            text="\n".join(["A long story."] * 40),
        )
    )


def test_a_ticket_and_the_list_change_under_nobodys_hands(
    live_desk: LiveDesk, browser_page: Page
) -> None:
    page = browser_page
    ticket = make(live_desk, "Printer prints blank pages")
    other = make(live_desk, "Second of the list")
    live_desk.sign_in(page, "ben")
    page.goto(f"{live_desk.url}/views/open")
    page.wait_for_selector(OPEN)
    page.locator(f"tr[data-number={other.number}] .subject a").focus()
    third = make(live_desk, "Third, which is new")
    expect(page.locator("[data-show-news]")).to_contain_text("1 new")
    expect(page.locator("[data-count=open] .n")).to_have_text("3")
    expect(page.locator(f"tr[data-number={other.number}] .subject a")).to_be_focused()
    page.locator("[data-show-news]").click()
    expect(page.locator("tr[data-number]").first).to_have_attribute("data-number", third.number)

    page.goto(f"{live_desk.url}/tickets/{ticket.number}")
    page.wait_for_selector(OPEN)
    page.locator("#text").fill("I am writing")
    page.evaluate("scrollTo(0, 0)")
    write(live_desk, ticket, "Still blank.")
    expect(page.locator("#flow .msg").last).to_contain_text("Still blank.")
    expect(page.locator("[data-show-messages]")).to_contain_text("1 new message")
    expect(page.locator("#live-said")).to_have_text("New message from Ada Byrne")
    expect(page.locator("#text")).to_be_focused()
    assert page.locator("#text").input_value() == "I am writing"
    assert page.evaluate("scrollY") == 0
    version = "#reply-form input[name=version]"
    before = page.locator(version).input_value()
    page.locator("[data-show-messages]").click()
    expect(page.locator("[data-show-messages]")).to_be_hidden()
    expect(page.locator(version)).not_to_have_value(before)

    live_desk.ask(lambda: move(ticket.id, live_desk.cast.highways.id))
    expect(page.get_by_role("heading", level=1)).to_have_text("You can see this ticket no longer")
    expect(page.get_by_label("What you had typed")).to_have_value("I am writing")
    assert "Still blank." not in page.content()
