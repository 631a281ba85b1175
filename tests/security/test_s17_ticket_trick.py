"""A sign-up code sent to the desk or to a reply address is seen by nobody outside (S17)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from helpdesk.core.errors import NotFound
from helpdesk.messaging import tokens
from helpdesk.people.access import actor_of
from helpdesk.people.models import Person
from helpdesk.tickets.access import access_message, access_ticket
from helpdesk.tickets.models import Ticket
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
from tests.makers import make_reply

CODE = "Your code is 918273."
SERVICE = "Sign-up <noreply@chat.example>"


@pytest.fixture
def mallory(cast: Cast) -> tuple[Person, Ticket]:
    """Somebody outside with a ticket of their own, and so with a reply address of ours."""
    arrive(make_account(), mail_from("Mallory <mallory@evil.example>", "A pothole."))
    ticket = tickets()[0]
    return ticket.requester, ticket


def test_a_code_to_the_desk_is_not_seen_by_who_asked_for_it(
    mallory: tuple[Person, Ticket], settle: Callable[[], None]
) -> None:
    person, _ticket = mallory
    arrive(make_account(address="support@borough.example"), mail_from(SERVICE, CODE))
    settle()

    with pytest.raises(NotFound):
        access_ticket(actor_of(person), tickets()[-1].number)
    assert not any("918273" in one.text for one in deliveries())


@pytest.mark.parametrize("reply_domain", ["", "reply.borough.example"])
@pytest.mark.parametrize("headers", [{}, {"Auto-Submitted": "auto-generated"}], ids=["", "marked"])
def test_a_code_to_a_reply_address_is_not_seen_by_whose_address_it_is(
    cast: Cast,
    mallory: tuple[Person, Ticket],
    settle: Callable[[], None],
    reply_domain: str,
    headers: dict[str, str],
) -> None:
    person, ticket = mallory
    sent(ticket, cast.ben)
    address = tokens.reply_address(HELP, tokens.make(ticket.id, person.id), reply_domain)

    arrive(
        make_account(address="b@borough.example"),
        mail_from(SERVICE, CODE, to=address, headers=headers),
    )
    joined = messages_of(ticket)[-1]
    make_reply(ticket, cast.ben, "Is it repaired?")
    settle()

    assert joined.text == CODE
    assert joined.unverified
    with pytest.raises(NotFound):
        access_message(actor_of(person), joined.id)
    assert not any("918273" in f"{one.text}{one.html}" for one in deliveries())


def test_reply_addresses_cannot_be_guessed(cast: Cast, mallory: tuple[Person, Ticket]) -> None:
    person, ticket = mallory
    token = tokens.make(ticket.id, person.id)

    assert tokens.make(ticket.id, person.id + 1)[-16:] != token[-16:]
    assert all(tokens.read(token[:-1] + sign) is None for sign in "bcdefg" if sign != token[-1])
