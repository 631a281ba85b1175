"""Two people become one and are parted again, in a real browser; their pages have no barrier."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.identity import claiming, representing
from helpdesk.identity.models import ClaimKind, ClaimSource
from helpdesk.identity.representing import Standing
from helpdesk.people import needs
from helpdesk.people.bond_models import NeedKind, NeedSource, Relation, Scope
from helpdesk.people.models import Person
from tests.flows.live import LiveDesk
from tests.flows.test_no_barriers import look_at, say
from tests.helpdesk.identity.people import make_requester, merged
from tests.makers import make_reply, make_ticket

pytestmark = pytest.mark.browser


@pytest.fixture
def other_id(live_desk: LiveDesk) -> int:
    return live_desk.ask(lambda: _furnish(live_desk))


def _furnish(desk: LiveDesk) -> int:
    ada = db.session.get_one(Person, desk.cast.ada.id)
    other = make_requester("A. Byrne", "ada@home.example", phone="020 7946 0018")
    joy, old = make_requester("Joy Carer", "joy@care.example"), make_requester("Old", "o@x.example")
    make_reply(make_ticket(ada, subject="Ramp at the door"), desk.cast.ben)
    make_ticket(db.session.get_one(Person, other.id), subject="Bins not emptied", channel="phone")
    merged(ada, old)
    with unit_of_work():
        ada = db.session.get_one(Person, ada.id)
        claiming.claim(ada, ClaimKind.PHONE, "020 7946 0018", source=ClaimSource.SIGNATURE)
        for kind, value in (
            (NeedKind.PREFERRED_CHANNEL, "phone"),
            (NeedKind.LARGE_PRINT, ""),
            (NeedKind.INTERPRETER, "Polish"),
        ):
            needs.note_need(ada, kind, value, source=NeedSource.SAID, consents=True, actor=None)
        standing = Standing(
            relation=Relation.CARER,
            evidence="Letter of authority, seen on paper.",
            scope=Scope.TYPES,
            ticket_types=["request"],
            ends_on=date(2099, 5, 1),
        )
        joy = db.session.get_one(Person, joy.id)
        representing.name_representative(ada, joy, standing, actor=None)
    return other.id


def test_two_people_become_one_and_are_parted_again(
    live_desk: LiveDesk, browser_page: Page, other_id: int
) -> None:
    page = browser_page
    live_desk.sign_in(page, "ben")
    page.goto(f"{live_desk.url}/people/{live_desk.cast.ada.id}")
    same = page.get_by_role("region", name="Probably the same person")
    same.get_by_role("link", name="Look at both A. Byrne").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Are these one person?")
    expect(page.get_by_text("Bins not emptied")).to_be_visible()
    page.get_by_role("button", name="Merge into Ada Byrne").click()
    expect(page.get_by_role("link", name="Bins not emptied")).to_be_visible()
    page.get_by_role("link", name="Everything in order").click()
    expect(page.get_by_text("Please try again.")).to_be_visible()
    page.goto(f"{live_desk.url}/people/{other_id}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada Byrne")
    merges = page.get_by_role("region", name="Merged into this person")
    merges.get_by_role("listitem").filter(has_text="A. Byrne").get_by_role("button").click()
    page.goto(f"{live_desk.url}/people/{other_id}")
    expect(page.get_by_role("heading", level=1)).to_have_text("A. Byrne")


def test_the_pages_of_one_person_have_no_barrier(
    live_desk: LiveDesk, browser_page: Page, other_id: int
) -> None:
    live_desk.sign_in(browser_page, "ben")
    here = f"/people/{live_desk.cast.ada.id}"
    paths = [
        here,
        f"{here}?show=timeline",
        f"{here}/merge",
        f"{here}/merge?other={other_id}",
        f"{here}/needs",
        f"{here}/representatives",
    ]
    say(look_at(live_desk, browser_page, paths))
