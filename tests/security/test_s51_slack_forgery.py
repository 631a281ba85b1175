"""S51: what Slack did not sign, or signed long ago, is turned away and leaves nothing; what it repeats is one message."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import accounts
from helpdesk.messaging.models import ChannelAccount, RawMessage
from helpdesk.tickets.models import Message
from tests.cast import Cast
from tests.helpdesk.messaging.slackers import Connected, connect, signed_by_slack
from tests.servers.slack import Workspace

SIGNATURE, TIMESTAMP = "X-Slack-Signature", "X-Slack-Request-Timestamp"


@pytest.fixture
def connected(app: Flask, cast: Cast, slack: Workspace) -> Iterator[Connected]:
    app.config["DESK_INTERNAL_HOSTS"] = ("localhost",)
    yield connect(app, slack, cast.it)
    app.config["DESK_INTERNAL_HOSTS"] = ()


def kept() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(RawMessage)) or 0


def forgeries(body: bytes) -> dict[str, dict[str, str]]:
    good = signed_by_slack(body)
    return {
        "unsigned": {},
        "no signature": {TIMESTAMP: good[TIMESTAMP]},
        "no time": {SIGNATURE: good[SIGNATURE]},
        "another time": {**good, TIMESTAMP: str(int(good[TIMESTAMP]) + 1)},
        "a time that is none": {**good, TIMESTAMP: "now"},
        "a time of other digits": {**good, TIMESTAMP: "\u0661\u0662"},
        "another secret": signed_by_slack(body, secret="another secret"),
        "an empty signature": {**good, SIGNATURE: "v0="},
        "another version": {**good, SIGNATURE: good[SIGNATURE].replace("v0=", "v1=")},
        "of another body": signed_by_slack(body + b" "),
        "old": signed_by_slack(body, late=301),
        "from the future": signed_by_slack(body, late=-301),
    }


def test_every_forgery_is_turned_away_and_leaves_nothing(connected: Connected) -> None:
    body = json.dumps(connected.space.said("C0HELP", "U0ADA", "Hello.")).encode()
    answers = {
        name: connected.post(body, "application/json", headers).status_code
        for name, headers in forgeries(body).items()
    }
    assert set(answers.values()) == {401}, answers
    assert kept() == 0


def test_five_minutes_are_borne_in_both_directions(connected: Connected) -> None:
    for late in (300, -300):
        body = json.dumps(connected.space.said("C0HELP", "U0ADA", "Hello.")).encode()
        headers = signed_by_slack(body, late=late)
        assert connected.post(body, "application/json", headers).status_code == 200
    assert kept() == 2


def test_an_account_without_a_secret_believes_nobody(connected: Connected) -> None:
    with unit_of_work():
        account = db.session.scalars(select(ChannelAccount)).one()
        account.secrets = ""
    body = b'{"type":"url_verification","challenge":"x"}'
    assert connected.post(body, "application/json", signed_by_slack(body)).status_code == 401


def test_the_handshake_is_answered_with_what_was_sent(connected: Connected) -> None:
    answer = connected.tell({"type": "url_verification", "challenge": "3eZbrw1aB"})
    assert answer.get_json() == {"challenge": "3eZbrw1aB"}
    assert kept() == 0


def test_a_storm_of_retries_is_one_message(
    connected: Connected, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    said = connected.space.said("C0HELP", "U0ADA", "Hello.")
    body = json.dumps(said).encode()
    for number in range(10):
        retried = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": "http_timeout"}
        headers = {**signed_by_slack(body), **retried}
        assert connected.post(body, "application/json", headers).status_code == 200
    settle()
    assert db.session.scalar(select(func.count()).select_from(Message)) == 1


def test_a_call_that_was_recorded_is_no_call_later(
    connected: Connected, clock: StoppedClock
) -> None:
    body = json.dumps(connected.space.said("C0HELP", "U0ADA", "Hello.")).encode()
    headers = signed_by_slack(body)
    clock.advance(timedelta(minutes=6))
    assert connected.post(body, "application/json", headers).status_code == 401


def test_a_workspace_that_was_switched_off_is_no_address(app: Flask, connected: Connected) -> None:
    with unit_of_work():
        accounts.edit_account(
            db.session.merge(connected.account),
            name="Slack",
            values={},
            group=None,
            is_active=False,
        )
    assert connected.tell({"type": "url_verification", "challenge": "x"}).status_code == 404
