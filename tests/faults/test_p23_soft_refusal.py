"""P23: a refusal for now is tried again after 1, 2, 4 .. 60 minutes, for up to 48 hours."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from helpdesk.core.clock import StoppedClock
from helpdesk.messaging.models import DeliveryState
from helpdesk.tickets.models import Visibility
from tests.cast import Cast
from tests.faults.outgoing import fresh, tick, written
from tests.helpdesk.messaging.post import messages_of
from tests.makers import make_ticket
from tests.servers.scripted_smtp import ScriptedSmtp

pytestmark = pytest.mark.faults

SOFT = ["421 4.3.2 try later", "450 4.2.0 greylisted", "451 4.7.1 later", "452 4.2.2 full"]


@pytest.mark.parametrize("answer", SOFT)
@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "."])
def test_each_try_comes_later_than_the_one_before(
    app: Flask,
    cast: Cast,
    clock: StoppedClock,
    scripted_relay: ScriptedSmtp,
    step: str,
    answer: str,
) -> None:
    scripted_relay.script[step] = answer
    delivery = written(make_ticket(cast.ada, cast.it, channel="phone"), cast)
    tick(app)
    pauses = []
    for _ in range(8):
        waiting = fresh(delivery)
        assert waiting.next_try_at is not None
        pauses.append((waiting.next_try_at - clock.now()) // timedelta(minutes=1))
        clock.advance(waiting.next_try_at - clock.now())
        tick(app)
    scripted_relay.script.clear()
    clock.advance(timedelta(hours=1))
    tick(app)

    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    assert fresh(delivery).state is DeliveryState.SENT
    assert len(scripted_relay.taken) == 1


def test_it_is_not_tried_before_its_time(
    app: Flask, cast: Cast, clock: StoppedClock, scripted_relay: ScriptedSmtp
) -> None:
    scripted_relay.script["RCPT"] = "450 4.2.0 greylisted"
    delivery = written(make_ticket(cast.ada, cast.it, channel="phone"), cast)
    tick(app)
    clock.advance(timedelta(seconds=50))
    tick(app)
    tick(app)

    assert fresh(delivery).attempts == 1
    assert scripted_relay.connections == 1


def test_after_48_hours_it_is_given_up_with_the_last_words(
    app: Flask, cast: Cast, clock: StoppedClock, scripted_relay: ScriptedSmtp
) -> None:
    scripted_relay.script["RCPT"] = "450 4.2.0 greylisted for ever"
    ticket = make_ticket(cast.ada, cast.it, channel="phone")
    delivery = written(ticket, cast)
    tick(app)
    for _ in range(60):
        clock.advance(timedelta(minutes=55))
        tick(app)

    note = messages_of(ticket)[-1]
    assert fresh(delivery).state is DeliveryState.FAILED
    assert note.visibility is Visibility.INTERNAL
    assert "greylisted for ever" in note.text
    assert scripted_relay.taken == []
