"""The receipt: fixed words, once, within limits, and never to a machine (S18, S19)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from helpdesk.core.clock import StoppedClock
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.models import Delivery, DeliveryKind
from helpdesk.messaging.policy import MailPolicy, write
from helpdesk.messaging.preparing import send_receipt
from tests.cast import Cast
from tests.helpdesk.messaging.post import arrive, deliveries, mail_from, make_account, tickets
from tests.makers import make_ticket
from tests.servers.smtp import SmtpSink

AUTOMATIC: list[dict[str, str]] = [
    {"Auto-Submitted": "auto-generated"},
    {"Auto-Submitted": "auto-replied"},
    {"Precedence": "bulk"},
    {"Precedence": "list"},
    {"List-Id": "<news.example>"},
    {"X-Auto-Response-Suppress": "All"},
]


def receipts() -> list[Delivery]:
    return [each for each in deliveries() if each.kind is DeliveryKind.RECEIPT]


def test_a_receipt_says_fixed_words_and_the_number(
    app: Any, sink: SmtpSink, settle: Callable[[], None]
) -> None:
    body = mail_from(subject="BUY PILLS", text="https://spam.example", message_id="a@c.example")
    arrive(make_account(), body)
    settle()

    [received] = sink.wait_for(1)
    mail = received.message
    whole = received.content
    assert received.sender in ("", "<>")
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["X-Desk-Loop"]
    assert mail["In-Reply-To"] == "<a@c.example>"
    assert tickets()[0].number in mail["Subject"]
    assert b"PILLS" not in whole
    assert b"spam.example" not in whole


def test_a_receipt_is_prepared_once(app: Any) -> None:
    arrive(make_account(), mail_from())
    for _ in range(2):
        with unit_of_work():
            send_receipt(tickets()[0].id)

    assert len(receipts()) == 1


def test_an_address_gets_one_receipt_a_day(
    app: Any, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    account = make_account()
    for _ in range(3):
        arrive(account, mail_from())
    settle()
    first = len(receipts())
    clock.advance(timedelta(days=2))
    arrive(account, mail_from())
    settle()

    assert (first, len(receipts())) == (1, 2)


def test_an_hour_has_a_ceiling_over_all_addresses(app: Any, settle: Callable[[], None]) -> None:
    with unit_of_work():
        write(MailPolicy(receipts_an_hour=3))
    account = make_account()
    for number in range(8):
        arrive(account, mail_from(f"victim{number}@citizen.example"))
    settle()

    assert len(receipts()) == 3
    assert len(tickets()) == 8


@pytest.mark.parametrize("headers", AUTOMATIC, ids=lambda headers: next(iter(headers)))
def test_a_machine_gets_no_receipt(
    app: Any, settle: Callable[[], None], headers: dict[str, str]
) -> None:
    arrive(make_account(), mail_from(headers=headers))
    settle()

    assert receipts() == []


def test_mail_from_an_archive_gets_no_receipt(app: Any, settle: Callable[[], None]) -> None:
    arrive(make_account(), mail_from(), {"archive": True})
    settle()

    assert receipts() == []


def test_a_doubtful_sender_gets_no_receipt(app: Any, settle: Callable[[], None]) -> None:
    arrive(make_account(), b"From: victim@citizen.example\r\n" + mail_from())
    settle()

    assert receipts() == []


def test_a_mailbox_or_the_desk_may_send_no_receipts(app: Any, settle: Callable[[], None]) -> None:
    arrive(make_account(receipts=False), mail_from())
    settle()
    with unit_of_work():
        write(MailPolicy(receipts=False))
    arrive(make_account(address="other@borough.example"), mail_from("x@citizen.example"))
    settle()

    assert receipts() == []


def test_whoever_telephoned_gets_no_receipt(cast: Cast, settle: Callable[[], None]) -> None:
    make_ticket(cast.ada, cast.it, channel="phone")
    settle()

    assert receipts() == []
