"""Files inside a text, names in every encoding, undeclared charsets, parts of odd kinds."""

import binascii

import pytest

from channels.email.charset_guess import guess_charset
from channels.email.parse import parse
from tests.channels.mails import raw_mail

SIX = bytes(range(60, 105))


def uuencoded(name: str, body: bytes) -> str:
    lines = [binascii.b2a_uu(body[at : at + 45]).decode() for at in range(0, len(body), 45)]
    return f"begin 644 {name}\n{''.join(lines)}`\nend\n"


def test_a_file_written_into_the_text_is_taken_out() -> None:
    text = f"Before\n{uuencoded('plan 1.txt', SIX)}between\n{uuencoded('b.bin', b'x')}after"
    mail = parse(raw_mail(text))
    assert mail.text == "Before\nbetween\nafter"
    assert [(file.name, file.body) for file in mail.files] == [("plan 1.txt", SIX), ("b.bin", b"x")]


def test_a_sentence_that_begins_like_a_file_is_left_alone() -> None:
    text = "begin 644 words\nand go on\nend"
    mail = parse(raw_mail(text))
    assert (mail.text, mail.files) == (text, ())


def test_yenc_is_taken_out() -> None:
    body = bytes(range(256))
    escaped = b"".join(
        bytes((61, (value + 106) % 256))
        if (value + 42) % 256 in (0, 10, 13, 61)
        else bytes(((value + 42) % 256,))
        for value in body
    )
    raw = raw_mail("Look\n") + b"=ybegin line=300 size=256 name=lamp.bin\r\n" + escaped
    mail = parse(raw + b"\r\n=yend size=256\r\nbye")
    assert mail.text == "Look\nbye"
    assert [(file.name, file.body) for file in mail.files] == [("lamp.bin", body)]


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("attachment; filename*0*=UTF-8''Stra%C3; filename*1*=%9Fe.pdf", "Straße.pdf"),
        ("attachment; filename*0=Stra; filename*1=sse.pdf", "Strasse.pdf"),
        ("attachment; filename*1=sse.pdf; filename*0=Stra", "Strasse.pdf"),
        ("attachment; filename*=\"utf-8''Stra%C3%9Fe.pdf\"", "Straße.pdf"),
        ("attachment; filename*=Stra%C3%9Fe.pdf", "Straße.pdf"),
        ("attachment; filename==?utf-8?q?Stra=C3=9Fe.pdf?=", "Straße.pdf"),
        ('attachment; filename="=?utf-8?b?U3RyYcOf?=\r\n =?utf-8?b?ZS5wZGY=?="', "Straße.pdf"),
        ('attachment; filename="Straße.pdf"', "Straße.pdf"),
        ("attachment; filename=a.pdf; filename*=utf-8''%C3%9F.pdf", "ß.pdf"),
        ("attachment\r\n filename=a.pdf\r\n size=3", "a.pdf"),
        ("attachment; filename*=no-such-charset''a.pdf", "no-such-charset''a.pdf"),
    ],
)
def test_a_name_is_read_however_it_was_written(field: str, name: str) -> None:
    header = {"Content_Type": "application/pdf", "Content_Disposition": field}
    assert [file.name for file in parse(raw_mail("%PDF", **header)).files] == [name]


def test_of_two_names_the_one_that_lost_nothing_is_taken() -> None:
    header = {
        "Content_Type": 'application/pdf; name="=?utf-8?b?w58=?=.pdf"',
        "Content_Disposition": 'attachment; filename="?.pdf"',
    }
    assert [file.name for file in parse(raw_mail("%PDF", **header)).files] == ["ß.pdf"]


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("cp1251", "Здравствуйте, фонарь не горит"),
        ("koi8-r", "Здравствуйте, фонарь не горит"),
        ("cp1253", "Καλημέρα σας, το φανάρι"),
        ("cp1255", "שלום רב, הפנס שבור"),
        ("cp1256", "السلام عليكم المصباح معطل"),
        ("cp874", "สวัสดีครับ ไฟถนนเสีย"),
        ("gb18030", "您好，路灯坏了请修理一下"),
        ("big5hkscs", "您好，附件是發票"),
        ("cp932", "こんにちは、街灯が壊れています"),
        ("cp949", "안녕하세요 가로등이 고장났습니다"),
    ],
)
def test_an_undeclared_charset_is_told_by_its_letters(codec: str, text: str) -> None:
    header = raw_mail("", Subject="HERE").replace(b"HERE", text.encode(codec))
    mail = parse(header + text.encode(codec))
    assert (mail.subject, mail.text) == (text, text)


@pytest.mark.parametrize("text", ["Größe der Straße", "déjà vu", "ñandú está aquí", "Æøå på gaden"])
def test_western_accents_are_no_other_script(text: str) -> None:
    assert guess_charset(text.encode("cp1252")) is None
    assert parse(raw_mail("") + text.encode("cp1252")).text == text


def test_a_wrongly_declared_charset_does_not_garble() -> None:
    head = raw_mail("", Content_Type="text/plain; charset=iso-8859-1")
    assert parse(head + "Straße – €".encode()).text == "Straße – €"


URDU = "السلام علیکم، میری گلی کی بتی ٹوٹ گئی ہے۔"


def test_urdu_is_read_in_subject_text_and_names() -> None:
    header = {
        "Subject": URDU,
        "Content_Type": "text/plain; charset=utf-8",
        "From": f'"{URDU[:12]}" <ada@example.org>',
    }
    mail = parse(raw_mail(URDU, **header))
    assert (mail.subject, mail.text, mail.sender.name) == (URDU, URDU, URDU[:12].strip())
    assert mail.sender_problem is None


def test_a_part_that_lies_elsewhere_is_said_and_never_fetched() -> None:
    kind = 'message/external-body; access-type=URL; URL="https://files.example/plan.pdf"'
    mail = parse(raw_mail("Content-Type: application/pdf\n\n", Content_Type=kind))
    assert "https://files.example/plan.pdf" in mail.stand_in
    assert len(mail.files) == 1


def test_a_piece_of_a_mail_is_said_to_be_one() -> None:
    kind = "message/partial; id=x@example.org; number=1; total=3"
    mail = parse(raw_mail("Subject: inside\n\nThe lamp", Content_Type=kind))
    assert mail.text == "The lamp"
    assert "piece 1 of 3" in " ".join(mail.defects)


def test_a_digest_holds_its_mails_as_files() -> None:
    body = "--b\n\nSubject: first\n\none\n--b\n\nSubject: second\n\ntwo\n--b--"
    mail = parse(raw_mail(body, Content_Type="multipart/digest; boundary=b"))
    assert [file.name for file in mail.files] == ["first.eml", "second.eml"]


def test_the_fork_of_a_macintosh_is_left_out() -> None:
    body = (
        "--b\nContent-Type: application/applefile\n\nfork\n"
        "--b\nContent-Type: application/pdf; name=plan.pdf\n\n%PDF\n--b--"
    )
    mail = parse(raw_mail(body, Content_Type="multipart/appledouble; boundary=b"))
    assert [file.name for file in mail.files] == ["plan.pdf"]


def test_the_same_words_twice_are_shown_once() -> None:
    body = (
        "--b\nContent-Type: text/plain\n\nThe lamp is broken.\n"
        "--b\nContent-Type: text/html\n\n<p>The <b>lamp</b> is broken.</p>\n--b--"
    )
    mail = parse(raw_mail(body, Content_Type="multipart/mixed; boundary=b"))
    assert mail.text == "The lamp is broken."
    other = body.replace("<b>lamp</b> is", "<b>door</b> is")
    mail = parse(raw_mail(other, Content_Type="multipart/mixed; boundary=b"))
    assert mail.text == "The lamp is broken.\n\nThe door is broken."


def test_text_that_flows_is_joined() -> None:
    text = "One \ntwo \nthree\n> four \n> five\n-- \nAda"
    mail = parse(raw_mail(text, Content_Type="text/plain; format=flowed"))
    assert mail.text == "One two three\n> four five\n-- \nAda"
