"""S42: slow patterns and parsers. Mails made to be slow are read within the limits of a child, or quarantined."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from channels.channel import RawItem
from channels.message import InboundMessage
from channels.parser_pool import ParserPool

LONGEST = timedelta(seconds=60)
HEAD = b"From: ada@borough.example\r\nTo: help@borough.example\r\nSubject: Slow\r\n"
TEXT = b"Content-Type: text/plain\r\n\r\nHello.\r\n"
HTML = b"Content-Type: text/html\r\n\r\n"


def header(name: bytes, value: bytes) -> bytes:
    return HEAD + name + b": " + value + b"\r\n" + TEXT


def parameters(count: int, form: bytes) -> bytes:
    return b"".join(form % (number, number) for number in range(count))


SLOW = {
    "ten thousand parameters": header(b"Content-Disposition", b"x" + parameters(9_000, b";a%d=%d")),
    "parameter pieces": HEAD + b"Content-Type: text/plain" + parameters(7_000, b";n*%d=%d"),
    "encoded parameter pieces": header(b"Content-Type", b"a/b" + parameters(7_000, b";n*%d*=%d")),
    "one unclosed quoted parameter": header(b"Content-Type", b'a/b; name="' + b"\\" * 100_000),
    "eight thousand addresses": header(
        b"Cc", b", ".join(b"a%d@b.example" % n for n in range(7_000))
    ),
    "nested comments": header(b"Cc", b"(" * 60_000 + b")" * 60_000),
    "unclosed comments": header(b"Cc", b"(" * 120_000),
    "unclosed angles": header(b"Cc", b"<" * 120_000),
    "unclosed quotes": header(b"Cc", b'"a" ' * 30_000 + b'"'),
    "nested groups": header(b"Cc", b"a:" * 60_000),
    "routes": header(b"Cc", b"<" + b"@a," * 40_000 + b":b@c.example>"),
    "at signs": header(b"Cc", b"@" * 120_000),
    "encoded words": header(b"Subject", b"=?utf-8?q?a?= " * 8_000),
    "broken encoded words": header(b"Subject", b"=?" * 60_000),
    "encoded word of question marks": header(b"Subject", b"=?utf-8?q?" + b"?" * 120_000),
    "message ids": header(b"References", b"<a@b.example> " * 8_000),
    "unclosed message ids": header(b"References", b"<" * 120_000),
    "blank date": header(b"Date", b" " * 120_000 + b"x"),
    "nested date": header(b"Date", b"(" * 120_000),
    "received": HEAD + b"Received: from a by b\r\n" * 5_000 + TEXT,
    "five thousand fields": HEAD + b"".join(b"X%d: a\r\n" % n for n in range(5_000)) + TEXT,
    "folds": header(b"Subject", b"a\r\n " * 40_000),
    "a field name": HEAD + b"X" * 120_000 + b": a\r\n" + TEXT,
    "no colon": HEAD + b"a\r\n" * 60_000 + TEXT,
    "a million quotation marks": HEAD + TEXT + b">" * 1_000_000,
    "a million quoted lines": HEAD + TEXT + b"> a\n" * 50_000,
    "blank lines": HEAD + TEXT + b"\n" * 2_000_000,
    "blanks": HEAD + TEXT + b" " * 2_000_000 + b"x",
    "on wrote": HEAD + TEXT + b"On Mon, a wrote" * 60_000,
    "on and on": HEAD + TEXT + b"On " * 300_000 + b"wrote:",
    "from lines": HEAD + TEXT + b"From: a\n" * 20_000,
    "dashes": HEAD + TEXT + b"-" * 2_000_000,
    "underscores": HEAD + TEXT + b"_____\nFrom: a\nSent: b\n" * 4_000,
    "one long line": HEAD + TEXT + b"a" * 4_000_000,
    "links": HEAD + TEXT + b"http://a.example/?" * 100_000,
    "open tags": HEAD + HTML + b"<div>" * 200_000,
    "open angles": HEAD + HTML + b"<" * 1_000_000,
    "attributes": HEAD + HTML + b"<a " + b"b=c " * 200_000 + b">",
    "entities": HEAD + HTML + b"&amp;" * 300_000,
    "tables": HEAD + HTML + b"<table><tr><td>" * 60_000,
    "comments": HEAD + HTML + b"<!--" * 200_000,
    "quotes in html": HEAD + HTML + b"<blockquote>" * 60_000 + b"a",
    "boundary lines": HEAD
    + b'Content-Type: multipart/mixed; boundary="a"\r\n\r\n'
    + b"--a\r\n\r\n" * 200_000,
    "boundary beginnings": HEAD
    + b'Content-Type: multipart/mixed; boundary="a"\r\n\r\n'
    + b"--a x\r\n" * 30_000,
}


@pytest.fixture(scope="module")
def pool() -> Iterator[ParserPool]:
    made = ParserPool()
    yield made
    made.close()


def read(pool: ParserPool, body: bytes) -> InboundMessage:
    """As a worker reads it; fails when the child was ended for taking more than it is given."""
    [message] = pool.parse("email", {}, lambda: RawItem("INBOX:1:1", body), LONGEST)
    return message


@pytest.mark.parametrize("kind", SLOW)
def test_a_mail_that_is_made_to_be_slow_is_read_within_the_limits(
    pool: ParserPool, kind: str
) -> None:
    message = read(pool, SLOW[kind])
    assert message.unreadable or message.sender.address == "ada@borough.example"


def test_a_header_of_more_than_128_kilobytes_is_quarantined(pool: ParserPool) -> None:
    assert "header" in (read(pool, header(b"X-Long", b"a" * 140_000)).unreadable or "")


def test_the_head_of_a_part_counts_as_well(pool: ParserPool) -> None:
    part = b"--a\r\nX-Long: " + b"a" * 140_000 + b"\r\n\r\nHello\r\n--a--\r\n"
    body = HEAD + b'Content-Type: multipart/mixed; boundary="a"\r\n\r\n' + part
    assert "header" in (read(pool, body).unreadable or "")
