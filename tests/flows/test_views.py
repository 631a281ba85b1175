"""Views in a browser: their pages have no barrier, and one is made, seen and opened by its key."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.tickets import commands, customizing
from helpdesk.views.commands import Wanted, create_view, edit_view, remove_view
from helpdesk.views.keeping import count_view
from helpdesk.views.models import Audience, SavedView
from tests.flows.live import LiveDesk
from tests.flows.test_no_barriers import barriers, look_at, say
from tests.makers import make_ticket
from tests.servers.browser import BrowserWatch

pytestmark = pytest.mark.browser


def furnish(desk: LiveDesk) -> int:
    """Two tickets, and a view with heads."""
    for group in (desk.cast.it, None):
        make_ticket(desk.cast.ada, group)
    with unit_of_work():
        wanted = Wanted(
            "All by group", "is:open", Audience.ALL, grouping="group", density="compact"
        )
        view = create_view(wanted, actor=None)
        count_view(view.id)
    return view.id


def furnish_added(desk: LiveDesk) -> list[int]:
    """A view with columns of added fields, and one that names what is not there."""
    cast, words = desk.cast, "Seventeen long words of a text that nobody can read at a glance"
    fields = [("floor", "number"), ("bought", "date"), ("leased", "boolean"), ("asset", "text")]
    for values in ({"floor": "1234.5", "asset": words, "leased": "no"}, {"bought": "2026-01-31"}):
        ticket = make_ticket(cast.ada, cast.it, subject="Printer on fire")
        with unit_of_work():
            for key, kind in fields:
                customizing.add_field(key=key, label=f"{key.title()} of the asset", kind=kind)
            fields = []
            customizing.set_custom(commands.lock(ticket.id), values, by=None, cause="test")
    columns = ("number", "custom.floor", "custom.bought", "custom.leased", "custom.asset")
    made = []
    for query in ("is:open fire", 'is:open tag:"long ago" group:Moon custom.asset:*'):
        wanted = Wanted(query, query, Audience.ALL, columns=columns, sort="-custom.floor")
        with unit_of_work():
            view = create_view(wanted, actor=None)
            count_view(view.id)
            made.append(view.id)
    return made


def test_views_of_added_fields_and_of_words_have_no_barrier(
    live_desk: LiveDesk, browser_page: Page
) -> None:
    words, gone = live_desk.ask(lambda: furnish_added(live_desk))
    live_desk.sign_in(browser_page, "eve")
    paths = [f"/views/view-{words}", f"/views/view-{gone}", f"/views/{gone}/edit"]
    say(look_at(live_desk, browser_page, paths))
    browser_page.set_viewport_size({"width": 1440, "height": 900})
    browser_page.goto(f"{live_desk.url}/views/view-{words}")
    expect(browser_page.locator("tbody .c-added bdi").first).to_have_text("1,234.5")
    head = browser_page.get_by_role("link", name="Floor of the asset")
    head.focus()
    head.press("Enter")
    expect(browser_page.locator("th[aria-sort=ascending]")).to_contain_text("Floor of the asset")
    expect(browser_page.locator("tbody tr[data-number]")).to_have_count(2)
    keep_an_order(live_desk, browser_page)


def test_a_view_renamed_and_deleted_by_others_says_so_where_it_is_open_and_loses_nothing(
    live_desk: LiveDesk, browser_page: Page, browser_watch: BrowserWatch
) -> None:
    # The list may ask for the rows of the renamed view when it is gone already.
    browser_watch.expect("status of 404")
    desk, page = live_desk, browser_page
    view_id = desk.ask(lambda: furnish(desk))
    desk.sign_in(page, "ben")
    page.goto(f"{desk.url}/views/view-{view_id}")
    page.wait_for_selector("#main[data-stream=open]")
    page.locator("tbody input[name=ticket]").first.check()
    link = page.locator(f".rail a[href='/views/view-{view_id}']")
    desk.ask(lambda: rename(view_id, "Renamed by Eve"))
    said = page.locator("[data-view-said]")
    expect(said).to_contain_text("is called “Renamed by Eve”")
    expect(link).to_contain_text("Renamed by Eve")
    expect(link).to_have_attribute("aria-current", "page")
    expect(page.get_by_role("heading", level=1)).to_have_text("Renamed by Eve")
    said.get_by_role("button", name="Close").click()
    expect(said).to_be_empty()
    desk.ask(lambda: drop(view_id))
    expect(said).to_contain_text("This view is not there any more")
    expect(link).to_have_count(0)
    expect(page.locator("tbody input[name=ticket]").first).to_be_checked()
    found = list(barriers(page, "a deleted view"))
    page.set_viewport_size({"width": 1440, "height": 900})
    page.locator("#bulk select[name=priority]").select_option("2")
    page.locator("#bulk button[value=look]").click()
    page.get_by_role("button", name="Change 1 ticket").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("All open")
    say(found)


def rename(view_id: int, title: str) -> None:
    with unit_of_work():
        row = db.session.get_one(SavedView, view_id)
        wanted = Wanted(title, row.query, Audience.ALL, grouping="group", density="compact")
        edit_view(row, wanted, actor=None)


def drop(view_id: int) -> None:
    with unit_of_work():
        remove_view(db.session.get_one(SavedView, view_id), actor=None)


def keep_an_order(desk: LiveDesk, page: Page) -> None:
    """Sort a list that everybody has, and find it so again."""
    page.goto(f"{desk.url}/views/unassigned")
    with page.expect_response(lambda answer: answer.url.endswith("/me/order")) as kept:
        page.get_by_label("Sort by").select_option("oldest")
    assert kept.value.status == 204
    page.goto(f"{desk.url}/views/unassigned")
    expect(page.get_by_label("Sort by")).to_have_value("oldest")


def test_a_view_is_made_while_one_sees_what_it_finds_and_opens_by_its_key(
    live_desk: LiveDesk, browser_page: Page
) -> None:
    view_id = live_desk.ask(lambda: furnish(live_desk))
    live_desk.sign_in(browser_page, "eve")
    browser_page.goto(f"{live_desk.url}/views/new")
    preview = browser_page.get_by_role("region", name="What it would show")
    browser_page.get_by_label("Query").fill("is:open grupo:IT")
    expect(preview.locator("mark")).to_have_text("grupo")
    browser_page.get_by_label("Query").fill('group:"IT support" is:open')
    expect(preview.get_by_role("row")).to_have_count(2)
    browser_page.get_by_label("Name").fill("IT")
    browser_page.get_by_text("Columns, order and key").click()
    browser_page.get_by_label("Key after g").fill("9")
    browser_page.get_by_role("button", name="Save").click()
    expect(browser_page.get_by_role("heading", level=1)).to_have_text("IT")
    browser_page.goto(f"{live_desk.url}/tickets")
    browser_page.keyboard.press("g")
    browser_page.keyboard.press("9")
    expect(browser_page.get_by_role("heading", level=1)).to_have_text("IT")
    paths = ["/me", "/views", "/views/new?query=is:opne", f"/views/{view_id}/edit"]
    say(look_at(live_desk, browser_page, [*paths, f"/views/view-{view_id}"]))
