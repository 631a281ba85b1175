"""P37: what a visitor says comes five times, late and out of order, by all ways at once, and is one message each."""

from __future__ import annotations

import random
import threading
import time

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.chat.models import Chat
from helpdesk.core.db import db
from helpdesk.live.talk import say
from helpdesk.tickets.models import Message, Ticket
from tests.cast import Cast
from tests.helpdesk.chat.visitors import Visitor, make_chat, switch_on


@pytest.fixture
def visitor(app: Flask, cast: Cast) -> Visitor:
    make_chat()
    switch_on(cast.actor("ben"))
    return Visitor(app)


def said() -> list[str]:
    db.session.rollback()
    return sorted(db.session.scalars(select(Message.text)))


def test_five_copies_shuffled_are_one_message_each(visitor: Visitor) -> None:
    visitor.start("The first.")
    copies = [(f"saying-{number:04}", f"Number {number}.") for number in range(4)] * 5
    random.Random(37).shuffle(copies)
    answers: dict[str, set[int]] = {}
    for said_id, text in copies:
        answered = visitor.say(text, id=said_id)
        assert answered.status_code == 200
        answers.setdefault(said_id, set()).add(answered.get_json()["message"])
    assert said() == [*(f"Number {number}." for number in range(4)), "The first."]
    assert all(len(ids) == 1 for ids in answers.values())


def test_a_chat_that_begins_five_times_is_one_chat(visitor: Visitor) -> None:
    told = [visitor.start("The first.").get_json() for _ in range(5)]
    assert {one["messages"][0]["id"] for one in told} == {told[0]["messages"][0]["id"]}
    db.session.rollback()
    assert len(db.session.scalars(select(Chat)).all()) == 1
    assert len(db.session.scalars(select(Ticket)).all()) == 1


def test_copies_by_both_ways_at_once_are_one_message_within_three_seconds(
    visitor: Visitor, app: Flask
) -> None:
    visitor.start("The first.")
    db.session.rollback()
    frames: list[int] = []

    def over_the_line() -> None:
        with app.app_context():
            frames.append(int(say(visitor.token, "both-ways", "Once only.")["message"]))
            db.session.remove()

    def by_request() -> None:
        frames.append(visitor.say("Once only.", id="both-ways").get_json()["message"])

    began = time.monotonic()
    threads = [threading.Thread(target=run) for run in (over_the_line, by_request) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert time.monotonic() - began < 3 * len(threads)
    assert len(set(frames)) == 1
    assert said() == ["Once only.", "The first."]


def test_what_comes_late_joins_the_chat_where_it_stands(visitor: Visitor) -> None:
    visitor.start("The first.")
    visitor.say("The third.", id="third-saying")
    visitor.say("The second.", id="second-saying")
    assert visitor.heard() == ["The first.", "The third.", "The second."]
