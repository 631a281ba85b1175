"""Slack over the real wire, by calls and by a line: one kind of ticket, and what an agent answers stands in the thread."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.messaging.lines import Lines
from helpdesk.messaging.models import ChannelAccount
from helpdesk.tickets.models import Message, Ticket
from tests.flows.live import LiveDesk
from tests.helpdesk.answers.desk import BIN_DAY, make_service, make_table
from tests.helpdesk.messaging.slackers import connect, signed_by_slack
from tests.servers.slack import Workspace

Tell = Callable[[dict[str, Any]], None]


@pytest.fixture
def slack_allowed(application: Flask, slack: Workspace) -> Iterator[Workspace]:
    """The workspace on this machine, which every process of the desk may call."""
    application.config["DESK_INTERNAL_HOSTS"] = ("localhost",)
    yield slack
    application.config["DESK_INTERNAL_HOSTS"] = ()


@pytest.fixture(params=["http", "socket"])
def tell(
    request: pytest.FixtureRequest, slack_allowed: Workspace, live_desk: LiveDesk
) -> Iterator[Tell]:
    """Slack tells the desk of something, by the one way or the other."""
    space, way = slack_allowed, request.param
    live_desk.ask(furnish)
    live_desk.ask(lambda: connect(live_desk.app, space, live_desk.cast.it, way=way))
    if way == "http":
        key = live_desk.ask(lambda: db.session.scalars(select(ChannelAccount.hook_key)).one())
        yield lambda said: call(f"{live_desk.url}/hooks/{key}", said)
        return
    lines = Lines(live_desk.app)
    lines.start()
    try:
        space.wait_for(lambda: space.sockets)
        yield lambda said: send(space, said)
    finally:
        lines.stop()


def furnish() -> None:
    make_table()
    make_service("bin-day", **BIN_DAY)


def call(url: str, said: dict[str, Any]) -> None:
    body, kind = json.dumps(said).encode(), "application/json"
    if said["type"] != "event_callback":
        body = urlencode({"payload": body.decode()}).encode()
        kind = "application/x-www-form-urlencoded"
    headers = {"Content-Type": kind, **signed_by_slack(body)}
    with urllib.request.urlopen(
        urllib.request.Request(url, data=body, headers=headers), timeout=30
    ) as answer:
        assert answer.status == 200


def send(space: Workspace, said: dict[str, Any]) -> None:
    kind = "events_api" if said["type"] == "event_callback" else "interactive"
    name = f"e-{space.count}"
    space.sockets[-1].send({"envelope_id": name, "type": kind, "payload": said})
    space.wait_for(lambda: name in space.acknowledged, seconds=30)


def ticket_of(desk: LiveDesk, text: str) -> Ticket:
    """The ticket with this message, once it is there."""
    with_text = select(Ticket).join(Message).where(Message.text == text).order_by(Message.id)
    return desk.wait_for(lambda: db.session.scalars(with_text).first())  # type: ignore[return-value]


def words(space: Workspace, channel: str) -> list[str]:
    return [one["text"].split("\n")[0] for one in space.by_app(channel)]


def test_a_message_in_a_support_channel_is_answered_in_its_thread(
    slack_allowed: Workspace, live_desk: LiveDesk, tell: Tell
) -> None:
    space = slack_allowed
    first = space.said("C0HELP", "U0ADA", "My printer is dead.")
    tell(first)
    ticket = ticket_of(live_desk, "My printer is dead.")
    space.wait_for(lambda: f"{ticket.number}: New" in words(space, "C0HELP"))
    thread = first["event"]["ts"]
    tell(space.said("C0HELP", "U0BEN", "Mine too.", thread_ts=thread))
    assert ticket_of(live_desk, "Mine too.").id == ticket.id

    version = live_desk.ask(lambda: db.session.get_one(Ticket, ticket.id).version)
    live_desk.pages_of("ben").post(
        f"/tickets/{ticket.number}/replies",
        {"text": "It is mended.", "way": "thread", "version": str(version), "seen": "0"},
    )
    space.wait_for(lambda: "It is mended." in words(space, "C0HELP"))
    said = next(one for one in space.by_app("C0HELP") if "mended" in one["text"])
    assert said["thread_ts"] == thread
    asked_by = live_desk.ask(lambda: db.session.get_one(Ticket, ticket.id).requester.name)
    assert (ticket.channel, ticket.type, asked_by) == ("slack", "question", "Ada Byrne")
    assert live_desk.flaws() == []


def test_a_question_to_the_app_is_answered_by_the_desk_and_then_by_nobody_else(
    slack_allowed: Workspace, live_desk: LiveDesk, tell: Tell
) -> None:
    space = slack_allowed
    tell(space.said("D0ADA", "U0ADA", "When is my bin collected at SW1A 1AA?"))
    answer = "Bins at 1 Palace Road are emptied on Monday."
    space.wait_for(lambda: answer in words(space, "D0ADA"))
    ticket = ticket_of(live_desk, answer)
    assert ticket.is_open
    tell(space.pressed("D0ADA", "U0ADA", "helped"))
    space.wait_for(lambda: f"{ticket.number}: Resolved" in words(space, "D0ADA"))
    assert live_desk.flaws() == []
