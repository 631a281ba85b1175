"""What a mail was beside its words reaches the message and its page."""

from __future__ import annotations

from flask import Flask

from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.helpdesk.messaging.post import arrive, mail_from, make_account, messages_of, tickets
from tests.pages import PageClient

CALENDAR = (
    "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Visit <b>\r\n"
    "DTSTART;TZID=Europe/London:20260706T140000\r\nDTEND;TZID=Europe/London:20260706T150000\r\n"
    "LOCATION:High Street\r\nORGANIZER;CN=Ada:mailto:ada@borough.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
CLOSED = 'multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b'
CLOSED_BODY = "--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b--\r\n"


def invitation() -> bytes:
    head = mail_from("Ada <ada@borough.example>").partition(b"Content-Type")[0]
    return head + b"Content-Type: text/calendar; method=REQUEST\r\n\r\n" + CALENDAR.encode()


def encrypted() -> bytes:
    head = mail_from("Ada <ada@borough.example>").partition(b"Content-Type")[0]
    return head + f"Content-Type: {CLOSED}\r\n\r\n{CLOSED_BODY}".encode()


def page_of(app: Flask, ticket: Ticket) -> str:
    client = PageClient(app)
    client.sign_in("ben@borough.example")
    return client.get(f"/tickets/{ticket.number}").text


def test_an_invitation_is_shown_as_one(app: Flask, cast: Cast) -> None:
    arrive(make_account(cast.it), invitation())
    [ticket] = tickets()
    [message] = messages_of(ticket)
    assert message.text.startswith("An invitation: Visit <b>\nWhen: 2026-07-06 14:00 to 15:00")
    page = page_of(app, ticket)
    assert 'Invitation: <span dir="auto">Visit &lt;b&gt;</span>' in page
    assert "Monday 6 July 2026 14:00 to 15:00 (Europe/London)" in page
    assert 'Where: <span dir="auto">High Street</span>' in page


def test_an_encrypted_mail_says_so(app: Flask, cast: Cast) -> None:
    arrive(make_account(cast.it), encrypted())
    [ticket] = tickets()
    [message] = messages_of(ticket)
    assert message.text.startswith("This mail is encrypted (PGP).")
    page = page_of(app, ticket)
    assert "The desk has no key for it" in page


def test_an_ordinary_mail_keeps_nothing_beside_its_words(app: Flask) -> None:
    arrive(make_account(), mail_from())
    [message] = messages_of(tickets()[0])
    assert message.facts is None
