"""One click moves a message out, and one takes it back; tickets are merged, parted, deleted and restored."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.verifying import verify_all
from tests.cast import Cast
from tests.helpdesk.messaging.answers import answer, sent
from tests.helpdesk.messaging.post import arrive, mail_from, make_account
from tests.helpdesk.web.console.budget import counted, look_again
from tests.helpdesk.web.console.test_ticket import TICKET_BUDGET
from tests.makers import make_note, make_ticket, make_words_of
from tests.pages import PageClient
from workflows.lifecycle import Status


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    made = make_ticket(cast.ada, cast.it)
    make_words_of(made, cast.ada, "The bins, too.", subject="Bins")
    return made


def last_message(ticket: Ticket) -> Message:
    found = select(Message).where(Message.ticket_id == ticket.id).order_by(Message.id.desc())
    message = db.session.scalars(found).first()
    assert message is not None
    return message


def standing(ticket: Ticket) -> Ticket:
    look_again()
    return db.session.get_one(Ticket, ticket.id)


def merge(ben: PageClient, source: Ticket, target: Ticket) -> None:
    seen = [f"{one.number}@{standing(one).version}" for one in (source, target)]
    ben.post("/tickets/merge", {"ticket": seen, "into": target.number})


def text_of(client: PageClient, path: str) -> str:
    return client.get(path).get_data(as_text=True)


def signed_in(client: PageClient, name: str) -> PageClient:
    client.sign_in(f"{name}@borough.example")
    return client


def test_one_click_gives_a_message_a_ticket_of_its_own_and_one_takes_it_back(
    client: PageClient, cast: Cast, ticket: Ticket
) -> None:
    ben, message = signed_in(client, "ben"), last_message(ticket)
    here = f"/tickets/{ticket.number}/messages/{message.id}"
    assert f'action="{here}/move"' in text_of(ben, f"/tickets/{ticket.number}")

    place = ben.post(f"{here}/move").headers["Location"]

    page = text_of(ben, place)
    assert "Bins" in page
    assert f"Moved here from {ticket.number}" in page
    assert "1 message went to" in text_of(ben, f"/tickets/{ticket.number}")
    ben.post(f"{place}/messages/{message.id}/move-back")
    look_again()
    assert last_message(ticket).id == message.id
    assert list(verify_all()) == []


def test_what_cannot_be_moved_offers_no_button(
    client: PageClient, cast: Cast, ticket: Ticket
) -> None:
    note, alone = make_note(ticket, cast.ben), make_ticket(cast.ada, cast.it)
    ben = signed_in(client, "ben")

    assert f"/messages/{note.id}/move" not in text_of(ben, f"/tickets/{ticket.number}")
    assert "/move" not in text_of(ben, f"/tickets/{alone.number}")
    ben.post(f"/tickets/{alone.number}/messages/{alone.messages[0].id}/move", status=422)


def test_a_message_is_moved_only_under_its_own_ticket(
    client: PageClient, cast: Cast, ticket: Ticket
) -> None:
    hidden = make_ticket(cast.ada, cast.highways)
    other = make_words_of(hidden, cast.ada, "Another.")
    ben = signed_in(client, "ben")

    ben.post(f"/tickets/{ticket.number}/messages/{other.id}/move", status=404)
    ben.post(f"/tickets/{hidden.number}/messages/{other.id}/move", status=404)


@pytest.mark.parametrize("deed", ["move", "move-back", "part", "delete"])
def test_none_of_it_is_done_to_a_hidden_ticket(
    client: PageClient, cast: Cast, ticket: Ticket, deed: str
) -> None:
    dan = signed_in(client, "dan")
    message = last_message(ticket).id
    path = f"messages/{message}/{deed}" if deed.startswith("move") else deed

    dan.post(f"/tickets/{ticket.number}/{path}", {}, status=404)

    assert standing(ticket).message_count == 2


def test_a_ticket_is_merged_and_parted(client: PageClient, cast: Cast, ticket: Ticket) -> None:
    target, ben = make_ticket(cast.ada, cast.it), signed_in(client, "ben")

    merge(ben, ticket, target)

    page = text_of(ben, f"/tickets/{ticket.number}")
    assert "This ticket was merged." in page
    assert standing(target).message_count == 3
    assert f"2 messages came from {ticket.number}" in text_of(ben, f"/tickets/{target.number}")
    ben.post(f"/tickets/{ticket.number}/part")
    assert (standing(ticket).message_count, standing(ticket).status) == (2, Status.NEW)
    assert list(verify_all()) == []


def test_whoever_leads_deletes_and_restores(client: PageClient, cast: Cast, ticket: Ticket) -> None:
    cleo = signed_in(client, "cleo")

    cleo.post(f"/tickets/{ticket.number}/delete", {"why": "Entered twice."})

    cleo.get(f"/tickets/{ticket.number}", status=404)
    assert "Entered twice." in text_of(cleo, "/deleted")
    cleo.post(f"/deleted/{ticket.number}/restore")
    assert ticket.number in text_of(cleo, f"/tickets/{ticket.number}")


def test_others_neither_delete_nor_see_what_was_deleted(
    client: PageClient, cast: Cast, ticket: Ticket
) -> None:
    ben = signed_in(client, "ben")

    assert f"/tickets/{ticket.number}/delete" not in text_of(ben, f"/tickets/{ticket.number}")
    ben.post(f"/tickets/{ticket.number}/delete", {"why": "No."}, status=403)
    ben.post(f"/deleted/{ticket.number}/restore", status=404)
    assert "No ticket is deleted" in text_of(ben, "/deleted")


def test_a_ticket_is_not_deleted_without_a_reason(
    client: PageClient, cast: Cast, ticket: Ticket
) -> None:
    cleo = signed_in(client, "cleo")

    cleo.post(f"/tickets/{ticket.number}/delete", {"why": " "}, status=422)

    assert standing(ticket).deleted_at is None


def test_a_message_says_why_it_stands_on_its_ticket(client: PageClient, cast: Cast) -> None:
    account = make_account(cast.it)
    raw = arrive(account, mail_from())
    ticket = db.session.get_one(Ticket, raw.ticket_id)
    delivery = sent(ticket, cast.ben)
    arrive(account, answer(delivery))
    arrive(make_account(address="b@borough.example"), answer(delivery, "mallory@evil.example"))
    machine = {"Auto-Submitted": "auto-replied"}
    arrive(account, answer(delivery, text="I am away.", headers=machine))

    page = text_of(signed_in(client, "ben"), f"/tickets/{ticket.number}")

    assert "It opened this ticket." in page
    assert page.count("It answers a mail of ours") == 3
    assert "automatic answer" in page
    assert "sender not proven" in page


def test_a_page_with_moved_messages_keeps_near_its_budget(
    client: PageClient, cast: Cast, ticket: Ticket
) -> None:
    target, ben = make_ticket(cast.ada, cast.it), signed_in(client, "ben")
    merge(ben, ticket, target)
    text_of(ben, f"/tickets/{target.number}")

    with counted() as statements:
        text_of(ben, f"/tickets/{target.number}")

    # Two more than a ticket to which nothing was moved: the tickets the messages came from, and their numbers.
    assert len(statements) <= TICKET_BUDGET + 2, statements
