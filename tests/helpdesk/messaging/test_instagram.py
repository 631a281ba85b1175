"""A conversation on Instagram is a ticket: both ways, with pictures, and for as long as Meta lets us answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from channels.channel import WebhookRequest
from channels.meta.door import SIGNATURE
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import accounts
from helpdesk.messaging.delays import shown_state
from helpdesk.messaging.models import ChannelAccount, Delivery
from helpdesk.people.models import ContactKind
from helpdesk.tickets.models import Attachment, Message, Ticket
from tests.cast import Cast
from tests.channels.instagram.test_channel import PERSON, SECRETS, SETTINGS, call, event, said
from tests.pages import PageClient
from tests.servers.meta import Lying, Meta

Settle = Callable[[], None]
Tell = Callable[..., int]


@pytest.fixture
def account(app: Flask, cast: Cast, meta: Meta) -> Iterator[ChannelAccount]:
    app.config["DESK_INTERNAL_HOSTS"] = ("localhost",)
    values: dict[str, Any] = {**SETTINGS, **SECRETS, "url": meta.url, "human_agent": True}
    with unit_of_work():
        made = accounts.create_account(kind="instagram", name="Pool", values=values, group=cast.it)
    yield made
    app.config["DESK_INTERNAL_HOSTS"] = ()


@pytest.fixture
def tell(app: Flask, account: ChannelAccount) -> Tell:
    def post(*events: dict[str, Any]) -> int:
        request: WebhookRequest = call(*events)
        answer = app.test_client().post(
            f"/hooks/{account.hook_key}",
            data=request.body,
            headers={SIGNATURE: request.headers[SIGNATURE]},
            base_url=str(app.config["DESK_BASE_URL"]),
        )
        return answer.status_code

    return post


def reply(client: PageClient, status: int = 303) -> str:
    client.sign_in("ben@borough.example")
    ticket = db.session.scalars(select(Ticket)).one()
    sent = {"text": "At ten.", "version": str(ticket.version), "seen": "0"}
    page = client.post(f"/tickets/{ticket.number}/replies", sent, status=status)
    return page.get_data(as_text=True)


def test_a_message_is_a_ticket_and_its_answer_goes_back_and_is_read(
    tell: Tell, meta: Meta, client: PageClient, settle: Settle
) -> None:
    assert tell(said("Is the pool open?")) == 200
    tell(said("Is the pool open?"))
    settle()
    ticket = db.session.scalars(select(Ticket)).one()
    (point,) = ticket.requester.contact_points
    assert (ticket.channel, point.kind, point.is_proven) == ("instagram", ContactKind.HANDLE, False)
    reply(client)
    settle()
    assert [one["message"] for one in meta.sent] == [{"text": "At ten."}]
    tell(event(read={"mid": "mid.1"}))
    settle()
    assert shown_state(db.session.scalars(select(Delivery)).one()) == "read"


def test_a_picture_is_fetched(tell: Tell, meta: Meta, settle: Settle) -> None:
    meta.files["1"] = Lying("image/jpeg", b"\xff\xd8\xff")
    where = f"http://localhost:{meta.port}/files/1"
    tell(said("", attachments=[{"type": "image", "payload": {"url": where}}]))
    settle()
    assert [one.name for one in db.session.scalars(select(Attachment))] == ["picture.jpg"]


def test_what_was_taken_back_stays_and_is_said_to_be(tell: Tell, settle: Settle) -> None:
    tell(said("I am cross.", mid="mid.7"))
    tell(event(message={"mid": "mid.7", "is_deleted": True}))
    settle()
    first, mark = db.session.scalars(select(Message).order_by(Message.id)).all()
    assert (first.text, mark.text, mark.quoted) == (
        "I am cross.",
        "Took this message back.",
        "I am cross.",
    )


def test_with_the_tag_people_are_answered_for_a_week_and_no_longer(
    tell: Tell, meta: Meta, client: PageClient, clock: StoppedClock, settle: Settle
) -> None:
    tell(said("Is the pool open?"))
    settle()
    clock.advance(timedelta(days=6))
    reply(client)
    settle()
    assert meta.sent[0]["tag"] == "HUMAN_AGENT"
    clock.advance(timedelta(days=2))
    assert "168 hours" in reply(client, status=422)


@pytest.mark.parametrize(
    ("profile", "name"),
    [
        ({"name": "Ada Byrne", "username": "ada.b"}, "Ada Byrne"),
        ({"username": "ada.b"}, "@ada.b"),
        ({}, "Somebody on Instagram"),
        (None, "Somebody on Instagram"),
    ],
)
def test_whoever_writes_is_called_what_instagram_calls_them(
    tell: Tell, meta: Meta, settle: Settle, profile: dict[str, str] | None, name: str
) -> None:
    if profile is not None:
        meta.people[PERSON] = profile
    tell(said("Is the pool open?"))
    tell(said("Hello?", mid="mid.2"))
    settle()
    assert db.session.scalars(select(Ticket)).one().requester.name == name
    asked = [one for one in meta.asked if one.path.endswith(PERSON)]
    assert len(asked) == (2 if profile is None else 1)
