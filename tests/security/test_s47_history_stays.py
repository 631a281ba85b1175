"""S47: what was said and done stays as it was; no page changes it, and what somebody changes in the database is found."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, select, update
from werkzeug.routing import Rule

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.journal.models import Entry
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.verifying import verify_all
from tests.cast import Cast
from tests.helpdesk.api.test_writing import key_of
from tests.helpdesk.web.console.budget import look_again
from tests.makers import make_note, make_reply, make_ticket
from tests.pages import PageClient

BASE = "http://desk.example"
# The routes that add to what was said, or take a message elsewhere whole; each has tests of its own.
WRITES = ("PUT", "PATCH", "DELETE")


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    found = make_ticket(cast.ada, cast.it)
    make_reply(found, cast.ben, "Please try again.")
    make_note(found, cast.ben, "Drum unit.")
    return found


def said(ticket: Ticket) -> list[tuple[Any, ...]]:
    look_again()
    rows = db.session.execute(
        select(Message.id, Message.text, Message.html, Message.author_id, Message.created_at)
        .where(Message.ticket_id == ticket.id)
        .order_by(Message.id)
    )
    return [tuple(row) for row in rows]


def journal() -> list[tuple[Any, ...]]:
    look_again()
    rows = db.session.execute(select(Entry.id, Entry.event, Entry.digest).order_by(Entry.id))
    return [tuple(row) for row in rows]


def test_no_route_takes_back_or_puts_in_the_place(client: PageClient) -> None:
    rules: list[Rule] = list(client.raw.application.url_map.iter_rules())
    assert [rule.rule for rule in rules if set(WRITES) & (rule.methods or set())] == []
    changing = [rule for rule in rules if "POST" in (rule.methods or set())]
    assert [
        rule.rule for rule in changing if "journal" in rule.rule or "entries" in rule.rule
    ] == []


@pytest.mark.parametrize("method", WRITES)
def test_other_methods_change_nothing(
    client: PageClient, cast: Cast, ticket: Ticket, method: str
) -> None:
    before, entries = said(ticket), journal()
    client.sign_in("eve@borough.example")
    token = client.token()
    message_id = before[0][0]
    for path in (
        f"/tickets/{ticket.number}",
        f"/tickets/{ticket.number}/messages/{message_id}",
        f"/tickets/{ticket.number}/replies",
        f"/api/v1/tickets/{ticket.number}",
        f"/api/v1/tickets/{ticket.number}/notes",
    ):
        answer = client.raw.open(
            path,
            method=method,
            base_url=BASE,
            data={"csrf_token": token, "text": "Never said."},
            headers={"Origin": BASE, "Authorization": f"Bearer {key_of(cast.eve)}"},
        )
        assert answer.status_code in (400, 403, 404, 405), path
    assert said(ticket) == before
    assert journal()[: len(entries)] == entries


@pytest.mark.parametrize("field", ["message_id", "id", "author", "created_at", "visibility"])
def test_a_reply_and_a_note_write_over_no_message(
    client: PageClient, cast: Cast, ticket: Ticket, field: str
) -> None:
    before = said(ticket)
    client.sign_in("ben@borough.example")
    version = str(db.session.get_one(Ticket, ticket.id).version)
    common = {"version": version, "seen": "0", field: str(before[0][0])}
    client.post(f"/tickets/{ticket.number}/replies", {"text": "Other.", **common}, status=422)
    client.post(f"/tickets/{ticket.number}/notes", {"note_text": "Other.", **common}, status=422)
    assert said(ticket) == before


def test_a_new_message_leaves_those_before_it_as_they_were(
    client: PageClient, cast: Cast, ticket: Ticket
) -> None:
    before = said(ticket)
    make_reply(ticket, cast.ben, "Once more.")
    assert said(ticket)[: len(before)] == before
    assert list(verify_all()) == []


@pytest.mark.parametrize(
    "change",
    [
        update(Message).values(text="Never said."),
        update(Entry).values(event="Nothing"),
        update(Entry).values(actor_id=None),
    ],
    ids=["a message", "what happened", "who did it"],
)
def test_what_was_changed_in_the_database_is_found(ticket: Ticket, change: Any) -> None:
    assert list(verify_all()) == []
    table = Message if change.table.name == "message" else Entry
    if table is Entry:
        last = select(Entry.id).where(Entry.actor_id.is_not(None)).order_by(Entry.id.desc())
    else:
        last = select(Message.id).order_by(Message.id.desc())
    with unit_of_work():
        chosen = db.session.scalar(last.limit(1))
        db.session.execute(change.where(table.id == chosen))
    look_again()
    assert list(verify_all()) != []


def test_an_entry_that_was_taken_out_is_missed(ticket: Ticket) -> None:
    with unit_of_work():
        second = db.session.scalars(
            select(Entry.id)
            .where(Entry.subject_kind == "ticket", Entry.subject_id == ticket.id)
            .order_by(Entry.seq)
            .offset(1)
            .limit(1)
        ).one()
        db.session.execute(delete(Entry).where(Entry.id == second))
    look_again()
    assert list(verify_all()) != []
