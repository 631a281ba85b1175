"""Mails that once made a reader quadratic; each is read within the time that any test has."""

import pytest

from channels.email.parse import parse

HEAD = b"From: ada@example.org\nSubject: Slow\n"
_K = 120_000
_CMS = b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80" + b"\x30\x80" * 10


def mail(fields: bytes = b"", body: bytes = b"") -> bytes:
    return HEAD + fields + b"\n\n" + body


SLOW = {
    "blanks in a type": mail(b"Content-Type: a" + b" " * _K + b"b/c"),
    "semicolons": mail(b"Content-Type: a/b" + b"; " * (_K // 2)),
    "escaped quotation marks over a fold": mail(
        b'Content-Type: a/b; c="' + b'\\"' * (_K // 2) + b"\n x=y"
    ),
    "lines that are no fields": mail(b"x y\n" * (_K // 4) + b"To: ben@example.org"),
    "commas in a name": mail(b"To: " + b"a b c d e f, " * (_K // 13)),
    "comments in results": mail(b"Authentication-Results: " + b"(()" * (_K // 3)),
    "text that flows": mail(b"Content-Type: text/plain; format=flowed", b"a \n" * 300_000),
    "quotations that flow": mail(b"Content-Type: text/plain; format=flowed", b"> a \n" * 200_000),
    "files that never end": mail(b"", b"begin 644 a\n" * 100_000),
    "files that begin and begin": mail(b"", b"=ybegin name=a\n" * 100_000),
    "armour": mail(b"", b"-----BEGIN PGP SIGNED MESSAGE-----\nA: b\n" * 50_000),
    "pieces of a package": mail(
        b"Content-Type: application/pkcs7-mime", _CMS + b"\x04\x00" * 1_000_000
    ),
    "calendars in calendars": mail(b"Content-Type: text/calendar", b"BEGIN:VCALENDAR\n" * 100_000),
    "guests": mail(
        b"Content-Type: text/calendar",
        b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n" + b"ATTENDEE;CN=x:mailto:a@b.example\n" * 100_000,
    ),
    "groups in a rich text": mail(b"Content-Type: text/rtf", b"{\\rtf1" + b"{" * 500_000),
    "boundaries of parts inside": mail(
        b"Content-Type: multipart/mixed; boundary=b", b'boundary="b--"\n' + b"\n--b--" * 200_000
    ),
    "letters of no script": mail(b"", b"\xc4\xe5 ab" * 200_000),
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("raw", SLOW.values(), ids=SLOW)
def test_a_mail_made_to_be_slow_is_read(raw: bytes) -> None:
    assert parse(raw).external_id
