"""P25, P26: the line is cut after the last byte, or we die before we note it: at most one more copy, and it is said."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from helpdesk.core.clock import StoppedClock
from helpdesk.messaging.models import DeliveryState
from tests.cast import Cast
from tests.faults.outgoing import fresh, said, tick, written
from tests.flows.processes import environment
from tests.helpdesk.messaging.post import messages_of
from tests.makers import make_ticket
from tests.pages import PageClient
from tests.servers.scripted_smtp import CUT, TAKE_AND_CUT, TAKE_AND_STALL, ScriptedSmtp

pytestmark = pytest.mark.faults

SEND_ONE = """
import sys
from config import Config
from helpdesk.app import create_app
from helpdesk.messaging.sending import deliver
app = create_app(Config.from_environment().flask_settings())
with app.app_context():
    deliver(int(sys.argv[1]))
"""


def test_a_line_cut_after_the_last_byte_makes_one_more_copy_of_the_same_id(
    app: Flask, cast: Cast, clock: StoppedClock, scripted_relay: ScriptedSmtp
) -> None:
    scripted_relay.script["."] = TAKE_AND_CUT
    ticket = make_ticket(cast.ada, cast.it, channel="phone")
    delivery = written(ticket, cast)
    tick(app)
    first = fresh(delivery).state
    for _ in range(60):
        clock.advance(timedelta(hours=1))
        tick(app)

    ids = {taken.message["Message-ID"] for taken in scripted_relay.taken}
    assert first is DeliveryState.UNCERTAIN
    assert len(scripted_relay.taken) == 2
    assert ids == {f"<{delivery.external_id}>"}
    assert fresh(delivery).state is DeliveryState.UNCERTAIN
    assert "not certain" in messages_of(ticket)[-1].text


def test_a_second_copy_that_arrives_ends_the_doubt_and_the_agent_sees_that_there_were_two(
    app: Flask,
    cast: Cast,
    clock: StoppedClock,
    scripted_relay: ScriptedSmtp,
    client: PageClient,
) -> None:
    scripted_relay.script["."] = [TAKE_AND_CUT]
    ticket = make_ticket(cast.ada, cast.it, channel="phone")
    delivery = written(ticket, cast)
    number = ticket.number
    tick(app)
    client.sign_in("ben@borough.example")
    doubtful = client.get(f"/tickets/{number}").get_data(as_text=True)
    clock.advance(timedelta(minutes=16))
    tick(app)
    client.sign_in("ben@borough.example")
    page = client.get(f"/tickets/{number}").get_data(as_text=True)

    assert "We cannot tell whether this arrived." in doubtful
    assert fresh(delivery).state is DeliveryState.SENT
    assert len(scripted_relay.taken) == 2
    assert "a second time" in page


def test_a_line_cut_before_the_server_had_it_all_still_makes_one_copy(
    app: Flask, cast: Cast, clock: StoppedClock, scripted_relay: ScriptedSmtp
) -> None:
    scripted_relay.script["."] = [CUT]
    delivery = written(make_ticket(cast.ada, cast.it, channel="phone"), cast)
    tick(app)
    clock.advance(timedelta(minutes=16))
    tick(app)

    assert fresh(delivery).state is DeliveryState.SENT
    assert len(scripted_relay.taken) == 1


def test_later_mails_of_the_ticket_wait_for_the_second_copy(
    app: Flask, cast: Cast, clock: StoppedClock, scripted_relay: ScriptedSmtp
) -> None:
    scripted_relay.script["."] = [CUT]
    ticket = make_ticket(cast.ada, cast.it, channel="phone")
    written(ticket, cast, "First.")
    tick(app)
    written(ticket, cast, "Second.")
    tick(app)
    held = len(scripted_relay.taken)
    clock.advance(timedelta(minutes=16))
    tick(app)

    assert held == 0
    assert [said(taken) for taken in scripted_relay.taken] == ["First.", "Second."]


def test_a_worker_killed_before_it_notes_what_it_sent_makes_one_more_copy_at_most(
    app: Flask,
    cast: Cast,
    clock: StoppedClock,
    scripted_relay: ScriptedSmtp,
    settings: dict[str, Any],
) -> None:
    scripted_relay.script["."] = [TAKE_AND_STALL]
    ticket = make_ticket(cast.ada, cast.it, channel="phone")
    delivery = written(ticket, cast)
    worker = subprocess.Popen(
        [sys.executable, "-c", SEND_ONE, str(delivery.id)],
        env=environment(settings, DESK_SMTP_URL=app.config["DESK_SMTP_URL"]),
    )
    try:
        scripted_relay.wait_for(1, within=120)
    finally:
        worker.kill()
        worker.wait(30)
    held = fresh(delivery).state
    # The worker lived by the real clock, so its lease ends by that.
    clock.advance(timedelta(days=4000))
    tick(app)
    tick(app)

    assert held is DeliveryState.SENDING
    assert [taken.message["Message-ID"] for taken in scripted_relay.taken] == [
        f"<{delivery.external_id}>"
    ] * 2
    assert fresh(delivery).state is DeliveryState.SENT
    assert fresh(delivery).copies == 2
