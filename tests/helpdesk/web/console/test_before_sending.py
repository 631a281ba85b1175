"""Copies of a reply, and what its writer is shown before it leaves: once, and never in the way twice."""

from __future__ import annotations

import io
from html import unescape

import pytest
from sqlalchemy import func, select

from helpdesk.composing.models import PlannedReply
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions.models import Kind
from helpdesk.people.commands import register_requester
from helpdesk.people.reachability import mark_undeliverable
from helpdesk.tickets.commands import lock, watch
from helpdesk.tickets.models import Direction, Message, Ticket
from tests.cast import Cast
from tests.helpdesk.automation.rules import make_rule
from tests.helpdesk.sla.desk import OFFICE
from tests.helpdesk.web.console.budget import look_again
from tests.makers import make_reply, make_ticket, make_words_of
from tests.pages import PageClient


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return make_ticket(cast.ada, cast.it)


def send(client: PageClient, ticket: Ticket, *, answer: int = 303, **more: object) -> str:
    look_again()
    version = db.session.get_one(Ticket, ticket.id).version
    seen = db.session.scalar(select(func.max(Message.id)).where(Message.ticket_id == ticket.id))
    fields = {"text": "Try again.", "version": str(version), "seen": str(seen), "asks": "1", **more}
    path = f"/tickets/{ticket.number}/replies"
    return unescape(client.post(path, fields, status=answer).get_data(as_text=True))


def check(client: PageClient, ticket: Ticket, **fields: str) -> str:
    path = f"/tickets/{ticket.number}/replies/check"
    return unescape(client.post(path, fields, status=200).get_data(as_text=True))


def newest(ticket: Ticket) -> dict[str, object]:
    look_again()
    row = db.session.scalars(
        select(Message)
        .where(Message.ticket_id == ticket.id, Message.direction == Direction.OUT)
        .order_by(Message.id.desc())
    ).first()
    return dict(row.recipients) if row is not None else {}


def test_copies_and_blind_copies_stand_on_the_message_for_staff(
    ben: PageClient, ticket: Ticket
) -> None:
    send(ben, ticket, cc="bob@example.org", bcc="eva@example.org, bob@example.org", asks="")
    assert newest(ticket) == {
        "to": ["ada@borough.example"],
        "cc": ["bob@example.org"],
        "bcc": ["eva@example.org"],
    }
    page = ben.get(f"/tickets/{ticket.number}").get_data(as_text=True)
    assert "Bcc, seen by staff alone: eva@example.org" in page


@pytest.mark.parametrize("name", ["cc", "bcc"])
def test_an_address_that_is_none_is_said_at_its_field_and_while_typing(
    ben: PageClient, ticket: Ticket, name: str
) -> None:
    page = send(ben, ticket, **{name: "not an address", "answer": 422})
    assert f'id="{name}-error"' in page
    assert 'value="not an address"' in page
    assert "is not an e-mail address" in check(ben, ticket, **{name: "not an address"})


def test_a_new_recipient_is_asked_about_once_and_then_written_to(
    ben: PageClient, ticket: Ticket
) -> None:
    page = send(ben, ticket, bcc="eva@example.org", answer=422)
    assert "New recipient: eva@example.org was never on this ticket." in page
    assert 'name="warned" value="asked"' in page
    assert "Try again.</textarea>" in page
    send(ben, ticket, bcc="eva@example.org", warned="asked")
    assert newest(ticket)["bcc"] == ["eva@example.org"]
    # A blind copy makes nobody known to others.
    assert "New recipient" in check(ben, ticket, cc="eva@example.org")


def test_what_was_shown_while_writing_is_not_asked_again(ben: PageClient, ticket: Ticket) -> None:
    shown = check(ben, ticket, cc="eva@example.org")
    assert 'name="warned" value="new:eva@example.org"' in shown
    send(ben, ticket, cc="eva@example.org", warned="new:eva@example.org")
    assert newest(ticket)["cc"] == ["eva@example.org"]


def test_who_was_on_the_ticket_is_no_new_recipient(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    make_reply(ticket, cast.ben, recipients={"to": [], "cc": ["bob@example.org"]})
    with unit_of_work():
        zoe = register_requester("Zoe", "zoe@example.org")
        watch(lock(ticket.id), zoe, by=None, cause="test")
    send(ben, ticket, cc="bob@example.org, zoe@example.org")
    assert newest(ticket)["cc"] == ["bob@example.org", "zoe@example.org"]


def test_an_address_that_mail_came_back_from_is_told(ben: PageClient, ticket: Ticket) -> None:
    with unit_of_work():
        mark_undeliverable("ada@borough.example", "no such user", cause="test")
    assert "Mail to ada@borough.example came back" in check(ben, ticket)
    assert "Mail to ada@borough.example came back" in send(ben, ticket, answer=422)


def test_who_had_a_copy_of_the_last_message_is_offered_and_added_by_a_click(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    copies = {"to": ["help@borough.example"], "cc": ["bob@example.org", "ada@borough.example"]}
    make_words_of(ticket, cast.ada, recipients=copies)
    assert "are left out: " in check(ben, ticket)
    assert 'name="add_copies" value="' in check(ben, ticket)
    page = send(ben, ticket, add_copies="bob@example.org", cc="", answer=422)
    assert 'name="cc" value="bob@example.org"' in page
    assert newest(ticket) == {}
    assert "bob@example.org" not in check(ben, ticket, cc="bob@example.org")


def test_a_file_that_is_spoken_of_and_forgotten_is_asked_about(
    ben: PageClient, ticket: Ticket
) -> None:
    words = {"text": "The form is attached."}
    assert "none is attached" in send(ben, ticket, **words, answer=422)
    file = (io.BytesIO(b"form"), "form.txt")
    send(ben, ticket, **words, files=file)
    assert newest(ticket)["to"] == ["ada@borough.example"]


def test_a_closed_office_offers_to_send_when_it_opens(ben: PageClient, ticket: Ticket) -> None:
    make_rule(Kind.CALENDAR, "office", **{**OFFICE, "weekly": {"tue": [["09:00", "17:00"]]}})
    page = check(ben, ticket)
    assert "The office is closed until" in page
    assert 'name="later" value="office"' in page
    send(ben, ticket, later="office")
    look_again()
    assert db.session.scalars(select(PlannedReply.is_later)).all() == [True]


def test_a_form_that_cannot_ask_is_not_stopped(ben: PageClient, ticket: Ticket) -> None:
    send(ben, ticket, text="The form is attached.", cc="eva@example.org", asks="")
    assert newest(ticket)["cc"] == ["eva@example.org"]


def test_addresses_of_the_ticket_are_offered_first_then_people_one_finds(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    make_reply(ticket, cast.ben, recipients={"to": [], "cc": ["adam@example.org"]})
    path = f"/tickets/{ticket.number}/recipients"
    offered = ben.get(f"{path}?cc=ada").get_data(as_text=True)
    assert offered.index("ada@borough.example") < offered.index("adam@example.org")
    assert "x@y.example, adam@example.org" in ben.get(f"{path}?bcc=x@y.example,adam").get_data(
        as_text=True
    )
    assert "<option" not in ben.get(f"{path}?cc=nobodyatall").get_data(as_text=True)
