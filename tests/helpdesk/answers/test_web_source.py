"""A web service that answers: called with little time, kept for a while, and left alone when it fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from helpdesk.answers import web_source
from helpdesk.answers.asking import Answered, ask
from helpdesk.answers.models import AnswerKept, Outcome
from helpdesk.core.clock import StoppedClock
from helpdesk.core.unit_of_work import unit_of_work
from tests.cast import Cast
from tests.helpdesk.answers.desk import make_service
from tests.pages import PageClient
from tests.servers.called import Called
from workflows.services import FromWeb

DAY = json.dumps({"rounds": [{"day": "Monday", "kind": "refuse"}]}).encode()


@pytest.fixture
def desk(app: Flask, cast: Cast, called: Called) -> Iterator[Called]:
    """A desk with a service that asks the test's server."""
    app.config["DESK_INTERNAL_HOSTS"] = ("localhost",)
    called.words = DAY
    make_bins(called.url)
    yield called
    app.config["DESK_INTERNAL_HOSTS"] = ()


def make_bins(url: str) -> None:
    make_service(
        "bins",
        title="Bins",
        needs=[{"name": "street"}],
        text="{day}",
        fall_back="Ring us.",
        **{
            "from": {
                "web": url + "day?at={street}",
                "find": {"day": "rounds.0.day"},
                "seconds": 1,
                "keep_minutes": 10,
                "at_most": 2,
            }
        },
    )


def bins(street: str = "Oak Road") -> Answered:
    return ask("", "portal", None, "en", service="bins", given={"street": street})


def test_the_service_is_asked_with_what_was_typed_quoted(desk: Called) -> None:
    assert bins("a/b?c=1&d #").pieces[0].text == "Monday"

    assert [call.path for call in desk.calls] == ["/day?at=a%20b%20c%201%20d"]


def test_an_answer_is_used_again_while_it_is_fresh(desk: Called, clock: StoppedClock) -> None:
    bins(), bins("OAK  road")
    assert len(desk.calls) == 1

    clock.advance(timedelta(minutes=11))
    bins()

    assert len(desk.calls) == 2


def test_an_older_answer_stands_in_and_says_so(desk: Called, clock: StoppedClock) -> None:
    bins()
    desk.status = 500
    clock.advance(timedelta(hours=1))

    said = bins().pieces[0].text

    assert said.startswith("Monday")
    assert "It may have changed since." in said
    clock.advance(timedelta(hours=2))
    assert bins().pieces[0].text == "Ring us."


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (500, DAY),
        (302, DAY),
        (404, b""),
        (200, b"<html>"),
        (200, b"[" * 100_000),
        (200, b'{"rounds": {}}'),
        (200, b'{"rounds": [{"day": {"a": 1}}]}'),
        (200, b'{"rounds": [{"day": ""}]}'),
        (200, b" " * 300_000),
    ],
)
def test_whatever_it_says_else_falls_back(desk: Called, status: int, words: bytes) -> None:
    desk.status, desk.words = status, words

    answered = bins()

    assert (answered.outcome, answered.pieces[0].text) == (Outcome.FELL_BACK, "Ring us.")


def test_a_service_that_fails_is_left_alone_and_tried_again(
    desk: Called, clock: StoppedClock
) -> None:
    desk.status = 500
    for _time in range(5):
        bins()
    assert len(desk.calls) == 3

    desk.status = 200
    clock.advance(timedelta(seconds=61))

    assert bins().pieces[0].text == "Monday"
    assert bins("Elm Road").pieces[0].text == "Monday"


def test_a_service_that_fails_again_rests_longer(desk: Called, clock: StoppedClock) -> None:
    desk.status = 500
    for _time in range(3):
        bins()
    clock.advance(timedelta(seconds=61))
    bins()
    clock.advance(timedelta(seconds=61))
    bins()

    assert len(desk.calls) == 4


def test_nothing_is_called_in_the_middle_of_other_work(desk: Called) -> None:
    with unit_of_work():
        assert bins().outcome is Outcome.FELL_BACK

    assert desk.calls == []


def test_what_is_kept_holds_no_address_in_the_clear(desk: Called, db: Any) -> None:
    bins("Secret Street")

    row = db.session.query(AnswerKept).one()

    assert "secret" not in (row.digest + row.service + json.dumps(row.values)).lower()


@pytest.mark.parametrize(
    "url",
    ["http://localhost:1/", "http://169.254.169.254/latest/", "http://[::1]/", "http://10.0.0.1/"],
)
def test_a_service_inside_our_own_network_is_not_called(cast: Cast, url: str) -> None:
    make_bins(url)

    assert bins().outcome is Outcome.FELL_BACK


def test_what_is_kept_is_forgotten_in_time(desk: Called, db: Any, clock: StoppedClock) -> None:
    bins()
    clock.advance(timedelta(hours=3))

    with unit_of_work():
        web_source.sweep()

    assert db.session.query(AnswerKept).count() == 0


@pytest.mark.parametrize(
    ("steps", "value"),
    [
        ("a", "1"),
        ("b.c", "two words"),
        ("b.d.1", "y"),
        ("b.d.9", ""),
        ("b.d.x", ""),
        ("b", ""),
        ("e", ""),
        ("f", "1.5"),
        ("__class__", ""),
    ],
)
def test_values_are_found_by_their_steps(steps: str, value: str) -> None:
    said = {"a": 1, "b": {"c": "two\n words", "d": ["x", "y"]}, "e": True, "f": 1.5}
    source = FromWeb(url="https://x.example/", find={"it": steps})

    found = web_source.read(source, json.dumps(said).encode())

    assert found == ({"it": value} if value else {})


def test_administrators_see_which_service_fails_and_until_when_it_is_left_alone(
    desk: Called, client: PageClient, clock: StoppedClock
) -> None:
    client.sign_in("eve@borough.example")
    assert web_source.troubles() == {}
    desk.status = 500
    for _time in range(web_source.FAILURES_BORNE):
        ask("bins", "portal", None, "en", service="bins", given={"street": "Alder Row"})
    page = client.get("/admin/definitions/service").get_data(as_text=True)
    one = client.get("/admin/definitions/service/bins").get_data(as_text=True)
    assert "left alone" in page
    assert "It failed 3 times running, last" in one
    assert "answered with 500" in one
    clock.advance(timedelta(hours=1))
    assert "failed lately" in client.get("/admin/definitions/service").get_data(as_text=True)
