"""Drafts on the server: kept, resumed, two windows, sent, listed, and nobody else's."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpdesk.composing import drafts
from helpdesk.composing.drafts import Written
from helpdesk.composing.models import Draft
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.tickets import commands, merging
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.helpdesk.web.console.budget import look_again
from tests.makers import make_ticket
from tests.pages import PageClient


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return make_ticket(cast.ada, cast.it)


def keep(
    client: PageClient, ticket: Ticket, *, status: int = 200, **more: str
) -> dict[str, object]:
    kind = more.pop("kind", "reply")
    fields = {"text": "Have you tried", "writer": "w1", "known": "0", **more}
    answer = client.post(f"/tickets/{ticket.number}/drafts/{kind}", fields, status=status)
    found: dict[str, object] = answer.get_json()
    return found


def page_of(client: PageClient, ticket: Ticket) -> str:
    return unescape(client.get(f"/tickets/{ticket.number}").get_data(as_text=True))


def draft_of(cast: Cast, ticket: Ticket, kind: str = "reply") -> Draft:
    look_again()
    return drafts.of_ticket(cast.ben.id, ticket.id)[kind]


def test_what_was_typed_is_there_in_another_browser(
    app: Flask, ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    keep(ben, ticket, text="Have you tried", cc="cleo@borough.example")
    keep(ben, ticket, text="Ask Cleo first.", kind="note")
    elsewhere = PageClient(app)
    elsewhere.sign_in("ben@borough.example")
    page = page_of(elsewhere, ticket)
    assert "Have you tried</textarea>" in page
    assert "Ask Cleo first.</textarea>" in page
    assert 'value="cleo@borough.example"' in page


def test_nobody_else_sees_a_draft(app: Flask, ben: PageClient, cast: Cast, ticket: Ticket) -> None:
    keep(ben, ticket, text="Canary of a draft")
    cleo = PageClient(app)
    cleo.sign_in("cleo@borough.example")
    assert "Canary" not in page_of(cleo, ticket)
    assert "Canary" not in cleo.get("/drafts").get_data(as_text=True)
    assert cleo.get("/drafts/numbers").get_json() == {"numbers": []}


def test_a_draft_on_a_hidden_ticket_is_a_missing_one(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    hidden = make_ticket(cast.ada, cast.highways)
    for path in ("drafts/reply", "drafts/note", "drafts/reply/discard"):
        ben.post(f"/tickets/{hidden.number}/{path}", {}, status=404)
    ben.post(f"/tickets/{ticket.number}/drafts/poem", {}, status=404)
    assert db.session.scalar(select(func.count(Draft.id))) == 0


def test_a_draft_on_a_ticket_that_was_hidden_since_is_not_listed(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    keep(ben, ticket)
    assert ticket.number in ben.get("/drafts").get_data(as_text=True)
    with unit_of_work():
        commands.move_to_group(commands.lock(ticket.id), cast.highways, by=None, cause="test")
    assert ticket.number not in ben.get("/drafts").get_data(as_text=True)
    assert ben.get("/drafts/numbers").get_json() == {"numbers": []}


def test_two_windows_do_not_write_over_each_other(ben: PageClient, ticket: Ticket) -> None:
    keep(ben, ticket, text="From the first", writer="w1")
    met = keep(ben, ticket, text="From the second", writer="w2", known="0", status=409)
    assert met["text"] == "From the first"
    kept = keep(ben, ticket, text="From the second", writer="w2", known=str(met["version"]))
    assert kept["text"] == "From the second"
    keep(ben, ticket, text="From the first again", writer="w1", known="1", status=409)


def test_a_window_that_goes_on_from_what_is_kept_may_keep(ben: PageClient, ticket: Ticket) -> None:
    kept = keep(ben, ticket, text="Begun", writer="w1")
    keep(ben, ticket, text="Begun and done", writer="w2", known=str(kept["version"]))


def test_sending_ends_the_draft_and_a_save_that_comes_late_is_known(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    keep(ben, ticket, text="Done", writer="w1")
    reply = {"text": "Done!", "version": str(ticket.version), "seen": "0", "writer": "w1"}
    ben.post(f"/tickets/{ticket.number}/replies", reply)
    keep(ben, ticket, text="Done!", writer="w1")
    assert draft_of(cast, ticket).text == ""
    assert "Done!</textarea>" not in page_of(ben, ticket)


def test_words_that_left_before_they_were_kept_do_not_come_back(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    reply = {"text": "At once.", "version": str(ticket.version), "seen": "0", "writer": "w1"}
    ben.post(f"/tickets/{ticket.number}/replies", reply)
    keep(ben, ticket, text="At once.", writer="w1")
    assert draft_of(cast, ticket).text == ""
    assert 'data-sent="w1"' in page_of(ben, ticket)


def test_sending_from_one_window_leaves_what_another_wrote(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    keep(ben, ticket, text="Something else", writer="w2")
    reply = {"text": "Done", "version": str(ticket.version), "seen": "0", "writer": "w1"}
    ben.post(f"/tickets/{ticket.number}/replies", {**reply, "known": "0"})
    assert draft_of(cast, ticket).text == "Something else"


def test_a_refused_reply_keeps_its_draft(ben: PageClient, cast: Cast, ticket: Ticket) -> None:
    keep(ben, ticket, text="Hello", writer="w1")
    reply = {"text": "Hello", "version": "1", "seen": "0", "writer": "w1", "cc": "no address"}
    ben.post(f"/tickets/{ticket.number}/replies", reply, status=422)
    assert draft_of(cast, ticket).text == "Hello"


def test_emptying_and_discarding_leave_none(ben: PageClient, cast: Cast, ticket: Ticket) -> None:
    keep(ben, ticket, text="Hello")
    keep(ben, ticket, text="")
    assert "No" not in str(ben.get("/drafts/numbers").get_json()["numbers"])
    keep(ben, ticket, text="Again")
    assert ben.get("/drafts/numbers").get_json() == {"numbers": [ticket.number]}
    ben.post(f"/tickets/{ticket.number}/drafts/reply/discard")
    assert ben.get("/drafts/numbers").get_json() == {"numbers": []}


def test_a_draft_on_a_ticket_that_takes_no_more_words_is_still_shown(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    keep(ben, ticket, text="Not sent in time")
    other = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        merging.merge(commands.lock(ticket.id), commands.lock(other.id), by=None, cause="test")
    page = page_of(ben, ticket)
    assert "Not sent in time" in page
    assert "Throw the draft away" in page


def test_what_was_sent_is_forgotten_after_a_day(
    cast: Cast, ticket: Ticket, clock: StoppedClock
) -> None:
    with unit_of_work():
        drafts.keep(cast.ben.id, ticket.id, "reply", Written(text="Hello", writer="w"))
        drafts.keep(cast.ben.id, ticket.id, "note", Written(text="Stays", writer="w"))
        sent = Written(text="Hello", writer="w")
        drafts.note_sent(cast.ben.id, ticket.id, "reply", sent)
    clock.advance(timedelta(days=2))
    with unit_of_work():
        drafts.sweep()
    assert set(drafts.of_ticket(cast.ben.id, ticket.id)) == {"note"}


def test_a_draft_takes_no_field_it_does_not_know(ben: PageClient, ticket: Ticket) -> None:
    ben.post(f"/tickets/{ticket.number}/drafts/reply", {"text": "x", "owner_id": "1"}, status=422)
