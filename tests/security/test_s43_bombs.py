"""S43: bombs. Depth, number and size of parts are limited, and nothing packed is unpacked."""

from __future__ import annotations

import base64
import gzip
import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta

import pytest

from channels.channel import RawItem
from channels.message import InboundMessage
from channels.parser_child import MOST_MEMORY_BYTES
from channels.parser_pool import ParserPool

LONGEST = timedelta(seconds=60)
HEAD = b"From: ada@borough.example\r\nTo: help@borough.example\r\nSubject: Bomb\r\n"
MIXED = b'Content-Type: multipart/mixed; boundary="%s"\r\n\r\n'


@pytest.fixture
def pool() -> Iterator[ParserPool]:
    made = ParserPool(most_peak_bytes=MOST_MEMORY_BYTES)
    yield made
    made.close()


def read(pool: ParserPool, body: bytes) -> InboundMessage:
    [message] = pool.parse("email", {}, lambda: RawItem("INBOX:1:1", body), LONGEST)
    return message


def peak_of(pool: ParserPool) -> int:
    [process_id] = pool.process_ids()
    with open(f"/proc/{process_id}/status", encoding="ascii") as status:
        line = next(line for line in status if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def nested(depth: int) -> bytes:
    body = b"Content-Type: text/plain\r\n\r\nInside\r\n"
    for level in range(depth):
        mark = b"b%d" % level
        body = MIXED % mark + b"--" + mark + b"\r\n" + body + b"\r\n--" + mark + b"--\r\n"
    return HEAD + body


def with_file(name: str, content_type: str, body: bytes) -> bytes:
    packed = base64.encodebytes(body)
    return (
        HEAD
        + MIXED % b"x"
        + b"--x\r\nContent-Type: text/plain\r\n\r\nSee the file.\r\n--x\r\n"
        + f"Content-Type: {content_type}\r\n".encode()
        + f'Content-Disposition: attachment; filename="{name}"\r\n'.encode()
        + b"Content-Transfer-Encoding: base64\r\n\r\n"
        + packed
        + b"--x--\r\n"
    )


def zip_bomb() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(20):
            archive.writestr(f"{number}.bin", bytes(20_000_000))
    return held.getvalue()


XML_BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE a ['
    + b'<!ENTITY l0 "lol">'
    + b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 12))
    + b"]><a>&l11;</a>"
)


@pytest.mark.parametrize("depth", [51, 1_500])
def test_parts_nested_too_deep_are_quarantined(pool: ParserPool, depth: int) -> None:
    assert "deep" in (read(pool, nested(depth)).unreadable or "")


def test_too_many_parts_are_quarantined(pool: ParserPool) -> None:
    body = HEAD + MIXED % b"x" + b"--x\r\n\r\na\r\n" * 600 + b"--x--\r\n"
    assert "500 parts" in (read(pool, body).unreadable or "")


def test_what_decodes_to_more_than_sixty_megabytes_is_quarantined(pool: ParserPool) -> None:
    part = b"--x\r\nContent-Type: application/x-a\r\nContent-Disposition: attachment\r\n\r\n"
    body = HEAD + MIXED % b"x" + (part + b"a" * 16_000_000 + b"\r\n") * 4 + b"--x--\r\n"
    assert "60 MB" in (read(pool, body).unreadable or "")
    assert peak_of(pool) < MOST_MEMORY_BYTES


@pytest.mark.parametrize(
    ("name", "content_type", "bomb"),
    [
        ("a.zip", "application/zip", zip_bomb()),
        ("a.gz", "application/gzip", gzip.compress(bytes(200_000_000), 9)),
        ("a.xml", "text/xml", XML_BOMB),
        ("a.svg", "image/svg+xml", XML_BOMB),
    ],
)
def test_what_is_packed_stays_packed(
    pool: ParserPool, name: str, content_type: str, bomb: bytes
) -> None:
    message = read(pool, with_file(name, content_type, bomb))

    assert [file.body for file in message.files] == [bomb]
    assert peak_of(pool) < 100_000_000


def test_a_mail_that_says_it_is_compressed_is_not_unpacked(pool: ParserPool) -> None:
    packed = gzip.compress(bytes(100_000_000), 9)
    body = HEAD + b"Content-Encoding: gzip\r\nContent-Type: text/plain\r\n\r\n" + packed
    assert len(read(pool, body).text) <= 2 * len(packed)
    assert peak_of(pool) < 100_000_000


def test_a_mail_of_twenty_five_megabytes_fits_into_the_memory_of_a_child(
    pool: ParserPool,
) -> None:
    message = read(pool, with_file("a.bin", "application/octet-stream", bytes(18_500_000)))
    assert [file.size for file in message.files] == [18_500_000]
    assert peak_of(pool) < MOST_MEMORY_BYTES
