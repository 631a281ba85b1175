"""Lines that the desk holds to a service: Socket Mode, over a real WebSocket."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.messaging.lines import Lines
from helpdesk.messaging.models import ChannelAccount, RawMessage
from helpdesk.tickets.models import Message
from tests.cast import Cast
from tests.helpdesk.messaging.slackers import Connected, connect
from tests.servers.slack import Workspace


@pytest.fixture
def connected(app: Flask, cast: Cast, slack: Workspace) -> Iterator[Connected]:
    app.config["DESK_INTERNAL_HOSTS"] = ("localhost",)
    yield connect(app, slack, cast.it, way="socket")
    app.config["DESK_INTERNAL_HOSTS"] = ()


@pytest.fixture
def lines(app: Flask, connected: Connected) -> Iterator[Lines]:
    made = Lines(app)
    made.start()
    connected.space.wait_for(lambda: connected.space.sockets)
    made.wait_until_tried()
    yield made
    made.stop()


def sends(space: Workspace, id: str, said: dict[str, object], kind: str = "events_api") -> None:
    space.sockets[-1].send({"envelope_id": id, "type": kind, "payload": said})


def test_what_comes_on_a_line_is_kept_before_it_is_acknowledged(
    connected: Connected, lines: Lines, settle: Callable[[], None]
) -> None:
    space = connected.space
    sends(space, "e-1", space.said("C0HELP", "U0ADA", "My printer is dead."))
    space.wait_for(lambda: "e-1" in space.acknowledged)
    db.session.rollback()
    assert len(db.session.scalars(select(RawMessage)).all()) == 1
    settle()
    assert db.session.scalars(select(Message.text)).all() == ["My printer is dead."]


def test_the_same_event_on_a_line_and_again_is_one_message(
    connected: Connected, lines: Lines, settle: Callable[[], None]
) -> None:
    space = connected.space
    said = space.said("C0HELP", "U0ADA", "Once.")
    for id in ("e-1", "e-2", "e-3"):
        sends(space, id, said)
    space.wait_for(lambda: {"e-1", "e-2", "e-3"} <= set(space.acknowledged))
    settle()
    assert db.session.scalars(select(Message.text)).all() == ["Once."]


def test_slack_moves_us_to_another_line_and_nothing_is_lost(
    connected: Connected, lines: Lines
) -> None:
    space = connected.space
    first = space.sockets[-1]
    first.send({"type": "disconnect", "reason": "refresh_requested"})
    space.wait_for(lambda: space.sockets and first not in space.sockets)
    sends(space, "e-2", space.said("C0HELP", "U0ADA", "Still there?"))
    space.wait_for(lambda: "e-2" in space.acknowledged)


def test_a_command_on_a_line_opens_the_form(connected: Connected, lines: Lines) -> None:
    space = connected.space
    command = {"command": "/desk", "text": "", "trigger_id": "13.37", "user_id": "U0ADA"}
    sends(space, "e-1", dict(command), "slash_commands")
    space.wait_for(lambda: space.views and "e-1" in space.acknowledged)
    assert space.views[0]["trigger_id"] == "13.37"


def test_a_line_that_cannot_be_opened_says_why_on_the_account(
    app: Flask, connected: Connected
) -> None:
    connected.space.revoked = True
    made = Lines(app)
    made.go_round()
    connected.space.wait_for(lambda: connected.space.called("apps.connections.open"))
    made.wait_until_tried()
    made.stop()
    db.session.rollback()
    account = db.session.scalars(select(ChannelAccount)).one()
    assert "Install the app in Slack again" in account.last_error


def test_only_one_process_holds_a_line(app: Flask, connected: Connected, lines: Lines) -> None:
    other = Lines(app)
    other.go_round()
    other.wait_until_tried()
    assert (lines.held(), other.held()) == (1, 0)
    other.stop()
