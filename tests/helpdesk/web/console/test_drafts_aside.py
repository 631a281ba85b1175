"""Drafts of what is written to third parties: resumed, ended by sending, one for each side conversation, nobody else's."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.composing import drafts
from helpdesk.composing.models import Draft
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.redaction import doing, finding
from helpdesk.tickets.commands import lock
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.side_models import SideConversation
from tests.cast import Cast
from tests.helpdesk.messaging.answers import merge
from tests.helpdesk.messaging.aside import ADDRESS, ask_aside, side_of
from tests.helpdesk.messaging.post import make_account
from tests.helpdesk.web.console.budget import look_again
from tests.helpdesk.web.console.test_drafts import keep
from tests.makers import make_reply, make_ticket
from tests.pages import PageClient


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    make_account(cast.it)
    return make_ticket(cast.ada, cast.it)


@pytest.fixture
def side(cast: Cast, ticket: Ticket) -> SideConversation:
    return side_of(ask_aside(ticket, cast.ben))


def page_of(client: PageClient, path: str) -> str:
    return unescape(client.get(path).get_data(as_text=True))


def begun(client: PageClient, ticket: Ticket, side: SideConversation | None = None) -> str:
    """Begin a draft, and give the path of the page it is resumed on."""
    kind = f"side-{side.id}" if side else "forward"
    more = {} if side else {"subject": "Drum unit", "passed": ""}
    keep(client, ticket, kind=kind, text="Do you have", to="x@toner.example", **more)
    return f"/tickets/{ticket.number}/" + (f"sides/{side.id}" if side else "forward")


def draft_of(cast: Cast, ticket: Ticket, kind: str) -> Draft:
    look_again()
    return drafts.of_ticket(cast.ben.id, ticket.id)[kind]


def test_what_was_typed_to_a_third_party_stands_in_the_form_again(
    app: Flask, ben: PageClient, ticket: Ticket
) -> None:
    path = begun(ben, ticket)
    elsewhere = PageClient(app)
    elsewhere.sign_in("ben@borough.example")
    page = page_of(elsewhere, path)
    assert "Do you have</textarea>" in page
    assert 'value="x@toner.example"' in page
    assert 'value="Drum unit"' in page
    assert not re.findall(r'name="passed" value="\d+" checked', page)
    assert "(draft)" in page_of(elsewhere, f"/tickets/{ticket.number}")


def test_what_is_ticked_is_kept_and_a_message_that_was_meant_goes_before_it(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    first = make_reply(ticket, cast.ben, "Which floor?")
    second = make_reply(ticket, cast.ben, "Which room?")
    keep(ben, ticket, kind="forward", text="Words", passed=str(first.id))
    path = f"/tickets/{ticket.number}/forward"
    for asked, ticked in (("", first), (f"?message={second.id}", second)):
        page = page_of(ben, path + asked)
        assert re.findall(r'name="passed" value="(\d+)" checked', page) == [str(ticked.id)]
        assert "Words</textarea>" in page


def test_lines_alone_are_a_draft_where_they_are_not_the_usual_ones(
    ben: PageClient, ticket: Ticket
) -> None:
    path = f"/tickets/{ticket.number}/forward"
    usual = f"Fwd: {ticket.subject}"
    keep(ben, ticket, kind="forward", text="", subject=usual, passed="")
    assert " checked> <span><b" in page_of(ben, path)
    keep(ben, ticket, kind="forward", text="", subject=usual, to="x@toner.example", passed="")
    page = page_of(ben, path)
    assert 'value="x@toner.example"' in page
    assert " checked> <span><b" not in page


def test_each_side_conversation_has_a_draft_of_its_own(
    ben: PageClient, cast: Cast, ticket: Ticket, side: SideConversation
) -> None:
    other = side_of(ask_aside(ticket, cast.ben, "Or a fuser?"))
    page = page_of(ben, begun(ben, ticket, side))
    assert "Do you have</textarea>" in page
    assert 'value="x@toner.example"' in page
    page = page_of(ben, f"/tickets/{ticket.number}/sides/{other.id}")
    assert "Do you have</textarea>" not in page
    assert f'value="{ADDRESS}"' in page


def test_nobody_else_sees_them(
    app: Flask, ben: PageClient, ticket: Ticket, side: SideConversation
) -> None:
    paths = [begun(ben, ticket), begun(ben, ticket, side), "/drafts"]
    cleo = PageClient(app)
    cleo.sign_in("cleo@borough.example")
    assert not [path for path in paths if "Do you have</" in page_of(cleo, path)]


def test_a_side_conversation_of_another_ticket_is_a_missing_one(
    ben: PageClient, cast: Cast, ticket: Ticket, side: SideConversation
) -> None:
    other = make_ticket(cast.ada, cast.it, subject="Another")
    for kind in (f"side-{side.id}", "side-", "side-x", "side-99999999999999"):
        ben.post(f"/tickets/{other.number}/drafts/{kind}", {"text": "x"}, status=404)
    assert drafts.of_ticket(cast.ben.id, other.id) == {}


@pytest.mark.parametrize("is_side", [False, True])
def test_sending_ends_the_draft_and_a_save_that_comes_late_is_known(
    ben: PageClient, cast: Cast, ticket: Ticket, side: SideConversation, is_side: bool
) -> None:
    path = begun(ben, ticket, side if is_side else None)
    kind = f"side-{side.id}" if is_side else "forward"
    form = {"to": ADDRESS, "writer": "w1", "known": "1"}
    words = (
        {"aside_text": "Have you?"} if is_side else {"forward_text": "Have you?", "subject": "x"}
    )
    ben.post(f"{path}/messages" if is_side else path, {**form, **words})
    keep(ben, ticket, kind=kind, text="Have you?", writer="w1")
    assert draft_of(cast, ticket, kind).text == ""
    assert "Have you?</textarea>" not in page_of(ben, path)
    place = path if is_side else f"/tickets/{ticket.number}"
    assert 'data-sent="w1"' in page_of(ben, place)


def test_what_was_refused_keeps_its_draft_and_knows_its_version(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    path = begun(ben, ticket)
    form = {"to": "nobody", "subject": "x", "forward_text": "More", "writer": "w1", "known": "7"}
    page = unescape(ben.post(path, form, status=422).get_data(as_text=True))
    assert "More</textarea>" in page
    assert 'name="known" value="7"' in page
    assert draft_of(cast, ticket, "forward").text == "Do you have"


def test_the_list_of_drafts_leads_to_where_each_is_written_on(
    ben: PageClient, ticket: Ticket, side: SideConversation
) -> None:
    paths = [begun(ben, ticket), begun(ben, ticket, side)]
    page = page_of(ben, "/drafts")
    assert f'href="{paths[0]}"' in page
    assert f'href="{paths[1]}#composer"' in page
    ben.post(f"/tickets/{ticket.number}/drafts/side-{side.id}/discard")
    assert f"sides/{side.id}" not in page_of(ben, "/drafts")


def test_a_draft_goes_with_its_side_conversation_when_the_ticket_is_merged(
    ben: PageClient, cast: Cast, ticket: Ticket, side: SideConversation
) -> None:
    begun(ben, ticket, side)
    target = make_ticket(cast.ada, cast.it, subject="The same")
    merge(ticket, target)
    assert "Do you have</textarea>" in page_of(ben, f"/tickets/{target.number}/sides/{side.id}")
    assert f"/tickets/{target.number}/sides/{side.id}#composer" in page_of(ben, "/drafts")


def test_redaction_takes_words_out_of_them(ben: PageClient, cast: Cast, ticket: Ticket) -> None:
    keep(ben, ticket, kind="forward", text="It prints", subject="Fwd: prints", to=ADDRESS)
    with unit_of_work():
        locked = lock(ticket.id)
        message = db.session.scalars(select(Message)).one()
        seen = finding.find(locked, message, "prints", []).state
        by = cast.cleo.id
        doing.redact(locked, message, "prints", [], "a word", seen=seen, by=by, cause="test")
    draft = draft_of(cast, ticket, "forward")
    assert "prints" not in f"{draft.text} {draft.details}"
