"""Splitting: ticked messages get a ticket of their own after a preview, and come back with what came later left there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.operations.models import Operation
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.verifying import verify_all
from tests.cast import Cast
from tests.helpdesk.operations.acts import again
from tests.helpdesk.web.console.test_operations import undo_on
from tests.makers import make_note, make_ticket, make_words_of
from tests.pages import PageClient


@pytest.fixture
def ticket(cast: Cast, clock: StoppedClock) -> Ticket:
    """A ticket with three messages and a note, an hour apart."""
    made = make_ticket(cast.ada, cast.it)
    clock.advance(timedelta(hours=1))
    make_words_of(made, cast.ada, "The bins, too.", subject="Bins")
    make_note(made, cast.ben, "That is another matter.")
    clock.advance(timedelta(hours=1))
    make_words_of(made, cast.ada, "They are full.")
    return made


def ids_of(ticket: Ticket) -> list[int]:
    found = db.session.query(Message).filter_by(ticket_id=ticket.id).order_by(Message.id)
    return [one.id for one in found]


def split(ben: PageClient, ticket: Ticket, ids: list[int], status: int = 303, **more: str) -> str:
    sent = {"version": str(again(ticket).version), "message": [str(one) for one in ids], **more}
    answer = ben.post(f"/tickets/{ticket.number}/split", sent, status=status)
    return ben.get(answer.headers["Location"]).text if status == 303 else answer.text


def opened_from(ticket: Ticket) -> Ticket:
    db.session.rollback()
    return db.session.query(Ticket).filter(Ticket.id > ticket.id).one()


def test_the_preview_says_what_would_go_and_since_when_clocks_count(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    _first, bins, note, full = ids_of(ticket)
    here = f"/tickets/{ticket.number}/split?message={bins}&message={note}&message={full}"

    page = ben.get(here).text

    assert "3 messages, of these 1 note" in page
    assert f"Stay on {ticket.number}" in page
    assert 'value="Bins"' in page
    assert "11:00" in page
    assert db.session.query(Ticket).count() == 1


def test_ticked_messages_get_a_ticket_as_it_was_chosen(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    _first, bins, note, full = ids_of(ticket)

    page = split(ben, ticket, [bins, note, full], type="request", subject="Full bins")

    opened = opened_from(ticket)
    assert (opened.subject, opened.type, opened.group_id) == ("Full bins", "request", cast.it.id)
    assert (opened.message_count, again(ticket).message_count) == (3, 1)
    assert opened.created_at == db.session.get_one(Message, bins).created_at
    assert "3 messages have a ticket of their own now" in page
    assert f"linked to {ticket.number}" in page
    assert list(verify_all()) == []


def test_undo_takes_the_messages_back_and_leaves_later_words_on_the_new_ticket(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    _first, bins, _note, full = ids_of(ticket)
    page = split(ben, ticket, [bins, full])
    opened = opened_from(ticket)
    make_words_of(opened, cast.ada, "And the lid is gone.")

    ben.post(undo_on(page), {})

    assert again(ticket).message_count == 4
    assert (again(opened).message_count, again(opened).merged_into_id) == (1, None)
    assert list(verify_all()) == []


def test_a_new_ticket_left_empty_by_undo_leads_to_the_first(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    page = split(ben, ticket, ids_of(ticket)[1:2])
    opened = opened_from(ticket)

    ben.post(undo_on(page), {})

    assert again(opened).merged_into_id == ticket.id
    assert again(ticket).message_count == 4


@pytest.mark.parametrize(
    ("which", "why"),
    [
        ([2], "Choose a message that was written to or by people"),
        ([0, 1, 3], "One message must stay on this ticket."),
    ],
)
def test_what_cannot_be_split_says_why(
    ben: PageClient, ticket: Ticket, which: list[int], why: str
) -> None:
    ids = [ids_of(ticket)[one] for one in which]
    query = "&".join(f"message={one}" for one in ids)

    assert why in ben.get(f"/tickets/{ticket.number}/split?{query}").text
    assert why in split(ben, ticket, ids, status=422)
    assert db.session.query(Operation).count() == 0


def test_messages_of_another_ticket_are_not_there(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    hidden = make_ticket(cast.ada, cast.highways)
    (theirs,) = ids_of(hidden)

    split(ben, ticket, [ids_of(ticket)[1], theirs], status=409)
    split(ben, hidden, [theirs], status=404)

    assert (again(hidden).version, db.session.query(Operation).count()) == (1, 0)
