"""Formatted replies on the server: sent, shown, kept in drafts, taken back, met by another change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select

from helpdesk.composing import drafts, planning
from helpdesk.composing.models import PlannedReply
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.models import Delivery
from helpdesk.redaction import doing, finding
from helpdesk.tickets.commands import lock
from helpdesk.tickets.models import Direction, Message, Ticket
from tests.cast import Cast
from tests.helpdesk.web.console.budget import look_again
from tests.makers import make_ticket, make_words_of
from tests.pages import PageClient

HTML = "<div>Dear <b>Ada</b>,</div><ul><li>press</li><li>wait</li></ul>"
WORDS = "Dear Ada,\n- press\n- wait"


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return make_ticket(cast.ada, cast.it)


def reply(client: PageClient, ticket: Ticket, *, status: int = 303, **more: object) -> str:
    look_again()
    version = db.session.get_one(Ticket, ticket.id).version
    fields = {"text": "", "html": HTML, "version": str(version), "seen": "0", **more}
    path = f"/tickets/{ticket.number}/replies"
    return unescape(client.post(path, fields, status=status).get_data(as_text=True))


def answer_on(ticket: Ticket) -> Message:
    look_again()
    out = (Message.ticket_id == ticket.id, Message.direction == Direction.OUT)
    return db.session.scalars(select(Message).where(*out)).one()


def held(page: str) -> str:
    """The HTML that the composer of a page holds for its editor."""
    return page.partition('name="html" value="')[2].partition('" disabled')[0]


def test_a_formatted_reply_is_shown_and_mailed_with_its_marks(
    ben: PageClient, ticket: Ticket, settle: Callable[[], None]
) -> None:
    reply(ben, ticket, text="something else")
    settle()
    sent = answer_on(ticket)
    mail = db.session.scalars(select(Delivery).where(Delivery.message_id == sent.id)).one()
    assert (sent.text, sent.html) == (WORDS, HTML)
    assert "<b>Ada</b>" in ben.get(f"/tickets/{ticket.number}").get_data(as_text=True)
    assert "<b>Ada</b>" in ben.get(f"/tickets/{ticket.number}/print").get_data(as_text=True)
    assert "<b>Ada</b>" in (mail.html or "")
    assert mail.text.startswith(WORDS)


def test_lines_alone_are_no_formatting(ben: PageClient, ticket: Ticket) -> None:
    reply(ben, ticket, html="<div>Dear Ada,</div><div><br></div><div>wait.</div>")
    assert (answer_on(ticket).text, answer_on(ticket).html) == ("Dear Ada,\n\nwait.", None)


def test_an_empty_editor_says_nothing(ben: PageClient, ticket: Ticket) -> None:
    page = reply(ben, ticket, html="<div><br></div>", status=422)
    assert "Write something first." in page


def test_what_comes_back_has_its_marks(ben: PageClient, cast: Cast, ticket: Ticket) -> None:
    page = reply(ben, ticket, html=f"{HTML}<div>{{colour}}</div>", status=422)
    assert held(page) == f"{HTML}<div>{{colour}}</div>"
    make_words_of(ticket, cast.ada)
    page = reply(ben, ticket, version="1", status=409)
    assert held(page) == HTML
    assert f"{WORDS}</textarea>" in page


def test_a_draft_keeps_marks_and_another_window_meets_them(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    path = f"/tickets/{ticket.number}/drafts/reply"
    kept = {"text": "", "html": HTML, "writer": "w1", "known": "0"}
    assert ben.post(path, kept, status=200).get_json()["text"] == WORDS
    assert held(unescape(ben.get(f"/tickets/{ticket.number}").get_data(as_text=True))) == HTML
    other = {"text": "", "html": HTML.replace("b>", "i>"), "writer": "w2", "known": "0"}
    met = ben.post(path, other, status=409).get_json()
    assert (met["text"], met["html"]) == (WORDS, HTML)


def test_taking_back_brings_the_marks_before_what_was_begun_since(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    reply(ben, ticket, undo="10")
    with unit_of_work():
        drafts.keep(cast.ben.id, ticket.id, "reply", drafts.Written(text="P.S."))
    planned = db.session.scalars(select(PlannedReply)).one()
    ben.post(f"/tickets/{ticket.number}/planned/{planned.id}/back")
    page = unescape(ben.get(f"/tickets/{ticket.number}").get_data(as_text=True))
    assert held(page) == f"{HTML}<div><br></div><div>P.S.</div>"
    assert f"{WORDS}\n\nP.S.</textarea>" in page


def test_a_reply_that_waited_leaves_with_its_marks(
    ben: PageClient, ticket: Ticket, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    reply(ben, ticket, undo="10")
    clock.advance(timedelta(seconds=10))
    with unit_of_work():
        planning.owe_due()
    settle()
    assert answer_on(ticket).html == HTML


def test_what_is_taken_out_goes_from_what_waits_and_what_is_begun(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    reply(ben, ticket, html="<div>the code is 47<b>11</b></div>")
    reply(ben, ticket, html="<div>again: 47<i>11</i></div>", undo="60")
    path = f"/tickets/{ticket.number}/drafts/reply"
    ben.post(path, {"text": "", "html": "47<u>11</u>!", "writer": "w", "known": "0"}, status=200)
    redact(cast, ticket, "4711")
    look_again()
    planned = db.session.scalars(select(PlannedReply)).one()
    draft = drafts.of_ticket(cast.ben.id, ticket.id)["reply"]
    left = (answer_on(ticket).html, planned.html, draft.details["html"])
    assert not [one for one in left if one is None or "47" in one or "11" in one]


def redact(cast: Cast, ticket: Ticket, what: str) -> None:
    with unit_of_work():
        locked, message = lock(ticket.id), answer_on(ticket)
        seen = finding.find(locked, message, what, ()).state
        doing.redact(locked, message, what, (), "a code", seen=seen, by=cast.cleo.id, cause="test")
