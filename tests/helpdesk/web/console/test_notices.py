"""What a member of staff was told, on their page: words, what is unread, and what comes by mail as well."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest

from helpdesk.core.clock import StoppedClock
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.notifications.preferences import Preferences, preferences_of
from helpdesk.sla.sweeping import owe_if_due
from helpdesk.tickets import commands
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.helpdesk.sla.desk import set_up
from tests.helpdesk.web.console.budget import look_again
from tests.makers import make_ticket
from tests.pages import PageClient


@pytest.fixture
def mine(cast: Cast) -> Ticket:
    set_up()
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        commands.assign(commands.lock(ticket.id), cast.ben, by=None, cause="test")
    return ticket


def page_of(client: PageClient) -> str:
    return unescape(client.get("/notices").get_data(as_text=True))


def let_time_pass(clock: StoppedClock, settle: Callable[[], None], minutes: int) -> None:
    clock.advance(timedelta(minutes=minutes))
    with unit_of_work():
        owe_if_due()
    settle()


def test_an_agent_reads_that_a_ticket_is_due_soon_and_then_that_it_is_late(
    client: PageClient,
    mine: Ticket,
    clock: StoppedClock,
    settle: Callable[[], None],
) -> None:
    settle()
    let_time_pass(clock, settle, 46)
    client.sign_in("ben@borough.example")
    page = page_of(client)
    assert "Due soon: it will be late if nothing is done" in page
    assert "Late: a target was missed" not in page
    assert "Reply due in 14 min" in page
    let_time_pass(clock, settle, 30)
    page = page_of(client)
    assert page.index("Late: a target was missed") < page.index("Due soon: it will be late")


def test_the_rail_counts_what_is_unread_until_it_is_read(
    client: PageClient, mine: Ticket, settle: Callable[[], None]
) -> None:
    settle()
    client.sign_in("ben@borough.example")
    page = client.get("/tickets").get_data(as_text=True)
    assert re.search(r'"/notices"[^>]* data-go="n"', page)
    assert "unread" in page_of(client)
    client.post("/notices/read")
    assert "Mark all as read" not in page_of(client)


def test_each_chooses_what_comes_by_mail(client: PageClient, cast: Cast) -> None:
    client.sign_in("ben@borough.example")
    client.post("/notices/mail", {"assigned": "y", "message": "y"})
    look_again()
    assert preferences_of(cast.ben.id) == Preferences(assigned=True, message=True, deadline=False)
    assert preferences_of(cast.cleo.id).deadline


def test_nobody_reads_what_others_were_told(
    client: PageClient, mine: Ticket, settle: Callable[[], None]
) -> None:
    settle()
    client.sign_in("dan@borough.example")
    assert mine.number not in page_of(client)
