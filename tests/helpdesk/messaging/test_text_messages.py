"""A text message becomes a ticket of whoever has the number, and is answered by text message."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import accounts
from helpdesk.messaging.models import ChannelAccount, Delivery, DeliveryState
from helpdesk.people.commands import add_contact_point
from helpdesk.people.models import ContactKind
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.pages import PageClient
from tests.servers.called import Called

Settle = Callable[[], None]
NUMBER = "+447700900123"


@pytest.fixture
def account(app: Flask, cast: Cast, called: Called) -> Iterator[ChannelAccount]:
    app.config["DESK_INTERNAL_HOSTS"] = ("localhost",)
    values = {"gateway": "other", "url": called.url, "number": "60006", "secret": "our token"}
    with unit_of_work():
        made = accounts.create_account(kind="sms", name="Texts", values=values, group=cast.it)
    yield made
    app.config["DESK_INTERNAL_HOSTS"] = ()


def arrive(app: Flask, account: ChannelAccount, **said: str) -> int:
    answer = app.test_client().post(
        f"/hooks/{account.hook_key}",
        data=json.dumps(said),
        headers={"Content-Type": "application/json", "Authorization": "Bearer our token"},
        base_url=str(app.config["DESK_BASE_URL"]),
    )
    return answer.status_code


def test_an_unknown_number_becomes_a_person_whose_number_is_not_proven(
    app: Flask, account: ChannelAccount, settle: Settle
) -> None:
    assert (
        arrive(app, account, id="t-1", **{"from": "07700 900123"}, text="Bin not emptied.") == 200
    )
    settle()
    ticket = db.session.scalars(select(Ticket)).one()
    (point,) = ticket.requester.contact_points
    assert (ticket.channel, point.kind, point.value, point.is_proven) == (
        "sms",
        ContactKind.PHONE,
        NUMBER,
        False,
    )


def test_a_known_number_is_the_person_who_has_it(
    app: Flask, account: ChannelAccount, cast: Cast, settle: Settle
) -> None:
    with unit_of_work():
        add_contact_point(cast.ada, ContactKind.PHONE, NUMBER)
    arrive(app, account, id="t-1", **{"from": NUMBER}, text="Bin not emptied.")
    settle()
    assert db.session.scalars(select(Ticket)).one().requester_id == cast.ada.id


def test_the_answer_goes_by_text_and_a_report_of_its_failure_comes_back(
    app: Flask, account: ChannelAccount, called: Called, client: PageClient, settle: Settle
) -> None:
    called.words = b'{"id": "theirs-1"}'
    arrive(app, account, id="t-1", **{"from": NUMBER}, text="Bin not emptied.")
    settle()
    ticket = db.session.scalars(select(Ticket)).one()
    client.sign_in("ben@borough.example")
    sent = {"text": "We come on Friday.", "version": str(ticket.version), "seen": "0"}
    client.post(f"/tickets/{ticket.number}/replies", sent)
    settle()
    said = json.loads(called.calls[0].body)
    assert (said["to"], said["text"]) == (NUMBER, "We come on Friday.")
    arrive(app, account, id="theirs-1", status="undelivered")
    settle()
    assert db.session.scalars(select(Delivery.state)).all() == [DeliveryState.FAILED]


def test_a_text_that_is_too_long_is_refused_and_kept(
    app: Flask, account: ChannelAccount, client: PageClient, settle: Settle
) -> None:
    arrive(app, account, id="t-1", **{"from": NUMBER}, text="Bin not emptied.")
    settle()
    ticket = db.session.scalars(select(Ticket)).one()
    client.sign_in("ben@borough.example")
    sent = {"text": "x" * 1_531, "version": str(ticket.version), "seen": "0"}
    page = client.post(f"/tickets/{ticket.number}/replies", sent, status=422)
    assert "At most 1530 characters" in page.get_data(as_text=True)
    assert "x" * 1_531 in page.get_data(as_text=True)
