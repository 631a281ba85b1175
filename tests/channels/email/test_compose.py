"""What goes out: read back by the standard library, as another mail program would."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast

import pytest

from channels.channel import ChannelError
from channels.email.compose import compose
from channels.email.parse import parse
from channels.message import Address, File, OutboundMessage
from tests.channels.mails import reply


def sent(message: OutboundMessage) -> EmailMessage:
    return cast(EmailMessage, message_from_bytes(bytes(compose(message)), policy=default))


def test_a_reply_carries_its_headers() -> None:
    mail = sent(
        reply(
            in_reply_to="lamp-1@example.org",
            references=("first@example.org", "lamp-1@example.org"),
            reply_to=Address("help+abc@council.example"),
        )
    )
    assert mail["From"] == "Council Help Desk <help@council.example>"
    assert mail["To"] == "Ada Lovelace <ada@example.org>"
    assert mail["Reply-To"] == "help+abc@council.example"
    assert mail["Subject"] == "Re: Street lamp"
    assert mail["Date"] == "Mon, 02 Mar 2026 09:00:00 +0000"
    assert mail["Message-ID"] == "<reply-1@council.example>"
    assert mail["In-Reply-To"] == "<lamp-1@example.org>"
    assert mail["References"].split() == ["<first@example.org>", "<lamp-1@example.org>"]
    assert "Auto-Submitted" not in mail


def test_every_line_ends_in_crlf_and_is_short_ascii() -> None:
    body = bytes(compose(reply(subject="Straße " * 40, text="Größe " * 300, html="<p>ü</p>")))
    assert body.isascii()
    assert b"\n" not in body.replace(b"\r\n", b"")
    assert max(len(line) for line in body.split(b"\r\n")) <= 998


def test_automatic_mail_says_so_and_carries_the_loop_mark() -> None:
    mail = sent(reply(auto_submitted="auto-replied", loop_mark="desk-7f3a"))
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["X-Desk-Loop"] == "desk-7f3a"


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\x00", "\u2028"])
@pytest.mark.parametrize(
    "field",
    [
        "subject",
        "external_id",
        "in_reply_to",
        "references",
        "from_",
        "to",
        "reply_to",
        "loop_mark",
    ],
)
def test_a_line_break_in_any_header_field_is_refused(field: str, line_break: str) -> None:
    poison = f"a{line_break}Bcc: victim@example.org"
    value: object = poison
    if field in ("from_", "reply_to"):
        value = Address(f"a{line_break}b@example.org", "")
    elif field == "to":
        value = (Address(f"x{line_break}y@example.org"),)
    elif field == "references":
        value = (poison,)
    with pytest.raises(ChannelError) as refused:
        compose(reply(**{field: value}))
    assert refused.value.permanent


def test_a_line_break_in_a_file_name_is_refused() -> None:
    file = File("a\r\nBcc: victim@example.org", "text/plain", b"x")
    with pytest.raises(ChannelError):
        compose(reply(files=(file,)))


@pytest.mark.parametrize("address", ["", "ada", "ada@", "@example.org", "a b@c.example", "a@b@c"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ChannelError):
        compose(reply(to=(Address(address),)))


@pytest.mark.parametrize(
    "name",
    [
        "Müller, Jörg",
        'The "Boss"',
        "a@b.example",
        "O'Neil (Parks)",
        "Łukasz " * 12,
        "=?utf-8?q?x?=",
    ],
)
def test_any_name_comes_back_as_it_was(name: str) -> None:
    message = reply(to=(Address("ada@example.org", name), Address("bob@example.org")))
    read = parse(bytes(compose(message)))
    assert [person.address for person in read.recipients] == ["ada@example.org", "bob@example.org"]
    if "=?" not in name:
        assert read.recipients[0].name == " ".join(name.split())


def test_an_international_domain_is_written_in_ascii() -> None:
    assert sent(reply(to=(Address("ada@bücher.example"),)))["To"] == "ada@xn--bcher-kva.example"


def test_long_ids_are_never_encoded() -> None:
    ids = tuple(f"{'x' * 120}{number}@mail.example" for number in range(40))
    body = bytes(compose(reply(references=ids)))
    assert parse(body).references == (ids[0], *ids[-19:])
    assert b"=?" not in body


def test_text_and_html_are_alternatives_with_the_picture_beside_the_html() -> None:
    picture = File("logo.png", "image/png", b"\x89PNG", content_id="logo", inline=True)
    mail = sent(reply(html='<p>Hello <img src="cid:logo"></p>', files=(picture,)))
    assert mail.get_content_type() == "multipart/alternative"
    plain, related = mail.iter_parts()
    assert plain.get_content_type() == "text/plain"
    html, image = related.iter_parts()
    assert html.get_content_type() == "text/html"
    assert image["Content-ID"] == "<logo>"


def test_attachments_keep_their_bytes_and_their_names() -> None:
    files = (
        File(
            "Übersicht 2026 – Straßenlaternen im gesamten Stadtgebiet.pdf",
            "application/pdf",
            b"%PDF\r\n\x00",
        ),
        File("mail.eml", "message/rfc822", b"From: a@b\n\nhello"),
        File("odd", "no type at all", b"?"),
    )
    read = parse(bytes(compose(reply(files=files))))
    assert [file.name for file in read.files] == [file.name for file in files]
    assert [file.body for file in read.files] == [file.body for file in files]
    assert read.files[1].content_type == "application/octet-stream"


def test_the_text_comes_back_as_it_was() -> None:
    text = "Dear Ada,\n\n.starts with a dot\nFrom here on: größer, 日本語, 🎉\n" + "long " * 400
    assert parse(bytes(compose(reply(text=text)))).text.strip() == text.strip()
