"""A ticket from the chat, as agents read and answer it on its page: by names and words, not by what the desk calls a visitor."""

from __future__ import annotations

import pytest
from flask import Flask

from helpdesk.core.db import db
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.helpdesk.chat.visitors import Visitor, answer, make_chat, switch_on, take
from tests.pages import PageClient


@pytest.fixture
def page(app: Flask, client: PageClient, cast: Cast) -> str:
    """The page of a chat's ticket that Ben has answered in the chat."""
    make_chat()
    switch_on(cast.actor("ben"))
    visitor = Visitor(app)
    visitor.start()
    take(visitor.chat, cast)
    answer(visitor.chat, cast, "On Monday.")
    number = db.session.get_one(Ticket, visitor.chat.ticket_id).number
    client.sign_in("ben@borough.example")
    return client.get(f"/tickets/{number}").get_data(as_text=True)


def test_nobody_reads_what_the_desk_calls_a_visitor(page: str) -> None:
    assert "On Monday." in page
    assert "visitor-" not in page


def test_an_answer_in_the_chat_has_no_copies(page: str) -> None:
    assert 'id="reply-form"' in page
    assert "Cc and Bcc" not in page
