"""S47: messages are append-only and the journal is a chain; what is redacted is gone everywhere, and the chain still holds."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from helpdesk.composing.models import Draft, PlannedReply
from helpdesk.core import clock, files
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.journal.models import Entry
from helpdesk.messaging.models import DeliveryState
from helpdesk.redaction.doing import redact
from helpdesk.redaction.finding import find
from helpdesk.redaction.stretches import MARK
from helpdesk.search.finding import find as search
from helpdesk.tickets.commands import lock
from helpdesk.tickets.conversation import NewFile
from helpdesk.tickets.models import Attachment, Message, Ticket
from helpdesk.tickets.redaction_models import Redaction
from helpdesk.tickets.verifying import verify_ticket
from tests.cast import Cast
from tests.helpdesk.messaging.answers import answer, merge, sent
from tests.helpdesk.messaging.aside import sent_aside
from tests.helpdesk.messaging.post import arrive, mail_from, make_account, messages_of, tickets
from tests.makers import make_note, make_ticket

CARD = "4929 sparrowhawk 5110 7777"
FILED = "kestrelwithinthefile"
WHY = "A card number."


def take_out(
    ticket: Ticket, message: Message, what: str, cast: Cast, files: tuple[int, ...] = ()
) -> Redaction:
    with unit_of_work():
        locked = lock(ticket.id)
        here = db.session.get_one(Message, message.id)
        seen = find(locked, here, what, files).state
        return redact(locked, here, what, files, WHY, seen=seen, by=cast.cleo.id, cause="test")


def everything_kept(app: Flask) -> str:
    """All that the database and the file store hold, as one text."""
    found = [
        str(row) for table in db.metadata.sorted_tables for row in db.session.execute(select(table))
    ]
    if db.engine.dialect.name == "sqlite":
        found += [str(row) for row in db.session.execute(text("SELECT * FROM search_document"))]
    for path in _stored(app):
        body = path.read_bytes()
        found.append(body.decode("utf-8", "replace"))
        found.append(_unpacked(body))
    return "\n".join([*found, *map(_unpacked, _bodies())])


def _stored(app: Flask) -> list[Path]:
    below = Path(app.config["DESK_DATA_DIR"]).rglob("*")
    return [path for path in below if path.is_file() and len(path.name) == 64]


@pytest.fixture(autouse=True)
def _nothing_is_stored(app: Flask) -> None:
    """What other tests left in the file store belongs to no ticket any more."""
    for path in _stored(app):
        path.unlink()


def _bodies() -> list[bytes]:
    rows = db.session.execute(text("SELECT body FROM raw_message WHERE body IS NOT NULL"))
    return [bytes(row[0]) for row in rows]


def _unpacked(body: bytes) -> str:
    try:
        return zlib.decompress(body).decode("utf-8", "replace")
    except zlib.error:
        return ""


@pytest.fixture
def spread(cast: Cast, settle: Callable[[], None]) -> Ticket:
    """A card number in a mail, its subject, an answer that quotes it, a note, a draft and a side conversation."""
    account = make_account(cast.it)
    arrive(account, mail_from(text=f"My card is {CARD}, please hurry.", subject=f"Card {CARD}"))
    [ticket] = tickets()
    first = sent(ticket, cast.ben, f"You wrote {CARD}?")
    wrapped = "> You wrote 4929 sparrowhawk\r\n> 5110 7777?"
    arrive(account, answer(first, text=f"Yes, that one.\r\n\r\nOn Monday Ben wrote:\r\n{wrapped}"))
    make_note(ticket, cast.ben, f"Charged {CARD}.")
    sent_aside(
        ticket,
        cast.ben,
        "Is this right?",
        quoted=f"Ada wrote: {CARD}",
        html=f"<p>{CARD.replace(' ', '</b> <b>')}</p>",
    )
    at = clock.now()
    by_ben = {"ticket_id": ticket.id, "text": CARD}
    with unit_of_work():
        db.session.add(Draft(owner_id=cast.ben.id, kind="reply", kept_at=at, **by_ben))
        planned = PlannedReply(
            agent_id=cast.ben.id,
            channel="email",
            due_at=at + timedelta(days=1),
            made_at=at,
            **by_ben,
        )
        db.session.add(planned)
    settle()
    return ticket


def test_a_stretch_is_gone_from_every_copy_and_the_chain_holds(
    app: Flask, cast: Cast, spread: Ticket, settle: Callable[[], None]
) -> None:
    assert search(cast.actor("ben"), "sparrowhawk").tickets
    assert everything_kept(app).count("sparrowhawk") > 10
    row = take_out(spread, messages_of(spread)[0], CARD, cast)
    settle()

    kept = everything_kept(app)
    assert "sparrowhawk" not in kept
    assert "5110 7777" not in kept
    assert search(cast.actor("ben"), "sparrowhawk").tickets == ()
    first = db.session.get_one(Message, messages_of(spread)[0].id, populate_existing=True)
    assert first.text == f"My card is {MARK}, please hurry."
    assert db.session.get_one(Ticket, spread.id).subject == f"Card {MARK}"
    assert verify_ticket(spread.id) == []
    entry = db.session.scalars(select(Entry).where(Entry.event == "MessageRedacted")).one()
    assert (entry.actor_id, entry.after["digest"]) == (cast.cleo.id, row.digest)
    assert row.why == WHY


def test_a_file_is_gone_with_its_bytes_and_the_text_read_out_of_it(
    app: Flask, cast: Cast, settle: Callable[[], None]
) -> None:
    file = NewFile("list.txt", "text/plain", FILED.encode())
    ticket = make_ticket(cast.ada, cast.it, files=(file,))
    sent_aside(ticket, cast.ben, "See there.", files=(file,))
    settle()
    assert search(cast.actor("ben"), FILED).tickets
    assert everything_kept(app).count(FILED) > 2
    [first, *_more] = messages_of(ticket)

    take_out(ticket, first, "", cast, (first.attachments[0].id,))
    settle()

    assert FILED not in everything_kept(app)
    assert search(cast.actor("ben"), FILED).tickets == ()
    assert db.session.scalars(select(Attachment)).all() == []
    assert verify_ticket(ticket.id) == []


def test_bytes_that_another_ticket_has_too_stay_for_it(
    cast: Cast, settle: Callable[[], None]
) -> None:
    file = NewFile("form.txt", "text/plain", b"the same form")
    ticket, other = (
        make_ticket(cast.ada, cast.it, files=(file,)),
        make_ticket(cast.ada, files=(file,)),
    )
    [message] = messages_of(ticket)

    assert find(ticket, message, "", {message.attachments[0].id}).elsewhere == 1
    take_out(ticket, message, "", cast, (message.attachments[0].id,))
    settle()

    [left] = messages_of(other)[0].attachments
    assert files.open_file(left.digest).read() == b"the same form"


def test_what_was_redacted_verifies_wherever_the_message_goes(
    cast: Cast, settle: Callable[[], None]
) -> None:
    file = NewFile("list.txt", "text/plain", FILED.encode())
    ticket, other = make_ticket(cast.ada, cast.it, files=(file,)), make_ticket(cast.ada, cast.it)
    [message] = messages_of(ticket)
    take_out(ticket, message, "floor 2", cast, (message.attachments[0].id,))

    merge(ticket, other)

    assert verify_ticket(ticket.id) == verify_ticket(other.id) == []


def test_of_two_who_redact_at_once_the_second_is_told(cast: Cast, spread: Ticket) -> None:
    message = messages_of(spread)[0]
    seen = find(spread, message, CARD, ()).state
    db.session.rollback()
    take_out(spread, message, "please hurry", cast)

    with pytest.raises(Conflict), unit_of_work():
        again = db.session.get_one(Message, message.id)
        redact(lock(spread.id), again, CARD, (), WHY, seen=seen, by=None, cause="test")


def test_nothing_is_taken_out_without_a_reason_or_while_it_is_being_sent(
    cast: Cast, spread: Ticket
) -> None:
    message = messages_of(spread)[0]
    there = find(spread, message, CARD, ())
    seen = there.state
    with pytest.raises(Invalid), unit_of_work():
        redact(lock(spread.id), message, CARD, (), " ", seen=seen, by=None, cause="test")
    with unit_of_work():
        there.deliveries[0].state = DeliveryState.SENDING
    with pytest.raises(Conflict), unit_of_work():
        redact(lock(spread.id), message, CARD, (), WHY, seen=seen, by=None, cause="test")
    assert CARD in db.session.get_one(Message, message.id, populate_existing=True).text


def test_a_change_past_the_journal_is_named(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        messages_of(ticket)[0].text = "Something else."
    assert [flaw.what for flaw in verify_ticket(ticket.id)] != []
