"""Handing over: to a group and an agent with a note, with what changes shown first, and taken back."""

from __future__ import annotations

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.operations.models import Operation
from helpdesk.tickets.models import Message, Ticket
from tests.cast import Cast
from tests.helpdesk.operations.acts import again, by_others, given_to
from tests.helpdesk.web.console.test_operations import undo_on
from tests.makers import make_ticket
from tests.pages import PageClient


def hand(ben: PageClient, ticket: Ticket, status: int = 303, **fields: str) -> str:
    sent = {"version": str(again(ticket).version), **fields}
    answer = ben.post(f"/tickets/{ticket.number}/hand-over", sent, status=status)
    return ben.get(answer.headers["Location"]).text if status == 303 else answer.text


def test_looking_says_what_changes_and_changes_nothing(ben: PageClient, cast: Cast) -> None:
    body = {
        "title": "Roads",
        "when": 'group:"Highways"',
        "metrics": {"resolution": {"targets": {"*": 14_400}}},
    }
    with unit_of_work():
        store.save(Kind.POLICY, "roads", body, by=None, cause="test")
    ticket = make_ticket(cast.ada, cast.it)
    by_others(ticket, given_to(cast.ben))
    version = again(ticket).version

    to = {"group": str(cast.highways.id), "note": "Pothole."}
    page = hand(ben, ticket, status=200, deed="look", **to)

    assert "You will not see it any more." in page
    assert "Ben Kaya does not work there and is taken off." in page
    assert "none → Roads" in page
    assert "Pothole." in page
    assert again(ticket).version == version


def test_it_is_handed_over_with_a_note_and_taken_back_unseen(ben: PageClient, cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    by_others(ticket, given_to(cast.ben))
    to = {"group": str(cast.highways.id), "assignee": str(cast.dan.id), "note": "Pothole."}

    page = hand(ben, ticket, **to)

    assert "You do not see it any more" in page
    assert (again(ticket).group_id, again(ticket).assignee_id) == (cast.highways.id, cast.dan.id)
    note = db.session.query(Message).order_by(Message.id.desc()).first()
    assert note is not None
    assert (note.text, note.visibility) == ("Pothole.", "internal")
    ben.post(undo_on(page), {})
    assert (again(ticket).group_id, again(ticket).assignee_id) == (cast.it.id, cast.ben.id)


def test_whom_it_cannot_be_given_to_is_refused_with_the_reason(ben: PageClient, cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    page = hand(ben, ticket, 422, group=str(cast.it.id), assignee=str(cast.dan.id))
    assert "Dan Okoro may not work on tickets of this group." in page
    assert "with them already" in hand(ben, ticket, 422, group=str(cast.it.id))
    assert db.session.query(Operation).count() == 0


def test_a_hidden_ticket_is_handed_to_nobody(ben: PageClient, cast: Cast) -> None:
    hidden = make_ticket(cast.ada, cast.highways)
    hand(ben, hidden, 404, group=str(cast.it.id))
    assert again(hidden).version == 1
