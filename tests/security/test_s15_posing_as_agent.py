"""A mail in an agent's name is quarantined, and never sent on to anybody (S15)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from channels.channel import RawItem
from channels.email.parse import parse
from channels.message import Verdicts
from helpdesk.core.db import db as database
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.filing import file_message
from helpdesk.messaging.keeping import keep
from helpdesk.messaging.models import Delivery, DeliveryKind, RawMessage, RawState
from helpdesk.messaging.preparing import prepare_notice
from helpdesk.messaging.setting_aside import refile
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.helpdesk.messaging.answers import answer, sent
from tests.helpdesk.messaging.post import (
    arrive,
    deliveries,
    mail_from,
    make_account,
    messages_of,
    tickets,
)
from tests.makers import make_ticket

BEN = "Ben Kaya <ben@borough.example>"
ORDER = "Pay invoice 4711 today."


def with_a_token(cast: Cast, delivery: Delivery) -> bytes:
    """From the agent, to the reply address of the requester."""
    return answer(delivery, BEN, ORDER, headers={"In-Reply-To": None})


def with_our_id(cast: Cast, delivery: Delivery) -> bytes:
    """From the agent, answering the mail that the requester got."""
    return mail_from(BEN, ORDER, headers={"In-Reply-To": f"<{delivery.external_id}>"})


def with_the_requesters_id(cast: Cast, delivery: Delivery) -> bytes:
    """From the agent, answering what the requester wrote."""
    return mail_from(BEN, ORDER, headers={"References": "<first@citizen.example>"})


def answering_a_notice(cast: Cast, delivery: Delivery) -> bytes:
    """From the agent, answering the notice that agents get."""
    with unit_of_work():
        notice = prepare_notice(
            cast.ben, subject="News", text="News.", ticket_id=delivery.ticket_id
        )
    assert notice is not None
    return mail_from(BEN, ORDER, headers={"In-Reply-To": f"<{notice.external_id}>"})


def with_two_senders(cast: Cast, delivery: Delivery) -> bytes:
    """With two From fields, the agent's first."""
    return f"From: {BEN}\r\n".encode() + mail_from("mallory@evil.example", ORDER)


FORGED = [
    with_a_token,
    with_our_id,
    with_the_requesters_id,
    answering_a_notice,
    with_two_senders,
]


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return make_ticket(cast.ada, cast.it, external_id="first@citizen.example")


@pytest.mark.parametrize("forge", FORGED, ids=lambda one: one.__name__)
def test_a_mail_in_an_agents_name_is_quarantined_and_never_sent_on(
    cast: Cast,
    ticket: Ticket,
    forge: Callable[[Cast, Delivery], bytes],
    settle: Callable[[], None],
) -> None:
    body = forge(cast, sent(ticket, cast.ben))

    raw = arrive(make_account(), body)
    settle()

    assert (raw.state, raw.reason) == (RawState.QUARANTINED, "posing-as-agent")
    assert len(messages_of(ticket)) == 2
    assert len(tickets()) == 1
    assert not any("4711" in f"{one.text}{one.html}{one.subject}" for one in deliveries())


def test_a_mail_in_an_agents_name_that_nobody_could_trace_is_quarantined(cast: Cast) -> None:
    account, body = make_account(), mail_from(BEN, ORDER)
    with unit_of_work():
        raw = keep(account, RawItem("INBOX:1:7", body))
    assert raw is not None

    with unit_of_work():
        file_message(
            database.session.get_one(RawMessage, raw.id),
            replace(parse(body), verdicts=Verdicts(dmarc="fail")),
        )

    assert (raw.state, raw.reason) == (RawState.QUARANTINED, "posing-as-agent")


def test_an_agents_name_before_another_address_makes_nobody_an_agent(
    cast: Cast, ticket: Ticket
) -> None:
    arrive(make_account(), answer(sent(ticket, cast.ben), "Ben Kaya <mallory@evil.example>", ORDER))

    message = messages_of(ticket)[-1]
    assert message.author_id != cast.ben.id
    assert "somebody else" in message.unverified
    assert all(one.kind is not DeliveryKind.REPLY for one in deliveries()[1:])


def test_what_a_person_lets_in_gets_a_ticket_of_its_own(
    cast: Cast, ticket: Ticket, settle: Callable[[], None]
) -> None:
    raw = arrive(make_account(), with_a_token(cast, sent(ticket, cast.ben)))
    with unit_of_work():
        refile(database.session.get_one(RawMessage, raw.id), actor=cast.actor("eve"))
    settle()

    assert len(messages_of(ticket)) == 2
    assert len(tickets()) == 2


def test_an_agent_may_ask_the_desk_as_anybody(cast: Cast) -> None:
    raw = arrive(make_account(), mail_from(BEN, "My own screen is dark."))

    assert raw.state is RawState.DONE
    assert tickets()[0].requester_id == cast.ben.id
