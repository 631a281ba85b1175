"""One citizen, many doors: asks in a chat and leaves, is answered by mail, answers by mail, rings, follows it on the portal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import select

from channels.channel import RawItem
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.accounts import local_account
from helpdesk.messaging.keeping import keep
from helpdesk.messaging.models import Delivery, DeliveryKind
from helpdesk.people import visiting
from helpdesk.people.models import ContactPoint, Person, Role
from helpdesk.phone.models import PhoneCall
from helpdesk.tickets.models import Message, Ticket
from tests.cast import Cast
from tests.helpdesk.chat.test_leaving import look_after
from tests.helpdesk.chat.visitors import Visitor as Talker
from tests.helpdesk.chat.visitors import answer, make_chat, switch_on
from tests.helpdesk.web.console.budget import look_again
from tests.helpdesk.web.portal.visiting import Visitor, links, plain
from tests.pages import PageClient

MOIRA = "moira@citizen.example"
NUMBER = "020 7946 0177"


@pytest.fixture
def ben(app: Flask, cast: Cast) -> PageClient:
    client = PageClient(app)
    client.sign_in("ben@borough.example")
    return client


@pytest.fixture
def moira(client: PageClient, clock: StoppedClock) -> Visitor:
    return Visitor(client, clock)


def the_ticket() -> Ticket:
    look_again()
    return db.session.scalars(select(Ticket)).one()


def answer_by_mail(text: str) -> None:
    """What her mail program makes of “Reply” to the newest answer."""
    replies = select(Delivery).where(Delivery.kind == DeliveryKind.REPLY)
    ours = db.session.scalars(replies.order_by(Delivery.id.desc())).first()
    assert ours is not None
    mail = EmailMessage()
    mail["From"], mail["To"] = f"Moira Quill <{MOIRA}>", ours.headers["reply_to"]
    mail["Subject"], mail["Message-ID"] = f"Re: {ours.subject}", "<r1@citizen.example>"
    mail["In-Reply-To"] = f"<{ours.external_id}>"
    mail.set_content(text)
    with unit_of_work():
        keep(local_account(), RawItem("reply-1", bytes(mail)))


def test_one_ticket_one_person_in_the_right_order_through_every_door(
    app: Flask,
    moira: Visitor,
    ben: PageClient,
    cast: Cast,
    clock: StoppedClock,
    settle: Callable[[], None],
) -> None:
    # She asks in the widget of the council's site, leaves her address, and is gone before anybody answers.
    make_chat()
    switch_on(cast.actor("ben"))
    widget = Talker(app)
    widget.start("My bin was missed.", name="Moira Quill", email=MOIRA)
    settle()
    ticket = the_ticket()
    clock.advance(timedelta(minutes=10))
    answer(widget.chat, cast, "Which bin was it?")
    look_after()
    settle()
    clock.advance(timedelta(minutes=10))
    answer_by_mail("The glass one.")
    settle()

    clock.advance(timedelta(minutes=10))
    # She rings from a number that nobody knows; Ben finds her by her name, and her ticket with her.
    found = ben.get("/calls/caller", query_string={"number": NUMBER, "who": "Moira"}).text
    assert ticket.number in found
    moira_id = the_ticket().requester_id
    call = {"number": NUMBER, "person_id": str(moira_id), "onto": ticket.number, "length": "2:05"}
    ben.post("/calls/new", {"do": "save", "notes": "It smells; please hurry.", **call})
    settle()
    clock.advance(timedelta(minutes=10))

    moira.client.post("/follow", {"reference": ticket.number, "email": MOIRA}, status=200)
    where = moira.follow(visiting.url_of(links()[-1]))
    page = plain(moira.client.get(where).get_data(as_text=True))
    said = ["My bin was missed.", "Which bin was it?", "The glass one.", "It smells; please"]
    places = [page.index(words) for words in said]
    assert places == sorted(places)

    look_again()
    messages = db.session.scalars(select(Message).order_by(Message.id)).all()
    assert [one.channel for one in messages] == ["chat", "chat", "email", "phone"]
    assert {one.ticket_id for one in messages} == {ticket.id}
    moments = [one.created_at for one in messages]
    assert moments == sorted(moments)
    people = select(Person.name).where(Person.role == Role.REQUESTER, Person.id != cast.ada.id)
    assert db.session.scalars(people).all() == ["Moira Quill"]
    assert db.session.scalars(select(PhoneCall.person_id)).all() == [moira_id]
    points = select(ContactPoint.value).where(ContactPoint.person_id == moira_id)
    # Beside the name under which the widget knows her.
    assert set(db.session.scalars(points)) >= {MOIRA, "+442079460177"}
