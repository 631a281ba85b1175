"""A clock of the law on a ticket: counted in days, and put off once with a letter to be sent."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest

from helpdesk.core.clock import StoppedClock
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.sla import packs
from helpdesk.tickets import commands
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.makers import make_ticket
from tests.pages import PageClient


@pytest.fixture
def request_of_ada(client: PageClient, cast: Cast) -> Ticket:
    """An environmental information request, which may be put off once by twenty working days."""
    with unit_of_work():
        packs.load_pack("uk-statutory", by=None, cause="test")
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        commands.set_tags(commands.lock(ticket.id), ["eir"], by=None, cause="console")
    client.sign_in("ben@borough.example")
    return ticket


def page_of(client: PageClient, path: str) -> str:
    return unescape(client.get(path).get_data(as_text=True))


def test_a_clock_of_the_law_is_counted_in_days(
    client: PageClient, request_of_ada: Ticket, clock: StoppedClock
) -> None:
    path = f"/tickets/{request_of_ada.number}"
    assert "20 days left" in page_of(client, path)
    assert "EIR in " in page_of(client, "/tickets")
    clock.advance(timedelta(days=8))
    client.sign_in("ben@borough.example")
    page = page_of(client, f"{path}/clocks/eir/1")
    # Received on Monday; Tuesday to Friday of that week, Monday and Tuesday of the next.
    assert "6 days" in page
    assert "the day of receipt" in page
    assert "The law or an agreement gives us 20 days for this." in page


def test_it_is_put_off_once_and_the_letter_stands_in_the_reply(
    client: PageClient, request_of_ada: Ticket
) -> None:
    path = f"/tickets/{request_of_ada.number}/clocks/eir/1"
    assert "20 working days at most" in page_of(client, path)
    client.post(f"{path}/extend", {"reason": " "}, status=422)
    assert client.last is not None
    assert 'href="#reason"' in client.last.get_data(as_text=True)
    client.post(f"{path}/extend", {"reason": "There is a lot of it."}, status=200)
    page = unescape(client.last.get_data(as_text=True))
    assert "There is a lot of it." in page.split('name="text"')[1]
    assert request_of_ada.number in page
    assert "Put it off once" not in page_of(client, path)
    client.post(f"{path}/extend", {"reason": "Still a lot."}, status=422)


def test_who_only_reads_a_ticket_cannot_put_it_off(
    client: PageClient, request_of_ada: Ticket
) -> None:
    client.post("/sign-out")
    client.sign_in("dan@borough.example")
    path = f"/tickets/{request_of_ada.number}/clocks/eir/1/extend"
    client.post(path, {"reason": "No."}, status=404)
