"""Nobody is there, or the visitor has left: the conversation goes on by mail, on the same ticket."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.chat import mailing
from helpdesk.chat.changes import note_presence
from helpdesk.chat.models import ChatState
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.messaging.models import Delivery
from helpdesk.tickets.conversation import NewFile
from helpdesk.tickets.models import Message, Ticket
from tests.cast import Cast
from tests.helpdesk.chat.visitors import Visitor, answer, make_chat, switch_on, take

OFFICE = {"title": "Office", "zone": "Europe/London", "weekly": {"tue": [["09:00", "17:00"]]}}


@pytest.fixture
def visitor(app: Flask, cast: Cast) -> Visitor:
    make_chat()
    switch_on(cast.actor("ben"))
    return Visitor(app)


def mails() -> list[Delivery]:
    by_mail = select(Delivery).where(Delivery.recipient.contains("@")).order_by(Delivery.id)
    return list(db.session.scalars(by_mail))


def look_after() -> None:
    with unit_of_work():
        ids = mailing.chats_left()
    for chat_id in ids:
        with unit_of_work():
            mailing.look_after(chat_id)


def test_when_nobody_is_on_an_address_is_asked_for_and_a_message_is_left(
    app: Flask, cast: Cast
) -> None:
    make_chat()
    visitor = Visitor(app)
    refused = visitor.start()
    assert (refused.status_code, refused.get_json()["field"]) == (422, "email")
    told = visitor.start(email="ada@citizen.example").get_json()
    assert told["state"]["state"] == "left"
    ticket = db.session.scalars(select(Ticket)).one()
    assert (ticket.group_id, ticket.channel) == (cast.it.id, "chat")


def test_out_of_hours_it_is_closed_whoever_is_on(app: Flask, cast: Cast) -> None:
    with unit_of_work():
        store.save(Kind.CALENDAR, "tuesdays", OFFICE, by=None, cause="test")
    make_chat(calendar="tuesdays")
    switch_on(cast.actor("ben"))
    base = str(app.config["DESK_BASE_URL"])
    said = app.test_client().get("/chat/api/borough/standing", base_url=base).get_json()
    assert said["mode"] == "closed"
    assert "Tuesday 17 November, 09:00" in said["says"]
    assert Visitor(app).start().status_code == 422


def test_an_agent_whose_pages_are_closed_is_not_there(
    visitor: Visitor, clock: StoppedClock
) -> None:
    clock.advance(timedelta(minutes=3))
    assert visitor.start().status_code == 422


def test_an_answer_after_the_visitor_left_goes_by_mail_once(
    visitor: Visitor, cast: Cast, clock: StoppedClock
) -> None:
    visitor.start(email="ada@citizen.example")
    take(visitor.chat, cast)
    clock.advance(timedelta(minutes=2))
    answer(visitor.chat, cast, "It is found.")
    answer(visitor.chat, cast, "You can fetch it.")
    look_after()
    look_after()
    (mail,) = mails()
    assert mail.recipient == "ada@citizen.example"
    assert "It is found.\n\nYou can fetch it." in mail.text
    assert mail.ticket_id == visitor.chat.ticket_id


def test_what_the_widget_has_shown_does_not_go_by_mail(
    visitor: Visitor, cast: Cast, clock: StoppedClock
) -> None:
    visitor.start(email="ada@citizen.example")
    said = answer(visitor.chat, cast, "It is found.")
    note_presence([visitor.chat.id], {visitor.chat.id: said.id}, [])
    clock.advance(timedelta(minutes=5))
    look_after()
    assert mails() == []


def test_files_go_with_the_words_beside_them(
    visitor: Visitor, cast: Cast, clock: StoppedClock
) -> None:
    visitor.start(email="ada@citizen.example")
    clock.advance(timedelta(minutes=5))
    map_ = NewFile("map.txt", "text/plain", b"here")
    with_file = answer(visitor.chat, cast, "Here is a map.", files=[map_])
    last = answer(visitor.chat, cast, "See you.")
    look_after()
    assert [mail.message_id for mail in mails()] == [with_file.id, last.id]


def test_the_mail_that_answers_comes_back_to_the_ticket(
    visitor: Visitor, cast: Cast, clock: StoppedClock, file_mail: object
) -> None:
    visitor.start(email="ada@citizen.example")
    clock.advance(timedelta(minutes=5))
    answer(visitor.chat, cast, "It is found.")
    look_after()
    (mail,) = mails()
    file_mail(sender="ada@citizen.example", to=mail.headers["reply_to"], text="Thank you!")  # type: ignore[operator]
    ticket = db.session.scalars(select(Ticket)).one()
    newest = db.session.scalars(select(Message).order_by(Message.id.desc())).first()
    assert newest is not None
    assert (newest.ticket_id, newest.text, newest.unverified) == (ticket.id, "Thank you!", "")
    assert newest.author_id == ticket.requester_id


def test_a_chat_in_which_nobody_is_any_more_ends(visitor: Visitor, clock: StoppedClock) -> None:
    visitor.start()
    clock.advance(timedelta(minutes=31))
    look_after()
    assert (visitor.chat.state, visitor.chat.ended_by) == (ChatState.ENDED, "time")


def test_a_transcript_goes_once_somebody_has_answered(visitor: Visitor, cast: Cast) -> None:
    visitor.start(name="Ada B.", email="ada@citizen.example")
    assert visitor.post("transcript", {}).status_code == 409
    answer(visitor.chat, cast, "It is found.")
    assert visitor.post("transcript", {}).status_code == 200
    (mail,) = mails()
    assert "Where is my bin?" in mail.text
    assert "It is found." in mail.text


def test_a_transcript_is_no_way_to_send_mail_to_strangers(visitor: Visitor, cast: Cast) -> None:
    visitor.start()
    answer(visitor.chat, cast, "Hello.")
    statuses = [
        visitor.post("transcript", {"email": f"stranger{number}@citizen.example"}).status_code
        for number in range(4)
    ]
    assert statuses == [200, 200, 429, 429]
