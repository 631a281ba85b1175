"""Calendars in a browser: written, looked at by the month, without barriers in both themes, wide and narrow."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.flows.live import LiveDesk
from tests.flows.test_no_barriers import WIDTHS, barriers, look_at, press, say
from tests.servers.browser import BrowserWatch

pytestmark = pytest.mark.browser

ICS = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261207\r\nSUMMARY:Founders' Day\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
BASE = "/admin/calendars"


def test_a_calendar_is_made_from_the_form_and_a_file_and_has_no_barrier(
    live_desk: LiveDesk, browser_page: Page, browser_watch: BrowserWatch, tmp_path: Path
) -> None:
    browser_watch.expect("Failed to load resource")
    (tmp_path / "ours.ics").write_text(ICS)
    page = browser_page
    live_desk.sign_in(page, "eve")
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    page.goto(f"{live_desk.url}{BASE}/new")
    page.get_by_label("Title", exact=True).fill("Town hall")
    page.get_by_label("Friday, open", exact=True).fill("all day")
    page.locator("#ical").set_input_files(tmp_path / "ours.ics")
    press(page, "Save")
    expect(page.get_by_label("Holidays of your own")).to_have_value("2026-12-07 Founders' Day")
    found = [*barriers(page, "a calendar with errors")]
    page.get_by_label("Friday, open", exact=True).fill("22:00-06:00")
    page.get_by_label("Month to look at").fill("2026-12")
    press(page, "Show the month")
    expect(page.get_by_text("Founders' Day: Closed")).to_be_visible()
    found += barriers(page, "a month that is not saved")
    press(page, "Save")
    expect(page.get_by_text("Saved as version 1.")).to_be_visible()
    paths = [BASE, f"{BASE}/town-hall?month=2026-12", f"{BASE}/town-hall?month=2026-10"]
    found += look_at(live_desk, page, [*paths, f"{BASE}/town-hall/edit", f"{BASE}/new"])
    say(found)
