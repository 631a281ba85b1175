"""P22: the mail server is away for two hours; all is sent once later, in order per ticket, and the delay is shown."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.messaging.models import Delivery
from helpdesk.messaging.outlet_models import OutletStanding
from tests.cast import Cast
from tests.faults.outgoing import fresh, said, states, tick, written
from tests.makers import make_ticket
from tests.pages import PageClient
from tests.servers.scripted_smtp import STALL, ScriptedSmtp

pytestmark = pytest.mark.faults


def refuse(server: ScriptedSmtp, app: Flask) -> None:
    server.go_away()


def stall(server: ScriptedSmtp, app: Flask) -> None:
    server.script["greeting"] = STALL
    # Our patience is a minute; the test has less.
    app.config["DESK_SMTP_URL"] += "&timeout=0.2"


def break_tls(server: ScriptedSmtp, app: Flask) -> None:
    app.config["DESK_SMTP_URL"] = app.config["DESK_SMTP_URL"].replace("=none", "=tls")


def mend(server: ScriptedSmtp, app: Flask, broken: object) -> None:
    if broken is refuse:
        server.come_back()
    server.script.clear()
    app.config["DESK_SMTP_URL"] = app.config["DESK_SMTP_URL"].replace("=tls", "=none")


@pytest.mark.parametrize("broken", [refuse, stall, break_tls])
def test_two_hours_without_a_server_lose_double_and_mix_nothing(
    app: Flask,
    cast: Cast,
    clock: StoppedClock,
    scripted_relay: ScriptedSmtp,
    broken: object,
) -> None:
    assert callable(broken)
    broken(scripted_relay, app)
    tickets = [make_ticket(cast.ada, cast.it, channel="phone") for _ in range(3)]
    for round_ in range(3):
        for number, ticket in enumerate(tickets):
            written(ticket, cast, f"{number}: {round_}")
        tick(app)
        clock.advance(timedelta(minutes=40))
    away = db.session.get_one(OutletStanding, "desk", populate_existing=True)
    before = (set(states()), len(scripted_relay.taken), away.away_since is not None)

    mend(scripted_relay, app, broken)
    for _ in range(12):
        clock.advance(timedelta(minutes=1))
        tick(app)

    arrived = [said(taken) for taken in scripted_relay.taken]
    assert before == ({"waiting"}, 0, True)
    assert sorted(arrived) == sorted(
        f"{number}: {round_}" for number in range(3) for round_ in range(3)
    )
    for number in range(3):
        own = [words for words in arrived if words.startswith(f"{number}:")]
        assert own == sorted(own)
    assert set(states()) == {"sent"}


def test_a_server_that_is_away_is_asked_by_one_mail_and_not_by_all(
    app: Flask, cast: Cast, clock: StoppedClock, scripted_relay: ScriptedSmtp
) -> None:
    scripted_relay.script["greeting"] = "421 4.3.2 closing for maintenance"
    for _ in range(5):
        written(make_ticket(cast.ada, cast.it, channel="phone"), cast)
    tick(app)
    first = scripted_relay.connections
    clock.advance(timedelta(minutes=2))
    tick(app)

    tried = db.session.scalar(select(func.sum(Delivery.attempts)))
    assert (first, scripted_relay.connections) == (1, 2)
    assert tried == 2


def test_the_delay_is_shown_after_a_quarter_of_an_hour(
    app: Flask,
    cast: Cast,
    clock: StoppedClock,
    scripted_relay: ScriptedSmtp,
    client: PageClient,
) -> None:
    scripted_relay.go_away()
    ticket = make_ticket(cast.ada, cast.it, channel="phone")
    delivery = written(ticket, cast)
    number = ticket.number
    tick(app)
    client.sign_in("ben@borough.example")
    early = client.get(f"/tickets/{number}").get_data(as_text=True)
    clock.advance(timedelta(minutes=16))
    tick(app)
    client.sign_in("ben@borough.example")
    late = client.get(f"/tickets/{number}").get_data(as_text=True)

    assert "Delayed" not in early
    assert "Delayed" in late
    assert "Nothing answers" in late
    assert "Nothing answers" in fresh(delivery).last_error


def test_after_48_hours_it_is_given_up_though_the_server_was_never_there(
    app: Flask, cast: Cast, clock: StoppedClock, scripted_relay: ScriptedSmtp
) -> None:
    scripted_relay.go_away()
    ticket = make_ticket(cast.ada, cast.it, channel="phone")
    delivery = written(ticket, cast)
    tick(app)
    clock.advance(timedelta(hours=47))
    tick(app)
    before = str(fresh(delivery).state)
    clock.advance(timedelta(hours=2))
    tick(app)

    assert before == "waiting"
    assert str(fresh(delivery).state) == "failed"
