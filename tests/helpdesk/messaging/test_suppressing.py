"""Nothing is sent to an address that mail came back from, until somebody says so and it arrives."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.deciding import send_again
from helpdesk.messaging.models import Delivery, DeliveryKind, DeliveryState
from helpdesk.people import reachability
from tests.cast import Cast
from tests.helpdesk.messaging.post import arrive, deliveries, mail_from, make_account, messages_of
from tests.makers import make_reply, make_ticket
from tests.servers.smtp import SmtpSink

ADA = "ada@borough.example"


@pytest.fixture
def marked(cast: Cast) -> None:
    with unit_of_work():
        reachability.mark_undeliverable(ADA, "550 5.1.1 no such user", cause="test")


def the_reply() -> Delivery:
    [found] = [one for one in deliveries() if one.kind is DeliveryKind.REPLY]
    return found


def test_a_reply_to_a_marked_address_stays_here_and_says_why(
    cast: Cast, marked: None, sink: SmtpSink, settle: Callable[[], None]
) -> None:
    ticket = make_ticket(cast.ada, cast.it, channel="phone")
    make_reply(ticket, cast.ben)
    settle()

    assert the_reply().state is DeliveryState.FAILED
    assert "no such user" in messages_of(ticket)[-1].text
    assert sink.received == []


def test_what_a_person_sends_all_the_same_and_arrives_clears_the_mark(
    cast: Cast, marked: None, sink: SmtpSink, settle: Callable[[], None]
) -> None:
    make_reply(make_ticket(cast.ada, cast.it, channel="phone"), cast.ben)
    settle()
    with unit_of_work():
        send_again(the_reply(), actor=cast.actor("ben"))
    settle()

    assert the_reply().state is DeliveryState.SENT
    assert len(sink.wait_for(1)) == 1
    assert reachability.undeliverable(ADA) is None


def test_no_receipt_goes_to_a_marked_address_of_a_doubtful_sender(
    cast: Cast, marked: None, settle: Callable[[], None]
) -> None:
    arrive(make_account(), b"From: zoe@citizen.example\r\n" + mail_from())
    settle()

    assert deliveries() == []
    assert reachability.undeliverable(ADA) is not None
