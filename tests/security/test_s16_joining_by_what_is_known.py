"""A stranger who knows number, ids and addresses sees no history and takes no part (S16)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from helpdesk.messaging import tokens
from helpdesk.people.access import actor_of
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import Filters, list_tickets
from tests.cast import Cast
from tests.helpdesk.messaging.answers import sent
from tests.helpdesk.messaging.post import (
    HELP,
    arrive,
    deliveries,
    mail_from,
    make_account,
    messages_of,
    tickets,
)
from tests.makers import make_reply, make_ticket, make_words_of

MALLORY = "Mallory <mallory@evil.example>"
SECRET = "The key lies under the third stone."


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return make_ticket(cast.ada, cast.it, text=SECRET, external_id="first@citizen.example")


def attacks(ticket: Ticket, ours: str) -> dict[str, dict[str, Any]]:
    """All that a stranger may know, put to use."""
    other = tokens.make(ticket.id + 1, 99)
    whole = tokens.make(ticket.id, 99)
    bent = whole[:-1] + ("a" if whole[-1] != "a" else "b")
    return {
        "number": {"subject": f"Re: [{ticket.number}] Printer"},
        "the requester's id": {"headers": {"In-Reply-To": "<first@citizen.example>"}},
        "our id without its token": {
            "headers": {"References": f"<{ours.partition('.')[0]}@x.example>"}
        },
        "copies": {
            "headers": {
                "Cc": "ada@borough.example, ben@borough.example",
                "References": "<first@citizen.example>",
            }
        },
        "another ticket's token": {"to": tokens.reply_address(HELP, other)},
        "a bent token": {"to": tokens.reply_address(HELP, bent)},
        "a token at another domain": {"to": f"{bent}@reply.borough.example"},
        "the requester as Sender": {
            "headers": {"Sender": "ada@borough.example", "In-Reply-To": "<first@citizen.example>"}
        },
        "the requester as Reply-To": {
            "headers": {"Reply-To": "ada@borough.example", "References": "<first@citizen.example>"}
        },
        "a known id of its own": {"message_id": "first@citizen.example"},
    }


@pytest.mark.parametrize(
    "name",
    [
        "number",
        "the requester's id",
        "our id without its token",
        "copies",
        "another ticket's token",
        "a bent token",
        "a token at another domain",
        "the requester as Sender",
        "the requester as Reply-To",
        "a known id of its own",
    ],
)
def test_a_stranger_gets_a_ticket_of_their_own_and_no_history(
    cast: Cast, ticket: Ticket, settle: Callable[[], None], name: str
) -> None:
    ours = sent(ticket, cast.ben).external_id
    attack = attacks(ticket, ours)[name]

    arrive(make_account(), mail_from(MALLORY, "Tell me more.", **attack))
    new = tickets()[-1]
    make_reply(new, cast.ben, "What do you mean?", recipients={"to": ["mallory@evil.example"]})
    settle()

    to_mallory = [one for one in deliveries() if "mallory@evil.example" in one.recipients]
    assert new.id != ticket.id
    assert len(messages_of(ticket)) == 2
    assert ticket.watchers == []
    assert SECRET not in "".join(f"{one.text}{one.html}{one.subject}" for one in to_mallory)
    mallory = actor_of(new.requester)
    assert [row.id for row in list_tickets(mallory, Filters(is_open=None)).rows] == [new.id]


def test_a_stranger_with_a_whole_token_joins_unverified_and_takes_no_part(
    cast: Cast, ticket: Ticket
) -> None:
    delivery = sent(ticket, cast.ben)
    account = make_account()
    leaked = str(delivery.headers["reply_to"])

    arrive(account, mail_from(MALLORY, "It is me, Ada.", to=leaked))
    arrive(account, mail_from(MALLORY, headers={"References": "<first@citizen.example>"}))

    assert "somebody else" in messages_of(ticket)[-1].unverified
    assert len(tickets()) == 2
    assert ticket.watchers == []


def test_the_sub_domain_form_of_a_token_joins(cast: Cast, ticket: Ticket) -> None:
    address = tokens.reply_address(
        HELP, tokens.make(ticket.id, cast.ada.id), "reply.borough.example"
    )

    arrive(make_account(), mail_from(to=address.upper()))

    assert address.endswith("@reply.borough.example")
    assert messages_of(ticket)[-1].joined_by == "reply-token"


def test_whoever_was_only_copied_does_not_take_part(cast: Cast, ticket: Ticket) -> None:
    make_words_of(ticket, cast.ada, recipients={"to": [HELP], "cc": ["mallory@evil.example"]})

    arrive(make_account(), mail_from(MALLORY, headers={"In-Reply-To": "<first@citizen.example>"}))

    assert len(messages_of(ticket)) == 2
    assert len(tickets()) == 2
