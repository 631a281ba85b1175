"""One mail to the next server: tried again, given up, doubted, in order, and never twice without a reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict
from helpdesk.core.unit_of_work import owe, unit_of_work
from helpdesk.journal.models import Entry
from helpdesk.messaging.deciding import send_again
from helpdesk.messaging.models import Delivery, DeliveryState
from helpdesk.messaging.preparing import prepare_message
from helpdesk.messaging.sending import deliver, deliveries_due, pause_after
from helpdesk.tickets.models import Direction, Ticket, Visibility
from tests.cast import Cast
from tests.helpdesk.messaging.post import deliveries, messages_of
from tests.makers import make_reply, make_ticket
from tests.servers.smtp import SmtpSink

ADA = "ada@borough.example"


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return make_ticket(cast.ada, cast.it, channel="phone")


def prepared(ticket: Ticket, cast: Cast, text: str = "Please try again.") -> Delivery:
    message = make_reply(ticket, cast.ben, text)
    with unit_of_work():
        return prepare_message(message.id)[0]


def try_what_is_due() -> None:
    with unit_of_work():
        due = deliveries_due()
        for delivery_id in due:
            owe("deliver", delivery_id)
    for delivery_id in due:
        deliver(delivery_id)


def fresh(delivery: Delivery) -> Delivery:
    return db.session.get_one(Delivery, delivery.id, populate_existing=True)


def test_a_refusal_for_now_is_tried_again_later_and_later(
    cast: Cast, ticket: Ticket, sink: SmtpSink, clock: StoppedClock
) -> None:
    sink.postpone(ADA)
    delivery = prepared(ticket, cast)

    deliver(delivery.id)
    first = fresh(delivery)
    pauses = [pause_after(attempts) for attempts in range(1, 9)]

    assert (first.state, first.attempts) == (DeliveryState.WAITING, 1)
    assert first.next_try_at == clock.now() + timedelta(minutes=1)
    assert "Try again later" in first.last_error
    assert [pause // timedelta(minutes=1) for pause in pauses] == [1, 2, 4, 8, 16, 32, 60, 60]


def test_it_leaves_when_the_server_takes_it_again(
    cast: Cast, ticket: Ticket, sink: SmtpSink, clock: StoppedClock
) -> None:
    sink.postpone(ADA)
    delivery = prepared(ticket, cast)
    deliver(delivery.id)
    sink.behave()
    clock.advance(timedelta(minutes=2))

    try_what_is_due()

    assert fresh(delivery).state is DeliveryState.SENT
    assert len(sink.received) == 1


def test_after_48_hours_it_is_given_up_and_the_ticket_says_so(
    cast: Cast, ticket: Ticket, server_away: None, clock: StoppedClock
) -> None:
    delivery = prepared(ticket, cast)
    for _ in range(60):
        try_what_is_due()
        if fresh(delivery).state is DeliveryState.FAILED:
            break
        clock.advance(timedelta(hours=1))

    assert fresh(delivery).state is DeliveryState.FAILED
    assert messages_of(ticket)[-1].visibility is Visibility.INTERNAL


def test_a_hard_refusal_ends_it_with_the_words_of_the_server(
    cast: Cast, ticket: Ticket, sink: SmtpSink
) -> None:
    sink.refuse(ADA, "550 5.1.1 No such person here")
    delivery = prepared(ticket, cast)

    deliver(delivery.id)

    note = messages_of(ticket)[-1]
    assert (fresh(delivery).state, fresh(delivery).next_try_at) == (DeliveryState.FAILED, None)
    assert (note.visibility, note.direction) == (Visibility.INTERNAL, Direction.NOTE)
    assert "No such person here" in note.text
    assert "DeliveryFailed" in set(db.session.scalars(select(Entry.event)))


def test_a_line_cut_after_the_last_byte_leaves_doubt_and_at_most_one_more_copy(
    cast: Cast, ticket: Ticket, sink: SmtpSink, clock: StoppedClock
) -> None:
    sink.drops_after_data = True
    delivery = prepared(ticket, cast)
    deliver(delivery.id)
    first = fresh(delivery).state
    for _ in range(20):
        clock.advance(timedelta(hours=1))
        try_what_is_due()

    ids = {received.message["Message-ID"] for received in sink.received}
    assert first is DeliveryState.UNCERTAIN
    assert len(sink.received) == 2
    assert len(ids) == 1
    assert fresh(delivery).state is DeliveryState.UNCERTAIN
    assert "not certain" in messages_of(ticket)[-1].text


def test_a_worker_that_died_while_sending_leaves_doubt(
    cast: Cast, ticket: Ticket, sink: SmtpSink, clock: StoppedClock
) -> None:
    delivery = prepared(ticket, cast)
    with unit_of_work():
        db.session.execute(
            update(Delivery).values(
                state=DeliveryState.SENDING,
                attempts=1,
                next_try_at=clock.now() + timedelta(minutes=1),
            )
        )
    deliver(delivery.id)
    held = len(sink.received)
    clock.advance(timedelta(minutes=2))

    try_what_is_due()

    assert held == 0
    assert fresh(delivery).state is DeliveryState.SENT
    assert len(sink.received) == 1


def test_what_is_sent_is_not_sent_again(cast: Cast, ticket: Ticket, sink: SmtpSink) -> None:
    delivery = prepared(ticket, cast)
    deliver(delivery.id)

    deliver(delivery.id)

    assert len(sink.received) == 1


def test_a_later_mail_waits_for_the_earlier_one(
    cast: Cast, ticket: Ticket, sink: SmtpSink, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    sink.postpone(ADA)
    first = prepared(ticket, cast, "First.")
    second = prepared(ticket, cast, "Second.")
    deliver(first.id)
    sink.behave()
    deliver(second.id)
    before = len(sink.received)
    clock.advance(timedelta(minutes=2))

    try_what_is_due()
    settle()

    texts = [received.message.get_body(("plain",)) for received in sink.wait_for(2)]
    assert before == 0
    assert [str(text.get_content()).split()[0] for text in texts if text] == ["First.", "Second."]


def test_other_tickets_do_not_wait(cast: Cast, ticket: Ticket, sink: SmtpSink) -> None:
    sink.postpone(ADA)
    deliver(prepared(ticket, cast).id)
    sink.behave()

    other = prepared(make_ticket(cast.ada, cast.it, channel="phone"), cast)
    deliver(other.id)

    assert fresh(other).state is DeliveryState.SENT


def test_a_damaged_file_keeps_its_mail_back_and_says_why(
    cast: Cast, ticket: Ticket, sink: SmtpSink, data_dir: Any
) -> None:
    from helpdesk.tickets.conversation import NewFile

    message = make_reply(ticket, cast.ben, files=(NewFile("a.txt", "text/plain", b"whole-7781"),))
    digest = message.attachments[0].digest
    (data_dir / "files" / digest[:2] / digest[2:4] / digest).write_bytes(b"broken")
    with unit_of_work():
        [delivery] = prepare_message(message.id)

    deliver(delivery.id)

    assert sink.received == []
    assert digest in fresh(delivery).last_error


def test_a_person_may_have_a_failed_mail_sent_again(
    cast: Cast, ticket: Ticket, sink: SmtpSink, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    sink.refuse(ADA)
    delivery = prepared(ticket, cast)
    deliver(delivery.id)
    sink.behave()
    clock.advance(timedelta(days=5))
    with unit_of_work():
        send_again(fresh(delivery))
    settle()

    assert fresh(delivery).state is DeliveryState.SENT
    with pytest.raises(Conflict):
        send_again(fresh(delivery))


def test_a_lost_job_is_found_by_the_schedule(
    cast: Cast, ticket: Ticket, sink: SmtpSink, clock: StoppedClock
) -> None:
    delivery = prepared(ticket, cast)
    clock.advance(timedelta(minutes=11))

    try_what_is_due()

    assert fresh(delivery).state is DeliveryState.SENT
    assert deliveries()[0].copies == 1
