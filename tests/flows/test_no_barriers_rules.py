"""The pages of rules and of agents at work have no barrier, and a rule is written and moved without a script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.tickets.models import Ticket
from tests.flows.live import LiveDesk
from tests.flows.test_no_barriers import look_at, say
from tests.helpdesk.routing.desk import make_absence, make_profile, make_routing, switch
from tests.makers import make_ticket

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NOTES = {
    "title": "Note what is missing, and give it to whoever looks after pictures of broken things",
    "when": "is:open",
    "do": [
        {"add_note": "Ask for a picture."},
        {"set_field": {"key": "floor", "value": "2"}},
        {"set_priority": 2},
        {"route": True},
    ],
}


@pytest.fixture
def furnished(live_desk: LiveDesk) -> LiveDesk:
    live_desk.ask(lambda: _furnish(live_desk))
    return live_desk


def _furnish(desk: LiveDesk) -> None:
    cast = desk.cast
    make_profile(cast.ben, "network", "welsh", capacity=10, phone=2)
    make_absence(cast.ben, days=3, substitute=cast.cleo)
    switch(cast.cleo, False)
    make_routing("by-load")
    make_routing("calls", when="channel:phone priority:<=2", active=False, position=5)
    make_ticket(cast.ada, cast.it)
    with unit_of_work():
        store.save(Kind.MACRO, "picture", NOTES, by=None, cause="test")
        calls = {"title": "Calls", "when": "channel:phone", "do": [{"add_tag": "call"}]}
        store.save(Kind.TRIGGER, "calls", calls, by=None, cause="test")


def test_the_pages_of_rules_and_work_have_no_barrier(
    furnished: LiveDesk, browser_page: Page
) -> None:
    furnished.sign_in(browser_page, "eve")
    ben = furnished.cast.ben.id
    number = furnished.ask(lambda: db.session.scalars(select(Ticket)).one().number)
    paths = [
        "/waiting",
        f"/people/{ben}/work",
        "/admin/rules/routing",
        "/admin/rules/routing/calls/edit",
        f"/admin/rules/routing/by-load/try?number={number}",
        "/admin/rules/macro",
        "/admin/rules/macro/picture/edit",
        f"/admin/rules/macro/picture/try?number={number}",
        "/admin/rules/form_rule/new",
        "/admin/rules/trigger/calls/past",
        f"/tickets/{number}/macros",
        f"/tickets/{number}/macros/picture",
    ]
    say(look_at(furnished, browser_page, paths))


@pytest.mark.parametrize("browser_page", [{"java_script_enabled": False}], indirect=True)
def test_a_trigger_is_written_moved_and_switched_on_without_a_script(
    furnished: LiveDesk, browser_page: Page
) -> None:
    furnished.sign_in(browser_page, "eve")
    browser_page.goto(f"{furnished.url}/admin/rules/trigger/new")
    browser_page.get_by_label("Title").fill("Calls first")
    browser_page.get_by_label("For which tickets").fill("channel:phone")
    for kind in ("Set the priority", "Add a tag"):
        browser_page.get_by_label("Add", exact=True).select_option(label=kind)
        browser_page.get_by_role("button", name="Add it").click()
    browser_page.get_by_label("Priority", exact=True).select_option("2")
    browser_page.get_by_label("Tag", exact=True).fill("call")
    browser_page.get_by_role("button", name="Move “Add a tag” up").click()
    expect(browser_page.get_by_role("group", name="1. Add a tag")).to_be_visible()
    expect(browser_page.get_by_text("channel is phone")).to_be_visible()
    browser_page.get_by_role("button", name="Save", exact=True).last.click()
    browser_page.goto(f"{furnished.url}/admin/rules/trigger")
    browser_page.get_by_role("button", name="Switch on Calls first").click()
    made = furnished.ask(lambda: store.find(Kind.TRIGGER, "calls-first").body)
    assert made["do"] == [{"add_tag": "call"}, {"set_priority": 2}]
    assert "active" not in made
