"""An answer before what it answers, and a whole thread shuffled: each lands on the right ticket."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.messaging.models import AwaitedMessage
from helpdesk.tickets.models import LinkKind, TicketLink
from tests.cast import Cast
from tests.helpdesk.messaging.post import (
    arrive,
    mail_from,
    make_account,
    messages_of,
    tickets,
)

LENGTH = 6


def thread(sender: str = "Ada Byrne <ada@borough.example>") -> list[bytes]:
    """A thread of one person, each mail naming all before it."""
    ids = [f"<{number}@citizen.example>" for number in range(LENGTH)]
    mails = []
    for number in range(LENGTH):
        headers = {"Date": f"Mon, 16 Nov 2026 08:0{number}:00 +0000"}
        if number:
            headers |= {"In-Reply-To": ids[number - 1], "References": " ".join(ids[:number])}
        message_id = ids[number].strip("<>")
        mails.append(
            mail_from(sender, f"Mail number {number}.", message_id=message_id, headers=headers)
        )
    return mails


def test_what_is_answered_joins_the_answer_that_came_first(cast: Cast, db: Any) -> None:
    account, mails = make_account(), thread()
    arrive(account, mails[1])

    arrive(account, mails[0])

    [ticket] = tickets()
    assert [one.text for one in messages_of(ticket)] == ["Mail number 1.", "Mail number 0."]
    assert messages_of(ticket)[-1].joined_by == "awaited"
    assert db.session.scalars(select(AwaitedMessage)).all() == []


@pytest.mark.parametrize("seed", range(6))
def test_a_shuffled_thread_is_one_ticket_in_the_order_received(cast: Cast, seed: int) -> None:
    account, mails = make_account(), thread()
    order = list(range(LENGTH))
    random.Random(seed).shuffle(order)

    for number in order:
        arrive(account, mails[number])

    [ticket] = tickets()
    assert [one.text for one in messages_of(ticket)] == [f"Mail number {n}." for n in order]


def test_a_stranger_does_not_join_by_an_id_that_is_awaited(cast: Cast, db: Any) -> None:
    account = make_account()
    arrive(account, thread()[1])

    arrive(account, mail_from("Mallory <mallory@evil.example>", message_id="0@citizen.example"))

    ada, mallory = tickets()
    link = db.session.scalars(select(TicketLink)).one()
    assert [len(messages_of(one)) for one in (ada, mallory)] == [1, 1]
    assert (link.left_id, link.right_id, link.kind) == (mallory.id, ada.id, LinkKind.RELATED)


def test_a_mail_between_two_that_came_without_it_links_their_tickets(cast: Cast, db: Any) -> None:
    account = make_account()
    chain = [
        mail_from(message_id="a@c.example"),
        mail_from(message_id="b@c.example", headers={"In-Reply-To": "<a@c.example>"}),
        mail_from(message_id="c@c.example", headers={"In-Reply-To": "<b@c.example>"}),
    ]
    for number in (2, 0, 1):
        arrive(account, chain[number])

    late, early = tickets()
    link = db.session.scalars(select(TicketLink)).one()
    assert [len(messages_of(one)) for one in (late, early)] == [1, 2]
    assert {link.left_id, link.right_id} == {late.id, early.id}


def test_answers_to_what_never_comes_cost_nothing_but_a_row(cast: Cast, db: Any) -> None:
    account = make_account()
    for number in itertools.islice(itertools.count(), 3):
        arrive(account, mail_from(headers={"In-Reply-To": f"<gone{number}@x.example>"}))

    assert len(tickets()) == 3
    assert len(db.session.scalars(select(AwaitedMessage)).all()) == 3
