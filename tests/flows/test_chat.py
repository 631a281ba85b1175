"""A citizen chats from the council's page by keyboard alone; an agent answers in the console; nobody meets a barrier."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import FrameLocator, Page, expect

from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.demo.chats import NAME
from helpdesk.demo.site import DemoSite
from helpdesk.live.serving import open_port
from tests.flows.live import LiveDesk
from tests.flows.test_no_barriers import LOOK, NARROWEST, THEMES, WIDER_THAN_SCREEN, barriers, say
from tests.helpdesk.answers.desk import BIN_DAY, make_service, make_table
from tests.helpdesk.chat.visitors import switch_on

pytestmark = pytest.mark.browser

ASKED, ANSWERED = "My street lamp is dark.", "We send somebody tonight."


@dataclass
class Council:
    """The desk, and the page of another site on which its chat stands."""

    desk: LiveDesk
    url: str


@pytest.fixture
def council(live_desk: LiveDesk) -> Iterator[Council]:
    site = DemoSite(live_desk.url, open_port("127.0.0.1", 0))
    live_desk.ask(lambda: define_chat(site.url))
    site.start()
    try:
        yield Council(live_desk, site.url)
    finally:
        site.stop()


def define_chat(origin: str) -> None:
    body = {
        "title": "Borough chat",
        "origins": [origin],
        "group": "IT support",
        "accent": "#ffe600",
    }
    topics = ["Lights", "Bins"]
    asked = [{"name": "topic", "ask": "What is it about?", "options": topics}]
    with unit_of_work():
        store.save(Kind.CHAT, NAME, {**body, "dialogue": asked}, by=None, cause="test")


def tab_until(page: Page, element: Callable[[], bool], *, most: int = 40) -> None:
    """Press Tab until the element has the focus: whoever has no mouse comes there in this way alone."""
    for _ in range(most):
        if element():
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Nothing of that has the focus after {most} steps.")


def is_focused(widget: FrameLocator, selector: str) -> Callable[[], bool]:
    return lambda: widget.locator(f"{selector}:focus").count() == 1


def write_by_keyboard(page: Page, widget: FrameLocator) -> None:
    """From the button to a chat that waits: topic, words, no name, no address."""
    tab_until(page, is_focused(widget, "#launcher"))
    page.keyboard.press("Enter")
    expect(widget.get_by_role("button", name="Lights")).to_be_focused()
    page.keyboard.press("Enter")
    expect(widget.locator("#text")).to_be_focused()
    page.keyboard.type(ASKED)
    page.keyboard.press("Enter")
    for _ in ("name", "address"):
        expect(widget.locator("#asked")).to_be_focused()
        tab_until(page, is_focused(widget, ".skip"))
        page.keyboard.press("Enter")
    expect(widget.locator(".bubble.visitor[data-id]")).to_contain_text(ASKED)
    expect(widget.locator("#text")).to_be_focused()


def barriers_in_widget(page: Page, name: str) -> Iterator[str]:
    frame = next(one for one in page.frames if "/chat/frame/" in one.url)
    frame.evaluate(AXE_SCRIPT)
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        for found in frame.evaluate(LOOK):
            yield f"widget, {name}, {theme}: {found}"
    for wide in frame.evaluate(WIDER_THAN_SCREEN):
        yield f"widget, {name}: wider than the screen: {wide}"


def test_a_chat_by_keyboard_is_answered_in_the_console_and_outlives_a_reload(
    council: Council, browser_page: Page, new_page: Callable[..., Page]
) -> None:
    agent = new_page()
    council.desk.sign_in(agent, "ben")
    agent.goto(f"{council.desk.url}/chats")
    agent.get_by_role("button", name="I take chats", pressed=False).click()
    expect(agent.get_by_role("button", name="I take chats", pressed=True)).to_be_visible()
    page, widget = browser_page, browser_page.frame_locator("iframe")
    page.set_viewport_size({"width": NARROWEST, "height": 640})
    page.goto(council.url)
    expect(widget.locator("#launcher")).to_be_visible()
    found = [*barriers_in_widget(page, "closed")]
    write_by_keyboard(page, widget)

    agent.get_by_role("button", name=re.compile("^Take ")).click()
    agent.get_by_label("Your answer").fill(ANSWERED)
    agent.get_by_label("Your answer").press("Enter")
    expect(widget.locator(".bubble.agent")).to_contain_text(ANSWERED)
    found += barriers_in_widget(page, "talking")
    page.reload()
    expect(widget.locator(".bubble.visitor")).to_contain_text(ASKED)
    expect(widget.locator(".bubble.agent")).to_contain_text(ANSWERED)

    expect(agent.locator("#chat-flow")).to_contain_text(ANSWERED)
    say([*found, *barriers(agent, "the console's chat")])


def test_a_question_that_a_service_answers_is_answered_at_once_with_a_person_one_step_away(
    council: Council, browser_page: Page
) -> None:
    council.desk.ask(lambda: furnish(council))
    page, widget = browser_page, browser_page.frame_locator("iframe")
    page.set_viewport_size({"width": NARROWEST, "height": 640})
    page.goto(council.url)
    widget.get_by_role("button", name="Chat with us").click()
    widget.get_by_role("button", name="Bins").click()
    widget.get_by_label("Write a message").fill("When is my bin collected?")
    widget.get_by_label("Write a message").press("Enter")
    widget.get_by_label("What is your postcode?").fill("sw1a 2aa")
    expect(widget.get_by_role("button", name="Talk to a person")).to_be_visible()
    found = [*barriers_in_widget(page, "postcode")]
    widget.get_by_label("What is your postcode?").press("Enter")
    widget.get_by_role("button", name="10 Downing Lane").click()
    said = "Bins at 10 Downing Lane are emptied on Tuesday."
    expect(widget.locator(".bubble.desk", has_text=said)).to_contain_text("Automatic answer")
    expect(widget.get_by_text("Was this helpful?")).to_be_visible()
    found += barriers_in_widget(page, "answered")

    widget.get_by_role("button", name="Talk to a person").click()
    for _ in ("name", "address"):
        widget.get_by_role("button", name="Skip").click()
    expect(widget.locator(".bubble.desk[data-id]")).to_contain_text(said)
    say(found)


def furnish(council: Council) -> None:
    make_table()
    make_service("bin-day", **BIN_DAY)
    switch_on(council.desk.cast.actor("ben"))
