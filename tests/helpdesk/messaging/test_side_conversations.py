"""Side conversations: mails to a third party, whose answers come back into the ticket and nowhere else."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.models import Delivery, DeliveryState
from helpdesk.messaging.preparing import prepare_message
from helpdesk.notifications.models import Notification
from helpdesk.sla.models import SlaEvent
from helpdesk.tickets.commands import assign, change_status, lock
from helpdesk.tickets.models import Direction, Message, Ticket, Visibility
from helpdesk.tickets.side_models import SideConversation, SideState
from helpdesk.tickets.verifying import verify_ticket
from tests.cast import Cast
from tests.helpdesk.messaging.answers import answer, merge, sent
from tests.helpdesk.messaging.aside import ADDRESS, SUPPLIER, ask_aside, sent_aside, side_of
from tests.helpdesk.messaging.post import (
    arrive,
    deliveries,
    mail_from,
    make_account,
    messages_of,
    tickets,
)
from tests.makers import make_ticket
from workflows.lifecycle import Status

STRANGER = "Mallory <mallory@evil.example>"


def test_a_mail_aside_has_a_thread_of_its_own_and_its_own_signed_token(cast: Cast) -> None:
    account = make_account(cast.it)
    ticket = make_ticket(cast.ada, cast.it, external_id="first@citizen.example")
    public = sent(ticket, cast.ben)

    aside = sent_aside(ticket, cast.ben)

    assert aside.recipients == [ADDRESS]
    assert aside.subject == f"Drum unit wanted [{ticket.number}]"
    assert aside.headers["references"] == []
    assert str(aside.headers["reply_to"]).startswith(account.address.partition("@")[0] + "+")
    assert aside.headers["reply_to"] != public.headers["reply_to"]


def test_an_answer_joins_the_side_conversation_and_nothing_public(cast: Cast) -> None:
    account = make_account(cast.it)
    ticket = make_ticket(cast.ada, cast.it)
    line = ticket.last_line
    aside = sent_aside(ticket, cast.ben)

    arrive(account, answer(aside, SUPPLIER, "We have three."))

    came = messages_of(ticket)[-1]
    assert (came.visibility, came.direction) == (Visibility.ASIDE, Direction.IN)
    assert (came.joined_by, came.unverified) == ("side-token", "")
    assert side_of(came).state is SideState.ANSWERED
    now = db.session.get_one(Ticket, ticket.id, populate_existing=True)
    assert (len(tickets()), now.last_line, now.watchers) == (1, line, [])
    assert verify_ticket(ticket.id) == []


def test_our_next_mail_aside_answers_theirs(cast: Cast) -> None:
    account = make_account(cast.it)
    ticket = make_ticket(cast.ada, cast.it)
    first = sent_aside(ticket, cast.ben)
    arrive(account, answer(first, SUPPLIER, "How many?", message_id="theirs@toner.example"))

    second = sent_aside(ticket, cast.ben, "One.", side=side_of(messages_of(ticket)[-1]))

    assert second.headers["in_reply_to"] == "theirs@toner.example"
    assert second.headers["references"] == [first.external_id, "theirs@toner.example"]
    assert second.subject.startswith("Re: ")
    public = sent(ticket, cast.ben)
    assert public.headers["references"] == []


def test_a_participant_joins_by_references_alone(cast: Cast) -> None:
    account = make_account(cast.it)
    ticket = make_ticket(cast.ada, cast.it)
    aside = sent_aside(ticket, cast.ben)
    arrive(account, answer(aside, SUPPLIER, "Soon.", message_id="soon@toner.example"))

    arrive(
        account,
        mail_from(SUPPLIER, "It is on its way.", headers={"References": "<soon@toner.example>"}),
    )

    assert messages_of(ticket)[-1].joined_by == "side-references"


def test_a_stranger_joins_by_no_id_and_no_number(cast: Cast) -> None:
    account = make_account(cast.it)
    ticket = make_ticket(cast.ada, cast.it)
    aside = sent_aside(ticket, cast.ben)

    arrive(
        account,
        mail_from(
            STRANGER,
            subject=f"Re: {aside.subject}",
            headers={"References": f"<{aside.external_id}>"},
        ),
    )

    assert len(messages_of(ticket)) == 2
    assert tickets()[-1].id != ticket.id


def test_whoever_holds_the_token_of_another_is_marked_and_changes_nothing(cast: Cast) -> None:
    account = make_account(cast.it)
    ticket = make_ticket(cast.ada, cast.it)
    aside = sent_aside(ticket, cast.ben)

    arrive(account, answer(aside, STRANGER, "Send it to me."))

    came = messages_of(ticket)[-1]
    assert "somebody else" in came.unverified
    assert side_of(came).state is SideState.WAITING
    assert [one.address for one in side_of(came).participants] == [ADDRESS]


def test_what_the_requester_writes_is_theirs_even_to_the_address_of_a_side_conversation(
    cast: Cast,
) -> None:
    account = make_account(cast.it)
    ticket = make_ticket(cast.ada, cast.it)
    aside = sent_aside(ticket, cast.ben)

    arrive(account, answer(aside, text="They passed this on to me."))

    came = messages_of(ticket)[-1]
    assert (came.visibility, came.author_id) == (Visibility.PUBLIC, cast.ada.id)


def test_an_answer_tells_the_assignee_and_wakes_a_ticket_that_waits_for_a_third_party(
    cast: Cast, settle: Callable[[], None]
) -> None:
    account = make_account(cast.it)
    ticket = make_ticket(cast.ada, cast.it)
    aside = sent_aside(ticket, cast.ben)
    with unit_of_work():
        assign(lock(ticket.id), cast.ben, by=None, cause="test")
        change_status(lock(ticket.id), Status.PENDING_THIRD_PARTY, by=cast.ben.id, cause="test")
    settle()

    arrive(account, answer(aside, SUPPLIER, "We have three."))
    settle()

    now = db.session.get_one(Ticket, ticket.id, populate_existing=True)
    assert now.status == Status.IN_PROGRESS
    told = select(Notification).where(Notification.kind == "answered_aside")
    assert [one.person_id for one in db.session.scalars(told)] == [cast.ben.id]


def test_talk_aside_is_no_fact_of_the_requesters_clocks(cast: Cast) -> None:
    account = make_account(cast.it)
    ticket = make_ticket(cast.ada, cast.it)
    before = db.session.scalars(select(SlaEvent.id).where(SlaEvent.ticket_id == ticket.id)).all()
    aside = sent_aside(ticket, cast.ben)

    arrive(account, answer(aside, SUPPLIER, "We have three."))

    after = db.session.scalars(select(SlaEvent.id).where(SlaEvent.ticket_id == ticket.id)).all()
    now = db.session.get_one(Ticket, ticket.id, populate_existing=True)
    assert after == before
    assert now.status == Status.NEW


def test_an_automatic_answer_changes_no_state(cast: Cast) -> None:
    account = make_account(cast.it)
    ticket = make_ticket(cast.ada, cast.it)
    aside = sent_aside(ticket, cast.ben)

    arrive(account, answer(aside, SUPPLIER, "Away.", headers={"Auto-Submitted": "auto-replied"}))

    assert side_of(messages_of(ticket)[1]).state is SideState.WAITING


def test_side_conversations_go_with_a_merge(cast: Cast) -> None:
    account = make_account(cast.it)
    ticket, other = make_ticket(cast.ada, cast.it), make_ticket(cast.ada, cast.it)
    aside = sent_aside(ticket, cast.ben)
    merge(ticket, other)

    arrive(account, answer(aside, SUPPLIER, "We have three."))

    assert messages_of(other)[-1].text == "We have three."
    assert db.session.scalars(select(SideConversation.ticket_id)).all() == [other.id]
    assert verify_ticket(other.id) == []


def test_preparing_it_again_sends_nothing_twice(cast: Cast) -> None:
    make_account(cast.it)
    message = ask_aside(make_ticket(cast.ada, cast.it), cast.ben, to=(ADDRESS, "b@toner.example"))
    for _once_more in range(2):
        with unit_of_work():
            prepare_message(message.id)
    mails = db.session.scalars(select(Delivery).where(Delivery.message_id == message.id)).all()
    assert sorted(one.recipient for one in mails) == ["b@toner.example", ADDRESS]
    assert len({one.headers["reply_to"] for one in mails}) == 2


def test_a_bounce_finds_the_mail_it_speaks_of(cast: Cast) -> None:
    account = make_account(cast.it)
    ticket = make_ticket(cast.ada, cast.it)
    aside = sent_aside(ticket, cast.ben)

    arrive(
        account,
        mail_from(
            "MAILER-DAEMON@toner.example",
            "550 5.1.1 no such user",
            subject="Undelivered Mail Returned to Sender",
            to=str(aside.headers["envelope_from"]),
            headers={"Auto-Submitted": "auto-replied", "Return-Path": "<>"},
        ),
    )

    assert [one.state for one in deliveries() if one.id == aside.id] != [DeliveryState.WAITING]
    assert db.session.scalars(select(Message).where(Message.visibility == Visibility.PUBLIC)).all()
