"""S21: one From with one address and nothing amiss, or the sender is not believed."""

from __future__ import annotations

import pytest
from flask import Flask

from channels.email.parse import parse
from helpdesk.tickets.models import Message
from tests.cast import Cast
from tests.helpdesk.messaging.post import arrive, mail_from, make_account, messages_of, tickets

REST = (
    b"To: help@borough.example\r\nSubject: Lamp\r\nMessage-ID: <lamp@x.example>\r\n"
    b"Date: Mon, 16 Nov 2026 09:00:00 +0000\r\n\r\nThe lamp is broken.\r\n"
)
# Each would have one reader see Ada and another see the stranger.
TRICKS = [
    b"From: ada@borough.example)<evil@x.example>",
    b"From: ada@borough.example, evil@x.example",
    b"From: ada@borough.example <evil@x.example>",
    b'From: "ada@borough.example" <evil@x.example>',
    b"From: <ada@borough.example> <evil@x.example>",
    b"From: <ada@borough.example <evil@x.example>>",
    b"From: <evil@x.example <ada@borough.example>>",
    b"From: ada@borough.example evil@x.example",
    b"From: ada@borough.example(evil@x.example)@x.example",
    b"From: ada@borough.example\0@x.example",
    b"From: ada@borough.example@x.example",
    b"From: ada@borough.example\x0bevil@x.example",
    b"From: Ada <ada @borough.example>",
    b"From: Ada <ada@borough.example(c)>",
    b"From: Ada <@x.example:ada@borough.example>",
    b'From: "Ada <ada@borough.example>',
    b"From: Ada <ada@borough.example",
    b"From: =?utf-8?q?ada=40borough=2Eexample?= <evil@x.example>",
    b"From: Ada <=?utf-8?q?ada=40borough=2Eexample?=>",
    b"From: =?utf-8?q?Ada_=3Cada=40borough=2Eexample=3E?=",
    b"From: =?utf-8?b?ZXZpbEB4LmV4YW1wbGUA?= <ada@borough.example>, x@x.example",
    b"From: \xe2\x80\xaeelpmaxe.hguorob@ada <evil@x.example>\xe2\x80\xac, a@b.example",
    b"From: Ada <ada@borough.example\xe2\x80\x8b>",
    b"From: group: ada@borough.example, evil@x.example;",
    b"From: ada@borough.example;evil@x.example",
    b"From: ada@borough.example\r\nFrom: evil@x.example",
    b"From: evil@x.example\r\nFrom: ada@borough.example",
    b"From: ada@borough.example\r\nFROM : evil@x.example",
    b"From: \r\nFrom: ada@borough.example",
    b"Sender: ada@borough.example",
    b"Reply-To: ada@borough.example",
]
HONEST = [
    b"From: ada@borough.example",
    b"From: Ada Byrne <ada@borough.example>",
    b'From: "Byrne, Ada" <Ada@Borough.example>',
    b"From: =?utf-8?q?Ada_Byrn=C3=A9?= <ada@borough.example>",
    b"From: ada@borough.example (Ada Byrne)",
    b'From: "ada@borough.example" <ada@borough.example>',
    b"From: Ada\r\n <ada@borough.example>",
    b"From: Ada \xc3\x89. Byrne <ada@borough.example>",
    b"From: Dr. Ada Byrne M.A. <ada@borough.example>",
]


@pytest.mark.parametrize("head", TRICKS)
def test_a_sender_written_to_deceive_is_doubted(head: bytes) -> None:
    assert parse(head + b"\r\n" + REST).sender_problem


@pytest.mark.parametrize("head", HONEST)
def test_an_honest_sender_is_not_doubted(head: bytes) -> None:
    mail = parse(head + b"\r\n" + REST)
    assert (mail.sender_problem, mail.sender.key) == (None, "ada@borough.example")


@pytest.mark.parametrize("head", TRICKS[:4] + TRICKS[25:27])
def test_a_doubted_sender_is_marked_and_gets_nothing(app: Flask, cast: Cast, head: bytes) -> None:
    arrive(make_account(cast.it), head + b"\r\n" + REST)
    written: list[Message] = [message for ticket in tickets() for message in messages_of(ticket)]
    assert all(message.unverified for message in written)


@pytest.mark.parametrize("head", TRICKS[:4] + TRICKS[25:27])
def test_a_doubted_sender_joins_nothing(app: Flask, cast: Cast, head: bytes) -> None:
    account = make_account(cast.it)
    arrive(
        account, mail_from("Ada Byrne <ada@borough.example>", message_id="first@citizen.example")
    )
    answer = head + b"\r\nIn-Reply-To: <first@citizen.example>\r\n" + REST
    arrive(account, answer)
    assert len(messages_of(tickets()[0])) == 1
