"""S41: guessing is limited, by rows of the database, so that it holds without Redis."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from helpdesk.core import throttle
from helpdesk.core.clock import StoppedClock
from helpdesk.core.errors import TooMany
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people import authentication
from tests.cast import PASSWORD, Cast
from tests.pages import PageClient

BEN = "ben@borough.example"

NEW = "mangle-otter-lamp-93"


def fail(client: PageClient, address: str, *, status: int = 422) -> None:
    client.post("/sign-in", {"sign_in_name": address, "password": "wrong words"}, status=status)


def test_the_eleventh_try_is_refused_with_the_right_password_too(
    client: PageClient, cast: Cast
) -> None:
    for _try in range(10):
        fail(client, BEN)
    answer = client.post("/sign-in", {"sign_in_name": BEN, "password": PASSWORD}, status=429)
    assert int(answer.headers["Retry-After"]) > 0


def test_the_limit_passes_with_time(client: PageClient, cast: Cast, clock: StoppedClock) -> None:
    for _try in range(11):
        with pytest.raises((TooMany, authentication.Invalid)):
            authentication.sign_in(BEN, "wrong words", "192.0.2.1")
    clock.advance(timedelta(minutes=6))
    client.sign_in(BEN)
    client.get("/password")


def test_the_stretch_slides_so_no_boundary_doubles_the_limit(
    cast: Cast, clock: StoppedClock
) -> None:
    clock.advance(timedelta(minutes=4, seconds=50))
    for _try in range(10):
        with pytest.raises(authentication.Invalid):
            authentication.sign_in(BEN, "wrong words", "192.0.2.1")
    clock.advance(timedelta(seconds=20))
    with pytest.raises(TooMany):
        authentication.sign_in(BEN, PASSWORD, "192.0.2.1")


def test_spellings_of_a_name_are_counted_together(cast: Cast) -> None:
    spellings = [BEN, BEN.upper(), f" {BEN}", f"{BEN} ", BEN.title()] * 2
    for spelling in spellings:
        with pytest.raises(authentication.Invalid):
            authentication.sign_in(spelling, "wrong words", "192.0.2.1")
    with pytest.raises(TooMany):
        authentication.sign_in(BEN, PASSWORD, "192.0.2.1")


def test_other_sources_do_not_get_round_the_limit_of_an_account(cast: Cast) -> None:
    for number in range(10):
        with pytest.raises(authentication.Invalid):
            authentication.sign_in(BEN, "wrong words", f"192.0.2.{number}")
    with pytest.raises(TooMany):
        authentication.sign_in(BEN, PASSWORD, "198.51.100.1")


def test_an_unknown_name_is_limited_like_a_known_one(client: PageClient, cast: Cast) -> None:
    for _try in range(10):
        fail(client, "nobody@borough.example")
    fail(client, "nobody@borough.example", status=429)


def test_a_source_that_tries_many_names_is_stopped(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authentication, "TRIES_PER_SOURCE", 5)
    for number in range(5):
        with pytest.raises(authentication.Invalid):
            authentication.sign_in(f"name-{number}@borough.example", "wrong", "192.0.2.7")
    with pytest.raises(TooMany):
        authentication.sign_in(BEN, PASSWORD, "192.0.2.7")
    authentication.sign_in(BEN, PASSWORD, "192.0.2.8")


def test_an_office_that_signs_in_rightly_is_never_stopped(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authentication, "TRIES_PER_SOURCE", 5)
    for _person in range(8):
        authentication.sign_in(BEN, PASSWORD, "192.0.2.9")


def test_a_forged_forwarded_address_does_not_change_the_source(
    client: PageClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authentication, "TRIES_PER_SOURCE", 3)
    for number in range(3):
        client.post(
            "/sign-in",
            {"sign_in_name": f"n{number}@borough.example", "password": "wrong words"},
            status=422,
            headers={"X-Forwarded-For": f"203.0.113.{number}"},
        )
    fail(client, BEN, status=429)


def test_the_limit_needs_no_redis(app: Flask, db: Any) -> None:
    per = timedelta(minutes=5)
    answers = []
    for _time in range(4):
        with unit_of_work():
            answers.append(throttle.hit("a key", 3, per))
    assert answers == [True, True, True, False]


def test_the_password_asked_for_in_a_session_is_limited_too(client: PageClient, cast: Cast) -> None:
    client.sign_in(BEN)
    for _try in range(10):
        client.post("/password", {"current": "wrong", "password": NEW, "again": NEW}, status=422)
    typed = {"current": PASSWORD, "password": NEW, "again": NEW}
    client.post("/password", typed, status=429)
