"""The public pages that answer: without a script, in two languages, with a person one step away on each."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from helpdesk.answers.models import AnswerUse
from helpdesk.core.db import db as database
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.limits import allow
from helpdesk.web.answers.asking import ASKED_AN_HOUR
from tests.cast import Cast
from tests.helpdesk.answers.desk import BIN_DAY, make_service, make_table
from tests.pages import PageClient


@pytest.fixture
def bins(cast: Cast) -> None:
    make_table()
    make_service("bin-day", **BIN_DAY)


def words(client: PageClient) -> str:
    assert client.last is not None
    text = re.sub(r"<[^>]+>", " ", client.last.get_data(as_text=True))
    return " ".join(text.split())


def test_a_question_leads_through_its_fields_to_the_answer(bins: None, client: PageClient) -> None:
    client.get("/ask")
    client.post("/ask", {"question": "when is my bin collected?"}, status=200)
    assert "What is your postcode?" in words(client)

    given = {"question": "", "field-postcode": "sw1a2aa"}
    client.post("/answers/bin-day", given, status=200)
    assert "Which of these is yours?" in words(client)

    client.post("/answers/bin-day", {**given, "field-address": "10 Downing Lane"}, status=200)
    assert "Bins at 10 Downing Lane are emptied on Tuesday." in words(client)


def test_what_was_mistyped_is_said_at_its_field(bins: None, client: PageClient) -> None:
    page = client.post("/answers/bin-day", {"field-postcode": "<b>x"}, status=200)

    assert "There is a problem" in words(client)
    assert 'href="#field-postcode"' in page.get_data(as_text=True)


def test_the_pages_speak_welsh(bins: None, client: PageClient) -> None:
    client.post("/language", {"language": "cy"})

    client.post("/ask", {"question": "pryd mae'r biniau'n cael eu casglu"}, status=200)

    assert "Beth yw eich cod post?" in words(client)
    assert "Gofyn i berson" in words(client)


@pytest.mark.parametrize("question", ["a llama in my garden", "<script>alert(1)</script>"])
def test_a_miss_shows_the_way_to_a_person(bins: None, client: PageClient, question: str) -> None:
    client.post("/ask", {"question": question}, status=200)

    assert "Ask a person" in words(client)


def test_what_is_not_sure_is_offered(bins: None, client: PageClient) -> None:
    client.post("/ask", {"question": "new rubbish sacks for the flat"}, status=200)

    assert "Is it one of these?" in words(client)
    assert "Bin collection day" in words(client)


def test_an_empty_question_is_asked_again(bins: None, client: PageClient) -> None:
    answer = client.post("/ask", {"question": " "})

    assert answer.location == "/ask"


def test_an_answer_is_said_to_have_helped(bins: None, client: PageClient) -> None:
    page = client.post("/answers/bin-day", {"field-postcode": "SW1A 1AA"}, status=200)
    found = re.search(r'name="key" value="([^"]+)"', page.get_data(as_text=True))
    assert found is not None

    client.post("/answers", {"key": found[1], "helped": "yes"})

    assert [use.is_helpful for use in database.session.query(AnswerUse)] == [True]


def test_a_service_for_the_staff_is_missing_outside(cast: Cast, client: PageClient) -> None:
    make_service(
        "wifi", title="Wifi", text="On the board.", audience="internal", **{"from": {"text": True}}
    )

    client.get("/answers/wifi", status=404)
    assert "Wifi" not in words(client)
    client.sign_in("ben@borough.example")
    client.get("/answers/wifi")

    assert "On the board." in words(client)


def test_who_asks_without_end_is_stopped(bins: None, client: PageClient) -> None:
    with unit_of_work():
        for _time in range(ASKED_AN_HOUR):
            allow("ask", "127.0.0.1", ASKED_AN_HOUR, timedelta(hours=1))

    client.get("/answers/bin-day", status=429)
