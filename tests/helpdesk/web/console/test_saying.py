"""An agent reads answers out to a caller: found by the caller's words, with what must be asked first."""

from __future__ import annotations

import re

import pytest

from helpdesk.answers.models import AnswerUse
from helpdesk.core.db import db as database
from tests.cast import Cast
from tests.helpdesk.answers.desk import BIN_DAY, make_service, make_table
from tests.makers import make_ticket
from tests.pages import PageClient


@pytest.fixture
def ben(cast: Cast, client: PageClient) -> PageClient:
    make_table()
    make_service("bin-day", **BIN_DAY)
    client.sign_in("ben@borough.example")
    return client


def said(client: PageClient, asked: str) -> str:
    page = client.get(f"/calls/answers{asked}").get_data(as_text=True)
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_caller_is_asked_and_told(ben: PageClient) -> None:
    assert "What is your postcode?" in said(ben, "?question=when+is+my+bin+collected")

    told = said(ben, "?service=bin-day&field-postcode=SW1A+1AA")

    assert "Bins at 1 Palace Road are emptied on Monday." in told
    assert {use.door for use in database.session.query(AnswerUse)} == {"phone"}


def test_a_choice_is_offered(ben: PageClient) -> None:
    page = said(ben, "?service=bin-day&field-postcode=SW1A+2AA")

    assert "Which of these is yours?" in page
    assert "11 Downing Lane" in page


def test_a_miss_says_so(ben: PageClient) -> None:
    assert "The desk has no answer to this" in said(ben, "?question=llamas")


def test_a_request_that_the_agent_may_not_see_is_not_told(ben: PageClient, cast: Cast) -> None:
    make_service(
        "status", title="Status of a request", text="{lines}", **{"from": {"status": True}}
    )
    ours = make_ticket(cast.ada, cast.it, subject="No heating")
    theirs = make_ticket(cast.ada, cast.highways, subject="Deep hole")

    assert "No heating" in said(ben, f"?service=status&question={ours.number}")
    assert "Deep hole" not in said(ben, f"?service=status&question={theirs.number}")


def test_a_page_without_a_question_lists_what_can_be_told(ben: PageClient) -> None:
    assert "Bin collection day" in said(ben, "")
