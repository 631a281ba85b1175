"""Free clocks: the list in words, and taking over what the law sets."""

from __future__ import annotations

from html import unescape

import pytest

from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from tests.cast import Cast
from tests.helpdesk.web.console.budget import counted, look_again
from tests.pages import PageClient


@pytest.fixture
def eve(client: PageClient, cast: Cast) -> PageClient:
    client.sign_in("eve@borough.example")
    return client


def page_of(client: PageClient) -> str:
    return unescape(client.get("/admin/clocks").get_data(as_text=True))


def test_the_clocks_of_a_nation_are_taken_over_and_shown_in_words(eve: PageClient) -> None:
    assert "No free clock yet" in page_of(eve)
    eve.post("/admin/clocks/packs", {"pack": "uk-statutory-scotland"})
    page = page_of(eve)
    assert "6 clocks were added" in page or "clocks were added" in page
    assert "Freedom of Information request (Scotland)" in page
    assert "20 working days" in page
    assert "tag:foi" in page
    assert "once 2 months more, with a reason" in page
    assert "5 working days before, 1 working day before" in page
    look_again()
    before = len(store.current(Kind.CLOCK))
    eve.post("/admin/clocks/packs", {"pack": "uk-statutory-scotland"})
    assert "nothing was changed" in page_of(eve)
    look_again()
    assert len(store.current(Kind.CLOCK)) == before


def test_a_pack_that_is_none_of_ours_is_missing(eve: PageClient) -> None:
    eve.post("/admin/clocks/packs", {"pack": "mars"}, status=404)


def test_the_page_keeps_its_budget_and_is_for_administrators(eve: PageClient) -> None:
    eve.post("/admin/clocks/packs", {"pack": "uk-statutory-scotland"})
    with counted() as statements:
        eve.get("/admin/clocks")
    assert len(statements) <= 8, "\n\n".join(statements)
    eve.post("/sign-out")
    eve.sign_in("cleo@borough.example")
    eve.get("/admin/clocks", status=403)
