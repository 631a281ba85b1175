"""A call in a browser, by keys alone: logged from a list, joined to the caller's ticket; the page that a telephone brings."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.commands import add_contact_point
from helpdesk.people.models import ContactKind, Person
from helpdesk.phone import extensions
from helpdesk.phone.models import CallBack, PhoneCall
from helpdesk.tickets.models import Message
from tests.flows.live import LiveDesk
from tests.flows.test_no_barriers import WIDTHS, barriers, look_at, say
from tests.helpdesk.phone.systems import make_system
from tests.makers import make_ticket
from tests.servers.browser import BrowserWatch

pytestmark = pytest.mark.browser

NUMBER = "+442079460123"
# What a person does at the keyboard in 15 seconds, the words of the notes apart.
MOST_KEYS = 30


def prepare(desk: LiveDesk) -> str:
    """Ada's number is known, a ticket of hers is open, and Ben answers at 204."""
    with desk.app.app_context():
        with unit_of_work():
            ada = db.session.get_one(Person, desk.cast.ada.id)
            add_contact_point(ada, ContactKind.PHONE, NUMBER)
            ben = db.session.get_one(Person, desk.cast.ben.id)
            extensions.set_extension(ben, "204", actor=desk.cast.actor("ben"))
        return make_ticket(desk.cast.ada, desk.cast.it).number


class Keys:
    """A keyboard that counts."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def type(self, text: str, *, counted: bool = True) -> None:
        self.page.keyboard.type(text)
        self.pressed += len(text) if counted else 0


def test_a_call_is_logged_by_keys_alone_from_a_list(
    live_desk: LiveDesk, browser_page: Page
) -> None:
    number, page = prepare(live_desk), browser_page
    live_desk.sign_in(page, "ben")
    page.goto(f"{live_desk.url}/tickets")
    keys = Keys(page)

    keys.press("c")
    expect(page.locator("#call-number")).to_be_focused()
    keys.type("02079460123")
    expect(page.locator("#call-caller")).to_contain_text("Ada Byrne")
    expect(page.locator(f"#call-onto input[value={number}]")).to_be_checked()
    for _step in range(8):
        if page.evaluate("document.activeElement.id") == "call-notes":
            break
        keys.press("Tab")
    keys.type("It is blank again; the drum is worn.", counted=False)
    expect(page.locator("#call-length")).not_to_have_value("")
    keys.press("Control+Enter")

    page.wait_for_url(f"**/tickets/{number}**")
    expect(page.locator("#flow")).to_contain_text("It is blank again")
    expect(page.locator("#flow")).to_contain_text("They rang us")
    assert keys.pressed <= MOST_KEYS
    texts = live_desk.ask(
        lambda: db.session.scalars(
            select(Message.channel).join(PhoneCall, PhoneCall.message_id == Message.id)
        ).all()
    )
    assert texts == ["phone"]


def test_the_page_of_a_caller_comes_to_the_agent_who_answers(
    live_desk: LiveDesk, browser_page: Page
) -> None:
    prepare(live_desk)
    page = browser_page
    with live_desk.app.app_context():
        system = make_system(live_desk.app, live_desk.cast.it)
        system.account = db.session.merge(system.account)
        hook = system.account.hook_key
    live_desk.sign_in(page, "ben")
    page.goto(f"{live_desk.url}/tickets")
    with live_desk.app.app_context():
        assert hook
        system.account = db.session.merge(system.account)
        system.tell("ringing", number=NUMBER, extension="204")
    expect(page.locator(".on-line")).to_contain_text("Ada Byrne is ringing")
    with live_desk.app.app_context():
        system.account = db.session.merge(system.account)
        system.tell("answered", extension="204")
    page.wait_for_url("**/calls/*")
    expect(page.locator("#call-caller")).to_contain_text("Ada Byrne")
    page.locator("#call-notes").fill("Please ring me tomorrow.")
    page.locator("#call-call-back").select_option("tomorrow")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/tickets/*")
    expect(page.locator("#side")).to_contain_text("promised to ring Ada Byrne back")
    assert live_desk.ask(lambda: db.session.scalars(select(CallBack.agent_id)).all()) == [
        live_desk.cast.ben.id
    ]


def test_calls_have_no_barrier(
    live_desk: LiveDesk, browser_page: Page, browser_watch: BrowserWatch
) -> None:
    browser_watch.expect("Failed to load resource")
    number, page = prepare(live_desk), browser_page
    live_desk.sign_in(page, "ben")
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    page.goto(f"{live_desk.url}/calls/new?ticket={number}&number=%2B442079460123&direction=out")
    page.locator("#call-notes").fill("Rang back; nobody was there.")
    page.locator("#call-call-back").select_option("60")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/tickets/*")
    found = [*barriers(page, "a ticket with a call")]
    page.keyboard.press("c")
    expect(page.locator("#call-caller")).to_contain_text("Ada Byrne")
    found += barriers(page, "the dialog of a call")
    page.locator("#call-number").fill("ring me")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("There is a problem")).to_be_visible()
    found += barriers(page, "a call with errors")
    found += look_at(live_desk, page, ["/calls", "/calls/new", "/views/due-soon"])
    say(found)
