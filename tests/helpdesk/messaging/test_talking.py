"""Conversations by channels that carry no letters: one ticket a conversation, answered where it was begun."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import talking
from helpdesk.messaging.models import Delivery, DeliveryState, RawMessage, RawState
from helpdesk.messaging.sending import deliver
from helpdesk.people.models import ContactKind, ContactPoint
from helpdesk.tickets import commands, merging
from helpdesk.tickets.conversation import NewMessage, add_message
from helpdesk.tickets.deleting import delete
from helpdesk.tickets.models import Direction, Message, Ticket, TicketLink
from tests.cast import Cast
from tests.helpdesk.messaging.services import Service, make_service
from tests.makers import make_ticket
from tests.pages import PageClient
from tests.servers.called import Called
from workflows.lifecycle import Status

Settle = Callable[[], None]


@pytest.fixture
def service(app: Flask, cast: Cast, called: Called) -> Iterator[Service]:
    app.config["DESK_INTERNAL_HOSTS"] = ("localhost",)
    yield make_service(app, cast.it, url=called.url)
    app.config["DESK_INTERNAL_HOSTS"] = ()


def tickets() -> list[Ticket]:
    return list(db.session.scalars(select(Ticket).order_by(Ticket.id)))


def texts(ticket: Ticket) -> list[str]:
    found = select(Message.text).where(Message.ticket_id == ticket.id).order_by(Message.id)
    return list(db.session.scalars(found))


def test_a_signed_call_opens_a_ticket_of_its_group(
    service: Service, cast: Cast, settle: Settle
) -> None:
    assert service.say("The pool is closed?") == 202
    settle()
    (ticket,) = tickets()
    assert (ticket.channel, ticket.group_id, ticket.subject) == (
        "webhook",
        cast.it.id,
        "The pool is closed?",
    )
    assert ticket.requester.name == "Ada Byrne"


def test_what_follows_in_the_conversation_joins_it(service: Service, settle: Settle) -> None:
    service.say("The pool is closed?")
    service.say("And on Sunday?")
    settle()
    (ticket,) = tickets()
    assert texts(ticket) == ["The pool is closed?", "And on Sunday?"]
    joined = select(Message.joined_by).where(Message.ticket_id == ticket.id).order_by(Message.id)
    assert list(db.session.scalars(joined)) == ["new", "thread"]


def test_another_conversation_of_the_same_person_is_another_ticket(
    service: Service, settle: Settle
) -> None:
    service.say("One.")
    service.say("Two.", talk="talk-4")
    settle()
    first, second = tickets()
    assert first.requester_id == second.requester_id


def test_a_call_that_comes_five_times_is_one_message(service: Service, settle: Settle) -> None:
    for _copy in range(5):
        service.calls = 0
        assert service.say("Once.") == 202
    settle()
    assert texts(tickets()[0]) == ["Once."]


def test_the_same_user_id_at_two_services_is_two_people(
    app: Flask, service: Service, settle: Settle
) -> None:
    other = make_service(app, name="Libraries")
    service.say("One.")
    other.say("Two.")
    settle()
    first, second = tickets()
    assert first.requester_id != second.requester_id
    kinds = select(func.count()).where(ContactPoint.kind == ContactKind.HANDLE)
    assert db.session.scalar(kinds) == 2


def test_an_agents_answer_goes_back_into_the_conversation(
    service: Service, called: Called, client: PageClient, settle: Settle
) -> None:
    service.say("The pool is closed?")
    settle()
    (ticket,) = tickets()
    client.sign_in("ben@borough.example")
    page = client.get(f"/tickets/{ticket.number}").get_data(as_text=True)
    assert "by another service" in page
    client.post(
        f"/tickets/{ticket.number}/replies",
        {"text": "It opens at ten.", "way": "thread", "version": str(ticket.version), "seen": "0"},
    )
    settle()
    said = json.loads(called.calls[0].body)
    assert (said["conversation"], said["to"]["id"], said["text"]) == (
        "talk-3",
        "user-7",
        "It opens at ten.",
    )
    assert db.session.scalars(select(Delivery.state)).all() == [DeliveryState.SENT]


def test_a_service_that_is_away_is_tried_again_with_a_fresh_signature(
    service: Service, called: Called, cast: Cast, clock: StoppedClock, settle: Settle
) -> None:
    answered = answer(service, cast, settle, called, status=500)
    clock.advance(timedelta(minutes=20))
    called.status = 200
    deliver(answered.id)
    first, *_rest, last = called.calls
    assert first.headers["webhook-id"] == last.headers["webhook-id"]
    assert first.headers["webhook-timestamp"] != last.headers["webhook-timestamp"]


def test_a_report_that_it_failed_is_noted_on_the_ticket(
    service: Service, called: Called, cast: Cast, settle: Settle
) -> None:
    delivery = answer(service, cast, settle, called)
    report = {"message": delivery.external_id, "state": "failed", "reason": "user left"}
    service.call({"id": "r-1", "report": report})
    settle()
    db.session.refresh(delivery)
    assert delivery.state is DeliveryState.FAILED
    assert "user left" in texts(tickets()[0])[-1]


def test_a_report_of_another_service_fails_nothing(
    app: Flask, service: Service, called: Called, cast: Cast, settle: Settle
) -> None:
    delivery = answer(service, cast, settle, called)
    other = make_service(app, name="Libraries")
    other.call({"id": "r", "report": {"message": delivery.external_id, "state": "failed"}})
    settle()
    db.session.refresh(delivery)
    assert delivery.state is DeliveryState.SENT


def test_after_a_merge_the_conversation_goes_on_at_the_other_ticket(
    service: Service, cast: Cast, settle: Settle
) -> None:
    service.say("One.")
    settle()
    (source,) = tickets()
    target = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        merging.merge(
            commands.lock(source.id), commands.lock(target.id), by=cast.ben.id, cause="test"
        )
    service.say("Two.")
    settle()
    assert texts(target)[-1] == "Two."


def test_after_a_ticket_is_long_closed_the_next_word_opens_one_that_follows(
    service: Service, cast: Cast, clock: StoppedClock, settle: Settle
) -> None:
    service.say("One.")
    settle()
    with unit_of_work():
        ticket = commands.lock(tickets()[0].id)
        commands.change_status(ticket, Status.RESOLVED, by=cast.ben.id, cause="test")
        commands.change_status(ticket, Status.CLOSED, by=cast.ben.id, cause="test")
    clock.advance(timedelta(days=365))
    service.say("Again.")
    settle()
    first, second = tickets()
    assert texts(second) == ["Again."]
    linked = db.session.scalars(select(TicketLink)).one()
    assert (linked.left_id, linked.right_id) == (second.id, first.id)
    service.say("And again.")
    settle()
    assert texts(second)[-1] == "And again."


def test_after_a_ticket_was_deleted_the_next_word_opens_a_new_one(
    service: Service, cast: Cast, settle: Settle
) -> None:
    service.say("One.")
    settle()
    with unit_of_work():
        delete(commands.lock(tickets()[0].id), "test", by=cast.cleo.id, cause="test")
    service.say("Two.")
    settle()
    assert texts(tickets()[1]) == ["Two."]


def test_a_body_that_is_no_message_waits_with_its_reason(service: Service, settle: Settle) -> None:
    assert service.call({"id": "m", "text": "Nobody said this."}) == 202
    settle()
    raw = db.session.scalars(select(RawMessage)).one()
    assert raw.state is RawState.QUARANTINED
    assert "sender" in raw.detail


def answer(
    service: Service, cast: Cast, settle: Settle, called: Called, *, status: int = 200
) -> Delivery:
    """A conversation that Ben has answered."""
    service.say("The pool is closed?")
    settle()
    called.status = status
    with unit_of_work():
        ticket = commands.lock(tickets()[0].id)
        reply = talking.reply_to(ticket)
        assert reply is not None
        new = NewMessage(
            text="It opens at ten.",
            direction=Direction.OUT,
            channel="webhook",
            author=cast.ben,
            recipients={talking.THREAD: reply.thread.id},
        )
        add_message(ticket, new, by=cast.ben.id, cause="test")
    settle()
    return db.session.scalars(select(Delivery)).one()
