"""Joining a ticket needs a proof: our token, or taking part; a number, an id or a Cc proves nothing (S16)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import tokens
from helpdesk.messaging.models import RawState
from helpdesk.tickets.commands import watch
from helpdesk.tickets.models import LinkKind, Ticket, TicketLink
from tests.cast import Cast
from tests.helpdesk.messaging.post import (
    HELP,
    arrive,
    mail_from,
    make_account,
    messages_of,
    tickets,
)
from tests.makers import make_note, make_reply, make_ticket

STRANGER = "Mallory <mallory@evil.example>"


def test_a_reply_token_in_the_address_joins(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    address = tokens.reply_address(HELP, tokens.make(ticket.id, cast.ada.id))

    arrive(make_account(), mail_from(to=f"IT <{address.upper()}>"))

    message = messages_of(ticket)[-1]
    assert (message.joined_by, message.unverified, message.author_id) == (
        "reply-token",
        "",
        cast.ada.id,
    )


def test_a_reply_token_in_the_id_it_answers_joins(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    ours = tokens.message_id(tokens.make(ticket.id, cast.ada.id), "borough.example")

    arrive(make_account(), mail_from(headers={"References": f"<x@y.example> <{ours}>"}))

    assert len(messages_of(ticket)) == 2


def test_a_token_used_by_somebody_else_joins_and_is_marked(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    address = tokens.reply_address(HELP, tokens.make(ticket.id, cast.ada.id))

    arrive(make_account(), mail_from(STRANGER, to=address))

    assert "somebody else" in messages_of(ticket)[-1].unverified


def test_a_forged_token_proves_nothing(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    token = tokens.make(ticket.id, cast.ada.id)
    forged = ("a" if token[20] != "a" else "b").join((token[:20], token[21:]))

    arrive(make_account(), mail_from(STRANGER, to=tokens.reply_address(HELP, forged)))

    assert len(messages_of(ticket)) == 1


def test_a_token_for_another_ticket_cannot_be_bent(cast: Cast) -> None:
    mine, other = make_ticket(cast.ada), make_ticket(cast.dan)
    one, two = tokens.make(mine.id, cast.ada.id), tokens.make(other.id, cast.ada.id)

    assert tokens.read(one[:16] + two[16:]) is None
    assert tokens.read("") is None
    assert tokens.read("!" * 32) is None


def test_the_requester_joins_by_references(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it, external_id="first@citizen.example")

    arrive(make_account(), mail_from(headers={"References": "<first@citizen.example>"}))

    assert messages_of(ticket)[-1].joined_by == "references"


def test_a_watcher_joins_by_references(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it, external_id="first@citizen.example")
    from tests.cast import make_person

    with unit_of_work():
        watch(ticket, make_person("Wes", "wes@citizen.example"), by=None, cause="test")

    arrive(
        make_account(),
        mail_from("wes@citizen.example", headers={"In-Reply-To": "<first@citizen.example>"}),
    )

    assert len(messages_of(ticket)) == 2


@pytest.mark.parametrize(
    "attack",
    [
        {"In-Reply-To": "<first@citizen.example>"},
        {"References": "<first@citizen.example>"},
        {"Cc": "ada@borough.example", "References": "<first@citizen.example>"},
        {"From": "Ada Byrne <mallory@evil.example>", "In-Reply-To": "<first@citizen.example>"},
    ],
    ids=["in-reply-to", "references", "with the requester in copy", "under the requester's name"],
)
def test_a_stranger_with_the_ids_gets_a_ticket_of_their_own(
    cast: Cast, db: Any, attack: dict[str, str]
) -> None:
    ticket = make_ticket(cast.ada, cast.it, external_id="first@citizen.example")

    arrive(make_account(), mail_from(STRANGER, headers=attack))

    new = tickets()[-1]
    link = db.session.scalars(select(TicketLink)).one()
    assert len(messages_of(ticket)) == 1
    assert new.requester_id != cast.ada.id
    assert (link.left_id, link.right_id, link.kind) == (new.id, ticket.id, LinkKind.RELATED)
    assert ticket.watchers == []


def test_a_number_in_the_subject_proves_nothing(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)

    arrive(make_account(), mail_from(STRANGER, subject=f"Re: Printer [{ticket.number}]"))

    assert len(messages_of(ticket)) == 1
    assert len(tickets()) == 2


def test_a_number_of_no_ticket_is_only_words(app: Any, db: Any) -> None:
    arrive(make_account(), mail_from(subject="About REQ-999999"))

    assert db.session.scalars(select(TicketLink)).all() == []


def test_a_sender_in_doubt_does_not_join_by_references(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it, external_id="first@citizen.example")
    body = mail_from(headers={"In-Reply-To": "<first@citizen.example>"})

    arrive(make_account(), b"From: ada@borough.example\r\n" + body)

    assert len(messages_of(ticket)) == 1


def test_whoever_joined_in_doubt_does_not_take_part_later(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it, external_id="first@citizen.example")
    address = tokens.reply_address(HELP, tokens.make(ticket.id, cast.ada.id))
    account = make_account()
    arrive(account, mail_from(STRANGER, to=address))

    arrive(account, mail_from(STRANGER, headers={"In-Reply-To": "<first@citizen.example>"}))

    assert len(messages_of(ticket)) == 2


def test_an_id_copied_onto_a_stranger_mail_does_not_lead_the_requester_astray(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it, external_id="first@citizen.example")
    account = make_account()
    arrive(account, mail_from(STRANGER, message_id="first@citizen.example"))

    arrive(account, mail_from(headers={"In-Reply-To": "<first@citizen.example>"}))

    assert len(messages_of(ticket)) == 2


def test_a_token_of_a_ticket_that_is_no_more_opens_a_new_one(cast: Cast) -> None:
    address = tokens.reply_address(HELP, tokens.make(4711, cast.ada.id))

    raw = arrive(make_account(), mail_from(to=address))

    assert raw.state is RawState.DONE
    assert len(tickets()) == 1


def test_a_colleague_of_the_desk_with_a_token_is_set_aside_as_posing(cast: Cast) -> None:
    ticket: Ticket = make_ticket(cast.ada, cast.it)
    make_reply(ticket, cast.ben)
    make_note(ticket, cast.ben)
    address = tokens.reply_address(HELP, tokens.make(ticket.id, cast.ada.id))

    raw = arrive(make_account(), mail_from("ben@borough.example", to=address))

    assert (raw.state, raw.reason) == (RawState.QUARANTINED, "posing-as-agent")
    assert len(messages_of(ticket)) == 3
