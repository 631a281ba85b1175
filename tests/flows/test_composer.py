"""Writing in a real browser: drafts that follow their writer, and states of the composer without barriers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from helpdesk.automation import canned
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.models import Person
from tests.flows.live import LiveDesk
from tests.flows.test_no_barriers import barriers, say
from tests.flows.writing import editor, expect_reply
from tests.makers import make_ticket
from tests.servers.browser import BrowserWatch

pytestmark = pytest.mark.browser


def begin_at(desk: LiveDesk, page: Page, number: str) -> None:
    desk.sign_in(page, "ben")
    page.goto(f"{desk.url}/tickets/{number}")


def kept(page: Page, act: Callable[[], None]) -> None:
    """Do something, and wait until the desk has kept what it made of the draft."""
    with page.expect_response(lambda answer: "/drafts/" in answer.url and answer.ok):
        act()


def test_a_draft_follows_its_writer_and_two_windows_ask(
    live_desk: LiveDesk, new_page: Callable[..., Page], browser_watch: BrowserWatch
) -> None:
    browser_watch.expect("status of 409")
    browser_watch.expect("ERR_INTERNET_DISCONNECTED")
    number = live_desk.ask(lambda: make_ticket(live_desk.cast.ada, live_desk.cast.it).number)
    first, second = new_page(), new_page()
    begin_at(live_desk, first, number)
    editor(first).fill("Have you tried")
    expect(first.get_by_text("Draft kept,")).to_be_visible()

    begin_at(live_desk, second, number)
    expect_reply(second, "Have you tried")
    second.context.set_offline(True)
    editor(second).fill("Have you tried turning it off?")
    expect(second.get_by_text("Draft kept on this computer")).to_be_visible()
    kept(first, lambda: editor(first).fill("Have you tried paper?"))
    second.context.set_offline(False)
    expect(second.get_by_text("This draft was changed in another window.").first).to_be_visible()
    say(list(barriers(second, "two windows")))

    kept(second, lambda: second.get_by_role("button", name="Put both together").click())
    second.goto(f"{live_desk.url}/tickets")
    expect(second.locator("tr .draft-mark")).to_have_text("Draft")
    second.goto(f"{live_desk.url}/drafts")
    say(list(barriers(second, "/drafts")))
    second.goto(f"{live_desk.url}/tickets/{number}")
    both = "Have you tried turning it off?\n\nHave you tried paper?"
    expect_reply(second, both)
    second.get_by_role("button", name="Send", exact=True).click()
    expect(second.locator("#flow").get_by_text("turning it off?")).to_be_visible()
    expect_reply(second, "")
    second.wait_for_function("!Object.keys(localStorage).some(one => one.startsWith('draft:'))")


def test_a_slash_finds_an_answer_and_blanks_are_marked(
    live_desk: LiveDesk, browser_page: Page
) -> None:
    def furnish() -> str:
        with unit_of_work():
            for title, text in (("Photograph", "Dear {requester}, {colour}?"), ("Thanks", "Ta.")):
                canned.write(live_desk.cast.actor("ben"), canned.NewAnswer(title=title, text=text))
        return make_ticket(live_desk.cast.ada, live_desk.cast.it).number

    page, number = browser_page, live_desk.ask(furnish)
    begin_at(live_desk, page, number)
    reply = editor(page)
    reply.fill("Hello. ")
    reply.press("End")
    reply.press("/")
    expect(page.locator("#canned-list").get_by_role("option")).to_have_count(2)
    say(list(barriers(page, "canned answers")))
    page.set_viewport_size({"width": 1280, "height": 900})
    page.keyboard.type("photo")
    expect(page.locator("#canned-list").get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect_reply(page, "Hello. Dear Ada Byrne, {colour}?")
    expect(page.get_by_text("Not filled in: {colour}")).to_be_visible()
    page.keyboard.type("red")
    expect_reply(page, "Hello. Dear Ada Byrne, red?")
    reply.press("End")
    reply.press("Space")
    reply.press("/")
    page.keyboard.press("Escape")
    expect_reply(page, "Hello. Dear Ada Byrne, red? /")
    name_a_colleague(page)
    for path in ("/canned-answers", f"/tickets/{number}/answers"):
        page.goto(live_desk.url + path)
        say(list(barriers(page, path)))


def name_a_colleague(page: Page) -> None:
    """By keys alone, in a note; who cannot see the ticket is said to."""
    page.locator("#mode-note").check(force=True)
    note = page.get_by_label("Your internal note")
    note.press_sequentially("Look, @d")
    offered = page.locator("#mention-list")
    expect(offered.get_by_role("option")).to_have_text(["Dan Okoro cannot see this ticket"])
    note.press("Backspace")
    note.press_sequentially("cl")
    expect(offered.locator("[aria-selected]")).to_have_text("Cleo Marsh")
    say(list(barriers(page, "names in a note")))
    note.press("Enter")
    expect(note).to_have_value("Look, @Cleo Marsh ")


def test_a_reply_is_taken_back_and_another_is_planned_without_barriers(
    live_desk: LiveDesk, browser_page: Page
) -> None:
    number = live_desk.ask(lambda: make_ticket(live_desk.cast.ada, live_desk.cast.it).number)
    page = browser_page
    live_desk.ask(lambda: give_time(live_desk, 60))
    begin_at(live_desk, page, number)
    editor(page).fill("Oh no, not yet!")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Being sent")).to_be_visible()
    say(list(barriers(page, "a reply that waits")))
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("button", name="Undo").click()
    expect_reply(page, "Oh no, not yet!")
    page.get_by_text("Send later").first.click()
    say(list(barriers(page, "send later")))
    page.set_viewport_size({"width": 1280, "height": 900})
    page.locator("select[name=later]").select_option("tomorrow")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Will be sent")).to_be_visible()
    page.goto(f"{live_desk.url}/drafts")
    say(list(barriers(page, "/drafts with a plan")))


def give_time(desk: LiveDesk, seconds: int) -> None:
    with unit_of_work():
        db.session.get_one(Person, desk.cast.ben.id).undo_seconds = seconds


def test_files_that_are_too_large_are_said_before_anything_is_sent_and_are_taken_off(
    live_desk: LiveDesk, browser_page: Page
) -> None:
    page = browser_page
    number = live_desk.ask(lambda: make_ticket(live_desk.cast.ada, live_desk.cast.it).number)
    begin_at(live_desk, page, number)
    editor(page).fill("The plan is here.")
    files = page.locator("#reply-form input[name=files]")
    assert int(files.get_attribute("data-most") or 0) > 30_000_000
    # As if the desk took less: a test that carries so many bytes about proves no more.
    files.evaluate("input => (input.dataset.most = 1000)")
    plan = {"name": "plan.bin", "mimeType": "application/octet-stream", "buffer": b"x" * 2000}
    note = {"name": "note.txt", "mimeType": "text/plain", "buffer": b"short"}
    files.set_input_files([plan, note])
    expect(page.get_by_role("alert").get_by_text("These files are too large")).to_be_visible()
    say(list(barriers(page, "too large")))

    page.get_by_role("button", name="Send", exact=True).click()
    expect_reply(page, "The plan is here.")
    page.get_by_role("button", name="Take off plan.bin").click()
    expect(page.get_by_text("These files are too large")).to_have_count(0)
    page.get_by_role("button", name="Send", exact=True).click()

    expect(page.locator("#flow").get_by_text("The plan is here.")).to_be_visible()
    expect(page.locator("#flow").get_by_text("note.txt")).to_be_visible()
    expect(page.locator("#flow").get_by_text("plan.bin")).to_have_count(0)
