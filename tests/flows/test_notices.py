"""Notices in a browser: the bell and its list change by themselves, and a ticket that is looked at is read."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.notifications.commands import mark_read
from helpdesk.notifications.models import Notification
from helpdesk.notifications.noting import note
from helpdesk.notifications.preferences import Way
from helpdesk.people.models import Person
from helpdesk.tickets.models import Ticket
from tests.flows.live import LiveDesk
from tests.flows.processes import wait_until
from tests.flows.test_live import OPEN
from tests.makers import make_ticket

pytestmark = pytest.mark.browser


def make(desk: LiveDesk, *subjects: str) -> list[tuple[int, str]]:
    """Tickets of whose coming Ben has read."""
    cast = desk.cast

    def made() -> list[tuple[int, str]]:
        tickets = [make_ticket(cast.ada, cast.it, subject=one) for one in subjects]
        return [(one.id, one.number) for one in tickets]

    tickets = desk.ask(made)
    told = select(func.count()).where(Notification.person_id == cast.ben.id)
    desk.wait_for(lambda: db.session.scalar(told) == len(subjects))
    desk.ask(lambda: read(cast.ben.id))
    return tickets


def read(person_id: int) -> None:
    with unit_of_work():
        mark_read(person_id)


def tell(desk: LiveDesk, ticket_id: int, kind: str = "mention") -> None:
    def told() -> None:
        with unit_of_work():
            ben = db.session.get_one(Person, desk.cast.ben.id)
            note(ben, db.session.get_one(Ticket, ticket_id), kind, ways=tuple(Way))

    desk.ask(told)


def test_the_bell_and_its_list_change_by_themselves_and_opening_a_ticket_reads_it(
    live_desk: LiveDesk, browser_page: Page
) -> None:
    page = browser_page
    (first, first_number), (other, other_number) = make(live_desk, "One", "Two")
    live_desk.sign_in(page, "ben")
    page.goto(f"{live_desk.url}/notices")
    page.wait_for_selector(OPEN)
    bell = page.locator(".rail [data-count=notices] .n")
    tell(live_desk, first)
    expect(bell).to_have_text("1")
    expect(page.locator("#told")).to_have_text(f"You are named in a note: {first_number}")
    named = page.locator("#told-list li", has_text="You are named")
    line = named.filter(has_text=first_number)
    expect(line).to_contain_text("unread")
    line.get_by_role("link").focus()
    tell(live_desk, other)
    expect(page.locator("#told-list li").first).to_contain_text(other_number)
    expect(line.get_by_role("link")).to_be_focused()
    tell(live_desk, first)
    expect(line).to_contain_text("You are named in a note, 2 times")
    expect(bell).to_have_text("2")
    line.get_by_role("link").press("Enter")
    page.wait_for_selector(f"[data-ticket={first_number}]")
    expect(bell).to_have_text("1")
    unread = select(Notification.ticket_id).where(
        Notification.read_at.is_(None), Notification.person_id == live_desk.cast.ben.id
    )
    assert live_desk.ask(lambda: list(db.session.scalars(unread))) == [other]


# A browser's own, as far as pages see it; what it shows stands where every window can look.
SCREEN = """class Shown extends EventTarget {
    static get permission() { return localStorage.getItem("allowed") ?? "default"; }
    static async requestPermission() {
        localStorage.setItem("allowed", localStorage.getItem("answer") ?? "denied");
        return Shown.permission;
    }
    constructor(title, { body }) {
        super();
        const shown = JSON.parse(localStorage.getItem("screen") ?? "[]");
        localStorage.setItem("screen", JSON.stringify([...shown, `${title}: ${body}`]));
    }
    close() {}
}
globalThis.Notification = Shown;"""


def on_screen(page: Page, count: int) -> list[str]:
    """What was shown, once it is so much."""
    asked = "JSON.parse(localStorage.getItem('screen') ?? '[]')"
    wait_until(lambda: len(page.evaluate(asked)) >= count, within=20)
    shown: list[str] = page.evaluate(asked)
    return shown


def test_the_screen_is_asked_for_by_a_button_and_one_window_shows_what_nobody_looks_at(
    live_desk: LiveDesk, browser_page: Page
) -> None:
    page = browser_page
    (first, first_number), (other, other_number) = make(live_desk, "One", "Two")
    page.context.add_init_script(SCREEN)
    live_desk.sign_in(page, "ben")
    page.goto(f"{live_desk.url}/me")
    part = page.locator("[data-desktop]")
    expect(part).to_contain_text("Nothing is shown on the screen")
    assert page.evaluate("Notification.permission") == "default"
    part.get_by_role("button", name="Show them on this computer").click()
    expect(part).to_contain_text("Your browser refuses them")
    page.evaluate("localStorage.removeItem('allowed'); localStorage.setItem('answer', 'granted')")
    page.reload()
    part.get_by_role("button", name="Show them on this computer").click()
    expect(part.get_by_role("button", name="Show one to try")).to_be_focused()
    windows = [page, page.context.new_page()]
    for window, path in zip(windows, (f"/tickets/{first_number}", "/notices"), strict=True):
        window.goto(live_desk.url + path)
        window.wait_for_selector(OPEN)
    tell(live_desk, first)
    tell(live_desk, other)
    on_screen(page, 1)
    tell(live_desk, other, "late_once_more")
    assert on_screen(page, 2) == [
        f"You are named in a note: {other_number} Two",
        f"late_once_more: {other_number} Two",
    ]
