"""Machines get no answer, and two desks that mark nothing stop (S19)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from helpdesk.core import clock as desk_clock
from helpdesk.core import outbox
from helpdesk.core.clock import StoppedClock
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.models import Delivery, DeliveryKind, RawState
from helpdesk.messaging.policy import MailPolicy, write
from helpdesk.messaging.screening import loop_mark
from helpdesk.tickets.commands import assign, change_status, lock
from tests.cast import Cast
from tests.helpdesk.messaging.answers import answer, sent
from tests.helpdesk.messaging.post import (
    HELP,
    arrive,
    deliveries,
    mail_from,
    make_account,
    messages_of,
    tickets,
)
from tests.makers import make_ticket
from workflows.lifecycle import Status

PARTNER = "Other desk <desk@partner.example>"

MACHINES: dict[str, dict[str, str | None]] = {
    "auto-replied": {"Auto-Submitted": "auto-replied"},
    "auto-generated": {"Auto-Submitted": "auto-generated"},
    "auto-notified": {"Auto-Submitted": "auto-notified; owner-email=x@y.example"},
    "precedence bulk": {"Precedence": "bulk"},
    "precedence list": {"Precedence": "list"},
    "precedence junk": {"Precedence": "junk"},
    "precedence auto_reply": {"Precedence": "auto_reply"},
    "exchange suppress": {"X-Auto-Response-Suppress": "All"},
    "exchange oof": {"X-Auto-Response-Suppress": "OOF, AutoReply"},
    "autoreply": {"X-Autoreply": "yes"},
    "autorespond": {"X-Autorespond": "thanks"},
    "list id": {"List-Id": "<news.example>"},
    "list unsubscribe": {"List-Unsubscribe": "<mailto:off@news.example>"},
    "feedback id": {"Feedback-ID": "1:campaign:mailer"},
    "loop field": {"X-Loop": "desk@partner.example"},
    "out of office": {"Auto-Submitted": "auto-replied", "Subject": "Out of office: Printer"},
    "absence in german": {"Subject": "Abwesenheitsnotiz: Printer", "Precedence": "bulk"},
    "empty return path": {"Return-Path": "<>"},
    "mailer daemon": {"From": "MAILER-DAEMON@mx.example", "Return-Path": "<>"},
    "our own mark": {"X-Desk-Loop": "ours"},
}


def marked(headers: dict[str, str | None]) -> dict[str, str]:
    return {name: loop_mark() if value == "ours" else str(value) for name, value in headers.items()}


@pytest.mark.parametrize("kind", MACHINES)
def test_a_machine_gets_no_answer(app: Any, settle: Callable[[], None], kind: str) -> None:
    arrive(make_account(), mail_from("someone@partner.example", headers=marked(MACHINES[kind])))
    settle()

    assert deliveries() == []


@pytest.mark.parametrize("kind", ["auto-replied", "out of office", "autoreply"])
def test_an_automatic_answer_changes_nothing_and_wakes_nobody(
    cast: Cast, settle: Callable[[], None], kind: str
) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        assign(lock(ticket.id), cast.ben, by=None, cause="test")
    delivery = sent(ticket, cast.ben)
    with unit_of_work():
        change_status(lock(ticket.id), Status.RESOLVED, by=None, cause="test")
    settle()
    before = (ticket.status, ticket.last_line, ticket.last_activity_at, len(deliveries()))

    raw = arrive(make_account(), answer(delivery, headers=marked(MACHINES[kind])))
    settle()

    assert (raw.state, raw.ticket_id) == (RawState.DONE, ticket.id)
    assert messages_of(ticket)[-1].automation is not None
    assert before == (
        ticket.status,
        ticket.last_line,
        ticket.last_activity_at,
        len(deliveries()),
    )


def ping_pong(most: int, subject: Callable[[int], str]) -> int:
    """Another desk answers each of our mails with one that bears no mark at all; how many of ours it got."""
    account, answered = make_account(), 0
    arrive(account, mail_from(PARTNER, subject=subject(0)))
    for number in range(1, most):
        for lane in outbox.lanes():
            outbox.drain(lane)
        ours = to_partner()
        if len(ours) == answered:
            return answered
        answered = len(ours)
        arrive(
            account, mail_from(PARTNER, "We have received your message.", subject=subject(number))
        )
    return answered


def to_partner() -> list[Delivery]:
    return [one for one in deliveries() if "desk@partner.example" in one.recipients]


def test_two_desks_without_marks_stop_at_once(app: Any) -> None:
    assert ping_pong(20, lambda number: f"[#{number}] Received") == 1


def test_two_desks_without_marks_stop_at_three_whatever_is_set(app: Any) -> None:
    with unit_of_work():
        write(MailPolicy(receipts_a_day=1000, receipts_an_hour=1000))

    assert ping_pong(20, lambda number: f"[#{number}] Received") == 3


def test_a_machine_that_answers_on_a_ticket_without_a_mark_is_noticed(
    cast: Cast, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    delivery = sent(ticket, cast.ben)
    account = make_account()
    for number in range(8):
        with unit_of_work():
            change_status(lock(ticket.id), Status.PENDING_REQUESTER, by=None, cause="test")
        arrive(account, echo(delivery, number))
        clock.advance(timedelta(seconds=20))

    inward = [one for one in messages_of(ticket) if one.text.startswith("Thank you")]
    notes = [one for one in messages_of(ticket) if "as from a machine" in one.text]
    assert [one.automation for one in inward] == [None] * 3 + ["loop"] * 5
    assert ticket.status == Status.PENDING_REQUESTER
    assert len(notes) == 1


def test_when_it_is_quiet_again_words_count_again(cast: Cast, clock: StoppedClock) -> None:
    delivery = sent(make_ticket(cast.ada, cast.it), cast.ben)
    account = make_account()
    for number in range(5):
        arrive(account, echo(delivery, number))
    clock.advance(timedelta(minutes=30))

    arrive(account, echo(delivery, 9))

    assert messages_of(tickets()[0])[-1].automation is None


def test_a_backlog_of_a_persons_mails_is_no_loop(cast: Cast) -> None:
    delivery = sent(make_ticket(cast.ada, cast.it), cast.ben)
    account = make_account()
    for number in range(6):
        date = f"Mon, 16 Nov 2026 0{number + 2}:00:00 +0000"
        arrive(account, answer(delivery, text=f"Day {number}.", headers={"Date": date}))

    assert {one.automation for one in messages_of(tickets()[0])} == {None}


def echo(delivery: Delivery, number: int) -> bytes:
    """An unmarked answer of a machine, sent this moment."""
    headers = {"Date": format_datetime(desk_clock.now())}
    return answer(delivery, text=f"Thank you, number {number}.", headers=headers)


def test_what_the_desk_sends_by_itself_asks_for_no_answer(
    cast: Cast, settle: Callable[[], None]
) -> None:
    arrive(make_account(cast.it), mail_from("zoe@citizen.example"))
    settle()

    [receipt] = [one for one in deliveries() if one.kind is DeliveryKind.RECEIPT]
    assert receipt.headers["auto_submitted"] == "auto-replied"
    assert receipt.headers["loop_mark"] == loop_mark()
    assert receipt.headers["envelope_from"] == ""
    assert HELP in receipt.sender
