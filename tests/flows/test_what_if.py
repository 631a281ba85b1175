"""A draft tried on the past in a browser: written, done by the worker, looked at, without barriers wide and narrow."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.flows.levels import furnish, in_the_past
from tests.flows.live import LiveDesk
from tests.flows.test_no_barriers import look_at, press, say

pytestmark = pytest.mark.browser


def test_a_draft_is_tried_on_the_past_and_its_result_has_no_barrier(
    live_desk: LiveDesk, browser_page: Page
) -> None:
    def made() -> list[str]:
        with in_the_past(timedelta(days=2)):
            return furnish(live_desk.cast)

    live_desk.ask(made)
    page = browser_page
    live_desk.sign_in(page, "eve")
    page.goto(f"{live_desk.url}/admin/what-if/policy/standard")
    text = page.locator("#text").input_value()
    assert "first_response" in text
    page.locator("#text").fill(
        text.replace("escalations:", "resume_on_requester_message: false\nescalations:")
    )
    page.get_by_label("Over how many months").fill("1")
    press(page, "Try it on the past")
    expect(page.get_by_role("heading", name="By group")).to_be_visible(timeout=20_000)
    paths = ["/admin/what-if", page.url.removeprefix(live_desk.url)]
    if shots := os.environ.get("SHOTS"):
        page.screenshot(path=f"{shots}/what-if.png", full_page=True)
    say(look_at(live_desk, page, [*paths, "/admin/what-if/policy/standard"]))
