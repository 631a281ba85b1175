"""S52: a call that is altered, old, unsigned or signed by another is turned away, and nothing of it is kept."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from channels.webhook import signing
from helpdesk.core import clock as desk_clock
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import accounts
from helpdesk.messaging.models import RawMessage
from tests.cast import Cast
from tests.helpdesk.messaging.services import SECRET, Service, make_service

BODY = json.dumps({"id": "m-1", "sender": {"id": "u"}, "text": "Hello."}).encode()


@pytest.fixture
def service(app: Flask, cast: Cast) -> Service:
    return make_service(app)


def signed(
    body: bytes = BODY, *, secret: str = SECRET, late: timedelta = timedelta(0)
) -> dict[str, str]:
    at = desk_clock.now() - late
    return signing.sign("call-1", body, at=at, keys=[signing.key_of(secret)])


def kept() -> int:
    return db.session.scalar(select(func.count()).select_from(RawMessage)) or 0


def test_a_signed_call_is_kept(service: Service) -> None:
    assert service.post(BODY, signed()) == 202
    assert kept() == 1


def forgeries() -> dict[str, dict[str, str]]:
    good = signed()
    return {
        "unsigned": {},
        "no signature": {k: v for k, v in good.items() if k != signing.SIGNATURE},
        "no id": {k: v for k, v in good.items() if k != signing.ID},
        "no time": {k: v for k, v in good.items() if k != signing.TIMESTAMP},
        "another id": {**good, signing.ID: "call-2"},
        "another time": {**good, signing.TIMESTAMP: str(int(good[signing.TIMESTAMP]) + 1)},
        "a time that is none": {**good, signing.TIMESTAMP: "now"},
        "another secret": signed(secret="another secret of some length"),
        "an empty signature": {**good, signing.SIGNATURE: "v1,"},
        "another version": {
            **good,
            signing.SIGNATURE: good[signing.SIGNATURE].replace("v1,", "v2,"),
        },
        "old": signed(late=timedelta(seconds=301)),
        "from the future": signed(late=timedelta(seconds=-301)),
    }


def test_every_forgery_is_turned_away_and_leaves_nothing(
    service: Service, clock: StoppedClock
) -> None:
    answers = {name: service.post(BODY, headers) for name, headers in forgeries().items()}
    assert set(answers.values()) == {401}, answers
    assert kept() == 0


def test_one_altered_letter_is_noticed(service: Service) -> None:
    assert service.post(BODY.replace(b"Hello", b"Hallo"), signed()) == 401


def test_both_secrets_count_while_one_is_being_changed(service: Service, cast: Cast) -> None:
    new = "the secret from today on, long"
    with unit_of_work():
        accounts.edit_account(
            service.account,
            name="Leisure",
            values={"secret": new, "old_secret": SECRET},
            group=None,
            is_active=True,
        )
    assert service.post(BODY, signed(secret=new)) == 202
    assert service.post(BODY, signed(secret=SECRET)) == 202


def test_a_channel_that_is_switched_off_is_no_address(service: Service) -> None:
    with unit_of_work():
        accounts.edit_account(
            service.account, name="Leisure", values={}, group=None, is_active=False
        )
    assert service.post(BODY, signed()) == 404


def test_an_address_that_is_none_tells_nothing(app: Flask, service: Service) -> None:
    for path in ("/hooks/x", f"/hooks/{'a' * 500}", "/hooks/%00", "/hooks/ä"):
        answer = app.test_client().post(path, data=BODY, base_url=str(app.config["DESK_BASE_URL"]))
        assert answer.status_code == 404, path
