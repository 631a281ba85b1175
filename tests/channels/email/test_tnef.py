"""winmail.dat: bodies in three forms, files, meetings, and what is broken in it."""

import struct
from datetime import UTC, datetime

import pytest

from channels.email.parse import parse
from channels.email.rtf import read_rtf, unpacked
from channels.email.tnef import read_tnef
from tests.channels.mails import raw_mail

FROM_HTML = (
    rb"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0\fswiss Arial;}}"
    rb"{\*\htmltag19 <html>}{\*\htmltag50 <body>}{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 "
    rb"Stra\'dfe & \u8364?5{\*\htmltag72 </p>}\htmlrtf }\htmlrtf0 {\*\htmltag58 </body>}}"
)


def attribute(level: int, name: int, body: bytes) -> bytes:
    return (
        struct.pack("<BII", level, name, len(body)) + body + struct.pack("<H", sum(body) & 0xFFFF)
    )


def sized(kind: int, name: int, value: bytes) -> bytes:
    filled = value + bytes(-len(value) % 4)
    return struct.pack("<HHII", kind, name, 1, len(value)) + filled


def properties(*values: bytes) -> bytes:
    return struct.pack("<I", len(values)) + b"".join(values)


def tnef(*attributes: bytes) -> bytes:
    return b"\x78\x9f\x3e\x22\x01\x00" + b"".join(attributes)


def as_it_is(rtf: bytes) -> bytes:
    """An RTF in the form that says it is not compressed."""
    return struct.pack("<III4x", len(rtf) + 12, len(rtf), 0x414C454D) + rtf


def with_rtf(rtf: bytes) -> bytes:
    return tnef(attribute(1, 0x9003, properties(sized(0x102, 0x1009, as_it_is(rtf)))))


def with_file(name: str, body: bytes) -> bytes:
    named = properties(sized(0x1F, 0x3707, f"{name}\0".encode("utf-16-le")))
    return b"".join(
        (
            attribute(2, 0x9002, bytes(14)),
            attribute(2, 0x800F, body),
            attribute(2, 0x9005, named),
        )
    )


def mail_with(package: bytes, text: str = "") -> bytes:
    head = raw_mail("", Content_Type="multipart/mixed; boundary=b").decode()
    words = f"--b\r\nContent-Type: text/plain\r\n\r\n{text}\r\n" if text else ""
    part = "--b\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n\r\n"
    return f"{head}{words}{part}".encode() + package + b"\r\n--b--\r\n"


def test_html_hidden_in_rtf_becomes_the_body_of_a_mail_without_words() -> None:
    mail = parse(mail_with(with_rtf(FROM_HTML)))
    assert mail.html == "<html><body><p>Straße &amp; €5</p></body>"
    assert mail.text == "Straße & €5"
    assert mail.files == ()


def test_plain_rtf_becomes_text() -> None:
    rtf = rb"{\rtf1\ansi{\fonttbl{\f0\fcharset204 Arial;}}\f0 \'d4\'ee\'ed\'e0\'f0\'fc\par broken}"
    assert parse(mail_with(with_rtf(rtf))).text == "Фонарь\nbroken"


def test_the_package_gives_way_to_the_files_in_it() -> None:
    mail = parse(mail_with(tnef(with_file("Straße.pdf", b"%PDF")), "See the plan."))
    assert [(file.name, file.body) for file in mail.files] == [("Straße.pdf", b"%PDF")]
    assert mail.text == "See the plan."


def test_the_words_of_the_mail_itself_go_before_those_of_the_package() -> None:
    assert parse(mail_with(with_rtf(FROM_HTML), "Its own words.")).text == "Its own words."


def test_a_meeting_of_outlook_is_an_invitation() -> None:
    since_1601 = datetime(2024, 3, 1, 8, tzinfo=UTC) - datetime(1601, 1, 1, tzinfo=UTC)
    ticks = (int(since_1601.total_seconds()) * 10_000_000).to_bytes(8, "little")
    start = struct.pack("<HH", 0x40, 0x60) + ticks
    subject = sized(0x1F, 0x37, "Site visit\0".encode("utf-16-le"))
    kind = sized(0x1F, 0x1A, "IPM.Schedule.Meeting.Request\0".encode("utf-16-le"))
    mail = parse(mail_with(tnef(attribute(1, 0x9003, properties(start, subject, kind)))))
    assert mail.invitation is not None
    assert (mail.invitation.method, mail.invitation.summary) == ("REQUEST", "Site visit")
    assert (mail.invitation.starts, mail.invitation.zone) == ("2024-03-01T08:00", "UTC")


def test_compressed_rtf_is_unpacked() -> None:
    # The example of [MS-OXRTFCP], 4.1.1.
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068"
        "656c090020627705b06c647d0a800fa0"
    )
    assert unpacked(packed) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"


@pytest.mark.parametrize("cut", [0, 5, 9, 20, 40, 80, 120])
def test_a_package_that_was_cut_short_is_read_as_far_as_it_goes(cut: int) -> None:
    whole = tnef(with_file("plan.pdf", b"%PDF"), with_file("list.csv", b"a;b"))
    read = read_tnef(whole[: 6 + cut])
    assert read is not None
    assert len(read.files) <= 2


def test_what_only_calls_itself_a_package_stays_a_file() -> None:
    mail = parse(mail_with(b"no package at all"))
    assert [file.name for file in mail.files] == ["winmail.dat"]


def test_lengths_that_lie_cost_nothing() -> None:
    huge = struct.pack("<BII", 1, 0x9003, 0xFFFFFFFF) + struct.pack("<I", 0xFFFFFFFF)
    assert read_tnef(tnef(huge)) is not None
    many = attribute(1, 0x9003, struct.pack("<IHHI", 0xFFFFFFFF, 0x101F, 0x37, 0xFFFFFFFF))
    assert read_tnef(tnef(many)) is not None


def test_groups_without_end_are_read() -> None:
    assert read_rtf(b"{\\rtf1 " + b"{" * 50_000 + b"deep") is not None
    assert read_rtf(b"no rtf") is None
