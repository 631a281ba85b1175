"""Texts made to keep a reader busy: each of 100 kB is read within a small part of what a child is given (S42).

The bound is ten times what a slow machine needs and a hundredth of what a pattern
takes that looks at every pair of characters.
"""

import time

import pytest

from channels.email.forwarding import read_forward
from channels.email.parse import parse
from channels.email.quoting import split_reply
from tests.channels.mails import raw_mail

SIZE = 100_000
SECONDS = 5.0


def repeated(piece: str) -> str:
    return piece * (SIZE // len(piece))


HOSTILE = {
    "spaces": "a" + " " * SIZE + "b",
    "spaces in lines": repeated("From:" + " " * 900 + "x\n"),
    "marks": "new\n" + repeated(">\n") + "answer",
    "marks and answers": repeated("> q\na\n"),
    "nested marks": "new\n" + ">" * SIZE,
    "dashes": "new\n" + "-" * SIZE,
    "dashed lines": "new\n" + repeated("-" * 900 + "\n"),
    "rules": repeated("-----\n"),
    "labels": repeated("From: a\nSent: b\n"),
    "labels without an end": "From: a@b.example\n" + repeated("Sent" + " " * 900 + "\n"),
    "headings": repeated("On 2 Mar 2026, Ada <a@b.example> wrote:\n"),
    "almost headings": repeated("On 2 Mar 2026, Ada <a@b.example> wrot\n"),
    "long heading": "new\nOn " + "a@b " * (SIZE // 4) + "wrote:",
    "at signs": "new\n" + "@" * SIZE,
    "at signs in lines": repeated("@a" * 240 + ":\n"),
    "angles": repeated("<a@b" * 120 + ":\n"),
    "digits": repeated("1" * 480 + ":\n"),
    "dates": repeated("2026 " * 95 + ":\n"),
    "words": repeated("ab " * 160 + ":\n"),
    "farewells": repeated("Regards,\n"),
    "devices": repeated("Sent from my iPhone\n"),
    "delimiters": repeated("-- \n"),
    "blank": "x" + "\n" * SIZE,
    "invisible": "\u200b" * (SIZE // 3),
    "forwarded": repeated("---------- Forwarded message ---------\nFrom: a\n"),
    "forwarded without an end": "---------- Forwarded message ---------\nFrom: a@b.example\n"
    + repeated("word\n"),
    "blank above a forward": "x" + "\n" * SIZE + "---------- Forwarded message ---------\n"
    "From: a@b.example\nTo: c@d.example\nSubject: x\n\ny",
    "stars": repeated("*" * 900 + "From" + "*" * 60 + "\n"),
    "addresses": repeated("a.b-c+d@e-f.g.example "),
    "address without an end": "a" * SIZE + "@",
    "dots": "a@" + "b." * (SIZE // 2),
    "could not be delivered": repeated("could not be delivered to the following recipients: "),
    "status": repeated("Final-Recipient: rfc822; a@b.example\nStatus: 5.1.1\n\n"),
    "status without fields": "Final-Recipient: x\n" + repeated("x\n"),
    "transcript": repeated("<a@b.example>: 550 5.1.1\n"),
    "brackets": repeated("((((((((((((\n"),
}


def seconds_of(action: object) -> float:
    assert callable(action)
    began = time.process_time()
    action()
    return time.process_time() - began


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_reply_is_split_within_the_bound(text: str) -> None:
    assert seconds_of(lambda: split_reply(text)) < SECONDS


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_forward_is_read_within_the_bound(text: str) -> None:
    assert seconds_of(lambda: read_forward(text, "Fwd: x")) < SECONDS


OF_BOUNCES = [
    "addresses", "address without an end", "dots", "could not be delivered", "status",
    "status without fields", "transcript", "spaces", "marks", "at signs",
]  # fmt: skip


@pytest.mark.parametrize("name", OF_BOUNCES)
def test_a_hostile_bounce_is_read_within_the_bound(name: str) -> None:
    raw = raw_mail(HOSTILE[name], From="MAILER-DAEMON@x.example", Subject="Undelivered Mail")
    assert seconds_of(lambda: parse(raw)) < SECONDS


@pytest.mark.parametrize("name", ["Subject", "X_Failed_Recipients", "Precedence", "From", "To"])
@pytest.mark.parametrize(
    "text", ["( ) ", "a@b.example, ", "<", "automatic ", "delivery ", "5.1.1 "]
)
def test_a_hostile_field_is_read_within_the_bound(name: str, text: str) -> None:
    raw = raw_mail("x", **{name: text * (60_000 // len(text))})
    assert seconds_of(lambda: parse(raw)) < SECONDS
