"""What does not become a message, and why: our own mail, reports, machines, doubles, the blocked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, event

from channels.channel import RawItem
from channels.email.parse import parse
from channels.message import Verdicts
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.paging import EPOCH
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import screening, tokens
from helpdesk.messaging.blocking import block, unblock
from helpdesk.messaging.filing import file_message
from helpdesk.messaging.keeping import keep
from helpdesk.messaging.models import RawMessage, RawState
from helpdesk.messaging.policy import MailPolicy, Treatment, write
from helpdesk.messaging.screening import loop_mark
from tests.cast import Cast
from tests.helpdesk.messaging.post import (
    HELP,
    arrive,
    deliveries,
    mail_from,
    make_account,
    messages_of,
    tickets,
)
from tests.makers import make_ticket

AUTOMATIC = {
    "auto-replied": {"Auto-Submitted": "auto-replied"},
    "out of office": {"Auto-Submitted": "auto-replied", "Subject": "Out of office: Printer"},
    "exchange": {"X-Auto-Response-Suppress": "All", "Auto-Submitted": "auto-replied"},
}


def test_the_same_bytes_in_a_mailbox_are_taken_once(app: Any) -> None:
    account = make_account()
    body = mail_from()
    first = arrive(account, body)

    again = arrive(account, body)

    assert (again.state, again.reason) == (RawState.DUPLICATE, "same-bytes")
    assert again.ticket_id == first.ticket_id
    assert len(tickets()) == 1


def test_a_copy_by_another_way_is_one_message(app: Any) -> None:
    body = mail_from()
    arrive(make_account(), body)

    other = make_account(address="planning@borough.example")
    copy = arrive(other, b"Received: from list.example by mx.example; today\r\n" + body)

    assert (copy.state, copy.reason) == (RawState.DUPLICATE, "same-content")
    assert len(tickets()) == 1


def test_a_message_id_used_again_with_other_words_is_taken_in(app: Any) -> None:
    account = make_account()
    arrive(account, mail_from(message_id="known@citizen.example"))

    raw = arrive(account, mail_from(text="Something new.", message_id="known@citizen.example"))

    assert raw.state is RawState.DONE
    assert len(tickets()) == 2


def test_a_program_may_say_the_same_every_day(app: Any, clock: StoppedClock) -> None:
    account = make_account()
    body = b"From: disk@server.example\r\nSubject: Disk full\r\n\r\nIt is full.\r\n"
    arrive(account, body, remote_id="smtp:one")
    clock.advance(timedelta(hours=25))

    arrive(account, body, remote_id="smtp:two")

    assert len(tickets()) == 2


def test_a_mail_handed_over_again_within_a_day_is_one(app: Any, clock: StoppedClock) -> None:
    account = make_account()
    body = b"From: disk@server.example\r\nSubject: Disk full\r\n\r\nIt is full.\r\n"
    arrive(account, body, remote_id="smtp:one")
    clock.advance(timedelta(hours=2))

    raw = arrive(account, body, remote_id="smtp:two")

    assert raw.state is RawState.DUPLICATE


def test_the_ledger_takes_a_remote_id_once(app: Any) -> None:
    account = make_account()
    with unit_of_work():
        first = keep(account, RawItem("INBOX:1:5", mail_from()))
    with unit_of_work():
        second = keep(account, RawItem("INBOX:1:5", mail_from()))

    assert first is not None
    assert second is None


def test_mail_with_our_own_mark_is_rejected(app: Any) -> None:
    raw = arrive(make_account(), mail_from(headers={"X-Desk-Loop": loop_mark()}))

    assert (raw.state, raw.reason) == (RawState.REJECTED, "own-mail")


def test_the_mark_of_another_desk_is_nothing_to_us(app: Any) -> None:
    raw = arrive(make_account(), mail_from(headers={"X-Desk-Loop": "f" * 24}))

    assert raw.state is RawState.DONE


def test_mail_from_one_of_our_own_addresses_is_rejected(app: Any) -> None:
    raw = arrive(make_account(), mail_from(f"The desk <{HELP}>"))

    assert (raw.state, raw.reason) == (RawState.REJECTED, "own-mail")


def test_mail_with_a_message_id_of_ours_is_rejected(cast: Cast) -> None:
    ticket = make_ticket(cast.ada)
    ours = tokens.message_id(tokens.make(ticket.id, cast.ada.id), "borough.example")

    raw = arrive(make_account(), mail_from(message_id=ours))

    assert (raw.state, raw.reason) == (RawState.REJECTED, "own-mail")


@pytest.mark.parametrize("entry", ["pest@mail.spam.example", "@mail.spam.example", "spam.example"])
def test_a_blocked_sender_opens_no_ticket(app: Any, entry: str) -> None:
    with unit_of_work():
        block(entry)

    raw = arrive(make_account(), mail_from("Pest <Pest@mail.spam.example>"))

    assert (raw.state, raw.reason) == (RawState.REJECTED, "blocked")
    assert tickets() == []


@pytest.mark.parametrize("sender", ["pest@notspam.example", "pest@spam.example.org", "p@example"])
def test_a_block_ends_where_the_domain_ends(app: Any, sender: str) -> None:
    with unit_of_work():
        block("@spam.example")

    assert arrive(make_account(), mail_from(sender)).state is RawState.DONE


def test_whoever_is_unblocked_is_heard_again(app: Any) -> None:
    with unit_of_work():
        blocked = block("@spam.example")
    with unit_of_work():
        assert unblock(blocked.id) == "@spam.example"

    assert arrive(make_account(), mail_from("pest@spam.example")).state is RawState.DONE


@pytest.mark.parametrize("entry", ["", "no address at all", HELP])
def test_what_is_no_sender_or_the_desk_itself_is_not_blocked(app: Any, entry: str) -> None:
    make_account()
    with pytest.raises(Invalid), unit_of_work():
        block(entry)


def test_the_same_sender_is_blocked_once(app: Any) -> None:
    with unit_of_work():
        block("@Spam.Example")
    with pytest.raises(Conflict), unit_of_work():
        block("spam.example")


@pytest.mark.parametrize("kind", AUTOMATIC)
def test_an_automatic_answer_opens_no_ticket_and_stays_visible(app: Any, kind: str) -> None:
    raw = arrive(make_account(), mail_from(headers=AUTOMATIC[kind]))

    assert (raw.state, raw.reason) == (RawState.REJECTED, "automatic")
    assert tickets() == []


def test_an_automatic_answer_joins_its_ticket_and_changes_nothing(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it, external_id="first@citizen.example")
    from helpdesk.tickets.commands import change_status
    from workflows.lifecycle import Status

    with unit_of_work():
        change_status(ticket, Status.PENDING_REQUESTER, by=None, cause="test")
    away = {"Auto-Submitted": "auto-replied", "In-Reply-To": "<first@citizen.example>"}

    arrive(make_account(), mail_from(headers=away))

    assert ticket.status == Status.PENDING_REQUESTER
    assert messages_of(ticket)[-1].automation in {"auto_reply", "out_of_office"}


def test_bulk_mail_opens_a_ticket_unless_the_desk_wants_none(app: Any) -> None:
    account = make_account()
    bulk = {"Precedence": "bulk"}
    opened = arrive(account, mail_from(headers=bulk))
    with unit_of_work():
        write(MailPolicy(bulk=Treatment.REJECT))

    refused = arrive(account, mail_from(headers=bulk))

    assert opened.state is RawState.DONE
    assert (refused.state, refused.reason) == (RawState.REJECTED, "bulk")
    assert deliveries() == []


VERDICTS = {
    "spam": Verdicts(spam=True, spam_score=9.5, server="mx.borough.example"),
    "dmarc": Verdicts(dmarc="fail", server="mx.borough.example"),
}
STATES = {
    Treatment.TAKE: RawState.DONE,
    Treatment.QUARANTINE: RawState.QUARANTINED,
    Treatment.REJECT: RawState.REJECTED,
}


@pytest.mark.parametrize("treatment", Treatment)
@pytest.mark.parametrize("kind", VERDICTS)
def test_what_the_receiving_server_says_is_obeyed_as_set(
    app: Any, kind: str, treatment: Treatment
) -> None:
    raw = judged(MailPolicy(**{kind: treatment}), VERDICTS[kind])

    assert raw.state is STATES[treatment]
    assert raw.reason == ("" if treatment is Treatment.TAKE else kind)


def test_mail_that_nobody_could_trace_is_taken_as_unverified(app: Any) -> None:
    judged(MailPolicy(), VERDICTS["dmarc"])

    assert "DMARC" in messages_of(tickets()[0])[0].unverified


def test_spam_waits_for_a_person_unless_set_otherwise(app: Any) -> None:
    raw = judged(MailPolicy(), VERDICTS["spam"])

    assert (raw.state, raw.detail) == (RawState.QUARANTINED, "mx.borough.example (9.5)")


def judged(policy: MailPolicy, verdicts: Verdicts) -> RawMessage:
    """A mail of which the receiving server says this, filed under these rules."""
    account = make_account()
    with unit_of_work():
        raw = keep(account, RawItem("INBOX:1:77", mail_from()))
    assert raw is not None
    inbound = replace(parse(mail_from()), verdicts=verdicts)
    with unit_of_work():
        file_message(db.session.get_one(RawMessage, raw.id), inbound, policy)
    return raw


def test_looking_for_doubles_walks_no_list_of_all_mail() -> None:
    # PostgreSQL plans by the size of its tables; SQLite by the words of the query alone, so it is asked, always.
    engine = create_engine("sqlite://")
    RawMessage.metadata.create_all(engine, tables=[RawMessage.__table__])
    wanted = {
        "account_id": 1,
        "digest": "a",
        "not_before": EPOCH,
        "content_digest": "b",
        "own_id": 9,
    }
    with engine.connect() as connection, CapturedPlan(engine) as plan:
        connection.execute(screening._TWIN, wanted).all()

    engine.dispose()
    assert any("ix_raw_message_digest" in line for line in plan.lines)
    assert not any("ix_raw_message_state" in line for line in plan.lines)


class CapturedPlan:
    """How SQLite would go about each statement that is executed meanwhile."""

    def __init__(self, engine: Any) -> None:
        self.lines: list[str] = []
        self._engine = engine

    def __enter__(self) -> CapturedPlan:
        event.listen(self._engine, "before_cursor_execute", self._explain)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._explain)

    def _explain(self, _connection: Any, cursor: Any, statement: str, given: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            rows = cursor.execute(f"EXPLAIN QUERY PLAN {statement}", given).fetchall()
            self.lines += [str(row) for row in rows]
