"""S10: a ticket that its reader may not see leaves no trace: not its words, not its number, not its share in a count."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.notifications.telling import tell_of_message
from helpdesk.people.models import Membership
from helpdesk.search.indexing import rebuild
from helpdesk.tickets import commands
from helpdesk.tickets.models import Message, Ticket
from tests.cast import Cast
from tests.helpdesk.api.test_clocks import asked
from tests.helpdesk.web.console.budget import look_again
from tests.makers import make_ticket
from tests.pages import PageClient

# What is looked for, and what stands beside it and nobody types.
CANARY, SECRET = "canaryseventeen", "vaultword"
# Whole, begun, misspelt, with the signs that databases take for anything, and by what a ticket is known by.
TYPED = (
    *(CANARY, "canaryse", f"{CANARY}*", "canaryseventen", f"subject:{CANARY}", f"tag:{CANARY}"),
    *("%", "_", "*", "%canary%", "canary_eventeen", "group:highways", "status:new", "age:<7d"),
    "number",
)
ASKED = (
    *("/search?q={q}", "/search?q={q}&tab=articles", "/search?q={q}&sort=newest"),
    *("/search?q={q}&facets=yes", "/search/facets?q={q}", "/palette?q={q}"),
    *("/complete/query?q={q}", "/complete/query?q=tag:{q}", "/complete/tags?q={q}"),
)
LISTS = ("/tickets", "/tickets?tag=" + CANARY, "/views/unassigned", "/views/late", "/notices")


@pytest.fixture
def ben(client: PageClient, cast: Cast) -> PageClient:
    client.sign_in("ben@borough.example")
    return client


@pytest.fixture
def hidden(cast: Cast) -> Ticket:
    """A ticket of Highways with the canary in its subject, text and tags; one of IT beside it, so that lists are full."""
    make_ticket(cast.ada, cast.it, subject="Bins", text="Lorry at nine.")
    return make_hidden(cast)


def make_hidden(cast: Cast) -> Ticket:
    words = f"{CANARY} {SECRET}"
    ticket = make_ticket(cast.ada, cast.highways, subject=words, text=words)
    with unit_of_work():
        commands.set_tags(commands.lock(ticket.id), [CANARY, SECRET], by=None, cause="test")
    return ticket


def said_in(client: PageClient, path: str, typed: str = "") -> str:
    asked = path.replace("{q}", typed.replace("%", "%25"))
    return client.get(asked).get_data(as_text=True)


@pytest.mark.parametrize("typed", TYPED)
def test_no_question_leads_to_what_is_hidden(ben: PageClient, hidden: Ticket, typed: str) -> None:
    typed = hidden.number if typed == "number" else typed
    for path in ASKED:
        page = said_in(ben, path, typed)
        assert SECRET not in page, path
        assert f"/tickets/{hidden.number}" not in page, path
        assert "Highways" not in page, path
        assert f">{CANARY}<" not in page.replace(f"<b>{CANARY}", ""), path


@pytest.mark.parametrize("path", LISTS)
def test_no_list_no_menu_and_no_count_tells_of_it(ben: PageClient, cast: Cast, path: str) -> None:
    make_ticket(cast.ada, cast.it, subject="Bins")
    before = counts_in(said_in(ben, path))
    ticket = make_hidden(cast)
    look_again()
    page = said_in(ben, path)
    assert counts_in(page) == before
    assert SECRET not in page
    assert ticket.number not in page


def counts_in(page: str) -> list[str]:
    """The numbers beside the lines of the rail, and how many tickets a list says it has."""
    return re.findall(r'<span class="n">(\d+\+?)', page) + re.findall(r"\d+ tickets? here", page)


def test_a_removed_member_is_told_nothing_of_it_any_more(
    ben: PageClient, cast: Cast, hidden: Ticket
) -> None:
    with unit_of_work():
        member = Membership(person_id=cast.ben.id, group_id=cast.highways.id)
        db.session.add(member)
    with unit_of_work():
        message = db.session.scalars(select(Message).where(Message.ticket_id == hidden.id)).one()
        tell_of_message(message.id)
    look_again()
    assert SECRET in said_in(ben, "/notices")
    with unit_of_work():
        db.session.delete(db.session.merge(member))
    look_again()
    page = said_in(ben, "/notices")
    assert SECRET not in page
    rail = page.split('<nav class="rail"')[1]
    assert '<span class="n">0' in rail.split('href="/notices"')[1].split("</a>")[0]


def test_programs_are_told_nothing_of_it(client: PageClient, cast: Cast, hidden: Ticket) -> None:
    told = asked(client, "/tickets?ended=1", cast.ben)
    assert SECRET not in told.get_data(as_text=True)
    assert asked(client, f"/tickets/{hidden.number}", cast.ben).status_code == 404


def test_a_rebuilt_index_keeps_it_as_well(ben: PageClient, hidden: Ticket) -> None:
    rebuild(lambda _said: None)
    for path in ASKED:
        assert SECRET not in said_in(ben, path, CANARY), path
