"""What is due, as the list and the ticket show it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.tickets import commands
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.makers import make_ticket
from tests.pages import PageClient

HOUR = timedelta(hours=1)


def due(cast: Cast, at: datetime | None, metric: str = "resolution") -> Ticket:
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        held = commands.lock(ticket.id)
        held.due_at, held.breach_at, held.due_metric = at, at, metric
    return ticket


def words_on(page: str) -> list[str]:
    return re.findall(r"<span data-said>([^<]+)</span>", page)


def numbers_on(page: str) -> list[str]:
    return re.findall(r'<tr[^>]* data-number="([A-Z]+-\d+)"', page)


def test_a_row_says_what_is_due_and_when(ben: PageClient, cast: Cast) -> None:
    due(cast, MONDAY + HOUR)
    page = ben.get("/tickets").get_data(as_text=True)
    assert words_on(page) == ["Resolution due in 1 h"]
    assert 'datetime="2026-11-16T11:00:00Z"' in page


def test_a_ticket_says_at_its_head_what_is_due(ben: PageClient, cast: Cast) -> None:
    ticket = due(cast, MONDAY - HOUR, "first_response")
    page = ben.get(f"/tickets/{ticket.number}").get_data(as_text=True)
    assert "Reply late by 1 h" in words_on(page)


def test_the_views_of_the_rail_hold_what_is_due_soon_and_what_is_late(
    ben: PageClient, cast: Cast
) -> None:
    late, soon = due(cast, MONDAY - HOUR), due(cast, MONDAY + HOUR)
    assert numbers_on(ben.get("/views/late").get_data(as_text=True)) == [late.number]
    page = ben.get("/views/due-soon").get_data(as_text=True)
    assert numbers_on(page) == [soon.number]
    assert re.search(r'class="rail-link late" href="/views/late"', page)


def test_an_empty_view_of_what_is_late_is_good_news(ben: PageClient) -> None:
    assert "Nothing is late" in ben.get("/views/late").get_data(as_text=True)


def test_the_list_can_be_sorted_by_what_is_due(ben: PageClient, cast: Cast) -> None:
    none, later, sooner = due(cast, None), due(cast, MONDAY + 2 * HOUR), due(cast, MONDAY)
    page = ben.get("/tickets?sort=due").get_data(as_text=True)
    assert numbers_on(page) == [sooner.number, later.number, none.number]


def test_the_view_of_what_is_late_may_be_sorted_otherwise(ben: PageClient, cast: Cast) -> None:
    first, second = due(cast, MONDAY - HOUR), due(cast, MONDAY - 2 * HOUR)
    page = ben.get("/views/late?sort=newest").get_data(as_text=True)
    assert numbers_on(page) == [second.number, first.number]
