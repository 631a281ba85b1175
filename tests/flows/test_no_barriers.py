"""Every page of the console, looked at by axe in both themes, wide and narrow, and at 320 px without sideways scrolling."""

from __future__ import annotations

import json
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.blocking import block
from helpdesk.messaging.models import Delivery, RawMessage, RawState
from helpdesk.operations import merges
from helpdesk.people import reachability
from helpdesk.people.access import actor_of
from helpdesk.people.models import Person
from helpdesk.tickets import deleting, moving
from helpdesk.tickets.commands import lock
from helpdesk.tickets.models import Message, Ticket
from tests.flows.letters import letter, open_mailbox, opened_by, post, sent
from tests.flows.live import LiveDesk
from tests.makers import make_ticket, make_words_of
from tests.servers.browser import BrowserWatch

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

THEMES = ("light", "dark")
WIDTHS = (1440, 390)
NARROWEST = 320
LONG = "Maximiliana-Philippa Featherstonehaugh-Cholmondeley of the Harbour Commissioners"
# A colour that is on its way to another is none that anybody reads.
LOOK = """async only => {
    // Movements go to their end at once; some wait for frames that nobody draws.
    for (const moving of document.getAnimations()) {
        if (moving.effect.getComputedTiming().endTime !== Infinity) moving.finish();
    }
    const seen = await axe.run({resultTypes: ["violations"], ...(only && {runOnly: [only]})});
    return seen.violations.map(found => `${found.id}: ` + found.nodes.slice(0, 4).map(
        node => node.target.join(" ")).join(", "));
}"""
WIDER_THAN_SCREEN = """() => {
    const screen = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= screen) return [];
    const wide = [...document.querySelectorAll("body *")].filter(
        one => one.getBoundingClientRect().right > screen + 1 && !one.closest(".table-wrap"));
    return wide.slice(0, 4).map(one => `${one.tagName} ${one.className} ${one.id}`);
}"""


@pytest.fixture
def furnished(live_desk: LiveDesk) -> tuple[LiveDesk, Ticket, int]:
    """A desk with a ticket of many kinds of content, and a mail in quarantine: desk, ticket, id of the mail."""
    open_mailbox(live_desk)
    ticket = opened_by(live_desk, rich_letter())
    ben = live_desk.pages_of("ben")
    address = f"/tickets/{ticket.number}"
    for path, field in (("notes", "note_text"), ("replies", "text")):
        version = live_desk.ask(lambda: db.session.get_one(Ticket, ticket.id).version)
        words = {field: "Look at drum unit 7 first.", "version": str(version), "seen": "0"}
        ben.post(f"{address}/{path}", words)
    post(
        live_desk,
        letter("مصباح الشارع معطل", "الشارع مظلم منذ أسبوع.", sender=f"{LONG} <l@x.example>"),
    )
    live_desk.hand_in(b"Subject: Nobody\r\n\r\nScan.\r\n", to="help@borough.example", sender="")
    sent(live_desk, "Re:", count=3)
    held = select(RawMessage.id).where(RawMessage.state == RawState.QUARANTINED)
    return live_desk, ticket, live_desk.wait_for(lambda: db.session.scalar(held))


def rich_letter() -> EmailMessage:
    mail = letter("Printer-on-floor-2-" + "prints-blank-pages-" * 4, "It beeps.")
    mail.add_alternative(
        "<p>It <b>beeps</b>.</p><table><tr><td>x</td></tr></table>", subtype="html"
    )
    mail.add_attachment(
        b"%PDF-1.4 scan", maintype="application", subtype="pdf", filename="scan.pdf"
    )
    mail["Cc"] = "Cleo Marsh <cleo@borough.example>"
    return mail


def barriers(page: Page, name: str) -> Iterator[str]:
    """What axe finds on the page as it stands, in each theme and width, and what does not fit the narrowest screen."""
    page.wait_for_load_state()
    page.evaluate(AXE_SCRIPT)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        # Between the themes nothing differs but colours.
        for theme, only in zip(THEMES, (None, "color-contrast"), strict=True):
            page.emulate_media(color_scheme=theme)
            for found in page.evaluate(LOOK, only):
                yield f"{name}, {theme}, {width} px: {found}"
    page.set_viewport_size({"width": NARROWEST, "height": 900})
    for wide in page.evaluate(WIDER_THAN_SCREEN):
        yield f"{name}, {NARROWEST} px: wider than the screen: {wide}"


def look_at(desk: LiveDesk, page: Page, paths: list[str]) -> list[str]:
    found: list[str] = []
    for path in paths:
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        page.goto(desk.url + path)
        found += barriers(page, path)
    return found


def say(found: list[str]) -> None:
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)


def test_the_pages_of_tickets_have_no_barrier(
    furnished: tuple[LiveDesk, Ticket, int], browser_page: Page
) -> None:
    desk, ticket, _raw = furnished
    desk.sign_in(browser_page, "ben")
    paths = ["/tickets", "/views/solved", "/tickets?priority=1", f"/tickets/{ticket.number}"]
    paths += [
        "/tickets/new",
        f"/tickets/{ticket.number}/said",
        "/search",
        "/search?q=drum",
        "/search?q=zzzzzz",
        "/keys",
    ]
    first = select(Message.id).where(Message.ticket_id == ticket.id).order_by(Message.id)
    message_id = desk.ask(lambda: db.session.scalar(first))
    paths += [f"/tickets/{ticket.number}/messages/{message_id}/source"]
    paths += [f"/tickets/{ticket.number}/print?with=all", f"/tickets/{ticket.number}/forward"]
    say(look_at(desk, browser_page, paths))


def test_the_pages_of_the_desk_have_no_barrier(
    furnished: tuple[LiveDesk, Ticket, int], browser_page: Page
) -> None:
    desk, _ticket, raw_id = furnished
    desk.sign_in(browser_page, "eve")
    mail_id = desk.ask(
        lambda: db.session.scalar(select(Delivery.id).order_by(Delivery.id).limit(1))
    )
    paths = [
        "/sent",
        f"/sent/{mail_id}",
        "/quarantine",
        f"/quarantine/{raw_id}",
        "/mailboxes",
        "/health",
    ]
    paths += ["/mailboxes/new", "/groups", "/groups/new", f"/groups/{desk.cast.it.id}"]
    desk.ask(lambda: block_somebody())
    paths += ["/mail-rules", "/deleted", "/sending", "/sent?to=@x.example&state=failed"]
    say(look_at(desk, browser_page, paths))


def test_tickets_that_were_moved_merged_and_deleted_have_no_barrier(
    furnished: tuple[LiveDesk, Ticket, int], browser_page: Page
) -> None:
    desk, ticket, _raw = furnished
    moved, merged, done = desk.ask(lambda: rearrange(ticket.id))
    desk.sign_in(browser_page, "eve")
    paths = [f"/tickets/{moved}", f"/tickets/{merged}", f"/tickets/{ticket.number}", "/deleted"]
    paths += ["/operations", "/operations?of=groups", f"/operations/{done}"]
    both = f"{moved}+{ticket.number}"
    paths += ["/tickets/merge", f"/tickets/merge?ticket={both}", f"/tickets/{moved}/split"]
    paths += [f"/tickets/{moved}/hand-over"]
    say(look_at(desk, browser_page, [*paths, f"/people/{desk.cast.ada.id}"]))


def block_somebody() -> None:
    with unit_of_work():
        block("@spam.example", "Lottery tickets, every day.")


def rearrange(ticket_id: int) -> tuple[str, str, int]:
    """One message moved out of the ticket, one ticket merged into it, one deleted; marks on an address."""
    ada = db.session.scalars(select(Person).where(Person.name == "Ada Byrne")).one()
    ben = db.session.scalars(select(Person).where(Person.name == "Ben Kaya")).one()
    ticket = db.session.get_one(Ticket, ticket_id)
    strange = make_words_of(ticket, ada, "The bins, too.", subject="Bins")
    merged, deleted = make_ticket(ada), make_ticket(ada)
    with unit_of_work():
        moved = moving.move_out(strange, by=None, cause="test")
    with unit_of_work():
        one, other = moving.lock_both(merged.id, ticket_id)
        done = merges.merge([one], other, actor=actor_of(ben), cause="test").id
        deleting.delete(lock(deleted.id), "Entered twice.", by=None, cause="test")
        address = ada.contact_points[0].value
        reachability.mark_undeliverable(address, "550 no such user here", cause="test")
        reachability.note_complaint(address, cause="test")
    return moved.number, merged.number, done


def test_the_pages_of_people_have_no_barrier(
    furnished: tuple[LiveDesk, Ticket, int], browser_page: Page
) -> None:
    desk, _ticket, _raw = furnished
    desk.sign_in(browser_page, "eve")
    ada = f"/people/{desk.cast.ada.id}"
    paths = ["/people", "/people?q=nobody+at+all", ada, f"{ada}/edit", "/people/new", "/password"]
    say(look_at(desk, browser_page, [*paths, "/organisations", "/agencies"]))


def test_pages_that_show_errors_have_no_barrier(
    furnished: tuple[LiveDesk, Ticket, int], browser_page: Page, browser_watch: BrowserWatch
) -> None:
    browser_watch.expect("Failed to load resource")
    desk, ticket, _raw = furnished
    found: list[str] = []
    browser_page.goto(f"{desk.url}/sign-in")
    press(browser_page, "Sign in")
    found += barriers(browser_page, "sign-in with errors")
    browser_page.goto(f"{desk.url}/forgot")
    found += barriers(browser_page, "forgot")
    desk.sign_in(browser_page, "eve")
    for path, button in (
        ("/mailboxes/new", "Save"),
        ("/tickets/new?address=new%40citizen.example", "Open the ticket"),
        ("/people/new", "Save"),
        (f"/tickets/{ticket.number}", "Send"),
    ):
        browser_page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        browser_page.goto(desk.url + path)
        press(browser_page, button)
        found += barriers(browser_page, f"{path} with errors")
    browser_page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    browser_page.goto(f"{desk.url}/tickets")
    choose_what_changed(browser_page, ticket.number)
    found += barriers(browser_page, "changed meanwhile")
    browser_page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    browser_page.goto(f"{desk.url}/tickets")
    look_at_a_change(browser_page, ticket.number)
    found += barriers(browser_page, "many tickets looked at")
    say(found + look_at(desk, browser_page, ["/nowhere", "/tickets/INC-9999"]))


def look_at_a_change(page: Page, number: str) -> None:
    """Choose a ticket and a tag for it, and look at what that would do."""
    page.locator(f"tr[data-number={number}] input[name=ticket]").check()
    page.locator(".bulk-more summary").click()
    page.locator("#bulk [name=untag]").fill("storm")
    page.locator("#bulk [name=tag]").fill("rain")
    press(page, "Apply")
    page.wait_for_selector("text=Each ticket")


def choose_what_changed(page: Page, number: str) -> None:
    """Change a ticket in the list as it was before somebody else did."""
    box = page.locator(f"tr[data-number={number}] input[name=ticket]")
    box.evaluate("(box, value) => (box.value = value)", f"{number}@1")
    box.check()
    page.locator("#bulk [name=priority]").select_option("1")
    press(page, "Apply")
    page.wait_for_selector("text=changed meanwhile")


@pytest.mark.parametrize(("width", "scrolls"), [(390, False), (1440, True)])
def test_a_ticket_opens_with_its_subject_in_sight(
    furnished: tuple[LiveDesk, Ticket, int], browser_page: Page, width: int, scrolls: bool
) -> None:
    desk, ticket, _raw = furnished
    desk.sign_in(browser_page, "ben")
    browser_page.set_viewport_size({"width": width, "height": 500})
    browser_page.goto(f"{desk.url}/tickets/{ticket.number}")
    if scrolls:
        browser_page.wait_for_function("scrollY > 0")
    expect(browser_page.locator("#ticket-head h1")).to_be_in_viewport()
    assert (browser_page.evaluate("scrollY") > 0) is scrolls


def press(page: Page, button: str) -> None:
    """Press a button whose form comes back with errors; those of the browser would hide ours."""
    page.evaluate("document.querySelectorAll('form').forEach(form => { form.noValidate = true })")
    with page.expect_navigation():
        page.locator("main, body.door").get_by_role("button", name=button).last.click()
