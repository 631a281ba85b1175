"""What the desk lets in is set on one page, who is blocked stands there too, and marks show on the person."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.journal.models import Entry
from helpdesk.messaging import policy as policies
from helpdesk.messaging.blocking import blocked_by
from helpdesk.messaging.models import BlockedSender
from helpdesk.messaging.policy import Treatment
from helpdesk.people import reachability
from tests.cast import Cast
from tests.helpdesk.web.console.budget import look_again
from tests.makers import make_ticket
from tests.pages import PageClient

ADA = "ada@borough.example"
RULES = {
    "bulk": "reject",
    "spam": "take",
    "dmarc": "quarantine",
    "reopen_days": "7",
    "reply_domain": "Reply.Borough.Example",
    "receipts": "1",
    "receipts_a_day": "2",
    "receipts_an_hour": "50",
    "largest_mail": "10",
}


@pytest.fixture
def eve(client: PageClient, cast: Cast) -> PageClient:
    client.sign_in("eve@borough.example")
    return client


def text_of(client: PageClient, path: str) -> str:
    return client.get(path).get_data(as_text=True)


def test_the_rules_are_changed_and_the_journal_keeps_by_whom(eve: PageClient, cast: Cast) -> None:
    eve.post("/mail-rules", RULES)

    look_again()
    rules = policies.read()
    assert (rules.bulk, rules.spam, rules.dmarc) == (
        Treatment.REJECT,
        Treatment.TAKE,
        Treatment.QUARANTINE,
    )
    assert (rules.reopen_days, rules.reply_domain) == (7, "reply.borough.example")
    assert (rules.largest_mail, rules.receipts_an_hour) == (10 * 1024 * 1024, 50)
    entry = db.session.scalars(select(Entry).where(Entry.event == "PolicyChanged")).one()
    assert (entry.actor_id, entry.before["bulk"], entry.after["bulk"]) == (
        cast.eve.id,
        "take",
        "reject",
    )
    assert 'value="reply.borough.example"' in text_of(eve, "/mail-rules")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reopen_days", "-1"),
        ("reopen_days", "366"),
        ("receipts_an_hour", ""),
        ("receipts_a_day", "two"),
        ("largest_mail", "9" * 40),
        ("reply_domain", "no domain"),
        ("spam", "burn"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_at_its_field(
    eve: PageClient, field: str, value: str
) -> None:
    page = eve.post("/mail-rules", {**RULES, field: value}, status=422).get_data(as_text=True)

    assert f'href="#{field.replace("_", "-")}"' in page
    assert policies.read() == policies.MailPolicy()


def test_a_sender_is_blocked_and_unblocked_and_the_page_says_by_whom(eve: PageClient) -> None:
    eve.post("/mail-rules/blocked", {"pattern": "Spam.Example", "note": "Lottery."})

    page = text_of(eve, "/mail-rules")
    assert all(words in page for words in ("@spam.example", "Lottery.", "Eve Adair"))
    assert blocked_by("a@mail.spam.example") == "@spam.example"
    look_again()
    row = db.session.scalars(select(BlockedSender)).one()
    eve.post(f"/mail-rules/blocked/{row.id}/remove")
    assert "Nobody is blocked" in text_of(eve, "/mail-rules")
    look_again()
    assert blocked_by("a@mail.spam.example") is None


def test_what_cannot_be_blocked_is_said_at_its_field(eve: PageClient) -> None:
    page = eve.post("/mail-rules/blocked", {"pattern": "a b c", "note": ""}, status=422)
    assert "neither an address nor a domain" in page.get_data(as_text=True)
    eve.post("/mail-rules/blocked/4711/remove", status=404)


def test_only_administrators_reach_the_rules(client: PageClient, cast: Cast) -> None:
    client.sign_in("cleo@borough.example")

    client.get("/mail-rules", status=403)
    client.post("/mail-rules/blocked", {"pattern": "x.example"}, status=403)


def test_a_mark_shows_on_the_person_and_an_agent_takes_it_away(
    client: PageClient, cast: Cast
) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    point_id = cast.ada.contact_points[0].id
    with unit_of_work():
        reachability.mark_undeliverable(ADA, "550 no such user", cause="test")
        reachability.note_complaint(ADA, cause="test")
    client.sign_in("ben@borough.example")

    page = text_of(client, f"/people/{cast.ada.id}")
    assert "550 no such user" in page
    assert "mail comes back" in text_of(client, f"/tickets/{ticket.number}")
    for what in ("mark", "complaint"):
        client.post(f"/people/{cast.ada.id}/contact-points/{point_id}", {"what": what})

    look_again()
    assert reachability.undeliverable(ADA) is None
    assert "no newsletters" not in text_of(client, f"/people/{cast.ada.id}")


def test_a_mark_of_nobodys_address_is_not_found(client: PageClient, cast: Cast) -> None:
    client.sign_in("ben@borough.example")

    client.post(f"/people/{cast.ada.id}/contact-points/4711", {"what": "mark"}, status=404)
    point_id = cast.ada.contact_points[0].id
    client.post(f"/people/{cast.ada.id}/contact-points/{point_id}", {"what": "x"}, status=422)
