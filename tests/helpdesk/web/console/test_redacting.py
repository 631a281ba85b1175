"""Redacting on a page: chosen, looked at, confirmed; for leads and administrators."""

from __future__ import annotations

import re

import pytest

from helpdesk.core.db import db
from helpdesk.redaction.stretches import MARK
from helpdesk.tickets.conversation import NewFile
from helpdesk.tickets.models import Message, Ticket
from tests.cast import Cast
from tests.helpdesk.messaging.post import arrive, mail_from, make_account, messages_of, tickets
from tests.helpdesk.web.console.budget import look_again
from tests.makers import make_note, make_ticket
from tests.pages import PageClient

WHAT = "floor 2"


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    file = NewFile("plan.txt", "text/plain", b"second floor")
    found = make_ticket(cast.ada, cast.it, files=(file,))
    make_note(found, cast.ben, "She means Floor 2.")
    return found


def place_of(ticket: Ticket) -> str:
    return f"/tickets/{ticket.number}/messages/{messages_of(ticket)[0].id}/redact"


def text_of(ticket: Ticket) -> str:
    look_again()
    return db.session.get_one(Message, messages_of(ticket)[0].id).text


def test_a_preview_shows_every_place_and_does_nothing(client: PageClient, ticket: Ticket) -> None:
    client.sign_in("cleo@borough.example")
    client.get(place_of(ticket))

    page = client.post(place_of(ticket), {"what": WHAT, "step": "preview"}, status=200)

    shown = page.get_data(as_text=True)
    assert "2 places on this ticket" in shown
    assert "The printer on" in shown
    assert "She means" in shown
    assert WHAT in text_of(ticket)


def test_what_was_looked_at_is_taken_out_once_it_is_confirmed(
    client: PageClient, ticket: Ticket
) -> None:
    client.sign_in("cleo@borough.example")
    file = messages_of(ticket)[0].attachments[0]
    chosen = {"what": WHAT, "file": [str(file.id)]}
    shown = client.post(place_of(ticket), {**chosen, "step": "preview"}, status=200)
    seen = re.findall(r'name="seen" value="(\w+)"', shown.get_data(as_text=True))[0]
    confirmed = {**chosen, "step": "do", "seen": seen, "why": "Where she lives.", "sure": "1"}

    for lacking in ("why", "sure"):
        refused = {name: value for name, value in confirmed.items() if name != lacking}
        client.post(place_of(ticket), refused, status=422)
    assert WHAT in text_of(ticket)
    client.post(place_of(ticket), confirmed)
    client.post(place_of(ticket), confirmed, status=422)

    page = client.get(f"/tickets/{ticket.number}").get_data(as_text=True)
    assert text_of(ticket) == f"The printer on {MARK} prints blank pages."
    assert page.count('class="redacted"') == 2
    assert "Redacted by Cleo Marsh" in page
    assert "Where she lives." in page
    assert "plan.txt" not in page


@pytest.mark.parametrize(
    ("what", "said"),
    [("", "Mark or type"), ("x", "at least two signs"), ("not there", "does not stand in")],
)
def test_what_cannot_be_taken_out_is_said_at_the_field(
    client: PageClient, ticket: Ticket, what: str, said: str
) -> None:
    client.sign_in("cleo@borough.example")
    page = client.post(place_of(ticket), {"what": what, "step": "preview"}, status=422)
    assert said in page.get_data(as_text=True)


def test_a_preview_that_is_out_of_date_is_shown_anew(client: PageClient, ticket: Ticket) -> None:
    client.sign_in("cleo@borough.example")
    sent = {"what": WHAT, "step": "do", "seen": "0", "why": "x", "sure": "1"}
    page = client.post(place_of(ticket), sent, status=409)
    assert "Something changed since you looked" in page.get_data(as_text=True)
    assert 'name="seen"' in page.get_data(as_text=True)


def test_who_only_works_on_the_ticket_may_not_and_is_not_offered_it(
    client: PageClient, ticket: Ticket
) -> None:
    client.sign_in("ben@borough.example")
    assert "/redact" not in client.get(f"/tickets/{ticket.number}").get_data(as_text=True)
    client.get(place_of(ticket), status=403)
    client.post(place_of(ticket), {"what": WHAT, "step": "do"}, status=403)
    assert WHAT in text_of(ticket)


def test_the_original_says_that_it_was_taken_away(client: PageClient, cast: Cast) -> None:
    arrive(make_account(cast.it), mail_from(text="Card 4929."))
    [ticket] = tickets()
    client.sign_in("cleo@borough.example")
    shown = client.post(place_of(ticket), {"what": "4929", "step": "preview"}, status=200)
    seen = re.findall(r'name="seen" value="(\w+)"', shown.get_data(as_text=True))[0]
    confirmed = {"what": "4929", "step": "do", "seen": seen, "why": "A card.", "sure": "1"}
    client.post(place_of(ticket), confirmed)

    place = place_of(ticket).replace("redact", "original")
    assert "taken away" in client.get(place, status=410).get_data(as_text=True)
