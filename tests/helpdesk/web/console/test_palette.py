"""The palette: one address that answers what was typed, within its budget, and only with what its reader may see."""

from __future__ import annotations

import re
from typing import Any

import pytest

from helpdesk.automation import canned
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.tickets import commands
from helpdesk.views.commands import Wanted, create_view
from helpdesk.views.models import Audience
from tests.cast import Cast
from tests.helpdesk.knowledge.shelf import make_article
from tests.helpdesk.web.console.budget import counted
from tests.makers import make_ticket
from tests.pages import PageClient

BUDGET = 16


def found(client: PageClient, **asked: str) -> dict[str, list[str]]:
    """The names of what was found, by the names of the groups."""
    html = client.get("/palette", query_string=asked).get_data(as_text=True)
    groups = {}
    for group in html.split('<div role="group"')[1:]:
        name = re.findall(r'data-group="(\w+)"', group)[0]
        said = re.findall(r"<bdi data-words>(.*?)</bdi>", group)
        groups[name] = [re.sub("</?mark>", "", one) for one in said]
    return groups


def macro(group: str) -> dict[str, Any]:
    return {"title": "Hand to waste", "groups": [group], "do": [{"add_tag": "waste"}]}


def test_tickets_people_and_articles_are_found(ben: PageClient, cast: Cast) -> None:
    number = make_ticket(cast.ada, cast.it, subject="Printers are <b>slow</b>").number
    make_article(title="Printing at home")
    groups = found(ben, q="prin")
    assert groups["tickets"] == ["Printers are &lt;b&gt;slow&lt;/b&gt;"]
    assert groups["articles"] == ["Printing at home"]
    assert found(ben, q=number)["tickets"] == groups["tickets"]


@pytest.mark.parametrize("typed", ["prin", "1001", "ada byrne", "zzzz", "a"])
@pytest.mark.parametrize("rows", [1, 12])
def test_what_is_typed_costs_few_statements(
    ben: PageClient, cast: Cast, typed: str, rows: int
) -> None:
    for _ in range(rows):
        make_ticket(cast.ada, cast.it)
    found(ben, q=typed)
    with counted() as statements:
        found(ben, q=typed)
    assert len(statements) <= BUDGET, "\n\n".join(statements)


def test_for_nothing_typed_stand_recent_tickets_and_what_can_be_done(
    ben: PageClient, cast: Cast
) -> None:
    mine, other = make_ticket(cast.ada, cast.it), make_ticket(cast.ada, cast.it, subject="Bins")
    hidden = make_ticket(cast.ada, cast.highways, subject="Canary")
    with unit_of_work():
        store.save(Kind.MACRO, "waste", macro("IT support"), by=None, cause="test")
    recent = f"{other.number},{hidden.number},{mine.number},nonsense,INC-99999999999999"
    groups = found(ben, recent=recent, ticket=mine.number)
    assert groups == {"recent": [other.subject, mine.subject], "macros": ["Hand to waste"]}
    assert "macros" not in found(ben, ticket=hidden.number)


def test_macros_are_offered_where_they_may_be_used_only(client: PageClient, cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        store.save(Kind.MACRO, "waste", macro("Highways"), by=None, cause="test")
    client.sign_in("ben@borough.example")
    assert found(client, ticket=ticket.number) == {}


def test_canned_answers_are_offered_on_a_ticket_that_may_be_answered(
    ben: PageClient, cast: Cast
) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    hidden = make_ticket(cast.ada, cast.highways)
    with unit_of_work():
        canned.write(cast.actor("ben"), canned.NewAnswer(title="We & you", text="Dear {requester}"))
        canned.write(cast.actor("cleo"), canned.NewAnswer(title="Another's own", text="x"))
    assert found(ben, ticket=ticket.number)["answers"] == ["We &amp; you"]
    assert "answers" not in found(ben, ticket=hidden.number)
    assert "answers" not in found(ben)


def test_views_that_one_hid_are_found_and_those_of_others_are_not(
    ben: PageClient, cast: Cast
) -> None:
    with unit_of_work():
        wanted = [
            create_view(Wanted(title, "is:open", audience), actor=None)
            for title, audience in (("Shown", Audience.ALL), ("Put away", Audience.ALL))
        ]
        create_view(Wanted("For leads", "is:open", Audience.LEADS), actor=None)
    assert "views" not in found(ben)
    ben.post(f"/views/{wanted[1].id}/arrange", {"move": "hide"})
    assert found(ben)["views"] == ["Put away"]


@pytest.mark.parametrize("rows", [1, 12])
def test_what_a_ticket_offers_costs_few_statements(ben: PageClient, cast: Cast, rows: int) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        for number in range(rows):
            store.save(Kind.MACRO, f"m{number}", macro("IT support"), by=None, cause="test")
            new = canned.NewAnswer(title=f"Answer {number}", text="Dear {requester}")
            canned.write(cast.actor("ben"), new)
    found(ben, ticket=ticket.number)
    with counted() as statements:
        found(ben, ticket=ticket.number)
    assert len(statements) <= BUDGET, "\n\n".join(statements)


def test_administrators_find_the_settings(client: PageClient, cast: Cast) -> None:
    client.sign_in("eve@borough.example")
    assert "Calendars" in found(client)["settings"]


@pytest.mark.parametrize("typed", ["canary", "can", "number", "%", "_", "*", "' or 1=1 --", '"'])
def test_what_is_hidden_is_in_no_answer(ben: PageClient, cast: Cast, typed: str) -> None:
    ticket = make_ticket(cast.ada, cast.highways, subject="Canary", text="Canary")
    with unit_of_work():
        commands.set_tags(commands.lock(ticket.id), ["canary"], by=None, cause="test")
    assert "tickets" not in found(ben, q=ticket.number if typed == "number" else typed)


def test_every_console_page_has_the_palette(ben: PageClient) -> None:
    page = ben.get("/people").get_data(as_text=True)
    assert 'id="palette"' in page
    assert 'data-do="palette"' in page
