"""A mail that somebody forwarded: its original sender is named and becomes the requester by one click."""

from __future__ import annotations

import pytest
from flask import Flask

from helpdesk.core.db import db
from helpdesk.journal.models import Entry
from helpdesk.people.models import Person
from helpdesk.tickets.models import Message, Ticket
from tests.cast import Cast
from tests.helpdesk.messaging.post import arrive, mail_from, make_account, messages_of, tickets
from tests.helpdesk.web.console.budget import look_again
from tests.pages import PageClient

FORWARD = (
    "Can somebody take this?\n\n---------- Forwarded message ---------\n"
    "From: Zoë Quill <zoe@citizen.example>\nDate: Mon, 2 Nov 2026 09:00:00 +0000\n"
    "Subject: Street lamp\nTo: <ada@borough.example>\n\nThe lamp at the church is out."
)


@pytest.fixture
def forward(cast: Cast) -> Message:
    arrive(make_account(cast.it), mail_from(text=FORWARD, subject="Fwd: Street lamp"))
    return messages_of(tickets()[0])[0]


def client_of(app: Flask, address: str = "ben@borough.example") -> PageClient:
    client = PageClient(app)
    client.sign_in(address)
    return client


def path_of(message: Message) -> str:
    return f"/tickets/{message.ticket.number}/messages/{message.id}/requester"


def requester_of(ticket_id: int) -> Person:
    look_again()
    return db.session.get_one(Ticket, ticket_id).requester


def test_the_page_names_whose_mail_it_was(app: Flask, forward: Message) -> None:
    page = client_of(app).get(f"/tickets/{forward.ticket.number}").text
    assert "Zoë Quill" in page
    assert "zoe@citizen.example" in page
    assert "Make Zoë Quill the requester" in page
    assert "The lamp at the church is out." in page


def test_one_click_makes_the_original_sender_the_requester(app: Flask, forward: Message) -> None:
    ticket_id = forward.ticket_id
    client_of(app).post(path_of(forward), {"who": "original"})
    person = requester_of(ticket_id)
    assert person.name == "Zoë Quill"
    assert [point.value for point in person.contact_points] == ["zoe@citizen.example"]
    assert not any(point.is_proven for point in person.contact_points)
    [entry] = db.session.scalars(db.select(Entry).where(Entry.event == "RequesterChanged"))
    assert entry.after["requester"] == person.id


def test_it_can_be_taken_back_by_one_click_too(app: Flask, cast: Cast, forward: Message) -> None:
    ticket_id, ada, path = forward.ticket_id, cast.ada.id, path_of(forward)
    number = forward.ticket.number
    client = client_of(app)
    client.post(path, {"who": "original"})
    assert "Make Ada Byrne the requester" in client.get(f"/tickets/{number}").text
    client.post(path, {"who": "author"})
    assert requester_of(ticket_id).id == ada


def test_nothing_changes_by_itself(cast: Cast, forward: Message) -> None:
    assert forward.ticket.requester_id == cast.ada.id


def test_a_mail_that_was_not_forwarded_offers_nobody(app: Flask, cast: Cast) -> None:
    arrive(make_account(cast.it), mail_from())
    [message] = messages_of(tickets()[0])
    client = client_of(app)
    assert "the requester</button>" not in client.get(f"/tickets/{message.ticket.number}").text
    client.post(path_of(message), {"who": "original"}, status=404)


def test_who_may_not_work_on_the_ticket_may_not_change_it(
    app: Flask, cast: Cast, forward: Message
) -> None:
    ticket_id, ada = forward.ticket_id, cast.ada.id
    dan = client_of(app, "dan@borough.example")
    dan.post(path_of(forward), {"who": "original"}, status=404)
    assert requester_of(ticket_id).id == ada


def test_no_other_choice_is_taken(app: Flask, cast: Cast, forward: Message) -> None:
    ticket_id, ada = forward.ticket_id, cast.ada.id
    client_of(app).post(path_of(forward), {"who": "mallory"}, status=422)
    assert requester_of(ticket_id).id == ada


ATTACHED = (
    "--a\r\nContent-Type: text/plain\r\n\r\nSee the mail.\r\n--a\r\nContent-Type: message/rfc822\r\n\r\n"
    "From: Zoe Quill <zoe@citizen.example>\r\nTo: ada@borough.example\r\nSubject: Street lamp\r\n"
    "Date: Mon, 2 Nov 2026 09:00:00 +0000\r\n\r\nIt is dark.\r\n--a--\r\n"
)


def test_an_attached_original_is_offered_too(app: Flask, cast: Cast) -> None:
    head = mail_from().partition(b"Content-Type")[0]
    body = head + b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + ATTACHED.encode()
    arrive(make_account(cast.it), body)
    [message] = messages_of(tickets()[0])
    assert (
        "Make Zoe Quill the requester"
        in client_of(app).get(f"/tickets/{message.ticket.number}").text
    )
