"""Whose turn it is, and how much may leave: the order of a ticket's mails, and ceilings that lose nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import policy
from helpdesk.messaging.deciding import withdraw
from helpdesk.messaging.models import Delivery, DeliveryKind, DeliveryState
from helpdesk.messaging.policy import MailPolicy
from helpdesk.messaging.preparing import prepare_message
from helpdesk.messaging.sending import deliver
from tests.cast import Cast
from tests.faults.outgoing import fresh, pass_time, said, tick, written
from tests.helpdesk.messaging.post import deliveries
from tests.makers import make_reply, make_ticket
from tests.servers.scripted_smtp import ScriptedSmtp

Settle = Callable[[], None]
ADA, BOSS = "ada@borough.example", "boss@citizen.example"


def set_rules(**changes: object) -> None:
    with unit_of_work():
        policy.write(MailPolicy(**changes))  # type: ignore[arg-type]


def test_the_receipt_leaves_before_the_answer(
    app: Flask, cast: Cast, clock: StoppedClock, scripted_relay: ScriptedSmtp
) -> None:
    scripted_relay.script["RCPT"] = ["450 4.2.0 later"]
    ticket = make_ticket(cast.ada, cast.it)
    answer = written(ticket, cast)
    deliver(answer.id)
    early = len(scripted_relay.taken)
    pass_time(app, clock, timedelta(minutes=3), timedelta(seconds=30))

    kinds = [
        "answer" if "Re:" in taken.message["Subject"] else "receipt"
        for taken in scripted_relay.taken
        if ADA in taken.recipients
    ]
    assert early == 0
    assert kinds == ["receipt", "answer"]


def test_an_answer_that_is_prepared_late_is_not_overtaken(
    app: Flask, cast: Cast, clock: StoppedClock, scripted_relay: ScriptedSmtp
) -> None:
    ticket = make_ticket(cast.ada, cast.it, channel="phone")
    make_reply(ticket, cast.ben, "First.")
    second = make_reply(ticket, cast.ben, "Second.")
    with unit_of_work():
        [delivery] = prepare_message(second.id)
    deliver(delivery.id)
    early = len(scripted_relay.taken)
    pass_time(app, clock, timedelta(minutes=2), timedelta(seconds=30))

    assert early == 0
    assert [said(taken) for taken in scripted_relay.taken] == ["First.", "Second."]


def test_a_person_whom_the_server_refuses_for_now_holds_back_only_their_own_mail(
    app: Flask, cast: Cast, clock: StoppedClock, scripted_relay: ScriptedSmtp
) -> None:
    scripted_relay.script[f"RCPT TO:<{BOSS}>"] = "450 4.2.2 mailbox full"
    ticket = make_ticket(cast.ada, cast.it, channel="phone")
    for text in ("First.", "Second."):
        make_reply(ticket, cast.ben, text, recipients={"to": [ADA], "cc": [BOSS]})
        tick(app)
    to_ada = [said(taken) for taken in scripted_relay.taken if ADA in taken.recipients]
    scripted_relay.script.clear()
    pass_time(app, clock, timedelta(minutes=5), timedelta(minutes=1))
    to_boss = [said(taken) for taken in scripted_relay.taken if BOSS in taken.recipients]

    assert to_ada == ["First.", "Second."]
    assert to_boss == ["First.", "Second."]


def test_a_mail_that_failed_or_was_withdrawn_holds_back_nobody(
    app: Flask, cast: Cast, clock: StoppedClock, scripted_relay: ScriptedSmtp
) -> None:
    scripted_relay.script["RCPT"] = ["450 4.2.0 later", "550 5.7.1 never"]
    ticket = make_ticket(cast.ada, cast.it, channel="phone")
    first = written(ticket, cast, "First.")
    tick(app)
    written(ticket, cast, "Second.")
    written(ticket, cast, "Third.")
    with unit_of_work():
        withdraw(db.session.get_one(Delivery, first.id))
    tick(app)

    assert [str(each.state) for each in deliveries()] == ["withdrawn", "failed", "sent"]
    assert [said(taken) for taken in scripted_relay.taken] == ["Third."]


def test_what_is_over_the_ceiling_waits_and_nothing_is_lost(
    app: Flask, cast: Cast, clock: StoppedClock, scripted_relay: ScriptedSmtp
) -> None:
    set_rules(sends_a_minute=3, sends_to_one_an_hour=0)
    for number in range(8):
        written(make_ticket(cast.ada, cast.it, channel="phone"), cast, f"{number}")
    tick(app)
    first = len(scripted_relay.taken)
    held = {each.held_for for each in deliveries() if each.state is DeliveryState.WAITING}
    pass_time(app, clock, timedelta(minutes=6), timedelta(seconds=20))

    assert first == 3
    assert held == {"ceiling"}
    assert sorted(said(taken) for taken in scripted_relay.taken) == [str(n) for n in range(8)]
    assert {each.state for each in deliveries()} == {DeliveryState.SENT}


def test_one_person_gets_so_many_mails_in_an_hour(
    app: Flask, cast: Cast, clock: StoppedClock, scripted_relay: ScriptedSmtp
) -> None:
    set_rules(sends_to_one_an_hour=2)
    ticket = make_ticket(cast.ada, cast.it, channel="phone")
    for text in ("First.", "Second.", "Third."):
        written(ticket, cast, text)
    tick(app)
    first = len(scripted_relay.taken)
    pass_time(app, clock, timedelta(minutes=80), timedelta(minutes=5))

    assert first == 2
    assert [said(taken) for taken in scripted_relay.taken] == ["First.", "Second.", "Third."]


def test_automatic_mail_leaves_a_part_of_the_ceiling_to_agents(
    app: Flask, cast: Cast, clock: StoppedClock, scripted_relay: ScriptedSmtp
) -> None:
    set_rules(sends_an_hour=3, receipts_a_day=100, sends_to_one_an_hour=0)
    for _ in range(8):
        make_ticket(cast.ada, None)
    tick(app)
    receipts = len(scripted_relay.taken)
    ticket = make_ticket(cast.ada, cast.it, channel="phone")
    answer = written(ticket, cast)
    tick(app)

    assert receipts == 2
    assert fresh(answer).state is DeliveryState.SENT


def test_a_receipt_that_waits_for_the_next_hour_is_taken_back_when_an_answer_leaves(
    app: Flask, cast: Cast, clock: StoppedClock, scripted_relay: ScriptedSmtp
) -> None:
    set_rules(sends_an_hour=1, sends_to_one_an_hour=0)
    make_ticket(cast.ada, None)
    tick(app)
    set_rules(sends_an_hour=2, receipts_a_day=100, sends_to_one_an_hour=0)
    ticket = make_ticket(cast.ada, cast.it)
    tick(app)
    answer = written(ticket, cast)
    tick(app)

    receipts = [each for each in deliveries() if each.kind is DeliveryKind.RECEIPT]
    assert [str(each.state) for each in receipts] == ["sent", "withdrawn"]
    assert fresh(answer).state is DeliveryState.SENT


@pytest.mark.parametrize("count", [25])
def test_many_mails_go_over_few_lines(
    app: Flask, cast: Cast, scripted_relay: ScriptedSmtp, count: int
) -> None:
    set_rules(sends_a_minute=0, sends_to_one_an_hour=0)
    for _ in range(count):
        written(make_ticket(cast.ada, cast.it, channel="phone"), cast)
    tick(app)

    assert len(scripted_relay.taken) == count
    assert scripted_relay.connections <= count // 5
