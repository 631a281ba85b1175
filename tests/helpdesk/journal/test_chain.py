"""The journal proves itself: every change is in it, and nobody changes it unseen."""

from __future__ import annotations

from typing import Any

import pytest

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.journal.models import Entry
from helpdesk.tickets import commands, customizing
from helpdesk.tickets.links import link
from helpdesk.tickets.models import LinkKind, Message, Ticket
from helpdesk.tickets.verifying import verify_all, verify_ticket
from tests.cast import Cast
from tests.makers import make_note, make_reply, make_ticket, make_words_of
from workflows.lifecycle import Status
from workflows.priority import Level


def make_life(cast: Cast) -> Ticket:
    """A ticket to which everything happened once."""
    ticket, other = make_ticket(cast.ada, cast.it), make_ticket(cast.ada, cast.it)
    make_reply(ticket, cast.ben)
    make_note(ticket, cast.cleo)
    with unit_of_work():
        customizing.add_field(key="asset", label="Asset", kind="text")
    with unit_of_work():
        locked = commands.lock(ticket.id)
        commands.assign(locked, cast.ben, by=cast.cleo.id, cause="console")
        commands.set_tags(locked, ["printer"], by=cast.ben.id, cause="console")
        commands.watch(locked, cast.eve, by=cast.ben.id, cause="console")
        commands.set_priority(
            locked,
            impact=Level.HIGH,
            urgency=Level.LOW,
            override=None,
            by=cast.ben.id,
            cause="console",
        )
        commands.rename(locked, "Drum unit worn", by=cast.ben.id, cause="console")
        customizing.set_custom(locked, {"asset": "PRN-0207"}, by=cast.ben.id, cause="console")
        link(locked, other, LinkKind.RELATED, by=cast.ben.id, cause="console")
        commands.change_status(locked, Status.RESOLVED, by=cast.ben.id, cause="console")
    make_words_of(ticket, cast.ada)
    return ticket


def tamper(table: Any, which: Any, **values: Any) -> None:
    with unit_of_work():
        db.session.execute(db.update(table).where(which).values(**values))


def test_a_ticket_to_which_everything_happened_holds(cast: Cast) -> None:
    make_life(cast)
    assert list(verify_all()) == []


@pytest.mark.parametrize(
    "change",
    [{"cause": "nobody"}, {"actor_id": 99}, {"after": {"status": "closed"}}, {"event": "Nothing"}],
    ids=str,
)
def test_a_changed_entry_is_named(cast: Cast, change: dict[str, Any]) -> None:
    ticket = make_life(cast)
    tamper(Entry, (Entry.subject_id == ticket.id) & (Entry.seq == 3), **change)
    assert any(flaw.seq == 3 and "was changed" in flaw.what for flaw in verify_ticket(ticket.id))


def test_a_removed_entry_is_named(cast: Cast) -> None:
    ticket = make_life(cast)
    with unit_of_work():
        db.session.execute(db.delete(Entry).where(Entry.subject_id == ticket.id, Entry.seq == 4))
    assert any("entry 4 is missing" in flaw.what for flaw in verify_ticket(ticket.id))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"status": Status.CLOSED}, "status"),
        ({"assignee_id": None}, "assignee"),
        ({"subject": "Something else"}, "subject"),
        ({"priority": 5}, "priority"),
        ({"custom": {}}, "custom.asset"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_ticket_that_differs_from_its_journal_is_named(
    cast: Cast, change: dict[str, Any], named: str
) -> None:
    ticket = make_life(cast)
    tamper(Ticket, Ticket.id == ticket.id, **change)
    assert any(flaw.what.startswith(named) for flaw in verify_ticket(ticket.id))


def test_a_message_whose_text_was_changed_is_named(cast: Cast) -> None:
    ticket = make_life(cast)
    message = ticket.messages[0].id
    tamper(Message, Message.id == message, text="I never said that.")
    assert any(f"text of message {message}" in flaw.what for flaw in verify_ticket(ticket.id))


def test_the_journal_holds_no_words_of_people(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it, subject="CANARY subject", text="CANARY text")
    entries = db.session.scalars(db.select(Entry).filter_by(subject_id=ticket.id)).all()
    assert "CANARY" not in "".join(f"{entry.before}{entry.after}{entry.cause}" for entry in entries)


def test_erasing_the_salt_of_an_entry_leaves_the_chain_whole(cast: Cast) -> None:
    ticket = make_life(cast)
    tamper(Entry, Entry.subject_id == ticket.id, salt=None)
    assert verify_ticket(ticket.id) == []
