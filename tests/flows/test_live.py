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
from tests.flows.test_no_barriers import barriers, look_at, say
from tests.flows.writing import editor, expect_reply
from tests.makers import make_ticket, make_words_of
from tests.servers.browser import BrowserWatch

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
    live_desk: LiveDesk, browser_page: Page, browser_watch: BrowserWatch
) -> None:
    # The draft of a ticket that has gone out of sight may be on its way at that moment.
    browser_watch.expect("/drafts/reply")
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
    editor(page).fill("I am writing")
    page.evaluate("scrollTo(0, 0)")
    write(live_desk, ticket, "Still blank.")
    expect(page.locator("#flow .msg").last).to_contain_text("Still blank.")
    expect(page.locator("[data-show-messages]")).to_contain_text("1 new message")
    expect(page.locator("#live-said")).to_have_text("New message from Ada Byrne")
    expect(editor(page)).to_be_focused()
    expect_reply(page, "I am writing")
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


def holder(desk: LiveDesk, ticket: Ticket) -> str | None:
    """Who has a ticket now."""

    def asked() -> str | None:
        held = db.session.get_one(Ticket, ticket.id).assignee
        return held.name if held else None

    return desk.ask(asked)


def test_a_lead_gives_tickets_by_drag_and_by_keys_on_a_page_that_stays_fresh(
    live_desk: LiveDesk, browser_page: Page
) -> None:
    page = browser_page
    first, second = make(live_desk, "First of the team"), make(live_desk, "Second of the team")
    live_desk.sign_in(page, "cleo")
    page.goto(f"{live_desk.url}/team")
    page.wait_for_selector(OPEN)
    page.locator(f"#nobody-{first.number}").drag_to(
        page.locator(f"[data-agent='{live_desk.cast.ben.id}']")
    )
    expect(page.locator("[data-said]")).to_contain_text(f"{first.number} is with Ben Kaya now.")
    assert holder(live_desk, first) == "Ben Kaya"
    page.wait_for_selector(OPEN)
    page.keyboard.press("j")
    expect(page.locator(f"#nobody-{second.number}")).to_be_focused()
    page.keyboard.press("a")
    page.keyboard.type("Cleo")
    page.keyboard.press("Enter")
    expect(page.locator("[data-said]")).to_contain_text(f"{second.number} is with Cleo Marsh now.")
    page.wait_for_selector(OPEN)
    page.keyboard.press("z")
    expect(page.locator(f"#nobody-{second.number}")).to_be_visible()
    assert holder(live_desk, second) is None
    page.wait_for_selector(OPEN)
    third = make(live_desk, "Third, which came meanwhile")
    expect(page.locator(f"#nobody-{third.number}")).to_be_visible()
    found = list(barriers(page, "/team"))
    say(found + look_at(live_desk, page, ["/wallboard"]))
