"""Acts and their undo by keyboard alone: two tickets changed from the list after a look, and taken back by one key."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from helpdesk.core.db import db
from helpdesk.tickets.models import Ticket
from tests.flows.live import LiveDesk
from tests.flows.test_no_barriers import barriers, say
from tests.makers import make_ticket

pytestmark = pytest.mark.browser


def test_what_was_done_to_many_by_keys_is_undone_by_one(
    live_desk: LiveDesk, browser_page: Page
) -> None:
    desk, page = live_desk, browser_page
    first, second = desk.ask(lambda: two_tickets(desk))
    desk.sign_in(page, "ben")
    page.goto(desk.url + "/tickets")
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    expect(page.get_by_text("2 selected")).to_be_visible()
    page.locator("#bulk input[name=tag]").focus()
    page.keyboard.type("storm")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Change 2 tickets")
    say(list(barriers(page, "the look at a change of two tickets")))
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="Change 2 tickets").press("Enter")
    expect(page.get_by_text("2 tickets changed.").first).to_be_visible()
    expect(page.locator("#announced")).to_have_text("2 tickets changed.")
    assert desk.ask(lambda: tags_of(first, second)) == [["storm"], ["storm"]]

    page.keyboard.press("z")

    expect(page.get_by_text("Taken back.")).to_be_visible()
    assert desk.ask(lambda: tags_of(first, second)) == [[], []]


def two_tickets(desk: LiveDesk) -> tuple[int, int]:
    ada, group = desk.cast.ada, desk.cast.it
    return make_ticket(ada, group).id, make_ticket(ada, group, subject="Cellar wet").id


def tags_of(*ids: int) -> list[list[str]]:
    found = [db.session.get_one(Ticket, one, populate_existing=True) for one in ids]
    return [[tag.name for tag in one.tags] for one in found]
