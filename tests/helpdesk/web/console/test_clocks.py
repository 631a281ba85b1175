"""The clocks of a ticket: beside the conversation, and each with every stretch that it is made of."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest

from helpdesk.core.clock import StoppedClock
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions.models import Kind
from helpdesk.sla.explaining import ledger_of
from helpdesk.tickets import commands
from helpdesk.tickets.models import Ticket
from helpdesk.web import clock_words
from tests.cast import Cast
from tests.helpdesk.sla.desk import policy, save, set_up
from tests.makers import make_reply, make_ticket, make_words_of
from tests.pages import PageClient

HOUR = timedelta(hours=1)


@pytest.fixture
def ben(client: PageClient, cast: Cast) -> PageClient:
    set_up()
    client.sign_in("ben@borough.example")
    return client


@pytest.fixture
def ticket(ben: PageClient, cast: Cast) -> Ticket:
    """Opened on Monday at ten; a P3, so eight hours to solve and one to answer."""
    return make_ticket(cast.ada, cast.it)


def move(ticket: Ticket, status: str) -> None:
    with unit_of_work():
        commands.change_status(commands.lock(ticket.id), status, by=None, cause="test")


def page_of(client: PageClient, path: str, **more: int) -> str:
    return unescape(client.get(path, **more).get_data(as_text=True))


def test_the_ticket_shows_its_clocks_with_the_way_to_each_ledger(
    ben: PageClient, ticket: Ticket
) -> None:
    page = page_of(ben, f"/tickets/{ticket.number}")
    assert "Service level" in page
    assert "8 h left" in page
    assert f"/tickets/{ticket.number}/clocks/resolution/1" in page
    assert "Reply due in 1 h" in page


def test_a_ticket_that_no_policy_takes_shows_no_clocks(client: PageClient, cast: Cast) -> None:
    client.sign_in("ben@borough.example")
    loose = make_ticket(cast.ada, cast.it)
    assert "Service level" not in page_of(client, f"/tickets/{loose.number}")


def test_a_ledger_tells_every_stretch_and_adds_up(
    ben: PageClient, ticket: Ticket, cast: Cast, clock: StoppedClock
) -> None:
    clock.advance(2 * HOUR)
    make_reply(ticket, cast.ben)
    move(ticket, "pending_requester")
    clock.advance(HOUR + timedelta(minutes=30))
    make_words_of(ticket, cast.ada)
    move(ticket, "in_progress")
    clock.advance(24 * HOUR)
    ben.sign_in("ben@borough.example")
    page = page_of(ben, f"/tickets/{ticket.number}/clocks/resolution/1")
    assert "why is this due then?" in page
    assert "waiting for the requester" in page
    assert "outside office hours" in page
    totals = re.findall(r'<td class="num end">([^<]+)</td></tr>', page)
    # Two hours on Monday, three and a half after the answer, four and a half on Tuesday.
    assert totals[-1] == "10 h"
    ledger = ledger_of(ticket.id, "resolution", 1)
    assert ledger.total == ledger.timer.elapsed == 10 * HOUR
    assert "2 h over" in page


def test_what_fell_due_is_told_with_its_planned_instant(
    ben: PageClient, ticket: Ticket, cast: Cast, clock: StoppedClock
) -> None:
    clock.advance(2 * HOUR)
    make_reply(ticket, cast.ben)
    page = page_of(ben, f"/tickets/{ticket.number}/clocks/first_response/1")
    assert "What fell due on the way" in page
    assert "Mon 16 Nov 11:00" in page
    assert "acted upon 1 h later" in page
    assert "Policy Standard, version 1" in page


def test_a_paused_ticket_says_so_in_the_list_and_why(
    ben: PageClient, cast: Cast, clock: StoppedClock
) -> None:
    targets = {"resolution": policy()["metrics"]["resolution"]}
    save(Kind.POLICY, "standard", policy(metrics=targets, escalations=[]))
    ticket = make_ticket(cast.ada, cast.it)
    make_reply(ticket, cast.ben)
    move(ticket, "pending_requester")
    assert "Paused: waiting for the requester" in page_of(ben, "/tickets")
    clock.advance(200 * HOUR)
    ben.sign_in("ben@borough.example")
    assert f'data-number="{ticket.number}"' not in page_of(ben, "/views/late")


def test_a_requester_is_told_in_plain_words_and_nothing_of_colleagues(
    ben: PageClient, app: object, ticket: Ticket, cast: Cast, clock: StoppedClock
) -> None:
    clock.advance(HOUR)
    make_reply(ticket, cast.ben)
    move(ticket, "pending_requester")
    clock.advance(HOUR)
    move(ticket, "in_progress")
    with ben.raw.application.test_request_context():
        words = clock_words.words_for_requester(ledger_of(ticket.id, "resolution", 1))
        inside = clock_words.words_for_requester(ledger_of(ticket.id, "ownership", 1))
    assert words == [
        "We want this to be solved within 8 h of our working time.",
        "So far we have used 1 h of it.",
        "It stood still for 1 h while we waited for your answer.",
        "That is until Tuesday 17 November at 11:00.",
    ]
    assert inside == []


def test_what_was_late_is_said_with_an_apology(
    ben: PageClient, ticket: Ticket, cast: Cast, clock: StoppedClock
) -> None:
    clock.advance(3 * HOUR)
    make_reply(ticket, cast.ben)
    with ben.raw.application.test_request_context():
        words = clock_words.words_for_requester(ledger_of(ticket.id, "first_response", 1))
    assert words[1:] == [
        "It took us 3 h of it.",
        "That was later than we wanted. We are sorry.",
    ]


@pytest.mark.parametrize("path", ["resolution/9", "nonsense/1", "../x/1"])
def test_a_clock_that_is_not_there_is_a_missing_page(
    ben: PageClient, ticket: Ticket, path: str
) -> None:
    ben.get(f"/tickets/{ticket.number}/clocks/{path}", status=404)


def test_the_clocks_of_others_tickets_are_hidden(ben: PageClient, cast: Cast) -> None:
    theirs = make_ticket(cast.ada, cast.highways)
    ben.get(f"/tickets/{theirs.number}/clocks/resolution/1", status=404)


def test_a_long_ledger_is_folded_and_still_whole(
    ben: PageClient, ticket: Ticket, clock: StoppedClock
) -> None:
    clock.advance(timedelta(days=40))
    ben.sign_in("ben@borough.example")
    page = page_of(ben, f"/tickets/{ticket.number}/clocks/resolution/1")
    assert "more stretches between" in page
    ledger = ledger_of(ticket.id, "resolution", 1)
    assert page.count('<tr class="') == len(ledger.stretches)
