"""What stands in the composer's editor, as its reader sees it."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect


def editor(page: Page) -> Locator:
    """The editor of the reply, once it stands in the place of the plain area."""
    found = page.get_by_role("textbox", name="Your reply")
    expect(page.locator("#rich-text")).to_be_visible()
    return found


def expect_reply(page: Page, text: str) -> None:
    """The words of the reply, line by line."""
    expect(editor(page)).to_have_text(text, use_inner_text=True)
