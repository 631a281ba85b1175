"""S36: a session is new at each sign-in, kept as a hash, and told to nobody but its cookie."""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import select

from helpdesk.core.clock import StoppedClock
from helpdesk.people.models import WebSession
from helpdesk.web import security
from tests.cast import PASSWORD, Cast
from tests.pages import PageClient


def token_in(client: PageClient, app: Flask) -> str:
    """The session token in the browser's cookie."""
    cookie = client.raw.get_cookie("desk", domain="desk.example")
    assert cookie is not None
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    return str(serializer.loads(cookie.value).get("_user_id", ""))


def test_each_sign_in_begins_a_new_session(client: PageClient, app: Flask, cast: Cast) -> None:
    client.sign_in("ben@borough.example")
    first = token_in(client, app)
    client.post("/sign-out")
    client.sign_in("ben@borough.example")
    assert token_in(client, app) != first


def test_a_planted_session_dies_when_its_victim_signs_in(
    client: PageClient, app: Flask, cast: Cast
) -> None:
    # The attacker's own session sits in the victim's browser.
    client.sign_in("dan@borough.example")
    planted = client.raw.get_cookie("desk", domain="desk.example")
    assert planted is not None
    client.sign_in("ben@borough.example")
    attacker = PageClient(app)
    attacker.raw.set_cookie("desk", planted.value, domain="desk.example")
    attacker.get("/password", status=303)
    client.get("/password")


def test_the_anti_forgery_token_changes_with_the_sign_in(client: PageClient, cast: Cast) -> None:
    before = client.token()
    client.sign_in("ben@borough.example")
    client.post("/sign-out", {"csrf_token": before}, status=403)


def test_the_table_keeps_only_a_hash(client: PageClient, app: Flask, cast: Cast, db: Any) -> None:
    client.sign_in("ben@borough.example")
    token = token_in(client, app)
    row = db.session.scalars(select(WebSession)).one()
    assert row.token_digest == hashlib.sha256(token.encode()).hexdigest()
    assert len(token) >= 43


def test_the_token_is_in_no_page_no_address_and_no_log(
    client: PageClient, app: Flask, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        client.sign_in("ben@borough.example")
        answer = client.get("/password")
        lost = client.get("/nowhere", status=404)
    token = token_in(client, app)
    digest = hashlib.sha256(token.encode()).hexdigest()
    told = answer.get_data(as_text=True) + lost.get_data(as_text=True) + caplog.text
    assert token not in told
    assert digest not in told
    assert PASSWORD not in told


def test_signing_out_ends_the_session_for_a_copied_cookie_too(
    client: PageClient, app: Flask, cast: Cast
) -> None:
    client.sign_in("ben@borough.example")
    copied = client.raw.get_cookie("desk", domain="desk.example")
    assert copied is not None
    client.post("/sign-out")
    thief = PageClient(app)
    thief.raw.set_cookie("desk", copied.value, domain="desk.example")
    thief.get("/password", status=303)


def test_a_session_ends_when_it_is_not_used(
    client: PageClient, cast: Cast, clock: StoppedClock
) -> None:
    client.sign_in("ben@borough.example")
    clock.advance(timedelta(hours=11))
    client.get("/password")
    clock.advance(timedelta(hours=11))
    client.get("/password")
    clock.advance(timedelta(hours=12))
    client.get("/password", status=303)


def test_a_session_ends_after_a_week_however_busy(
    client: PageClient, cast: Cast, clock: StoppedClock
) -> None:
    client.sign_in("ben@borough.example")
    for _half_day in range(16):
        clock.advance(timedelta(hours=10))
        client.get("/password")
    clock.advance(timedelta(hours=9))
    client.get("/password", status=303)


@pytest.mark.parametrize("text", ["", "x", "0" * 64, "' OR 1=1 --", "x" * 5000])
def test_a_made_up_token_opens_nothing(client: PageClient, cast: Cast, text: str) -> None:
    with client.raw.session_transaction(base_url="http://desk.example") as kept:
        kept["_user_id"] = text
    client.get("/password", status=303)


def test_the_cookie_on_https_is_bound_to_the_host(settings: dict[str, Any]) -> None:
    app = Flask("helpdesk")
    app.config.from_mapping({**settings, "DESK_BASE_URL": "https://desk.example"})
    security.init_security(app)
    app.add_url_rule("/x", view_func=lambda: "x", endpoint="static.x")
    assert app.config["SESSION_COOKIE_NAME"] == "__Host-desk"
    assert app.config["SESSION_COOKIE_SECURE"] is True
    assert app.config["SESSION_COOKIE_PATH"] == "/"
    assert app.config["SESSION_COOKIE_DOMAIN"] is None
    answer = app.test_client().get("/x", base_url="https://desk.example")
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
