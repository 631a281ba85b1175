"""What the desk answers a visitor by itself: what it is sure of, with a person one step away, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.answers.models import AnswerUse, Outcome
from helpdesk.chat.mailing import chats_left
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.tickets.models import Message
from helpdesk.tickets.verifying import verify_all
from helpdesk.web.chat import answering
from tests.cast import Cast
from tests.helpdesk.answers.desk import BIN_DAY, make_service, make_table
from tests.helpdesk.chat.visitors import Visitor, make_chat, switch_on

ASKED = "When is my bin collected?"
SAID = "Bins at 1 Palace Road are emptied on Monday."


@pytest.fixture
def visitor(app: Flask, cast: Cast) -> Visitor:
    make_chat()
    switch_on(cast.actor("ben"))
    make_table()
    make_service("bin-day", **BIN_DAY)
    return Visitor(app)


def ask(visitor: Visitor, text: str = ASKED, language: str = "en", **more: Any) -> Any:
    said = visitor.post("borough/ask", {"text": text, **more}, **{"X-Chat-Language": language})
    assert said.status_code == 200
    return said.get_json()["answer"]


def answered(visitor: Visitor) -> Any:
    return ask(visitor, service="bin-day", given={"postcode": "SW1A 1AA"})


def use() -> AnswerUse:
    db.session.rollback()
    return db.session.scalars(select(AnswerUse).order_by(AnswerUse.id.desc())).first()  # type: ignore[return-value]


def test_a_service_asks_for_what_it_must_know_and_answers(visitor: Visitor) -> None:
    asked = ask(visitor)
    assert (asked["service"], asked["text"]) == ("bin-day", "")
    assert asked["asks_for"]["label"] == "What is your postcode?"
    assert answered(visitor)["text"] == SAID
    assert (use().door, use().outcome, use().name) == ("chat", Outcome.ANSWERED, "bin-day")


def test_the_answer_is_in_the_visitors_language(visitor: Visitor) -> None:
    asked = ask(visitor, "pryd mae'r biniau'n cael eu casglu", "cy")
    assert asked["asks_for"]["label"] == "Beth yw eich cod post?"


def test_a_postcode_that_is_none_is_asked_for_again_and_says_why(visitor: Visitor) -> None:
    assert ask(visitor, service="bin-day", given={"postcode": "nowhere"})["asks_for"]["wrong"]


def test_nothing_is_said_when_the_desk_is_not_sure(visitor: Visitor) -> None:
    assert ask(visitor, "My neighbour plays the drums at night") is None
    assert (use().door, use().outcome) == ("chat", Outcome.MISSED)


def test_whether_it_helped_is_noted_by_the_key_of_the_answer(visitor: Visitor) -> None:
    key = answered(visitor)["key"]
    noted = visitor.post("borough/helped", {"key": key, "yes": True}).get_json()
    assert noted == {"noted": True}
    assert use().is_helpful is True
    assert not visitor.post("borough/helped", {"key": "another", "yes": True}).get_json()["noted"]


def test_what_the_desk_said_is_its_own_line_of_the_chat_that_follows(visitor: Visitor) -> None:
    proof = answered(visitor)["proof"]
    for _ in range(2):
        visitor.start(ASKED, answered=[proof])
    said = [(one["from"], one["text"]) for one in visitor.poll()["messages"]]
    assert said == [("visitor", ASKED), ("desk", SAID)]
    line = db.session.scalars(select(Message).where(Message.text == SAID)).one()
    assert (line.author_name, line.author_id, line.channel) == ("Automatic answer", None, "chat")
    assert (line.ticket.status, list(verify_all())) == ("new", [])


@pytest.mark.parametrize("forged", [["Bins are emptied never."], "no list", [7]])
def test_nobody_puts_words_into_the_desks_mouth(visitor: Visitor, forged: Any) -> None:
    visitor.start(ASKED, answered=forged)
    assert "desk" not in [one["from"] for one in visitor.poll().get("messages", ())]


def test_an_automatic_line_is_no_answer_that_goes_by_mail_or_as_a_transcript(
    visitor: Visitor, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    visitor.start(ASKED, answered=[answered(visitor)["proof"]], email="ada@citizen.example")
    assert visitor.post("transcript", {"email": ""}).status_code == 409
    clock.advance(timedelta(minutes=5))
    settle()
    assert chats_left() == []


def test_whoever_asks_without_end_is_held_up(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "ASKED_AN_HOUR", 1)
    ask(visitor)
    assert visitor.post("borough/ask", {"text": ASKED}).status_code == 429
