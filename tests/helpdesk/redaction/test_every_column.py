"""Redaction knows every column that could keep words of a ticket."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk.answers.covering import covered
from helpdesk.answers.models import AnswerUse, Outcome
from helpdesk.automation.models import RuleTrouble
from helpdesk.composing.models import Draft, PlannedFile, PlannedReply, WaitingPicture
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.models import Answered
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions.models import Kind
from helpdesk.messaging.models import ChannelThread, Delivery, RawMessage
from helpdesk.messaging.outgoing import CHOICES
from helpdesk.messaging.talk_models import AwaitedFile
from helpdesk.operations.models import Act, Operation, OperationPart
from helpdesk.operations.recording import recording
from helpdesk.operations.undoing import undo
from helpdesk.redaction.doing import redact
from helpdesk.redaction.finding import find
from helpdesk.redaction.stretches import MARK
from helpdesk.tickets.commands import lock, rename
from helpdesk.tickets.customizing import add_field, set_custom
from helpdesk.tickets.models import Attachment, Ticket
from helpdesk.tickets.rating_models import TicketRating
from helpdesk.tickets.side_models import SideConversation
from helpdesk.tickets.verifying import verify_ticket
from tests.cast import Cast
from tests.helpdesk.messaging.answers import merge, sent
from tests.helpdesk.messaging.post import arrive, mail_from, make_account, messages_of, tickets
from tests.helpdesk.redaction.columns import CLEARED, decided, holds_words
from tests.makers import make_ticket

WORD = "wagtailbythewater"


def test_every_column_that_could_keep_words_is_decided_on() -> None:
    there = {
        f"{table.name}.{column.name}"
        for table in db.metadata.sorted_tables
        for column in table.columns
        if holds_words(column)
    }
    assert there - decided() == set(), "Say in columns.py whether redaction looks into these."
    assert decided() - there == set(), "These columns are gone."


@pytest.fixture
def spread(cast: Cast, settle: Callable[[], None]) -> Ticket:
    """A ticket with the word in every column that redaction looks into, and in the history of what was done to it."""
    account = make_account(cast.it)
    arrive(account, mail_from(text=f"It is {WORD}, please.", subject=f"Mine: {WORD}"))
    [ticket] = tickets()
    answered = sent(ticket, cast.ben, f"You wrote {WORD}?")
    with unit_of_work():
        ticket = lock(ticket.id)
        add_field(key="said", label="Said", kind="text")
        set_custom(ticket, {"said": WORD}, by=None, cause="test")
        ticket.process, ticket.priority_why = {"cause": WORD}, WORD
        with recording(Act.CHANGE, [ticket], by=cast.eve.id):
            rename(ticket, f"Renamed: {WORD}", by=cast.eve.id, cause="test")
            set_custom(ticket, {"said": f"Not {WORD}"}, by=None, cause="test")
        _fill(ticket, answered)
        db.session.add_all(_rows_about(ticket, account.id, cast))
    merge(make_ticket(cast.ada, cast.it, subject=f"Again {WORD}"), ticket)
    settle()
    with unit_of_work():
        lock(ticket.id).last_line = WORD
    return ticket


def _fill(ticket: Ticket, answered: Delivery) -> None:
    """The word in the rows that are there."""
    first = messages_of(ticket)[0]
    first.html, first.quoted, first.subject = f"<p>{WORD}</p>", WORD, WORD
    first.facts = {**(first.facts or {}), "text": WORD}
    first.attachments.append(Attachment(key="k1", **_FILE))
    answered.last_error = answered.copy_error = WORD
    answered.html = f"<p>{WORD}</p>"
    answered.headers = {**answered.headers, CHOICES: [["1", WORD]]}
    raw = db.session.scalars(select(RawMessage)).one()
    raw.detail, raw.envelope = WORD, {**raw.envelope, "subject": WORD}
    part = db.session.scalars(select(OperationPart)).one()
    part.told = {"why": WORD, "kept": ["subject"]}


_FILE = {"digest": "0" * 64, "name": f"{WORD}.pdf", "content_type": "text/plain", "size": 1}


def _rows_about(ticket: Ticket, account_id: int, cast: Cast) -> list[object]:
    at, first, ben = clock.now(), messages_of(ticket)[0], cast.ben.id
    of = {"ticket_id": ticket.id}
    planned = {"agent_id": ben, "channel": "email", "due_at": at + timedelta(days=1), "made_at": at}
    used = {"at": at, "door": "portal", "language": "en", "outcome": Outcome.FELL_BACK}
    thread = {"account_id": account_id, "thread_key": "t", "address": "a", "last_in_at": at}
    said = {"message": {"id": first.id, "text": WORD}}
    trouble = {"kind": Kind.TRIGGER, "name": "x", "is_set_aside": True, "at": at}
    awaited = {"account_id": account_id, "reference": "r", "created_at": at}
    draft = {"owner_id": ben, "kind": "reply", "kept_at": at, "details": {"subject": WORD}}
    return [
        PlannedReply(
            **of,
            **planned,
            text=WORD,
            html=WORD,
            fields={"cause": WORD},
            files=[PlannedFile(**_FILE)],
        ),
        Draft(**of, **draft, text=WORD),
        WaitingPicture(**of, **_FILE, width=4, height=3, key="k", owner_id=ben, kept_at=at),
        SideConversation(**of, subject=WORD, created_at=at, changed_at=at),
        TicketRating(**of, person_id=cast.ada.id, score=2, words=WORD, created_at=at),
        AwaitedFile(message_id=first.id, **awaited, name=WORD, words=WORD),
        RuleTrouble(**of, **trouble, key="k", text=WORD),
        ChannelThread(**of, **thread, person_id=cast.ada.id, shown=WORD),
        Answered(asker="p", key="1", digest="0", status=201, answer=said, created_at=at),
        AnswerUse(**used, wording=f"Why {WORD}?", key="1"),
        AnswerUse(**used, wording=covered(f"{ticket.subject} {first.text}"), key="2"),
        AnswerUse(**used, wording="When are bins collected?", key="3"),
    ]


def _take_out(ticket: Ticket, cast: Cast) -> None:
    with unit_of_work():
        locked, first = lock(ticket.id), messages_of(ticket)[0]
        seen = find(locked, first, WORD, ()).state
        redact(locked, first, WORD, (), "A name.", seen=seen, by=cast.cleo.id, cause="test")


def _columns_with_the_word() -> set[str]:
    return {
        f"{table.name}.{name}"
        for table in db.metadata.sorted_tables
        for row in db.session.execute(select(table)).mappings()
        for name, value in row.items()
        if WORD in str(value)
    }


def test_the_word_is_gone_from_every_column(
    cast: Cast, spread: Ticket, settle: Callable[[], None]
) -> None:
    cleared = {f"{table}.{one}" for table, names in CLEARED.items() for one in names.split()}
    # Bytes are packed, and the index may stand outside the database; both have tests of their own.
    elsewhere = {one for one in cleared if one.startswith(("search_document.", "raw_message.body"))}
    assert cleared - elsewhere <= _columns_with_the_word()

    _take_out(spread, cast)
    settle()

    assert _columns_with_the_word() == set()
    left = db.session.scalars(select(AnswerUse.wording).order_by(AnswerUse.key)).all()
    assert left == ["", "", "When are bins collected?"]
    assert [flaw.what for flaw in verify_ticket(spread.id) if "custom" in flaw.what] == []


def test_undoing_brings_nothing_back_that_was_taken_out(cast: Cast, spread: Ticket) -> None:
    _take_out(spread, cast)
    operation = db.session.scalars(select(Operation).where(Operation.act == Act.CHANGE)).one()
    with unit_of_work():
        undo(operation.id, actor=cast.actor("eve"))
    ticket = db.session.get_one(Ticket, spread.id, populate_existing=True)
    assert ticket.subject == f"Mine: {MARK}"
    assert ticket.custom == {"said": MARK}


def test_what_is_chosen_from_lists_stays(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it, text="It is high time, high.")
    with unit_of_work():
        locked = lock(ticket.id)
        add_field(key="risk", label="Risk", kind="choice", options=["high", "low"])
        add_field(key="sum", label="Sum", kind="number")
        set_custom(locked, {"risk": "high", "sum": "8471"}, by=None, cause="test")
        found = find(locked, messages_of(ticket)[0], "high", ())
        seen = found.state
        redact(locked, messages_of(ticket)[0], "high", (), "x", seen=seen, by=None, cause="test")
    assert locked.custom == {"risk": "high", "sum": 8471}
