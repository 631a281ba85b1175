"""A known Message-ID makes nobody skip a mail: with other words it is taken in, and flagged."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.messaging.models import RawState
from helpdesk.tickets.models import LinkKind, TicketLink
from tests.cast import Cast
from tests.helpdesk.messaging.post import (
    arrive,
    deliveries,
    mail_from,
    make_account,
    messages_of,
    tickets,
)

KNOWN = "known@citizen.example"


@pytest.mark.parametrize(
    "sender", ["Ada Byrne <ada@borough.example>", "Mallory <mallory@evil.example>"]
)
def test_a_known_id_with_new_words_is_taken_in_and_flagged(
    cast: Cast, db: Any, sender: str
) -> None:
    account = make_account()
    arrive(account, mail_from(text="The flood warning.", message_id=KNOWN))

    raw = arrive(account, mail_from(sender, text="Something else.", message_id=KNOWN))

    first, second = tickets()
    message = messages_of(second)[0]
    link = db.session.scalars(select(TicketLink)).one()
    assert (raw.state, message.text) == (RawState.DONE, "Something else.")
    assert "same Message-ID" in message.unverified
    assert (link.left_id, link.right_id, link.kind) == (second.id, first.id, LinkKind.RELATED)


def test_whoever_takes_an_id_first_keeps_nobody_out(cast: Cast) -> None:
    account = make_account()
    arrive(account, mail_from("mallory@evil.example", text="Nothing.", message_id=KNOWN))

    raw = arrive(account, mail_from(text="My boiler leaks gas.", message_id=KNOWN))

    assert raw.state is RawState.DONE
    assert messages_of(tickets()[-1])[0].text == "My boiler leaks gas."


def test_a_flagged_mail_gets_no_receipt(app: Any, settle: Any) -> None:
    account = make_account()
    arrive(account, mail_from("zoe@citizen.example", message_id=KNOWN))
    arrive(account, mail_from("victim@citizen.example", text="New words.", message_id=KNOWN))
    settle()

    assert [one.recipients for one in deliveries()] == [["zoe@citizen.example"]]


def test_mail_without_an_id_is_flagged_for_nothing(app: Any) -> None:
    account = make_account()
    for number in range(2):
        arrive(account, mail_from(text=f"Alarm {number}.", headers={"Message-ID": None}))

    assert [messages_of(one)[0].unverified for one in tickets()] == ["", ""]
