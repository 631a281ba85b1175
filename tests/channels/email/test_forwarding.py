"""Whose message it was that somebody forwarded to the desk."""

import pytest

from channels.email.forwarding import read_forward
from channels.email.parse import parse
from channels.message import Address
from tests.channels.mails import raw_mail

ADA = Address("ada@example.org", "Ada Lovelace")
GMAIL = (
    "Can you take this?\n\n---------- Forwarded message ---------\n"
    "From: Ada Lovelace <ada@example.org>\nDate: Mon, 2 Mar 2026 at 09:00\n"
    "Subject: Street lamp\nTo: <ben@council.example>\nCc: Bob <bob@example.org>\n\n"
    "The lamp is broken."
)
APPLE = (
    "Can you take this?\n\n> Anfang der weitergeleiteten Nachricht:\n>\n"
    "> Von: Ada Lovelace <ada@example.org>\n> Betreff: Street lamp\n"
    "> Datum: 2. März 2026 um 09:00:00 MEZ\n> An: ben@council.example\n>\n> The lamp is broken."
)
OUTLOOK = (
    "Can you take this?\n\n________________________________\n"
    "From: Ada Lovelace <ada@example.org>\nSent: 02 March 2026 09:00\n"
    "To: Ben <ben@council.example>\nSubject: Street lamp\n\nThe lamp is broken."
)
YAHOO = (
    "Can you take this?\n\n ----- Forwarded Message ----- From: Ada Lovelace <ada@example.org>"
    'To: "ben@council.example" <ben@council.example>Sent: Monday, 2 March 2026, 09:00:00 GMT'
    "Subject: Street lamp\n The lamp is broken."
)


@pytest.mark.parametrize("text", [GMAIL, APPLE, OUTLOOK, YAHOO])
def test_the_original_is_read_with_what_was_written_above_it(text: str) -> None:
    found = read_forward(text, "Fwd: Street lamp")
    assert found is not None
    assert found.sender == ADA
    assert found.subject == "Street lamp"
    assert found.text == "The lamp is broken."
    assert found.comment == "Can you take this?"
    assert [person.address for person in found.recipients] == ["ben@council.example"]


def test_a_reply_is_no_forward() -> None:
    assert read_forward(OUTLOOK, "Re: Street lamp") is None


@pytest.mark.parametrize(
    "text",
    [
        "I forwarded message after message, and nobody answered.",
        "---------- Forwarded message ---------\nbut nothing below it",
        "Forwarded message: the lamp is broken",
        "",
    ],
)
def test_words_about_forwarding_are_no_forward(text: str) -> None:
    assert read_forward(text, "Street lamp") is None


def test_nothing_of_a_forwarded_mail_is_folded_away() -> None:
    mail = parse(raw_mail(OUTLOOK, Subject="FW: Street lamp", From="ben@council.example"))
    assert mail.visible_text == mail.text
    assert mail.sender.address == "ben@council.example"
    assert mail.forwarded is not None
    assert mail.forwarded.sender == ADA
