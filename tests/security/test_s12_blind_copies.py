"""S12: a blind copy is known to staff and to its reader: in no header, copy, quotation, page or search of anybody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pytest
from sqlalchemy import select

from helpdesk.core import files
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import policy, tokens
from helpdesk.messaging.models import ChannelAccount, Delivery, DeliveryKind
from helpdesk.search.finding import find
from helpdesk.tickets.models import Ticket, TicketLink
from tests.cast import Cast
from tests.helpdesk.messaging.post import arrive, mail_from, make_account, messages_of, tickets
from tests.helpdesk.web.portal.visiting import Visitor
from tests.makers import make_reply, make_words_of
from tests.pages import PageClient

EVA = "eva.unseen@example.org"
COPIES = {"to": ["ada@borough.example"], "cc": ["bob@example.org"], "bcc": [EVA]}


@pytest.fixture
def ticket(cast: Cast, settle: Callable[[], None]) -> Ticket:
    """A ticket that was answered with a blind copy, then once more, with the answer before quoted."""
    with unit_of_work():
        policy.write(replace(policy.read(), quotes_previous=True))
    arrive(make_account(cast.it), mail_from(message_id="a@c.example"))
    [ticket] = tickets()
    make_reply(ticket, cast.ben, "It is on its way.", channel="email", recipients=COPIES)
    make_words_of(ticket, cast.ada, "Thank you.")
    seen = {"to": ["ada@borough.example"], "cc": ["bob@example.org"]}
    make_reply(ticket, cast.ben, "You are welcome.", channel="email", recipients=seen)
    settle()
    return ticket


def copies() -> list[Delivery]:
    rows = select(Delivery).where(Delivery.kind == DeliveryKind.REPLY).order_by(Delivery.id)
    return list(db.session.scalars(rows))


def sent(delivery: Delivery) -> bytes:
    return files.open_file(delivery.digest).read() if delivery.digest else b""


def test_no_other_copy_and_no_header_names_them(ticket: Ticket) -> None:
    others = [one for one in copies() if one.recipient != EVA]
    assert len(others) == 4
    for one in others:
        assert EVA not in f"{one.subject}{one.text}{one.html}{one.headers}"
        assert EVA.encode() not in sent(one)
    [own] = [one for one in copies() if one.recipient == EVA]
    mail = message_from_bytes(sent(own), policy=default)
    assert (mail["To"], mail["Cc"], mail["Bcc"]) == ("ada@borough.example", "bob@example.org", None)
    assert EVA.encode() not in sent(own)


def test_an_answer_of_theirs_is_a_ticket_of_its_own(
    cast: Cast, ticket: Ticket, client: PageClient, clock: StoppedClock
) -> None:
    [own] = [one for one in copies() if one.recipient == EVA]
    reply_to = str(own.headers["reply_to"])
    assert tokens.in_addresses([reply_to]) is None
    assert tokens.in_message_ids([own.external_id]) is None
    answer = mail_from(
        EVA,
        "I was not meant to be seen.",
        to=reply_to,
        subject=f"Re: {own.subject}",
        headers={"In-Reply-To": f"<{own.external_id}>"},
    )
    arrive(db.session.get_one(ChannelAccount, own.account_id), answer)

    there = [one.text for one in messages_of(ticket)]
    assert not any("not meant to be seen" in text for text in there)
    [new] = [one for one in tickets() if one.id != ticket.id]
    linked = db.session.execute(select(TicketLink.left_id, TicketLink.right_id)).all()
    assert {frozenset(row) for row in linked} == {frozenset({ticket.id, new.id})}


def test_no_page_and_no_search_of_the_requester_names_them(
    cast: Cast, ticket: Ticket, client: PageClient, clock: StoppedClock
) -> None:
    assert find(cast.actor("ada"), f'"{EVA}"').tickets == ()
    assert find(cast.actor("ada"), "unseen").tickets == ()
    Visitor(client, clock).enter("ada@borough.example")
    page = client.get(f"/requests/{ticket.number}").get_data(as_text=True)
    assert "It is on its way." in page
    assert "eva.unseen" not in page
