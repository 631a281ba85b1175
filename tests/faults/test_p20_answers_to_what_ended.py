"""Answers to merged, split, closed and deleted tickets go where a person would look for them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.core.clock import StoppedClock
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.policy import MailPolicy, write
from helpdesk.tickets import merging, moving
from helpdesk.tickets.commands import lock
from helpdesk.tickets.deleting import delete
from helpdesk.tickets.models import LinkKind, Ticket, TicketLink
from helpdesk.tickets.verifying import verify_all
from tests.cast import Cast
from tests.helpdesk.messaging.answers import answer, close, merge, move_out, sent
from tests.helpdesk.messaging.post import (
    HELP,
    arrive,
    mail_from,
    make_account,
    messages_of,
    tickets,
)
from tests.makers import make_ticket, make_words_of
from workflows.lifecycle import Status

SECRET = "My number is 0171 496 0001."


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return make_ticket(cast.ada, cast.it, text=SECRET, external_id="first@citizen.example")


def last_link(db: Any) -> tuple[int, int, LinkKind]:
    link = db.session.scalars(select(TicketLink).order_by(TicketLink.id.desc()).limit(1)).one()
    return link.left_id, link.right_id, link.kind


@pytest.mark.parametrize("by", ["token", "ids"])
def test_an_answer_to_a_merged_ticket_joins_what_it_was_merged_into(
    cast: Cast, ticket: Ticket, by: str
) -> None:
    delivery, target = sent(ticket, cast.ben), make_ticket(cast.ada, cast.it)
    merge(ticket, target)
    plain = {"In-Reply-To": "<first@citizen.example>"}

    arrive(make_account(), answer(delivery) if by == "token" else mail_from(headers=plain))

    message = messages_of(target)[-1]
    assert message.joined_by.startswith("reply-token" if by == "token" else "references")
    assert messages_of(ticket) == []
    assert list(verify_all()) == []


def test_after_parting_an_answer_goes_to_the_first_ticket_again(cast: Cast, ticket: Ticket) -> None:
    delivery, target = sent(ticket, cast.ben), make_ticket(cast.ada, cast.it)
    merge(ticket, target)
    with unit_of_work():
        merging.undo(*moving.lock_both(ticket.id, target.id), by=None, cause="test")

    arrive(make_account(), answer(delivery))

    assert len(messages_of(ticket)) == 3


def test_an_answer_to_a_message_that_was_moved_out_follows_it(cast: Cast, ticket: Ticket) -> None:
    delivery = sent(ticket, cast.ben)
    moved_to = move_out(messages_of(ticket)[-1])

    arrive(make_account(), answer(delivery))

    assert messages_of(moved_to)[-1].joined_by == "reply-token+moved"
    assert messages_of(moved_to)[-1].unverified == ""
    assert len(messages_of(ticket)) == 1


def test_an_answer_to_what_was_not_moved_stays(cast: Cast, ticket: Ticket) -> None:
    delivery = sent(ticket, cast.ben)
    make_words_of(ticket, cast.ada, "And the bins.", external_id="bins@citizen.example")
    moved_to = move_out(messages_of(ticket)[-1])
    account = make_account()

    arrive(account, answer(delivery))
    arrive(account, mail_from(headers={"In-Reply-To": "<bins@citizen.example>"}))

    assert (len(messages_of(ticket)), len(messages_of(moved_to))) == (3, 2)


def test_a_token_and_a_known_id_of_a_moved_message_open_no_ticket_of_others(
    cast: Cast, ticket: Ticket
) -> None:
    delivery = sent(ticket, cast.ben)
    make_words_of(ticket, cast.dan, "About my own roof.", external_id="roof@citizen.example")
    moved_to = move_out(messages_of(ticket)[-1])

    arrive(make_account(), answer(delivery, headers={"In-Reply-To": "<roof@citizen.example>"}))

    assert len(messages_of(moved_to)) == 1
    assert len(messages_of(ticket)) == 3


def test_an_answer_to_a_closed_ticket_opens_one_that_follows_it(
    cast: Cast, db: Any, ticket: Ticket
) -> None:
    delivery = sent(ticket, cast.ben)
    close(ticket)

    arrive(make_account(), answer(delivery))

    new = tickets()[-1]
    assert last_link(db) == (new.id, ticket.id, LinkKind.FOLLOWS)
    assert (ticket.status, messages_of(new)[0].joined_by) == (Status.CLOSED, "follows")


@pytest.mark.parametrize(("days", "reopened"), [(6, True), (8, False)])
def test_a_closed_ticket_is_reopened_by_rule(
    cast: Cast, clock: StoppedClock, ticket: Ticket, days: int, reopened: bool
) -> None:
    with unit_of_work():
        write(MailPolicy(reopen_days=7))
    delivery = sent(ticket, cast.ben)
    close(ticket)
    clock.advance(timedelta(days=days))

    arrive(make_account(), answer(delivery))

    assert (ticket.status == Status.IN_PROGRESS, len(tickets()) == 1) == (reopened, reopened)
    assert list(verify_all()) == []


def test_a_machine_reopens_nothing(cast: Cast, ticket: Ticket) -> None:
    with unit_of_work():
        write(MailPolicy(reopen_days=7))
    delivery = sent(ticket, cast.ben)
    close(ticket)

    arrive(make_account(), answer(delivery, headers={"Auto-Submitted": "auto-replied"}))

    assert (ticket.status, len(tickets()), len(messages_of(ticket))) == (Status.CLOSED, 1, 3)


def test_an_answer_to_a_deleted_ticket_opens_one_without_the_old_words(
    cast: Cast, db: Any, ticket: Ticket
) -> None:
    delivery = sent(ticket, cast.ben, "Call us on extension 4711.")
    with unit_of_work():
        delete(lock(ticket.id), "Asked for by its requester.", by=None, cause="test")
    quoting = (
        "What became of it?\n\nOn Mon, 16 Nov 2026 at 09:00, Ben Kaya wrote:\n"
        f"> Call us on extension 4711.\n>\n> > {SECRET}\n"
    )

    arrive(make_account(), answer(delivery, text=quoting))

    new = tickets()[-1]
    message = messages_of(new)[0]
    assert last_link(db) == (new.id, ticket.id, LinkKind.FOLLOWS)
    assert (message.text, message.quoted, message.html) == ("What became of it?", "", None)
    assert message.joined_by == "follows-deleted"
    assert len(messages_of(ticket)) == 2


def test_a_forward_to_another_mailbox_is_a_new_linked_ticket(cast: Cast, db: Any) -> None:
    it = make_account(cast.it, HELP)
    highways = make_account(cast.highways, "highways@borough.example")
    arrive(it, mail_from(subject="Pothole", text="A deep one.", message_id="p@c.example"))
    first = tickets()[0]
    forward = mail_from(
        "Ben Kaya <ben@borough.example>",
        "This is yours.\n\n-------- Forwarded Message --------\nSubject: Pothole\n"
        "Date: Mon, 16 Nov 2026 09:00:00 +0000\nFrom: Ada Byrne <ada@borough.example>\n"
        "To: help@borough.example\n\nA deep one.\n",
        subject="Fwd: Pothole",
        to="highways@borough.example",
        headers={"References": "<p@c.example>", "In-Reply-To": "<p@c.example>"},
    )

    arrive(highways, forward)

    new = tickets()[-1]
    assert (new.group_id, messages_of(new)[0].joined_by) == (cast.highways.id, "forwarded")
    assert last_link(db) == (new.id, first.id, LinkKind.RELATED)
    assert len(messages_of(first)) == 1


def test_a_mail_sent_on_as_it_is_to_another_mailbox_is_a_new_linked_ticket(
    cast: Cast, db: Any
) -> None:
    it = make_account(cast.it, HELP)
    highways = make_account(cast.highways, "highways@borough.example")
    body = mail_from(text="A deep one.")
    arrive(it, body)
    resent = (
        b"Resent-From: ben@borough.example\r\nResent-To: highways@borough.example\r\n"
        b"Resent-Message-ID: <again@borough.example>\r\n"
    )

    arrive(highways, resent + body)

    first, new = tickets()
    assert messages_of(new)[0].joined_by == "forwarded"
    assert last_link(db) == (new.id, first.id, LinkKind.RELATED)
    assert messages_of(new)[0].unverified == ""
