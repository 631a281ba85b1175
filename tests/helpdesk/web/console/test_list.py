"""The list: who sees what, filters, pages, and changing many at once."""

from __future__ import annotations

import re

import pytest

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.tickets import commands
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.helpdesk.web.console.budget import counted, look_again
from tests.makers import make_reply, make_ticket
from tests.pages import PageClient
from workflows.lifecycle import Status

LIST_BUDGET = 7


def numbers_on(client: PageClient, path: str) -> list[str]:
    page = client.get(path).get_data(as_text=True)
    return re.findall(r'<tr[^>]* data-number="([A-Z]+-\d+)"', page)


def test_the_front_page_leads_to_the_list(ben: PageClient) -> None:
    assert ben.get("/", status=303).location == "/tickets"


def test_an_empty_list_says_so(ben: PageClient) -> None:
    assert "Nothing is waiting here" in ben.get("/tickets").get_data(as_text=True)


def test_an_agent_sees_the_tickets_of_their_groups_and_of_none(ben: PageClient, cast: Cast) -> None:
    mine = make_ticket(cast.ada, cast.it)
    loose = make_ticket(cast.ada)
    make_ticket(cast.ada, cast.highways, subject="Pothole")
    assert set(numbers_on(ben, "/tickets")) == {mine.number, loose.number}


@pytest.mark.parametrize("view", ["mine", "unassigned", "solved"])
def test_each_view_holds_its_own(ben: PageClient, cast: Cast, view: str) -> None:
    tickets = {
        "mine": make_ticket(cast.ada, cast.it),
        "unassigned": make_ticket(cast.ada, cast.it),
        "solved": make_ticket(cast.ada, cast.it),
    }
    with unit_of_work():
        commands.assign(commands.lock(tickets["mine"].id), cast.ben, by=None, cause="test")
    with unit_of_work():
        ticket = commands.lock(tickets["solved"].id)
        commands.change_status(ticket, Status.RESOLVED, by=None, cause="test")
    assert numbers_on(ben, f"/views/{view}") == [tickets[view].number]


def test_a_group_of_others_is_no_view(ben: PageClient, cast: Cast) -> None:
    ben.get(f"/views/group-{cast.it.id}")
    ben.get(f"/views/group-{cast.highways.id}", status=404)


def test_filters_narrow_a_view(ben: PageClient, cast: Cast) -> None:
    make_ticket(cast.ada, cast.it)
    phoned = make_ticket(cast.ada, cast.it, channel="phone")
    assert numbers_on(ben, "/tickets?channel=phone") == [phoned.number]
    assert numbers_on(ben, "/tickets?channel=phone&priority=1") == []
    assert numbers_on(ben, "/tickets?status=new&type=incident&sort=newest&assignee=0") != []


def test_a_filter_cannot_widen_a_view(ben: PageClient, cast: Cast) -> None:
    make_ticket(cast.ada, cast.it)
    assert numbers_on(ben, f"/views/mine?assignee={cast.cleo.id}") == []


@pytest.mark.parametrize(
    "query",
    [
        "status=odd",
        "priority=x",
        "group=1' OR 1=1",
        "sort=id;drop",
        "after=xx",
        "type=*",
        "assignee=-1",
    ],
)
def test_a_filter_that_no_menu_offers_is_refused(ben: PageClient, query: str) -> None:
    ben.get(f"/tickets?{query}", status=422)


def test_pages_go_there_and_back(ben: PageClient, cast: Cast) -> None:
    made = [make_ticket(cast.ada, cast.it).number for _ in range(53)]
    first = ben.get("/tickets?sort=newest").get_data(as_text=True)
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older is not None
    path = older[1].replace("&amp;", "&")
    assert numbers_on(ben, path) == made[2::-1]
    assert ben.last is not None
    newer = re.search(r'rel="prev" href="([^"]+)"', ben.last.get_data(as_text=True))
    assert newer is not None
    assert numbers_on(ben, newer[1].replace("&amp;", "&")) == made[:2:-1]


@pytest.mark.parametrize("tickets", [1, 40])
def test_the_list_keeps_its_budget_however_long_it_is(
    ben: PageClient, cast: Cast, tickets: int
) -> None:
    for _ in range(tickets):
        ticket = make_ticket(cast.ada, cast.it)
        with unit_of_work():
            commands.set_tags(commands.lock(ticket.id), ["printer"], by=None, cause="test")
    with counted() as statements:
        ben.get("/tickets")
    assert len(statements) <= LIST_BUDGET, "\n\n".join(statements)


def test_the_rail_counts_what_waits(ben: PageClient, cast: Cast) -> None:
    for _ in range(3):
        make_ticket(cast.ada, cast.it)
    page = ben.get("/tickets").get_data(as_text=True)
    assert re.search(r'All open</span><span class="n">3<', page)


def test_many_tickets_change_at_once(ben: PageClient, cast: Cast) -> None:
    tickets = [make_ticket(cast.ada, cast.it) for _ in range(3)]
    ben.post(
        "/tickets/bulk",
        {
            "ticket": [f"{one.number}@{one.version}" for one in tickets],
            "assignee": str(cast.ben.id),
            "group": "",
            "status": "in_progress",
            "priority": "2",
            "tag": "Printer",
            "back": "/tickets?sort=newest",
        },
    )
    look_again()
    for one in tickets:
        ticket = db.session.get_one(Ticket, one.id)
        assert (ticket.assignee_id, ticket.status, ticket.priority) == (
            cast.ben.id,
            "in_progress",
            2,
        )
        assert [tag.name for tag in ticket.tags] == ["printer"]
    assert ben.last is not None
    assert ben.last.location == "/tickets?sort=newest"
    assert "3 tickets changed." in ben.get("/tickets").get_data(as_text=True)


def test_what_changed_meanwhile_is_left_alone_and_named(ben: PageClient, cast: Cast) -> None:
    stale, fresh = make_ticket(cast.ada, cast.it), make_ticket(cast.ada, cast.it)
    chosen = [f"{stale.number}@{stale.version}", f"{fresh.number}@{fresh.version}"]
    make_reply(stale, cast.cleo)
    form = {"ticket": chosen, "status": "in_progress", "back": ""}
    page = ben.post("/tickets/bulk", form, status=409).get_data(as_text=True)
    assert "1 ticket changed." in page
    assert "1 ticket changed meanwhile" in page
    assert "Status: In progress" in page
    assert "1 new message" in page
    look_again()
    again = f'value="{stale.number}@{db.session.get_one(Ticket, stale.id).version}" checked'
    assert again in page


def test_a_hidden_ticket_is_not_changed_in_bulk(ben: PageClient, cast: Cast) -> None:
    hidden = make_ticket(cast.ada, cast.highways)
    ben.post("/tickets/bulk", {"ticket": [f"{hidden.number}@1"], "status": "cancelled"})
    look_again()
    assert db.session.get_one(Ticket, hidden.id).status == Status.NEW
    assert "There is no such ticket." in ben.get("/tickets").get_data(as_text=True)


def test_a_ticket_leads_back_to_the_list_it_came_from(ben: PageClient, cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    ben.get("/views/unassigned?sort=newest")
    page = ben.get(f"/tickets/{ticket.number}").get_data(as_text=True)
    assert 'href="/views/unassigned?sort=newest" data-key="back"' in page
