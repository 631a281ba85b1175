"""Slack: what the desk can say by itself stands in the conversation, and a person is one button away; no message is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.answers import in_threads
from helpdesk.answers.models import AnswerUse, Outcome
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import owe, unit_of_work
from helpdesk.messaging import talking
from helpdesk.tickets import commands
from helpdesk.tickets.conversation import NewMessage, add_message
from helpdesk.tickets.models import Direction, Message, Ticket
from tests.cast import Cast
from tests.helpdesk.answers.desk import BIN_DAY, make_service, make_table
from tests.helpdesk.messaging.slackers import Connected, connect
from tests.servers.slack import Workspace
from workflows.lifecycle import Status

Settle = Callable[[], None]
QUESTION = "When is my bin collected at SW1A 1AA?"
ANSWER = "Bins at 1 Palace Road are emptied on Monday."


@pytest.fixture
def connected(app: Flask, cast: Cast, slack: Workspace) -> Iterator[Connected]:
    app.config["DESK_INTERNAL_HOSTS"] = ("localhost",)
    make_table()
    make_service("bin-day", **BIN_DAY)
    yield connect(app, slack, cast.it, trusted_domains="borough.example")
    app.config["DESK_INTERNAL_HOSTS"] = ()


def ticket() -> Ticket:
    db.session.rollback()
    return db.session.scalars(select(Ticket)).one()


def use() -> AnswerUse:
    db.session.rollback()
    return (
        db.session.scalars(select(AnswerUse).order_by(AnswerUse.id.desc())).first() or AnswerUse()
    )


def spoken(connected: Connected, channel: str = "D0ADA") -> list[str]:
    """What the app said, without the line that shows the status."""
    said = connected.space.by_app(channel)
    return [one["text"].split("\n_")[0] for one in said if ": " not in one["text"].split("\n")[0]]


def buttons(message: dict[str, Any]) -> list[str]:
    blocks = [one for one in message["blocks"] if one["type"] == "actions"]
    return [one["text"]["text"] for block in blocks for one in block["elements"]]


def test_a_question_is_answered_in_the_conversation_and_has_its_ticket_all_the_same(
    connected: Connected, settle: Settle
) -> None:
    connected.says("D0ADA", "U0ADA", QUESTION)
    settle()
    assert spoken(connected) == [ANSWER]
    assert buttons(connected.space.by_app("D0ADA")[-1]) == [
        "That helped",
        "I still need a person",
    ]
    assert ticket().status == Status.NEW
    assert (use().door, use().outcome) == ("slack", Outcome.ANSWERED)


def test_what_is_missing_is_asked_for_and_taken_from_what_follows(
    connected: Connected, settle: Settle
) -> None:
    for text in ("When is my bin collected?", "sw1a2aa", "11 Downing Lane"):
        connected.says("D0ADA", "U0ADA", text)
        settle()
    asked, chosen, said = spoken(connected)
    assert asked == "What is your postcode?"
    assert chosen == "Which of these is yours?\n- 10 Downing Lane\n- 11 Downing Lane"
    assert said == "Bins at 11 Downing Lane are emptied on Tuesday 24 November 2026."


def test_what_nobody_taught_is_noted_as_missed_and_waits_for_a_person(
    connected: Connected, settle: Settle
) -> None:
    connected.says("D0ADA", "U0ADA", "My chair squeaks.")
    settle()
    assert spoken(connected) == []
    assert use().outcome is Outcome.MISSED
    connected.says("D0ADA", "U0ADA", "When is my bin collected?")
    settle()
    assert spoken(connected) == []


def test_whoever_was_helped_needs_nobody(connected: Connected, settle: Settle) -> None:
    connected.says("D0ADA", "U0ADA", QUESTION)
    settle()
    connected.presses("D0ADA", "U0ADA", "helped")
    settle()
    assert (ticket().status, use().is_helpful) == (Status.RESOLVED, True)


def test_whoever_still_needs_a_person_is_told_so_and_the_desk_says_no_more(
    connected: Connected, cast: Cast, settle: Settle
) -> None:
    connected.says("D0ADA", "U0ADA", QUESTION)
    settle()
    connected.presses("D0ADA", "U0ADA", "helped")
    settle()
    for _again in range(2):
        connected.presses("D0ADA", "U0ADA", "person")
        settle()
    connected.says("D0ADA", "U0ADA", QUESTION)
    settle()
    assert spoken(connected) == [ANSWER, "Thank you. One of us reads this and answers you here."]
    assert (ticket().is_open, use().is_helpful) == (True, False)
    assert ticket().group_id == cast.highways.id


def test_whoever_needs_a_person_long_after_the_end_is_asked_to_write_again(
    connected: Connected, clock: StoppedClock, settle: Settle
) -> None:
    connected.says("D0ADA", "U0ADA", QUESTION)
    settle()
    with unit_of_work():
        locked = commands.lock(ticket().id)
        commands.change_status(locked, Status.RESOLVED, by=None, cause="test")
        commands.change_status(locked, Status.CLOSED, by=None, cause="test")
    clock.advance(timedelta(days=400))
    connected.presses("D0ADA", "U0ADA", "person")
    settle()
    assert spoken(connected)[-1].startswith("This request is closed. Please write again")
    assert not ticket().is_open


def test_a_form_is_answered_in_the_conversation_that_it_begins(
    connected: Connected, settle: Settle
) -> None:
    values = {
        "subject": {"given": {"type": "plain_text_input", "value": "Bin"}},
        "text": {"given": {"type": "plain_text_input", "value": QUESTION}},
    }
    view = {"id": "V0BIN", "type": "modal", "blocks": [], "state": {"values": values}}
    connected.press({"type": "view_submission", "user": {"id": "U0ADA"}, "view": view})
    settle()
    line, said = connected.space.by_app("D0ADA")
    assert (said["thread_ts"], said["text"].split("\n")[0]) == (line["ts"], ANSWER)
    connected.presses("D0ADA", "U0ADA", "helped")
    settle()
    assert ticket().status == Status.RESOLVED


def test_where_others_read_along_the_desk_says_nothing_by_itself(
    connected: Connected, settle: Settle
) -> None:
    connected.says("C0HELP", "U0ADA", QUESTION)
    settle()
    assert spoken(connected, "C0HELP") == []


def test_once_a_person_has_answered_the_desk_says_no_more(
    connected: Connected, cast: Cast, settle: Settle
) -> None:
    connected.says("D0ADA", "U0ADA", QUESTION)
    settle()
    with unit_of_work():
        locked = commands.lock(ticket().id)
        reply = talking.reply_to(locked)
        assert reply is not None
        new = NewMessage(
            text="Hello.",
            direction=Direction.OUT,
            channel="slack",
            author=cast.ben,
            recipients={talking.THREAD: reply.thread.id},
        )
        add_message(locked, new, by=cast.ben.id, cause="test")
    connected.says("D0ADA", "U0ADA", QUESTION)
    settle()
    assert spoken(connected) == [ANSWER, "Hello."]


def test_what_only_staff_may_know_is_told_to_whom_the_workspace_vouches_for(
    connected: Connected, settle: Settle
) -> None:
    make_service(
        "door-code",
        title="Door code",
        asked={"en": {"phrases": ["what is the door code"], "words": ["door", "code"]}},
        **{"from": {"text": True}},
        text={"en": "Ask at the desk on floor 2."},
        audience="internal",
    )
    for user in ("U0ADA", "U0BEN"):
        connected.says(f"D{user[1:]}", user, "What is the door code?")
    settle()
    assert spoken(connected) == []
    assert spoken(connected, "D0BEN") == ["Ask at the desk on floor 2."]


def test_work_that_is_done_twice_is_said_once(connected: Connected, settle: Settle) -> None:
    connected.says("D0ADA", "U0ADA", QUESTION)
    settle()
    message = db.session.scalars(select(Message).order_by(Message.id)).first()
    assert message is not None
    with unit_of_work():
        owe(in_threads.JOB, message.id)
    settle()
    assert spoken(connected) == [ANSWER]
