"""Pictures in replies in a real browser: pasted, dropped, chosen by keys, described, taken out, kept and sent."""

from __future__ import annotations

import base64

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.flows.live import LiveDesk
from tests.flows.test_composer import begin_at, kept
from tests.flows.test_editor import answer_of
from tests.flows.test_no_barriers import barriers, say
from tests.flows.writing import editor
from tests.makers import make_ticket
from tests.servers.browser import BrowserWatch

pytestmark = pytest.mark.browser

# A red square of two pixels.
GIF = base64.b64decode("R0lGODdhAgACAIABAP8AAP///ywAAAAAAgACAAACAoRRADs=")
BRING = """async ([how, colour, names]) => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 120, height: 60 });
  const pen = canvas.getContext("2d");
  pen.fillStyle = colour;
  pen.fillRect(0, 0, 120, 60);
  const blob = await new Promise((done) => canvas.toBlob(done));
  const data = new DataTransfer();
  for (const name of names) {
    data.items.add(new File([name.endsWith("png") ? blob : "x"], name, { type: name.endsWith("png") ? "image/png" : "text/plain" }));
  }
  const root = document.querySelector("#rich-text");
  const { left, top } = root.getBoundingClientRect();
  const where = { bubbles: true, cancelable: true, clientX: left + 20, clientY: top + 20 };
  root.dispatchEvent(how === "paste"
    ? new ClipboardEvent("paste", { ...where, clipboardData: data })
    : new DragEvent("drop", { ...where, dataTransfer: data }));
}"""


def test_pictures_are_pasted_dropped_chosen_and_sent_in_their_places(
    live_desk: LiveDesk, browser_page: Page, browser_watch: BrowserWatch
) -> None:
    browser_watch.expect("status of 422")
    page = browser_page
    number = live_desk.ask(lambda: make_ticket(live_desk.cast.ada, live_desk.cast.it).number)
    begin_at(live_desk, page, number)
    reply = editor(page)
    reply.press_sequentially("Press here: ")
    kept(page, lambda: page.evaluate(BRING, ["paste", "green", ["image.png"]]))
    expect(reply.get_by_role("img")).to_have_count(1)
    kept(page, lambda: page.evaluate(BRING, ["drop", "blue", ["lamp.png", "notes.txt"]]))
    expect(reply.get_by_role("img", name="lamp")).to_be_visible()
    expect(page.locator("[data-chosen-files=reply-files]")).to_contain_text("notes.txt, 1 B")
    choose_by_keys(page, reply)
    describe_and_take_out(page, reply)
    page.locator("#reply-files").set_input_files([])
    page.reload()
    expect(reply.get_by_role("img")).to_have_count(2)
    page.get_by_role("button", name="Send", exact=True).click()
    shown = page.locator("#flow .rich").get_by_role("img")
    expect(shown).to_have_count(2)
    page.wait_for_function(
        "[...document.querySelectorAll('#flow .rich img')].every((one) => one.naturalWidth > 0)"
    )
    sent = answer_of(live_desk)
    assert "[picture: the green button]" in sent.text
    assert "[picture: dot]" in sent.text


def choose_by_keys(page: Page, reply: Locator) -> None:
    """With the tool alone; what is no picture is said so at the place."""
    reply.press("Control+End")
    reply.press("Alt+F10")
    for _one in range(5):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Picture", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    window = page.get_by_role("dialog", name="Picture in the text")
    say(list(barriers(page, "the picture window")))
    page.set_viewport_size({"width": 1280, "height": 900})
    false = {"name": "false.png", "mimeType": "image/png", "buffer": b"<svg/>"}
    window.get_by_label("File").set_input_files(false)
    page.keyboard.press("Enter")
    window.get_by_role("button", name="Put it there").click()
    expect(window.get_by_text("This is no picture that can stand in the text.")).to_be_visible()
    dot = {"name": "dot.gif", "mimeType": "image/gif", "buffer": GIF}
    window.get_by_label("File").set_input_files(dot)
    window.get_by_label("What it shows").press("Enter")
    expect(window).to_be_hidden()
    expect(reply).to_be_focused()
    expect(reply.get_by_role("img", name="dot")).to_be_visible()


def describe_and_take_out(page: Page, reply: Locator) -> None:
    window = page.get_by_role("dialog", name="Picture in the text")
    reply.get_by_role("img", name="pasted picture").click()
    window.get_by_label("What it shows").fill("the green button")
    kept(page, lambda: window.get_by_role("button", name="Put it there").click())
    expect(reply.get_by_role("img", name="the green button")).to_be_visible()
    say(list(barriers(page, "pictures in the editor")))
    page.set_viewport_size({"width": 1280, "height": 900})
    reply.get_by_role("img", name="lamp").click()
    window.get_by_role("button", name="Take it out").click()
    expect(reply.get_by_role("img", name="lamp")).to_have_count(0)
    reply.press("Control+z")
    expect(reply.get_by_role("img", name="lamp")).to_be_visible()
    reply.press("Control+Shift+z")
    kept(page, lambda: reply.press_sequentially("."))
    expect(reply.get_by_role("img", name="lamp")).to_have_count(0)
