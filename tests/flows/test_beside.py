"""The panel of the requester, filled, in a browser: no barrier; and operations and macros of many tickets."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.operations.models import Act, Operation, OperationPart, OperationState, PartState
from helpdesk.people import remarks
from helpdesk.people.models import Person
from helpdesk.people.remark_models import PersonNote, WarningKind
from helpdesk.people.representing import today
from helpdesk.tickets.models import Ticket
from tests.flows.live import LiveDesk
from tests.flows.test_no_barriers import barriers, look_at, say
from tests.makers import make_ticket
from tests.servers.browser import BrowserWatch

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def furnish(desk: LiveDesk) -> str:
    """A requester of whom much is known; the number of their ticket."""
    cast = desk.cast
    make_ticket(cast.ada, cast.it, subject="Printer jams again", text="It eats the paper.")
    ticket = make_ticket(cast.ada, cast.it, subject="Printer jams")
    with unit_of_work():
        ada = db.session.get_one(Person, cast.ada.id)
        remarks.give_warning(
            ada,
            WarningKind.VULNERABLE,
            "Lives alone.",
            today() + timedelta(days=30),
            actor=cast.actor("cleo"),
        )
        remarks.write_note(ada, "Rings early. 2nd floor.", actor=cast.actor("ben"))
    return ticket.number


def test_the_filled_panel_has_no_barrier_and_keeps_what_it_cannot_take(
    live_desk: LiveDesk, browser_page: Page, browser_watch: BrowserWatch
) -> None:
    desk, page = live_desk, browser_page
    number = desk.ask(lambda: furnish(desk))
    desk.sign_in(page, "cleo")
    page.goto(f"{desk.url}/tickets/{number}")
    panel = page.locator("#beside")
    told = panel.locator(".remarks .text")
    expect(told).to_have_text("Rings early. 2nd floor.")
    panel.get_by_text("Write a note").click()
    note = panel.locator("#note-new")
    # What a browser lets through and the desk does not.
    note.fill("   ")
    browser_watch.expect("status of 422")
    panel.get_by_role("button", name="Keep the note").last.click()
    expect(note).to_be_focused()
    expect(panel.locator("#note-new-error")).to_be_visible()
    say(list(barriers(page, "beside")))
    page.set_viewport_size({"width": 1440, "height": 900})
    note.fill("Ask for the caretaker.")
    panel.get_by_role("button", name="Keep the note").last.click()
    expect(page.locator("#announced")).to_have_text("The note is kept.")
    expect(told).to_have_text(["Ask for the caretaker.", "Rings early. 2nd floor."])
    assert desk.ask(lambda: db.session.query(PersonNote).count()) == 2


def going_on(desk: LiveDesk) -> int:
    """An operation that nothing carries on, with one ticket of three done; and a macro."""
    cast = desk.cast
    tickets = [make_ticket(cast.ada, cast.it) for _ in range(3)]
    with unit_of_work():
        body = {"title": "Hand to waste", "description": "For bins.", "do": [{"add_tag": "waste"}]}
        store.save(Kind.MACRO, "waste", body, by=None, cause="test")
        made = Operation(
            act=Act.BULK,
            state=OperationState.RUNNING,
            actor_id=cast.ben.id,
            at=clock.now(),
            size=3,
            said={},
            wanted={},
        )
        db.session.add(made)
        db.session.flush()
        db.session.add_all(part(made, one, tickets[0]) for one in tickets)
        return made.id


def part(made: Operation, ticket: Ticket, done: Ticket) -> OperationPart:
    state = PartState.DONE if ticket is done else PartState.WAITING
    return OperationPart(
        operation_id=made.id,
        ticket_id=ticket.id,
        state=state,
        before={"tags": []},
        after={"tags": ["waste"]},
        moved={},
        told={},
    )


def test_what_goes_on_and_the_macros_for_many_have_no_barrier(
    live_desk: LiveDesk, browser_page: Page
) -> None:
    desk, page = live_desk, browser_page
    made = desk.ask(lambda: going_on(desk))
    desk.sign_in(page, "ben")
    found = look_at(desk, page, [f"/operations/{made}"])
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{desk.url}/tickets")
    page.get_by_role("checkbox", name="Select all on this page").check()
    page.locator("#bulk summary").click()
    page.locator("#bulk button[value=macro]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Use a macro")
    expect(page.get_by_text("Hand to waste")).to_be_visible()
    say([*found, *barriers(page, "macros for many")])
