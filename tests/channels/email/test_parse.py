"""Reading mail: the whole, the odd and the hostile."""

from datetime import UTC, datetime

import pytest

from channels.email.parse import parse
from channels.message import Automation
from tests.channels.mails import raw_mail

TRICKS = [
    "alice@gov.example)<evil@x.example>",
    "alice@gov.example, evil@x.example",
    "alice@gov.example <evil@x.example>",
    '"alice@gov.example" <evil@x.example>',
    "<alice@gov.example> <evil@x.example>",
    "<alice@gov.example <evil@x.example>>",
    "alice@gov.example evil@x.example",
    "=?utf-8?q?alice=40gov=2Eexample?= <evil@x.example>",
    "Alice <=?utf-8?q?alice=40gov=2Eexample?=>",
    "alice@gov.example@x.example",
    "Alice <alice @gov.example>",
    'Alice "unclosed <alice@gov.example>',
    "Alice <alice@gov.example",
    "Alice",
    "<>",
]


@pytest.mark.parametrize("sender", TRICKS)
def test_a_sender_written_to_deceive_is_not_trusted(sender: str) -> None:
    assert parse(raw_mail(From=sender)).sender_problem


@pytest.mark.parametrize(
    "sender",
    [
        "ada@example.org",
        "Ada Lovelace <ada@example.org>",
        '"Lovelace, Ada" <ada@example.org>',
        "=?utf-8?q?J=C3=B6rg?= <ada@example.org>",
        '"ada@example.org" <Ada@example.org>',
        "ada@example.org (Ada)",
        "Dr. A. Lovelace <ada@example.org>",
    ],
)
def test_an_ordinary_sender_is_trusted(sender: str) -> None:
    mail = parse(raw_mail(From=sender))
    assert mail.sender_problem is None
    assert mail.sender.key == "ada@example.org"


def test_two_from_fields_are_not_trusted() -> None:
    raw = b"From: evil@x.example\r\n" + raw_mail()
    assert parse(raw).sender_problem == "It has several From fields."


def test_a_whole_mail_is_read() -> None:
    mail = parse(
        raw_mail(
            Cc="Bob <bob@example.org>",
            In_Reply_To="<reply-1@council.example>",
            References="<lamp-0@example.org>\r\n <reply-1@council.example>",
        )
    )
    assert mail.external_id == "lamp-1@example.org"
    assert [person.address for person in mail.recipients] == ["help@council.example"]
    assert [person.name for person in mail.cc] == ["Bob"]
    assert mail.subject == "Street lamp"
    assert mail.sent_at == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert mail.in_reply_to == ("reply-1@council.example",)
    assert mail.references == ("lamp-0@example.org", "reply-1@council.example")
    assert mail.text == mail.visible_text == "The lamp is broken."
    assert mail.automation is None


def test_control_fields_from_outside_have_no_effect() -> None:
    plain = parse(raw_mail())
    forged = {f"X-Desk-{name}": "urgent" for name in ("Priority", "State", "Owner", "Ticket")}
    assert parse(raw_mail(**forged)) == plain


def test_our_own_loop_mark_is_seen() -> None:
    assert parse(raw_mail(X_Desk_Loop="desk-7f3a")).loop_marks == ("desk-7f3a",)


def test_a_mail_without_an_id_gets_one_from_its_bytes() -> None:
    first, second = parse(raw_mail(Message_ID="")), parse(raw_mail("other", Message_ID=""))
    assert first.external_id == parse(raw_mail(Message_ID="")).external_id
    assert first.external_id != second.external_id


def test_the_envelope_as_the_server_noted_it_is_read() -> None:
    raw = b"Delivered-To: help+t0ken@council.example\r\n" + raw_mail()
    assert parse(raw).delivered_to == ("help+t0ken@council.example",)


@pytest.mark.parametrize(
    ("charset", "codec"),
    [
        ("iso-8859-1", "cp1252"),
        ("windows-1251", "cp1251"),
        ("shift_jis", "cp932"),
        ("gb2312", "gb18030"),
        ("utf-16", "utf-16"),
        ("no-such-charset", "utf-8"),
        ("us-ascii", "cp1252"),
        ('"utf-8"', "utf-8"),
    ],
)
def test_any_charset_is_read(charset: str, codec: str) -> None:
    text = {"cp1251": "Фонарь", "cp932": "街灯", "gb18030": "路灯"}.get(codec, "Straße – 3 €")
    header = raw_mail("", Content_Type=f"text/plain; charset={charset}")
    assert parse(header + text.encode(codec)).text == text


def test_control_characters_do_not_come_through() -> None:
    mail = parse(raw_mail("a\x00b\x07c\x1b[2Jd", Subject="x\x00y"))
    assert mail.text == "abc[2Jd"
    assert mail.subject == "xy"


def test_words_cut_inside_a_character_are_joined() -> None:
    subject = "=?utf-8?B?TMOk?= =?utf-8?B?bXDD?=\r\n =?utf-8?B?qQ==?="
    assert parse(raw_mail(Subject=subject)).subject == "Lämpé"


MIXED = """--b
Content-Type: multipart/alternative; boundary=a

--a
Content-Type: text/plain; charset=utf-8

See the picture.
--a
Content-Type: text/html; charset=utf-8

<p>See the <b>picture</b>. <img src="cid:lamp"></p>
--a--
--b
Content-Type: image/png; name="lamp.png"
Content-ID: <lamp>
Content-Disposition: inline
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--b
Content-Type: application/pdf
Content-Disposition: attachment; filename*0*=UTF-8''Stra%C3%9Fe; filename*1=" 1.pdf"

%PDF
--b
Content-Type: message/rfc822

From: bob@example.org
Subject: the first mail

Hello
--b--
"""


def test_text_html_pictures_and_files_are_told_apart() -> None:
    mail = parse(raw_mail(MIXED, Content_Type="multipart/mixed; boundary=b"))
    picture, document, message = mail.files
    assert mail.text == "See the picture."
    assert mail.html is not None
    assert "<b>picture</b>" in mail.html
    assert (picture.name, picture.inline, picture.content_id) == ("lamp.png", True, "lamp")
    assert picture.body == b"\x89PNG\r\n\x1a\n"
    assert (document.name, document.inline) == ("Straße 1.pdf", False)
    assert message.name == "the first mail.eml"
    assert b"Hello" in message.body


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ('attachment; filename="../../etc/passwd"', "passwd"),
        (r'attachment; filename="C:\\temp\\plan.pdf"', "plan.pdf"),
        ('attachment; filename="=?utf-8?q?Stra=C3=9Fe.pdf?="', "Straße.pdf"),
        ("attachment; filename*=iso-8859-1'de'Stra%DFe.pdf", "Straße.pdf"),
        ("attachment; filename=plan with spaces.pdf", "plan with spaces.pdf"),
        ('attachment; filename="gpj.\u202eexe"', "gpj.exe"),
        ("attachment", "attachment-1.pdf"),
    ],
)
def test_a_file_keeps_its_name_and_loses_its_path(field: str, name: str) -> None:
    header = {"Content_Type": "application/pdf", "Content_Disposition": field}
    assert [file.name for file in parse(raw_mail("%PDF", **header)).files] == [name]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00" * 100,
        b"\xff\xfe" * 50,
        b"no header at all",
        b"From: a@b\r\nContent-Type: multipart/mixed\r\n\r\nno boundary",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n--x\r\n--x--",
        b"Content-Type: text/plain; charset=\xff\xff\r\n\r\n\xff",
        b"Content-Transfer-Encoding: base64\r\n\r\n!!!!=",
        b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 x\n#broken\n",
        b"Date: Mon, 99 Foo 99999 99:99:99 +9999\r\n\r\n",
        b"Subject: =?x?b?====?= =?utf-8?q?=zz?=\r\n\r\n",
        b"Message-ID: <<>>\r\nReferences: ,,,<>\r\n\r\n",
        b":\r\n:\r\n\r\n:",
    ],
)
def test_broken_mail_is_read_without_an_exception(raw: bytes) -> None:
    assert parse(raw).external_id


def nested(depth: int) -> bytes:
    head = "".join(
        f'Content-Type: multipart/mixed; boundary="b{level}"\r\n\r\n--b{level}\r\n'
        for level in range(depth)
    )
    return head.encode() + b"\r\ndeep"


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (nested(1_500), "nested more than 50 deep"),
        (
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 5_000,
            "more than 500 parts",
        ),
        (b"X-Long: " + b"y" * 200_000 + b"\r\n\r\n", "header is larger than 128 KB"),
    ],
)
def test_a_mail_beyond_the_limits_says_so(raw: bytes, why: str) -> None:
    assert why in (parse(raw).unreadable or "")


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "raw",
    [
        raw_mail(To=", ".join(f"p{number}@example.org" for number in range(8_000))),
        raw_mail(Content_Type="text/plain" + "".join(f"; p{n}=v" for n in range(10_000))),
        raw_mail(From='"' * 60_000),
        raw_mail(From="(" * 60_000),
        raw_mail(From="<" * 60_000),
        raw_mail(Subject="=?utf-8?q?" * 10_000),
        raw_mail(Content_Type='text/plain; a="' + '\\"' * 50_000),
        raw_mail("<a " * 200_000, Content_Type="text/html"),
        raw_mail("<!--" * 200_000, Content_Type="text/html"),
        raw_mail("<script>" * 100_000, Content_Type="text/html"),
        raw_mail("<blockquote>" * 50_000, Content_Type="text/html"),
        raw_mail("On " * 200_000),
        raw_mail("> " * 300_000),
        raw_mail("On 1 May 2026 at 10:00,\n" * 30_000),
        raw_mail("From: a\nSent: b\n" * 30_000),
        raw_mail("-- \n" * 100_000),
        raw_mail("a@" * 200_000, Subject="Undelivered mail", From="mailer-daemon@x.example"),
    ],
)
def test_a_mail_made_to_be_slow_is_read_in_time(raw: bytes) -> None:
    assert parse(raw).external_id


def test_html_alone_becomes_readable_text() -> None:
    html = (
        "<html><head><style>p {color: red}</style></head><body><p>Dear desk,</p>"
        "<ul><li>one</li><li>two</li></ul><p>see <a href='https://council.example/x'>here</a></p>"
        "<script>alert(1)</script><blockquote>old words</blockquote></body></html>"
    )
    mail = parse(raw_mail(html, Content_Type="text/html; charset=utf-8"))
    assert mail.text.split("\n") == [
        "Dear desk,",
        "",
        "* one",
        "* two",
        "",
        "see here <https://council.example/x>",
        "",
        "> old words",
    ]


def test_a_program_is_told_from_a_person() -> None:
    assert parse(raw_mail(Subject="Delivery problem with my bin")).automation is None
    assert parse(raw_mail(Auto_Submitted="auto-replied")).automation is Automation.AUTO_REPLY
