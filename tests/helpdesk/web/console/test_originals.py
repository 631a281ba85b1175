"""The original beside the message, large ones in pages; and a ticket on paper, with or without what is internal."""

from __future__ import annotations

import re

import pytest

from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.tickets import commands
from helpdesk.tickets.models import Message, Ticket
from helpdesk.web.console.originals import PAGE_BYTES, read_source
from tests.cast import Cast
from tests.helpdesk.messaging.aside import ask_aside
from tests.helpdesk.messaging.post import arrive, mail_from, make_account, messages_of, tickets
from tests.makers import make_note, make_reply, make_ticket, make_words_of
from tests.pages import PageClient

CANARY = "canaryinthecoalmine"


@pytest.mark.parametrize(
    ("size", "page", "number", "pages"),
    [(0, 1, 1, 1), (PAGE_BYTES, 1, 1, 1), (PAGE_BYTES + 1, 2, 2, 2), (5, 9, 1, 1), (5, 0, 1, 1)],
)
def test_a_source_has_as_many_pages_as_it_needs(
    size: int, page: int, number: int, pages: int
) -> None:
    found = read_source(b"x" * size, page)
    assert (found.number, found.pages, found.size) == (number, pages, size)


def test_headers_stand_in_order_with_their_folded_lines_together() -> None:
    body = b"From: a@b.example\r\nSubject: one\r\n two\r\n\r\nBody: no header\r\n"
    assert read_source(body, 1).headers == [("From", "a@b.example"), ("Subject", "one two")]
    assert read_source(b'{"from": "a"}', 1).headers == []


def test_a_message_stands_beside_its_original(client: PageClient, cast: Cast) -> None:
    account = make_account(cast.it)
    arrive(account, mail_from(text="<script>x</script> " + "long line\n" * 9_000, subject="Beeps"))
    [ticket] = tickets()
    message: Message = messages_of(ticket)[0]
    client.sign_in("ben@borough.example")
    place = f"/tickets/{ticket.number}/messages/{message.id}/source"

    assert place in client.get(f"/tickets/{ticket.number}").get_data(as_text=True)
    first = client.get(place).get_data(as_text=True)
    second = client.get(f"{place}?page=2").get_data(as_text=True)

    assert "<dt>Message-ID</dt>" in first
    assert "&lt;script&gt;x&lt;/script&gt;" in first
    assert re.search(r"Page 1 of [3-9]", first)
    assert re.search(r"Page 2 of [3-9]", second)
    assert "<dt>Message-ID</dt>" not in second


@pytest.fixture
def mixed(cast: Cast) -> Ticket:
    """A ticket with the canary in all that is internal."""
    make_account(cast.it)
    ticket = make_ticket(cast.ada, cast.it)
    make_reply(ticket, cast.ben, "It is on its way.")
    make_note(ticket, cast.ben, f"Between us: {CANARY}")
    ask_aside(ticket, cast.ben, f"Aside: {CANARY}")
    make_words_of(ticket, cast.ada, CANARY, unverified="It may be from somebody else.")
    with unit_of_work():
        commands.set_tags(commands.lock(ticket.id), [CANARY], by=None, cause="test")
        commands.assign(commands.lock(ticket.id), cast.cleo, by=None, cause="test")
    return ticket


def test_what_is_handed_to_a_citizen_holds_nothing_internal(
    client: PageClient, mixed: Ticket
) -> None:
    client.sign_in("ben@borough.example")
    page = client.get(f"/tickets/{mixed.number}/print").get_data(as_text=True)
    paper = page[page.index('<article class="paper"') : page.index("</article>")]

    assert "It is on its way." in paper
    assert "Ben at IT support" in paper
    for inner in (CANARY, "Cleo Marsh", "Drum unit wanted", "service@toner.example", "Group"):
        assert inner not in paper


def test_with_what_is_internal_the_paper_says_so(client: PageClient, mixed: Ticket) -> None:
    client.sign_in("ben@borough.example")
    page = client.get(f"/tickets/{mixed.number}/print?with=all").get_data(as_text=True)
    assert "Internal: not for the requester" in page
    assert page.count(CANARY) == 4
    assert "Cleo Marsh" in page
