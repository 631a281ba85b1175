"""P37: Slack repeats, comes late and shuffled, and waits three seconds for a slow database: one message, and an answer in time."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from helpdesk.core import spool
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.messaging import hasty, hooks
from helpdesk.messaging.models import RawMessage
from helpdesk.tickets.models import Message, Ticket
from tests.cast import Cast
from tests.helpdesk.messaging.slackers import Connected, connect
from tests.helpdesk.web.portal.visiting import make_questions
from tests.servers.slack import Workspace

pytestmark = pytest.mark.faults

Settle = Callable[[], None]


@pytest.fixture
def connected(app: Flask, cast: Cast, slack: Workspace) -> Iterator[Connected]:
    app.config["DESK_INTERNAL_HOSTS"] = ("localhost",)
    app.config["DESK_CALL_PATIENCE"] = timedelta(seconds=0.2)
    made = connect(app, slack, cast.it)
    # The desk has heard of this workspace before.
    app.config["DESK_CALL_PATIENCE"] = timedelta(seconds=20)
    made.tell({"type": "url_verification", "challenge": "x"})
    app.config["DESK_CALL_PATIENCE"] = timedelta(seconds=0.2)
    yield made
    app.config["DESK_INTERNAL_HOSTS"] = ()
    del app.config["DESK_CALL_PATIENCE"]


@dataclass
class Brake:
    """While `well` is there and not set, every statement of another thread than `ours` waits for it."""

    well: threading.Event | None = None
    ours: int = 0

    def __call__(self, *_args: Any) -> None:
        if self.well is not None and threading.get_ident() != self.ours:
            self.well.wait(30)


@pytest.fixture(scope="module")
def brake(application: Flask) -> Brake:
    # It stays where it is: to take a listener away while another thread asks the database would break that thread.
    made = Brake()
    with application.app_context():
        event.listen(db.engine, "before_cursor_execute", made)
    return made


@contextmanager
def slow_database(brake: Brake) -> Iterator[threading.Event]:
    """The database stands still, until it is well again."""
    well = threading.Event()
    brake.ours, brake.well = threading.get_ident(), well
    try:
        yield well
    finally:
        well.set()
        brake.well = None


def texts() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Message.text).order_by(Message.id)))


def emptied() -> None:
    """Once the thread that empties the spool has done so, or by ourselves."""
    hasty.empty_spool()
    db.session.rollback()


def test_five_copies_of_each_shuffled_are_one_message_each(
    app: Flask, connected: Connected, settle: Settle
) -> None:
    app.config["DESK_CALL_PATIENCE"] = timedelta(seconds=20)
    first = connected.space.said("C0HELP", "U0ADA", "One.")
    thread = first["event"]["ts"]
    rest = [
        connected.space.said("C0HELP", "U0ADA", text, thread_ts=thread)
        for text in ("Two.", "Three.")
    ]
    calls = [first, *rest] * 5
    random.Random(37).shuffle(calls)
    for said in calls:
        assert connected.tell(said).status_code == 200
    settle()
    assert sorted(texts()) == ["One.", "Three.", "Two."]
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == 1


def test_a_copy_that_comes_an_hour_late_is_no_second_message(
    app: Flask, connected: Connected, clock: StoppedClock, settle: Settle
) -> None:
    app.config["DESK_CALL_PATIENCE"] = timedelta(seconds=20)
    said = connected.space.said("C0HELP", "U0ADA", "Once.")
    connected.tell(said)
    settle()
    clock.advance(timedelta(hours=1))
    assert connected.tell(said).status_code == 200
    settle()
    assert texts() == ["Once."]


def test_a_slow_database_keeps_slack_waiting_for_less_than_three_seconds_and_loses_nothing(
    connected: Connected, brake: Brake, settle: Settle
) -> None:
    said = connected.space.said("C0HELP", "U0ADA", "Hurry!")
    with slow_database(brake) as well:
        began = time.monotonic()
        answers = [connected.tell(said).status_code for _copy in range(2)]
        waited = time.monotonic() - began
        assert not spool.is_empty()
        well.set()
        emptied()
    settle()
    assert answers == [200, 200]
    assert waited / 2 < 3
    assert texts() == ["Hurry!"]
    assert db.session.scalar(select(func.count()).select_from(RawMessage)) == 1


def test_what_the_spool_holds_outlives_the_process(
    connected: Connected, brake: Brake, settle: Settle
) -> None:
    said = connected.space.said("C0HELP", "U0ADA", "Hurry!")
    with slow_database(brake) as well:
        connected.tell(said)
        held = [body for _path, body in spool.waiting()]
        well.set()
    # The process that took it is gone, with all that it knew; the next begins with the folder.
    assert len(held) == 1
    emptied()
    settle()
    assert texts() == ["Hurry!"]
    assert spool.is_empty()


def test_a_workspace_nobody_knows_yet_is_asked_to_come_again(
    connected: Connected, brake: Brake
) -> None:
    said = connected.space.said("C0HELP", "U0ADA", "Hurry!")
    hooks.forget_known()
    with slow_database(brake):
        assert connected.tell(said).status_code == 503
    assert spool.is_empty()


def test_a_form_that_a_slow_database_cannot_check_is_taken_as_it_is(
    app: Flask, connected: Connected, brake: Brake, settle: Settle
) -> None:
    make_questions({"name": "phone", "kind": "phone", "label": "Telephone?"})
    app.config["DESK_CALL_PATIENCE"] = timedelta(seconds=20)
    body = b"command=%2Fdesk&text=&trigger_id=13.37&user_id=U0ADA&channel_id=C0TALK"
    connected.post(body, "application/x-www-form-urlencoded")
    connected.space.wait_for(lambda: connected.space.views)
    app.config["DESK_CALL_PATIENCE"] = timedelta(seconds=0.2)
    said = connected.space.sent(connected.space.views[0]["view"], "U0ADA", phone="none")
    with slow_database(brake) as well:
        answer = connected.press(said).get_json()
        well.set()
        emptied()
    settle()
    assert answer == {"response_action": "clear"}
    assert texts() == ["none"]
