"""Nobody can make the desk shoot at others: 1,000 mails from 1,000 forged senders stay within budget (S18)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from helpdesk.core import clock as desk_clock
from helpdesk.core.clock import StoppedClock
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import receipts
from helpdesk.messaging.policy import MailPolicy, read, write
from helpdesk.messaging.preparing import send_receipt
from helpdesk.people.commands import find_or_register
from helpdesk.tickets.commands import open_ticket
from helpdesk.tickets.conversation import NewMessage
from helpdesk.tickets.models import Direction, Ticket, TicketType
from tests.helpdesk.messaging.post import arrive, deliveries, mail_from, make_account, tickets

VICTIMS = 1000
CEILING = 200
WORDS = "BUY-THIS-NOW https://evil.example"


def flood(many: int, name: str = "victim") -> list[int]:
    """Tickets opened in the name of so many people who never wrote."""
    opened: list[int] = []
    with unit_of_work():
        for number in range(many):
            address = f"{name}{number}@citizen.example"
            person = find_or_register(address, cause="mail")
            first = NewMessage(
                text=WORDS, direction=Direction.IN, author=person, author_address=address
            )
            ticket = open_ticket(
                requester=person,
                subject=WORDS,
                type=TicketType.REQUEST,
                channel="email",
                first=first,
                cause="mail",
            )
            opened.append(ticket.id)
    return opened


def answered(ids: list[int]) -> int:
    with unit_of_work():
        return sum(1 for one in ids if send_receipt(one) is not None)


def test_a_thousand_forged_victims_get_no_more_than_the_ceiling(
    app: Any, db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("helpdesk.core.unit_of_work.MOST_EVENTS", 10 * VICTIMS)
    ids = flood(VICTIMS)

    sent = answered(ids)

    assert sent == CEILING
    assert db.session.query(Ticket).count() == VICTIMS
    assert receipts.are_paused(read())


def test_the_breaker_holds_while_the_flood_lasts_and_closes_after_it(
    app: Any, clock: StoppedClock
) -> None:
    with unit_of_work():
        write(MailPolicy(receipts_an_hour=5))
    sent = []
    for hour in range(4):
        sent.append(answered(flood(12, f"hour{hour}-")))
        clock.advance(timedelta(minutes=50))

    clock.advance(timedelta(hours=2))
    assert sent == [5, 0, 0, 0]
    assert not receipts.are_paused(read())
    assert answered(flood(3, "later")) == 3


def test_a_receipt_has_none_of_the_words_it_answers(app: Any) -> None:
    answered(flood(1))

    [receipt] = deliveries()
    whole = f"{receipt.subject}{receipt.text}{receipt.html}{receipt.headers}"
    assert "BUY" not in whole
    assert "evil" not in whole


def test_an_address_gets_one_a_day_however_often_it_is_used(app: Any) -> None:
    account = make_account()
    for _ in range(5):
        arrive(account, mail_from("victim@citizen.example"))

    assert answered([one.id for one in tickets()]) == 1
    assert len(tickets()) == 5


def test_limits_hold_at_any_second_of_the_hour(app: Any, clock: StoppedClock) -> None:
    with unit_of_work():
        write(MailPolicy(receipts_an_hour=10))
    began, sent = desk_clock.now(), 0
    for minute in range(59):
        sent += answered(flood(1, f"minute{minute}-"))
        clock.advance(timedelta(minutes=1))

    assert desk_clock.now() - began < timedelta(hours=1)
    assert sent == 10
