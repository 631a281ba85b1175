"""Passing a ticket on: the form, what is ticked, and the side conversation that comes of it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.tickets.conversation import NewFile
from helpdesk.tickets.models import Attachment, Message, Ticket, Visibility
from helpdesk.tickets.side_models import SideConversation, SideState
from tests.cast import Cast
from tests.helpdesk.messaging.aside import ADDRESS, ask_aside, side_of
from tests.helpdesk.messaging.post import make_account
from tests.helpdesk.web.console.budget import counted, look_again
from tests.makers import make_note, make_reply, make_ticket
from tests.pages import PageClient

CANARY = "canaryinthecoalmine"


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    make_account(cast.it)
    file = NewFile("floor-plan.txt", "text/plain", b"second floor")
    return make_ticket(cast.ada, cast.it, files=(file,))


def forwarded(ticket: Ticket) -> list[Message]:
    look_again()
    aside = (Message.ticket_id == ticket.id, Message.visibility == Visibility.ASIDE)
    return list(db.session.scalars(select(Message).where(*aside).order_by(Message.id)))


def test_the_form_offers_every_public_message_and_no_note(
    client: PageClient, cast: Cast, ticket: Ticket
) -> None:
    make_reply(ticket, cast.ben, "Which floor is it on?")
    make_note(ticket, cast.ben, CANARY)
    client.sign_in("ben@borough.example")

    page = client.get(f"/tickets/{ticket.number}/forward").get_data(as_text=True)

    assert "Which floor is it on?" in page
    assert "floor-plan.txt" in page
    assert CANARY not in page
    assert page.count('name="passed" ') == page.count(" checked> <span><b") == 2


def test_one_message_is_ticked_where_one_was_meant(
    client: PageClient, cast: Cast, ticket: Ticket
) -> None:
    reply = make_reply(ticket, cast.ben, "Which floor is it on?")
    client.sign_in("ben@borough.example")

    page = client.get(f"/tickets/{ticket.number}/forward?message={reply.id}").get_data(as_text=True)

    assert re.findall(r'name="passed" value="(\d+)" checked', page) == [str(reply.id)]
    assert not re.findall(r'name="passed_file" value="\d+" checked', page)


def test_what_is_ticked_leaves_with_the_words_above_it(
    client: PageClient, cast: Cast, ticket: Ticket
) -> None:
    first = db.session.scalars(select(Message)).one()
    file = db.session.scalars(select(Attachment)).one()
    make_reply(ticket, cast.ben, "Which floor is it on?")
    client.sign_in("ben@borough.example")

    client.post(
        f"/tickets/{ticket.number}/forward",
        {
            "to": ADDRESS,
            "subject": "Fwd: printer",
            "forward_text": "Can you help?",
            "passed": [str(first.id)],
            "passed_file": [str(file.id)],
            "status": "pending_third_party",
        },
    )

    [message] = forwarded(ticket)
    assert message.text == "Can you help?"
    assert "The printer on floor 2 prints blank pages." in message.quoted
    assert "ada@borough.example" not in message.quoted
    assert "Which floor" not in message.quoted
    assert [one.name for one in message.attachments] == ["floor-plan.txt"]
    assert db.session.get_one(Ticket, ticket.id).status == "pending_third_party"


def test_a_note_cannot_be_ticked_by_who_makes_up_the_form(
    client: PageClient, cast: Cast, ticket: Ticket
) -> None:
    note = make_note(ticket, cast.ben, CANARY)
    client.sign_in("ben@borough.example")

    words = {"to": ADDRESS, "subject": "x", "passed": [str(note.id)], "forward_text": "Kept text"}
    page = client.post(f"/tickets/{ticket.number}/forward", words, status=422)

    assert "Kept text" in page.get_data(as_text=True)
    assert forwarded(ticket) == []


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("", "Say whom to write to"),
        ("nobody", "is not an e-mail address"),
        ("help@borough.example", "an address of this desk"),
        ("ada@borough.example", "This is the requester"),
    ],
)
def test_who_cannot_be_a_third_party_is_said_at_the_field(
    client: PageClient, cast: Cast, ticket: Ticket, to: str, said: str
) -> None:
    client.sign_in("ben@borough.example")
    words = {"to": to, "subject": "x", "forward_text": "Kept text"}

    page = client.post(f"/tickets/{ticket.number}/forward", words, status=422)

    assert said in page.get_data(as_text=True)
    assert forwarded(ticket) == []


def test_people_are_found_by_name_for_the_field_as_it_stands(
    client: PageClient, cast: Cast, ticket: Ticket
) -> None:
    client.sign_in("ben@borough.example")

    found = client.raw.get("/recipients?to=x@y.example,+dan", base_url="http://desk.example")

    assert 'value="x@y.example, dan@borough.example"' in found.get_data(as_text=True)


def test_the_ticket_shows_the_strip_and_marks_what_was_said_aside(
    client: PageClient, cast: Cast, ticket: Ticket
) -> None:
    client.sign_in("ben@borough.example")
    client.get(f"/tickets/{ticket.number}")
    with counted() as before:
        client.get(f"/tickets/{ticket.number}")
    message = ask_aside(ticket, cast.ben)
    with counted() as after:
        page = client.get(f"/tickets/{ticket.number}").get_data(as_text=True)

    assert f'href="/tickets/{ticket.number}/sides/{message.side_id}"' in page
    assert "Drum unit wanted" in page
    assert 'class="msg out aside"' in page
    # The strip, who takes part, how many messages; and the delivery of the one that is ours.
    assert len(after) - len(before) <= 5


def test_a_side_conversation_is_written_on_closed_and_taken_up_again(
    client: PageClient, cast: Cast, ticket: Ticket
) -> None:
    side = side_of(ask_aside(ticket, cast.ben))
    client.sign_in("ben@borough.example")
    place = f"/tickets/{ticket.number}/sides/{side.id}"

    client.post(f"{place}/state", {"state": "closed"})
    assert "Take it up again" in client.get(place).get_data(as_text=True)
    client.post(f"{place}/messages", {"to": ADDRESS, "aside_text": "One more thing."})

    assert forwarded(ticket)[-1].text == "One more thing."
    assert db.session.get_one(SideConversation, side.id).state is SideState.WAITING


def test_a_side_conversation_of_another_ticket_is_a_missing_one(
    client: PageClient, cast: Cast, ticket: Ticket
) -> None:
    side = side_of(ask_aside(make_ticket(cast.ada, cast.highways), cast.dan))
    client.sign_in("ben@borough.example")

    for path in ("", "/messages", "/state"):
        place = f"/tickets/{ticket.number}/sides/{side.id}{path}"
        if path:
            client.post(
                place, {"to": ADDRESS, "aside_text": "x"} if "m" in path else {}, status=404
            )
        else:
            client.get(place, status=404)
    assert len(forwarded(db.session.get_one(Ticket, side.ticket_id))) == 1
