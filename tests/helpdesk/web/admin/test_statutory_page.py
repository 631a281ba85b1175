"""The page of the statutory pack."""

from __future__ import annotations

from html import unescape

import pytest

from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from tests.cast import Cast
from tests.helpdesk.web.console.budget import counted, look_again
from tests.pages import PageClient

PAGE = "/admin/statutory"


@pytest.fixture
def eve(client: PageClient, cast: Cast) -> PageClient:
    client.sign_in("eve@borough.example")
    return client


def shown(eve: PageClient, **asked: str) -> str:
    return unescape(eve.get(PAGE, query_string=asked).get_data(as_text=True))


def test_each_clock_says_when_it_would_be_due_and_what_does_not_count(eve: PageClient) -> None:
    page = shown(eve, nation="england-and-wales", received="2024-03-20")
    assert "due by the end of Friday 19 April 2024" in page
    assert "Good Friday" in page
    assert "Freedom of Information Act 2000" in page
    page = shown(eve, nation="scotland", received="2024-03-20")
    assert "due by the end of Thursday 18 April 2024" in page


@pytest.mark.parametrize("received", ["", "soon", "0001-01-01", "9999-12-31", "2024-02-30"])
def test_a_date_that_is_none_is_today(eve: PageClient, received: str) -> None:
    assert "Freedom of Information" in shown(eve, nation="wales", received=received)


def test_what_is_taken_over_is_shown_as_in_use(eve: PageClient) -> None:
    eve.post("/admin/clocks/packs", {"pack": "uk-statutory-scotland"})
    look_again()
    there = {version.name for version in store.current(Kind.CLOCK)}
    assert {"foi", "eir", "subject-access", "complaint-stage-2"} <= there
    page = shown(eve, nation="scotland")
    assert "in use" in page
    assert "Add " not in page.split("<h1>")[1].split("</header>")[0]


def test_only_administrators_see_the_pack(client: PageClient, cast: Cast) -> None:
    client.sign_in("cleo@borough.example")
    client.get(PAGE, status=403)


def test_the_page_costs_few_queries(eve: PageClient) -> None:
    eve.post("/admin/clocks/packs", {"pack": "uk-statutory-scotland"})
    with counted() as statements:
        shown(eve)
    assert len(statements) <= 8
