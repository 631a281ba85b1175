"""A citizen asks by a form in a real browser, without a script and on a small screen, and follows what becomes of it."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from helpdesk.contact_forms.models import FormDraft
from helpdesk.contact_forms.sending import QUICKEST
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.demo.forms import set_up_forms
from helpdesk.people.models import ContactPoint
from helpdesk.tickets.models import Message, Ticket
from tests.flows.live import LiveDesk
from tests.flows.test_no_barriers import LOOK, WIDER_THAN_SCREEN
from tests.makers import make_reply
from tests.servers.browser import BrowserWatch

pytestmark = pytest.mark.browser

FAY = "fay@home.example"


@pytest.mark.parametrize("width", [320, 1440])
def test_a_form_becomes_a_request_that_is_followed_by_a_link(
    live_desk: LiveDesk, browser: Browser, width: int
) -> None:
    with live_desk.app.app_context(), unit_of_work():
        set_up_forms()
    watch = BrowserWatch()
    context = browser.new_context(
        viewport={"width": width, "height": 900}, java_script_enabled=False
    )
    watch.attach(context)
    page = context.new_page()

    number = fill_in(page, live_desk)
    ticket = live_desk.ask(lambda: db.session.scalars(select(Ticket)).one())
    assert (ticket.number, ticket.channel) == (number, "web")
    live_desk.ask(lambda: make_reply(ticket, live_desk.cast.ben, "We come back on Wednesday."))
    page.goto(link_mailed_to(live_desk, FAY))
    page.get_by_role("button", name="Continue").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Missed bin")
    expect(page.locator(".talk")).to_contain_text("We come back on Wednesday.")
    page.get_by_label("Your message").fill("Thank you, it is done.")
    page.locator("form", has=page.get_by_label("Your message")).get_by_role(
        "button", name="Send"
    ).click()
    expect(page.locator(".talk")).to_contain_text("Thank you, it is done.")
    page.get_by_role("button", name="It is done, close it").click()
    page.get_by_label("Very well").check()
    page.get_by_role("button", name="Tell us").click()
    expect(page.get_by_text("You said: very well.")).to_be_visible()

    assert live_desk.ask(is_proven)
    assert live_desk.ask(lambda: len(db.session.scalars(select(Message)).all())) == 3
    context.close()
    assert [one for one in watch.complaints() if "422" not in one] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_of_a_form_have_no_barriers(
    live_desk: LiveDesk, browser_page: Page, browser_watch: BrowserWatch, theme: str
) -> None:
    with live_desk.app.app_context(), unit_of_work():
        set_up_forms()
    browser_watch.expect("status of 422")
    page = browser_page
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.set_viewport_size({"width": 320, "height": 900})
    for path in ("/", "/ask/missed-bin", "/follow", "/your-requests/sign-in"):
        page.goto(live_desk.url + path)
        look(page)
    page.goto(f"{live_desk.url}/ask/parking-permit")
    page.get_by_role("button", name="Start now").click()
    page.get_by_role("button", name="Continue").click()
    look(page)
    for field, text in (("line1", "14 Alder Row"), ("town", "Ambridge"), ("postcode", "AB1 2CD")):
        page.locator(f"#home-{field}").fill(text)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Continue").click()
    look(page)
    page.get_by_label("Registration number").fill("AB12 CDE")
    page.get_by_label("No").check()
    page.get_by_role("button", name="Continue").click()
    look(page)


def look(page: Page) -> None:
    """No violation that axe finds, and nothing wider than the screen."""
    page.wait_for_load_state()
    page.evaluate(AXE_SCRIPT)
    assert page.evaluate(LOOK) == [], page.url
    assert page.evaluate(WIDER_THAN_SCREEN) == [], page.url


def fill_in(page: Page, desk: LiveDesk) -> str:
    """Report a missed bin, with a slip on the way; returns the reference."""
    page.goto(f"{desk.url}/ask/missed-bin")
    page.get_by_role("button", name="Start now").click()
    go_on = page.get_by_role("button", name="Continue")
    go_on.click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    page.get_by_label("Food, brown caddy").check()
    go_on.click()
    for part, text in (("day", "16"), ("month", "11"), ("year", "2026")):
        page.locator(f"#day-{part}").fill(text)
    go_on.click()
    for field, text in (("line1", "14 Alder Row"), ("town", "Ambridge"), ("postcode", "AB1 2CD")):
        page.locator(f"#where-{field}").fill(text)
    go_on.click()
    page.get_by_label("No").check()
    go_on.click()
    picture = {"name": "bin.png", "mimeType": "image/png", "buffer": b"\x89PNG a picture"}
    page.locator("#photo").set_input_files([picture])
    go_on.click()
    page.get_by_label("Your name").fill("Fay Nolan")
    page.get_by_label("E-mail address").fill(FAY)
    go_on.click()
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    # Whoever sends a form sooner than anybody can read it is taken for a machine.
    desk.wait_for(lambda: clock.now() - begun_at() > QUICKEST)
    page.get_by_role("button", name="Send").click()
    return page.locator(".panel .reference").inner_text()


def link_mailed_to(desk: LiveDesk, address: str) -> str:
    """The link in the mail that says that the form arrived."""
    for mail in desk.sink.wait_for(1):
        body = mail.message.get_body(("plain",))
        found = re.search(r"http\S+/go/\S+", body.get_content() if body is not None else "")
        if mail.message["To"] == address and found:
            return desk.url + "/go/" + found[0].rpartition("/")[2]
    raise AssertionError("No mail with a link.")


def begun_at() -> datetime:
    return db.session.scalars(select(FormDraft.created_at)).one()


def is_proven() -> bool:
    return bool(db.session.scalar(select(ContactPoint.is_proven).where(ContactPoint.value == FAY)))
