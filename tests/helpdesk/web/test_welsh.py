"""The public pages speak Welsh, wherever they have words."""

from __future__ import annotations

import pytest

from tests.pages import PageClient
from tools import catalogue


@pytest.mark.parametrize("part", catalogue.WHOLE)
def test_every_text_of_the_public_pages_has_its_welsh(part: str) -> None:
    lacking = [text.id for text in catalogue.missing(part, "cy")]
    assert not lacking, f"python -m tools.catalogue, then translate: {lacking}"


@pytest.mark.parametrize("part", catalogue.PARTS)
def test_a_translation_names_what_its_text_names(part: str) -> None:
    for text in catalogue.read(part, "cy"):
        assert not list(text.check()), text.id


def test_a_visitor_reads_welsh_once_they_chose_it(client: PageClient) -> None:
    answer = client.post("/language", {"language": "cy", "next": "/"})

    page = client.get(answer.location).get_data(as_text=True)

    assert '<html lang="cy"' in page
    assert "Sut gallwn ni helpu?" in page


def test_a_browser_that_asks_for_welsh_is_given_it(client: PageClient) -> None:
    page = client.get("/", headers={"Accept-Language": "cy, en;q=0.5"}).get_data(as_text=True)

    assert "Sut gallwn ni helpu?" in page


def test_the_way_back_from_choosing_a_language_is_a_page_of_ours(client: PageClient) -> None:
    answer = client.post("/language", {"language": "cy", "next": "https://elsewhere.example/"})

    assert answer.location == "/"


def test_a_page_that_is_not_there_says_so_in_the_visitors_language(client: PageClient) -> None:
    client.post("/language", {"language": "cy"})

    page = client.get("/no-such-page", status=404).get_data(as_text=True)

    assert "Nid oes dim yma." in page
