"""A visitor and an agent: what is written in the widget is a ticket, and what is answered there is read in the widget."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpdesk.chat import agents
from helpdesk.chat.models import ChatState
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.models import ContactKind, ContactPoint
from helpdesk.tickets.models import Message, Ticket
from tests.cast import Cast
from tests.helpdesk.chat.visitors import Visitor, answer, make_chat, switch_on, take
from tests.makers import make_note, make_reply
from tests.pages import PageClient


@pytest.fixture
def visitor(app: Flask, cast: Cast) -> Visitor:
    make_chat()
    switch_on(cast.actor("ben"))
    return Visitor(app)


def tickets() -> list[Ticket]:
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(select(Ticket).order_by(Ticket.id)))


def test_what_a_visitor_writes_is_a_ticket_of_the_chats_group(visitor: Visitor, cast: Cast) -> None:
    assert visitor.start("Where is my bin?", name="Ada B.").status_code == 200
    (ticket,) = tickets()
    assert (ticket.channel, ticket.subject) == ("chat", "Where is my bin?")
    assert (ticket.group_id, ticket.requester.name) == (cast.it.id, "Ada B.")
    assert visitor.chat.state is ChatState.WAITING


def test_a_chat_goes_on_at_its_ticket(visitor: Visitor) -> None:
    visitor.start()
    visitor.say("It is green.")
    (ticket,) = tickets()
    assert [one.text for one in ticket.messages] == ["Where is my bin?", "It is green."]


def test_an_agents_answer_is_read_in_the_widget(visitor: Visitor, cast: Cast) -> None:
    visitor.start()
    take(visitor.chat, cast)
    answer(visitor.chat, cast, "We look after it.")
    told = visitor.poll()
    assert [(one["from"], one["text"]) for one in told["messages"]] == [
        ("visitor", "Where is my bin?"),
        ("agent", "We look after it."),
    ]
    assert (told["state"]["state"], told["state"]["agent"]) == ("taken", "Ben")


def test_an_answer_on_the_tickets_page_takes_the_chat(
    visitor: Visitor, cast: Cast, app: Flask
) -> None:
    visitor.start()
    number = tickets()[0].number
    client = PageClient(app)
    client.sign_in("ben@borough.example")
    version = tickets()[0].version
    client.post(
        f"/tickets/{number}/replies",
        {"text": "On its way.", "way": "thread", "version": str(version)},
    )
    assert visitor.heard() == ["Where is my bin?", "On its way."]
    assert (visitor.chat.state, visitor.chat.agent_id) == (ChatState.TAKEN, cast.ben.id)
    assert tickets()[0].assignee_id == cast.ben.id


def test_notes_and_mails_are_not_told_to_the_widget(visitor: Visitor, cast: Cast) -> None:
    visitor.start()
    make_note(tickets()[0], cast.ben, "Odd fellow.")
    make_reply(tickets()[0], cast.ben, "By mail.", recipients={"to": ["x@citizen.example"]})
    assert visitor.heard() == ["Where is my bin?"]


def test_only_what_is_new_is_told(visitor: Visitor) -> None:
    first = visitor.start().get_json()["messages"][-1]["id"]
    visitor.say("And when?")
    assert [one["text"] for one in visitor.poll(after=first)["messages"]] == ["And when?"]


def test_a_chat_is_taken_by_one_agent(visitor: Visitor, cast: Cast) -> None:
    visitor.start()
    take(visitor.chat, cast, "ben")
    with pytest.raises(Conflict, match="Ben Kaya has taken this chat"):
        take(visitor.chat, cast, "cleo")


def test_a_chat_that_is_put_back_waits_again(visitor: Visitor, cast: Cast) -> None:
    visitor.start()
    take(visitor.chat, cast, "ben")
    with unit_of_work():
        agents.put_back(visitor.chat)
    take(visitor.chat, cast, "cleo")
    assert visitor.chat.agent_id == cast.cleo.id


def test_the_place_in_the_queue_is_told(visitor: Visitor, app: Flask) -> None:
    visitor.start()
    second = Visitor(app)
    told = second.start().get_json()
    assert (told["state"]["before"], visitor.poll()["state"]["before"]) == (1, 0)


def test_files_go_both_ways(visitor: Visitor, cast: Cast, app: Flask) -> None:
    visitor.start()
    sent = {
        "id": "with-a-file",
        "text": "",
        "files": [(io.BytesIO(b"\x89PNG\r\n\x1a\nrest"), "bin.png", "image/png")],
    }
    assert visitor.post("say", sent).status_code == 200
    (file,) = visitor.poll()["messages"][-1]["files"]
    assert (file["name"], file["picture"]) == ("bin.png", True)
    answered = app.test_client().get(file["url"], base_url=str(app.config["DESK_BASE_URL"]))
    assert answered.status_code == 200
    assert answered.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answered.headers["Content-Security-Policy"]


def test_an_ended_chat_takes_nothing_more(visitor: Visitor) -> None:
    visitor.start()
    assert visitor.post("end", {}).get_json()["state"]["ended_by"] == "visitor"
    assert visitor.say("Wait!").status_code == 409


def test_answers_to_first_questions_lead_to_a_group(visitor: Visitor, cast: Cast) -> None:
    make_chat(
        dialogue=[
            {
                "name": "topic",
                "ask": "What is it about?",
                "options": ["A computer", {"label": "A road", "group": "Highways"}],
            }
        ]
    )
    switch_on(cast.actor("dan"))
    assert visitor.start("It has a hole.", answers={"topic": "A boat"}).status_code == 422
    assert visitor.start("It has a hole.", answers={"topic": "A road"}).status_code == 200
    (ticket,) = tickets()
    assert ticket.group_id == cast.highways.id
    assert ticket.messages[0].text == "It has a hole.\n\nWhat is it about? A road"


@pytest.mark.parametrize(
    ("said", "field"),
    [({"text": " "}, "text"), ({"id": "x"}, "id"), ({"text": "x" * 9_000}, "text")],
)
def test_what_cannot_be_used_is_refused_with_its_field(
    visitor: Visitor, said: dict[str, Any], field: str
) -> None:
    visitor.start()
    answer = visitor.post("say", {"id": "saying-0001", "text": "Hello", **said})
    assert (answer.status_code, answer.get_json()["field"]) == (422, field)


def test_an_address_that_is_somebodys_makes_nobody_that_person(
    visitor: Visitor, cast: Cast
) -> None:
    visitor.start(email="ada@borough.example")
    assert visitor.chat.email == "ada@borough.example"
    assert tickets()[0].requester_id != cast.ada.id
    owners = select(ContactPoint.person_id).where(ContactPoint.value == "ada@borough.example")
    assert db.session.scalars(owners).all() == [cast.ada.id]


def test_an_address_of_nobodys_is_noted_and_not_believed(visitor: Visitor) -> None:
    visitor.start(email="New@Citizen.example")
    points = tickets()[0].requester.contact_points
    emails = [(one.value, one.is_proven) for one in points if one.kind is ContactKind.EMAIL]
    assert emails == [("new@citizen.example", False)]


def test_a_flood_is_held_up(visitor: Visitor) -> None:
    visitor.start()
    statuses = [visitor.say(f"Number {number}").status_code for number in range(45)]
    assert (statuses[0], statuses[-1]) == (200, 429)
    assert db.session.scalar(select(func.count()).select_from(Message)) <= 41


def test_who_may_not_see_the_ticket_sees_no_chat(visitor: Visitor, app: Flask) -> None:
    visitor.start(name="Ada B.")
    chat_id = visitor.chat.id
    client = PageClient(app)
    client.sign_in("dan@borough.example")
    assert "Ada B." not in client.get("/chats").get_data(as_text=True)
    client.get(f"/chats/{chat_id}", status=404)
    client.post(f"/chats/{chat_id}/take", status=404)
    client.post(f"/chats/{chat_id}/say", {"text": "x"}, status=404)
    assert client.get("/chats/counts").get_json() == {"waiting": 0, "unread": 0}


def test_an_agent_takes_and_answers_on_the_page_of_chats(visitor: Visitor, app: Flask) -> None:
    visitor.start(name="Ada B.")
    chat_id = visitor.chat.id
    client = PageClient(app)
    client.sign_in("ben@borough.example")
    assert client.get("/chats/counts").get_json() == {"waiting": 1, "unread": 0}
    assert "Ada B." in client.get("/chats").get_data(as_text=True)
    client.post(f"/chats/{chat_id}/take")
    client.post(f"/chats/{chat_id}/say", {"text": "Good morning.", "id": "once"})
    client.post(f"/chats/{chat_id}/say", {"text": "Good morning.", "id": "once"})
    page = client.get(f"/chats/{chat_id}").get_data(as_text=True)
    assert page.count("Good morning.") == 1 + 1  # in the conversation, and in the list beside it
    assert visitor.heard() == ["Where is my bin?", "Good morning."]
    client.post(f"/chats/{chat_id}/end")
    assert "The chat was ended here." in client.get(f"/chats/{chat_id}").get_data(as_text=True)
