"""The clocks of a ticket as programs read them."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from werkzeug.test import TestResponse

from helpdesk.core.clock import StoppedClock
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.api_tokens import make_api_token
from helpdesk.people.models import Person
from tests.cast import Cast
from tests.helpdesk.sla.desk import set_up
from tests.makers import make_reply, make_ticket
from tests.pages import PageClient

HOUR = timedelta(hours=1)


def asked(client: PageClient, path: str, person: Person | None) -> TestResponse:
    """What the API answers; None asks without a key."""
    headers = {}
    if person is not None:
        with unit_of_work():
            headers["Authorization"] = f"Bearer {make_api_token(person, 'test', ['tickets:read'])}"
    return client.raw.get(f"/api/v1{path}", base_url="http://desk.example", headers=headers)


@pytest.fixture
def number(cast: Cast, clock: StoppedClock) -> str:
    set_up()
    ticket = make_ticket(cast.ada, cast.it)
    clock.advance(2 * HOUR)
    make_reply(ticket, cast.ben)
    clock.advance(24 * HOUR)
    return ticket.number


def test_the_clocks_of_a_ticket_are_whole_numbers_of_seconds(
    client: PageClient, cast: Cast, number: str
) -> None:
    answer = asked(client, f"/tickets/{number}/clocks", cast.ben)
    body: dict[str, Any] = answer.json or {}
    clocks = {one["metric"]: one for one in body["clocks"]}
    assert clocks["first_response"]["outcome"] == "missed"
    assert clocks["first_response"]["elapsed"] == 7200
    assert clocks["first_response"]["remaining"] == -3600
    assert clocks["resolution"]["status"] == "running"
    assert clocks["resolution"]["breached_at"].startswith("2026-11-17T10:00:00")


def test_a_ledger_has_every_stretch_and_adds_up(
    client: PageClient, cast: Cast, number: str
) -> None:
    answer = asked(client, f"/tickets/{number}/clocks/resolution/1/ledger", cast.ben)
    body: dict[str, Any] = answer.json or {}
    stretches = body["stretches"]
    counted = sum(one["seconds"] for one in stretches if one["situation"] == "counted")
    assert counted == body["total"] == body["clock"]["elapsed"] == stretches[-1]["counted_so_far"]
    assert all(one["to"] == other["from"] for one, other in pairwise(stretches))
    assert {one["situation"] for one in stretches} == {"counted", "out_of_hours"}
    assert stretches[0]["cause"] == "start"
    assert stretches[-1]["calendar"] == "Office hours"


def test_what_fell_due_is_there_with_its_lag(client: PageClient, cast: Cast, number: str) -> None:
    body = asked(client, f"/tickets/{number}/clocks/first_response/1/ledger", cast.ben).json or {}
    rules = [(one["rule"], one["breach"], one["lag"]) for one in body["escalations"]]
    assert rules == [("w75", False, 4500), ("late", True, 3600)]


@pytest.mark.parametrize("path", ["/clocks", "/clocks/resolution/1/ledger"])
def test_a_key_sees_no_more_than_its_owner(
    client: PageClient, cast: Cast, number: str, path: str
) -> None:
    for person, status in ((None, 401), (cast.ada, 401), (cast.dan, 404)):
        answer = asked(client, f"/tickets/{number}{path}", person)
        assert answer.status_code == status
        assert answer.mimetype == "application/problem+json"


def test_a_clock_that_is_not_there_is_a_problem_document(
    client: PageClient, cast: Cast, number: str
) -> None:
    answer = asked(client, f"/tickets/{number}/clocks/resolution/7/ledger", cast.ben)
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"
