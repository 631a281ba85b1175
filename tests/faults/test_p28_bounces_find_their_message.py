"""A report on our mail is tied to the answer it speaks of: no new ticket, no answer, the agent told once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.models import ChannelAccount, Delivery, DeliveryState, RawMessage, RawState
from helpdesk.notifications.models import Notification
from helpdesk.people import reachability
from helpdesk.people.models import ContactPoint
from tests.cast import Cast
from tests.helpdesk.messaging.answers import answer, move_out, sent
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

ADA = "ada@borough.example"
DEAD = ("failed", "5.1.1", "550 5.1.1 <ada@borough.example>: user unknown")
FULL = ("failed", "4.2.2", "452 4.2.2 mailbox full, gave up after 5 days")
SPAM = ("failed", "5.7.1", "554 5.7.1 message refused as spam")
LATE = ("delayed", "4.4.1", "connection timed out, will be tried until Friday")


def dsn(
    delivery: Delivery,
    said: tuple[str, str, str],
    *,
    to: str | None = None,
    names_original: bool = True,
    number: int = 1,
) -> bytes:
    """A delivery report as a server writes it (RFC 3464), to the return path unless told otherwise."""
    action, status, words = said
    original = (
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{delivery.external_id}>\r\n"
        f"Subject: {delivery.subject}\r\n"
    )
    return (
        "From: Mail Delivery System <MAILER-DAEMON@mx.example>\r\n"
        f"To: {to or delivery.headers['envelope_from']}\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\n"
        f"Date: Mon, 16 Nov 2026 10:0{number}:00 +0000\r\n"
        f"Message-ID: <report{number}@mx.example>\r\nAuto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nThis is about your mail.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {ADA}\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; {words}\r\n\r\n"
        f"{original if names_original else ''}--b--\r\n"
    ).encode()


def plain(delivery: Delivery, *, to: str) -> bytes:
    """A bounce in words, as old servers write it."""
    return (
        "From: MAILER-DAEMON@old.example (Mail Delivery Subsystem)\r\n"
        f"To: {to}\r\nSubject: failure notice\r\nDate: Mon, 16 Nov 2026 10:05:00 +0000\r\n"
        "Message-ID: <qmail@old.example>\r\n\r\n"
        "Hi. This is the qmail-send program at old.example.\r\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\r\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\r\n\r\n"
        f"<{ADA}>:\r\nSorry, no mailbox here by that name. (#5.1.1)\r\n\r\n"
        "--- Below this line is a copy of the message.\r\n\r\n"
        f"Return-Path: <{delivery.headers['envelope_from']}>\r\n"
        f"Message-ID: <{delivery.external_id}>\r\nSubject: {delivery.subject}\r\n\r\nTry again.\r\n"
    ).encode()


@pytest.fixture
def delivery(cast: Cast) -> Delivery:
    return sent(make_ticket(cast.ada, cast.it), cast.ben)


def ada(db: Any) -> ContactPoint:
    found: ContactPoint = db.session.scalars(
        select(ContactPoint).where(ContactPoint.value == ADA)
    ).one()
    return found


def report(body: bytes) -> RawMessage:
    return arrive(make_account(), body)


@pytest.mark.parametrize("way", ["id", "token", "both", "words"])
def test_a_hard_bounce_fails_its_delivery_and_marks_the_address(
    cast: Cast, db: Any, delivery: Delivery, way: str
) -> None:
    bodies = {
        "id": dsn(delivery, DEAD, to=HELP),
        "token": dsn(delivery, DEAD, names_original=False),
        "both": dsn(delivery, DEAD),
        "words": plain(delivery, to=HELP),
    }

    raw = report(bodies[way])

    assert (raw.state, raw.reason, raw.ticket_id) == (RawState.DONE, "bounce", delivery.ticket_id)
    assert delivery.state is DeliveryState.FAILED
    assert ada(db).undeliverable_since is not None
    assert len(tickets()) == 1


def test_the_agent_is_told_once_and_nobody_is_answered(
    cast: Cast, db: Any, delivery: Delivery, settle: Callable[[], None]
) -> None:
    settle()
    before = len(deliveries())
    for number in range(3):
        arrive(
            make_account() if number == 0 else account_of(db), dsn(delivery, DEAD, number=number)
        )
    settle()

    told = db.session.scalars(
        select(Notification).where(Notification.kind == "delivery_failed")
    ).all()
    assert [one.person_id for one in told] == [cast.ben.id]
    assert len(deliveries()) == before
    notes = [one for one in messages_of(tickets()[0]) if "was not delivered" in one.text]
    assert len(notes) == 1


def account_of(db: Any) -> Any:
    return db.session.scalars(select(ChannelAccount)).one()


@pytest.mark.parametrize("said", [FULL, SPAM], ids=["full", "refused"])
def test_a_mail_given_up_fails_and_its_address_stays_good(
    cast: Cast, db: Any, delivery: Delivery, said: tuple[str, str, str]
) -> None:
    report(dsn(delivery, said))

    assert delivery.state is DeliveryState.FAILED
    assert ada(db).undeliverable_since is None


def test_a_delay_is_shown_and_fails_nothing(cast: Cast, db: Any, delivery: Delivery) -> None:
    report(dsn(delivery, LATE))

    assert delivery.state is DeliveryState.SENT
    assert "timed out" in delivery.last_error
    assert len(messages_of(tickets()[0])) == 2
    assert ada(db).undeliverable_since is None


def test_a_report_that_proves_nothing_is_shown_and_decides_nothing(
    cast: Cast, db: Any, delivery: Delivery
) -> None:
    raw = report(dsn(delivery, DEAD, to=HELP, names_original=False))

    assert (raw.state, raw.ticket_id) == (RawState.DONE, delivery.ticket_id)
    assert delivery.state is DeliveryState.SENT
    assert "Nothing in it proves that" in messages_of(tickets()[0])[-1].text
    assert ada(db).undeliverable_since is None


def test_a_forged_report_on_an_address_we_never_wrote_to_is_set_aside(cast: Cast, db: Any) -> None:
    body = plain(
        Delivery(external_id="x@y.example", subject="S", headers={"envelope_from": HELP}), to=HELP
    )

    raw = report(body)

    assert (raw.state, tickets()) == (RawState.REJECTED, [])
    assert ada(db).undeliverable_since is None


def test_a_mail_from_the_address_clears_the_mark(cast: Cast, db: Any, delivery: Delivery) -> None:
    report(dsn(delivery, DEAD))
    assert reachability.undeliverable(ADA) is not None

    arrive(account_of(db), answer(delivery))

    assert reachability.undeliverable(ADA) is None


def test_a_doubtful_mail_clears_no_mark(cast: Cast, db: Any, delivery: Delivery) -> None:
    report(dsn(delivery, DEAD))

    arrive(account_of(db), b"From: x@y.example\r\n" + mail_from())

    assert reachability.undeliverable(ADA) is not None


def test_a_report_of_arrival_clears_the_mark(cast: Cast, db: Any, delivery: Delivery) -> None:
    with unit_of_work():
        reachability.mark_undeliverable(ADA, "gone", cause="test")

    raw = report(dsn(delivery, ("delivered", "2.0.0", "250 2.0.0 delivered")))

    assert (raw.state, reachability.undeliverable(ADA)) == (RawState.DONE, None)


def test_a_bounce_of_a_moved_answer_is_noted_where_it_stands_now(
    cast: Cast, delivery: Delivery
) -> None:
    moved_to = move_out(messages_of(tickets()[0])[-1])

    raw = report(dsn(delivery, DEAD))

    assert raw.ticket_id == moved_to.id
    assert "was not delivered" in messages_of(moved_to)[-1].text


def test_a_complaint_is_noted_on_the_person_and_opens_nothing(
    cast: Cast, db: Any, delivery: Delivery
) -> None:
    body = (
        "From: feedback@provider.example\r\n"
        f"To: {HELP}\r\nSubject: Complaint\r\nMessage-ID: <arf@provider.example>\r\n"
        "Date: Mon, 16 Nov 2026 10:05:00 +0000\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nAn abuse report.\r\n"
        "--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n"
        "User-Agent: Loop/1\r\nVersion: 1\r\n\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: {delivery.sender}\r\n"
        f"Message-ID: <{delivery.external_id}>\r\nSubject: S\r\n\r\nText.\r\n--b--\r\n"
    ).encode()

    raw = report(body)

    point = ada(db)
    assert (raw.state, raw.ticket_id) == (RawState.DONE, delivery.ticket_id)
    assert point.refuses_bulk_since is not None
    assert point.undeliverable_since is None
    assert delivery.state is DeliveryState.SENT
    assert len(tickets()) == 1
