"""Copies of one mail by Bcc, alias and list are one message, and the group is the same whichever comes first."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.messaging.models import RawMessage, RawState
from tests.cast import Cast
from tests.helpdesk.messaging.post import (
    arrive,
    mail_from,
    make_account,
    messages_of,
    tickets,
)

TRACES = {
    "straight": b"",
    "alias": b"Delivered-To: it@borough.example\r\nX-Original-To: support@borough.example\r\n",
    "bcc": b"Envelope-To: help@borough.example\r\nReceived: from a by b; today\r\n",
    "list": b"List-Id: <all.borough.example>\r\nPrecedence: list\r\nReceived: from l by b; today\r\n",
    "relay": b"Return-Path: <ada@borough.example>\r\nDKIM-Signature: v=1; b=other\r\n",
}
IT, HIGHWAYS = "it@borough.example", "highways@borough.example"


@pytest.mark.parametrize("ways", list(itertools.permutations(TRACES, 2)), ids=" then ".join)
def test_copies_by_other_ways_are_one_message(app: Any, ways: tuple[str, str]) -> None:
    account, body = make_account(), mail_from()

    first, second = (arrive(account, TRACES[way] + body) for way in ways)

    assert (first.state, second.state) == (RawState.DONE, RawState.DUPLICATE)
    assert second.message_id == first.message_id
    assert [len(messages_of(one)) for one in tickets()] == [1]


@pytest.mark.parametrize("order", [(IT, HIGHWAYS), (HIGHWAYS, IT)], ids=" before ".join)
def test_a_mail_to_two_of_our_addresses_goes_to_the_group_named_first(
    cast: Cast, db: Any, order: tuple[str, str]
) -> None:
    accounts = {
        IT: make_account(cast.it, IT),
        HIGHWAYS: make_account(cast.highways, HIGHWAYS),
    }
    body = mail_from(to=f"{HIGHWAYS}, {IT}")

    for address in order:
        arrive(accounts[address], body)

    [ticket] = tickets()
    assert ticket.group_id == cast.highways.id
    states = db.session.scalars(select(RawMessage.state).order_by(RawMessage.id)).all()
    assert states == [RawState.DONE, RawState.DUPLICATE]
    assert messages_of(ticket)[0].recipients["also_at"] == [f"Mailbox {order[1]}"]


def test_a_mail_with_a_copy_to_us_belongs_to_whom_it_is_addressed(cast: Cast) -> None:
    make_account(cast.it, IT)
    highways = make_account(cast.highways, HIGHWAYS)

    arrive(highways, mail_from(to="a@x.example", headers={"Cc": f"{IT}, {HIGHWAYS}"}))

    assert tickets()[0].group_id == cast.it.id
