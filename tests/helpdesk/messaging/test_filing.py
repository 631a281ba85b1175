"""A kept mail becomes part of a ticket, or waits with its reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from helpdesk.core.clock import StoppedClock
from helpdesk.core.models import OutboxEntry
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.models import RawState
from helpdesk.messaging.policy import MailPolicy, write
from helpdesk.people.models import Person
from helpdesk.tickets.commands import change_status
from helpdesk.tickets.models import LinkKind, TicketLink, TicketType
from tests.cast import Cast
from tests.helpdesk.messaging.post import (
    arrive,
    file,
    mail_from,
    make_account,
    messages_of,
    tickets,
)
from tests.makers import make_reply, make_ticket
from workflows.lifecycle import Status

# One new mail from somebody new, whole: person, ticket, message, journal, index and what is owed.
STATEMENTS_OF_A_NEW_MAIL = 29


def test_a_mail_opens_a_ticket_in_the_group_of_its_mailbox(cast: Cast) -> None:
    account = make_account(cast.it)

    raw = arrive(account, mail_from())

    [ticket] = tickets()
    assert (ticket.subject, ticket.group_id, ticket.requester_id) == (
        "Printer broken",
        cast.it.id,
        cast.ada.id,
    )
    assert (ticket.type, ticket.channel) == (TicketType.REQUEST, "email")
    assert (raw.state, raw.ticket_id) == (RawState.DONE, ticket.id)
    assert raw.message_id == messages_of(ticket)[0].id


def test_the_type_of_new_tickets_is_chosen_at_the_mailbox(app: Any) -> None:
    arrive(make_account(ticket_type="incident"), mail_from())

    assert tickets()[0].type == TicketType.INCIDENT


def test_a_sender_nobody_knows_is_registered_unproven(app: Any, db: Any) -> None:
    arrive(make_account(), mail_from("Zoë Quill <Zoe@Citizen.Example>"))

    person = db.session.scalars(select(Person)).one()
    assert (person.name, person.contact_points[0].value) == ("Zoë Quill", "zoe@citizen.example")
    assert not person.contact_points[0].is_proven


def test_a_message_is_dated_by_when_its_bytes_were_kept(app: Any, clock: StoppedClock) -> None:
    account = make_account()
    kept_at = clock.now()
    from channels.channel import RawItem
    from helpdesk.messaging.keeping import keep

    with unit_of_work():
        raw = keep(account, RawItem("INBOX:1:77", mail_from()))
    clock.advance(timedelta(hours=5))
    assert raw is not None
    file(raw)

    assert tickets()[0].created_at == kept_at
    assert messages_of(tickets()[0])[0].created_at == kept_at


def test_filing_twice_does_nothing_twice(app: Any) -> None:
    raw = arrive(make_account(), mail_from())
    file(raw)

    assert len(tickets()) == 1
    assert len(messages_of(tickets()[0])) == 1


def test_files_are_kept_with_the_message(app: Any) -> None:
    from email import message_from_bytes
    from email.message import EmailMessage
    from email.policy import SMTP

    mail = message_from_bytes(mail_from(), policy=SMTP)
    assert isinstance(mail, EmailMessage)
    mail.add_attachment(
        b"%PDF-1.4 form", maintype="application", subtype="pdf", filename="form.pdf"
    )
    arrive(make_account(), bytes(mail))

    [file_kept] = messages_of(tickets()[0])[0].attachments
    assert (file_kept.name, file_kept.size) == ("form.pdf", 13)


def test_a_reply_to_a_resolved_ticket_reopens_it(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it, external_id="first@citizen.example")
    with unit_of_work():
        change_status(ticket, Status.RESOLVED, by=cast.ben.id, cause="test")

    arrive(make_account(), mail_from(headers={"In-Reply-To": "<first@citizen.example>"}))

    assert ticket.status == Status.IN_PROGRESS
    assert len(tickets()) == 1


def test_a_reply_to_a_closed_ticket_opens_one_that_follows_it(cast: Cast, db: Any) -> None:
    old = make_ticket(cast.ada, cast.it, external_id="first@citizen.example")
    with unit_of_work():
        change_status(old, Status.RESOLVED, by=None, cause="test")
        change_status(old, Status.CLOSED, by=None, cause="test")

    arrive(make_account(), mail_from(headers={"In-Reply-To": "<first@citizen.example>"}))

    new = tickets()[-1]
    link = db.session.scalars(select(TicketLink)).one()
    assert (link.left_id, link.right_id, link.kind) == (new.id, old.id, LinkKind.FOLLOWS)
    assert old.status == Status.CLOSED
    assert new.group_id == cast.it.id


def test_a_mail_from_an_archive_keeps_its_true_date(app: Any) -> None:
    from datetime import UTC, datetime

    body = mail_from(headers={"Date": "Tue, 04 Mar 2025 08:30:00 +0000"})
    arrive(make_account(), body, {"archive": True})

    assert tickets()[0].created_at == datetime(2025, 3, 4, 8, 30, tzinfo=UTC)


def test_a_mail_without_a_usable_sender_waits_in_quarantine(app: Any) -> None:
    raw = arrive(make_account(), mail_from("Nobody at all"))

    assert (raw.state, raw.reason) == (RawState.QUARANTINED, "no-sender")
    assert tickets() == []


def test_of_a_mail_that_is_too_large_the_beginning_stands_on_a_ticket(app: Any) -> None:
    with unit_of_work():
        write(MailPolicy(largest_mail=100))
    raw = arrive(make_account(), mail_from())

    assert (raw.state, raw.reason) == (RawState.DONE, "too-large")
    assert "too large" in messages_of(tickets()[0])[0].text


def test_two_from_fields_make_the_sender_unverified(app: Any) -> None:
    body = b"From: eve@evil.example\r\n" + mail_from()

    arrive(make_account(), body)

    assert "several From fields" in messages_of(tickets()[0])[0].unverified


@pytest.mark.parametrize(
    "name", ["X-Desk-Status", "X-Desk-Priority", "X-Desk-Group", "X-Desk-Ticket"]
)
def test_control_fields_from_outside_have_no_effect(cast: Cast, name: str) -> None:
    other = make_ticket(cast.ada, cast.it)

    arrive(make_account(), mail_from(headers={name: other.number}))

    ticket = tickets()[-1]
    assert ticket.id != other.id
    assert (ticket.status, ticket.priority, ticket.group_id) == (Status.NEW, 4, None)


def test_an_agent_who_writes_by_mail_on_the_ticket_of_another_is_quarantined(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    reply = make_reply(ticket, cast.ben, external_id="answer@borough.example")
    forged = mail_from(
        "Ben Kaya <ben@borough.example>", headers={"In-Reply-To": f"<{reply.external_id}>"}
    )

    raw = arrive(make_account(), forged)

    # Ben takes part only as an agent, which a mail cannot prove, so the mail does not even join.
    assert len(messages_of(ticket)) == 2
    assert raw.ticket_id != ticket.id


def test_a_new_mail_costs_few_statements(app: Any, db: Any) -> None:
    account = make_account()
    from channels.channel import RawItem
    from helpdesk.messaging.filing import file_raw
    from helpdesk.messaging.keeping import keep

    with unit_of_work():
        raw = keep(account, RawItem("INBOX:1:99", mail_from("new@citizen.example")))
    assert raw is not None
    raw_id = raw.id
    db.session.remove()
    said: list[str] = []

    def count(_c: Any, _k: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        with unit_of_work():
            file_raw(raw_id)
    finally:
        event.remove(db.engine, "before_cursor_execute", count)

    assert len(said) <= STATEMENTS_OF_A_NEW_MAIL, said
    owed = set(db.session.scalars(select(OutboxEntry.job)))
    assert {"send_receipt", "tell_of_message"} <= owed
