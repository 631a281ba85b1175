"""Who is told that a ticket went to another status, and that a visitor waits in the chat."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.notifications.models import Notification
from helpdesk.people.models import Person
from helpdesk.tickets.commands import assign, lock, watch
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.stepping import change_status
from tests.cast import Cast
from tests.helpdesk.chat.visitors import Visitor, make_chat, switch_on, take
from tests.makers import make_reply, make_ticket, make_words_of
from tests.pages import PageClient


def told(kind: str) -> set[int]:
    """Who has an unread line of a kind."""
    db.session.rollback()
    found = select(Notification.person_id).where(
        Notification.kind == kind, Notification.read_at.is_(None)
    )
    return set(db.session.scalars(found))


@pytest.fixture
def followed(cast: Cast, settle: Callable[[], None]) -> Ticket:
    """A ticket that Ben has, and that Cleo and Dan watch; Dan may not see it."""
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        assign(lock(ticket.id), cast.ben, by=cast.ben.id, cause="test")
        for one in (cast.cleo, cast.dan):
            watch(ticket, one, by=None, cause="test")
    settle()
    return ticket


def move(ticket: Ticket, status: str, by: Person | None) -> None:
    with unit_of_work():
        change_status(lock(ticket.id), status, by=by.id if by else None, cause="test")


def test_a_status_is_told_to_who_has_the_ticket_or_watches_it_and_not_to_who_changed_it(
    cast: Cast, followed: Ticket, settle: Callable[[], None], client: PageClient
) -> None:
    move(followed, "in_progress", cast.eve)
    settle()
    assert told("status") == {cast.ben.id, cast.cleo.id}
    client.sign_in("cleo@borough.example")
    assert "Its status was changed" in client.get("/notices").get_data(as_text=True)


def test_what_the_desk_changes_by_itself_is_told_to_watchers_alone(
    cast: Cast, followed: Ticket, settle: Callable[[], None]
) -> None:
    move(followed, "in_progress", None)
    settle()
    assert told("status") == {cast.cleo.id}


def test_words_of_the_requester_are_told_and_not_the_status_that_they_bring(
    cast: Cast, followed: Ticket, settle: Callable[[], None]
) -> None:
    make_reply(followed, cast.cleo)
    move(followed, "pending_requester", cast.ben)
    settle()
    with unit_of_work():
        for line in db.session.scalars(select(Notification)):
            db.session.delete(line)
    make_words_of(followed, cast.ada)
    settle()
    assert told("message") == {cast.ben.id, cast.cleo.id}
    assert told("status") == set()


def test_a_visitor_who_waits_is_told_to_the_group_until_somebody_is_there(
    app: Flask, cast: Cast, settle: Callable[[], None], client: PageClient
) -> None:
    make_chat()
    switch_on(cast.actor("ben"))
    visitor = Visitor(app)
    visitor.start()
    settle()
    assert told("chat_waits") == {cast.ben.id, cast.cleo.id}
    assert told("new_ticket") == set()
    client.sign_in("cleo@borough.example")
    page = client.get("/notices").get_data(as_text=True)
    assert "A visitor waits in the chat" in page
    assert 'href="/chats"' in page

    take(visitor.chat, cast)

    assert told("chat_waits") == set()
