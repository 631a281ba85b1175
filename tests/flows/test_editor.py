"""The editor of a reply in a real browser: by keys alone, with paste, plain text, drafts and without barriers."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.people.models import Person
from helpdesk.tickets.models import Direction, Message
from tests.flows.live import LiveDesk
from tests.flows.test_composer import begin_at, kept
from tests.flows.test_no_barriers import barriers, say
from tests.flows.writing import editor, expect_reply
from tests.makers import make_ticket

pytestmark = pytest.mark.browser

FROM_WORD = (
    "<style>p{color:red}</style><h1 style='color:red'>Steps</h1>"
    "<p class=MsoListParagraphCxSpFirst><span style='mso-list:Ignore'>·</span>press</p>"
    "<p class=MsoListParagraphCxSpLast><span style='mso-list:Ignore'>·</span>wait</p>"
    "<p onclick='x()'>as <span style='font-weight:700'>shown</span> <img src='file:///c:/a.png'></p>"
)
PASTE = """html => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  const paste = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  document.querySelector("#rich-text").dispatchEvent(paste);
}"""


def answer_of(desk: LiveDesk) -> Message:
    return desk.ask(
        lambda: db.session.scalars(
            select(Message).where(Message.direction == Direction.OUT).order_by(Message.id.desc())
        ).first()
    )


def test_a_reply_is_formatted_by_keys_alone_pasted_into_and_sent(
    live_desk: LiveDesk, browser_page: Page
) -> None:
    page = browser_page
    number = live_desk.ask(lambda: make_ticket(live_desk.cast.ada, live_desk.cast.it).number)
    begin_at(live_desk, page, number)
    reply = editor(page)
    reply.press("Control+b")
    expect(page.get_by_role("button", name="Bold")).to_have_attribute("aria-pressed", "true")
    reply.press_sequentially("Dear Ada")
    reply.press("Control+b")
    reply.press("Enter")
    reply.press("Alt+F10")
    expect(page.get_by_role("button", name="Bold")).to_be_focused()
    for _one in range(4):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Link", exact=True)).to_be_visible()
    say(list(barriers(page, "the link window")))
    page.set_viewport_size({"width": 1280, "height": 900})
    page.keyboard.type("not an address")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Write an address like")).to_be_visible()
    page.get_by_label("Address", exact=True).fill("help.example/drum")
    page.keyboard.press("Enter")
    expect(reply).to_be_focused()
    expect(reply.get_by_role("link")).to_have_attribute("href", "https://help.example/drum")
    reply.press("Control+End")
    reply.press("Enter")
    kept(page, lambda: page.evaluate(PASTE, FROM_WORD))
    say(list(barriers(page, "the editor with a list")))
    page.set_viewport_size({"width": 1280, "height": 900})
    page.reload()
    expect(reply.get_by_role("listitem")).to_have_text(["press", "wait"])
    expect(reply.locator("img, [style], [onclick]")).to_have_count(0)
    send_and_look(live_desk, page)


def send_and_look(live_desk: LiveDesk, page: Page) -> None:
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#flow .rich").get_by_role("listitem")).to_have_text(["press", "wait"])
    sent = answer_of(live_desk)
    assert sent.html is not None
    assert "<b>Dear Ada</b>" in sent.html
    assert sent.text == (
        "Dear Ada\nhelp.example/drum (https://help.example/drum)\nSteps\n- press\n- wait\nas shown"
    )


def test_who_prefers_plain_text_is_remembered_and_keeps_their_words(
    live_desk: LiveDesk, browser_page: Page
) -> None:
    page = browser_page
    number = live_desk.ask(lambda: make_ticket(live_desk.cast.ada, live_desk.cast.it).number)
    begin_at(live_desk, page, number)
    reply = editor(page)
    reply.fill("One\nTwo")
    expect_reply(page, "One\nTwo")
    with page.expect_response("**/drafts/plain-text"):
        page.get_by_role("button", name="Plain text").click()
    expect(page.get_by_label("Your reply")).to_have_value("One\nTwo")
    ben = live_desk.cast.ben.id
    live_desk.wait_for(lambda: live_desk.ask(lambda: plain_chosen(ben)))
    page.get_by_label("Your reply").fill("One\nTwo\nThree")
    page.get_by_role("button", name="Plain text").click()
    expect_reply(page, "One\nTwo\nThree")


def plain_chosen(person_id: int) -> bool:
    choices = db.session.get_one(Person, person_id).choices
    return choices.get("writes_plain") is True
